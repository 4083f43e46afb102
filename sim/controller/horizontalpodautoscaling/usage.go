package horizontalpodautoscaling

import (
	"errors"
	"fmt"
	"math"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"orrery/sim/controller"
)

// question is how many pods a resource asks for.
type question struct {
	sync      *sync
	pods      []*corev1.Pod
	resource  corev1.ResourceName
	container string // the only one that counts; empty for all
	target    autoscalingv2.MetricTarget
}

// sample is what a pod uses, or is taken to use, and what it requests, in thousandths.
type sample struct{ used, requested int64 }

// prefix is what the annotations begin with that say what pods use.
const prefix = "orrery.sim/"

// usage returns what a pod uses: what its annotation orrery.sim/cpu or orrery.sim/memory says, or its share of what the
// workload's says, which is divided among the pods that are ready. No pod uses more than its limit. It reports false when
// nothing says anything.
func (q *question) usage(pod *corev1.Pod, ready int) (int64, bool) {
	text, share := pod.Annotations[prefix+string(q.resource)], int64(1)
	if text == "" {
		text, share = q.sync.target.object.GetAnnotations()[prefix+string(q.resource)], int64(max(1, ready))
		if !controller.IsReady(pod) {
			share = math.MaxInt64
		}
	}
	used, err := resource.ParseQuantity(text)
	if err != nil {
		return 0, false
	}
	n, limit := used.MilliValue()/share, int64(0)
	for i := range pod.Spec.Containers {
		most := pod.Spec.Containers[i].Resources.Limits[q.resource]
		limit += most.MilliValue()
	}
	if limit > 0 {
		n = min(n, limit)
	}
	if q.container != "" && q.container != pod.Spec.Containers[0].Name {
		return 0, true // the first container does all the work
	}
	return n, true
}

// request returns what a pod requests, or why that is not known.
func (q *question) request(pod *corev1.Pod) (sum int64, err error) {
	for i := range pod.Spec.Containers {
		c := &pod.Spec.Containers[i]
		if q.container != "" && q.container != c.Name {
			continue
		}
		n, ok := c.Resources.Requests[q.resource]
		if !ok {
			return 0, fmt.Errorf("missing request for %s in container %s of Pod %s", q.resource, c.Name, pod.Name)
		}
		sum += n.MilliValue()
	}
	if q.container != "" && sum == 0 {
		return 0, fmt.Errorf("container %s not found in Pod %s", q.container, pod.Name)
	}
	return sum, nil
}

// name is how Events call the metric.
func (q *question) name() string {
	switch {
	case q.target.AverageValue != nil:
		return string(q.resource) + " resource"
	case q.container != "":
		return string(q.resource) + " container resource utilization (percentage of request)"
	}
	return string(q.resource) + " resource utilization (percentage of request)"
}

// answer returns how many pods there should be, and what those that were measured use on average.
func (q *question) answer() (int32, autoscalingv2.MetricValueStatus, error) {
	size, value, err := q.measure()
	if err != nil {
		what := "utilization"
		if q.target.AverageValue != nil {
			what = "usage"
		}
		err = fmt.Errorf("failed to get %s %s: %w", q.resource, what, err)
	}
	return size, value, err
}

// groups are the pods by what is known of them.
type groups struct {
	measured         []sample
	unready, missing []sample // what they request; what they use is not known
}

func (q *question) measure() (int32, autoscalingv2.MetricValueStatus, error) {
	g, err := q.group()
	if err != nil {
		return 0, autoscalingv2.MetricValueStatus{}, err
	}
	ratio, value, err := q.ratio(g.measured)
	if err != nil {
		return 0, value, err
	}
	current, unready := q.sync.target.size, len(g.unready) > 0 && ratio > 1
	if !unready && len(g.missing) == 0 {
		if q.tolerates(ratio) {
			return current, value, nil
		}
		return int32(math.Ceil(ratio * float64(len(g.measured)))), value, nil
	}
	all := g.measured
	for _, m := range g.missing {
		switch {
		case ratio < 1: // as if they used what they may
			all = append(all, sample{q.full(m.requested), m.requested})
		case ratio > 1:
			all = append(all, sample{0, m.requested})
		}
	}
	if unready {
		for _, m := range g.unready {
			all = append(all, sample{0, m.requested})
		}
	}
	again, _, err := q.ratio(all)
	if err != nil {
		return 0, value, err
	}
	size := int32(math.Ceil(again * float64(len(all))))
	if q.tolerates(again) || ratio < 1 && again > 1 || ratio > 1 && again < 1 || again < 1 && size > current || again > 1 && size < current {
		return current, value, nil // too little, or in the other direction
	}
	return size, value, nil
}

// full is what a pod is taken to use of which nothing is known, when there may be too many pods.
func (q *question) full(requested int64) int64 {
	if q.target.AverageValue != nil {
		return q.target.AverageValue.MilliValue()
	}
	return requested * int64(max(100, *q.target.AverageUtilization)) / 100
}

// group sorts the pods by what is known of them.
func (q *question) group() (g groups, err error) {
	ready, served := 0, false
	for _, pod := range q.pods {
		if controller.IsReady(pod) && pod.DeletionTimestamp == nil {
			ready++
		}
	}
	for _, pod := range q.pods {
		used, ok := q.usage(pod, ready)
		served = served || ok
		s := sample{used: used}
		if s.requested, err = q.request(pod); err != nil && q.target.AverageUtilization != nil && ok {
			return g, err
		}
		switch {
		case pod.DeletionTimestamp != nil || pod.Status.Phase == corev1.PodFailed:
		case pod.Status.Phase == corev1.PodPending:
			g.unready = append(g.unready, s)
		case !ok:
			g.missing = append(g.missing, s)
		case q.resource == corev1.ResourceCPU && q.sync.warming(pod):
			g.unready = append(g.unready, s)
		default:
			g.measured = append(g.measured, s)
		}
	}
	about := "unable to get metrics for resource " + string(q.resource) + ": "
	switch {
	case !served:
		return g, errors.New(about + "unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)")
	case len(q.pods) == 0:
		return g, errors.New("no pods returned by selector while calculating replica count")
	case len(g.measured) == 0:
		return g, errors.New("did not receive metrics for targeted pods (pods might be unready)")
	}
	return g, nil
}

// window is how long a metrics server measures before it knows what a pod uses.
const window = 15 * time.Second

// warming reports whether what a pod uses says nothing yet: it has just begun, or has never been ready.
func (s *sync) warming(pod *corev1.Pod) bool {
	c, began := controller.ReadyCondition(pod), pod.Status.StartTime
	switch {
	case c == nil || began == nil:
		return true
	case began.Add(initialising).After(s.view.Now):
		return c.Status == corev1.ConditionFalse || s.view.Now.Before(c.LastTransitionTime.Add(window))
	}
	return c.Status == corev1.ConditionFalse && began.Add(firstReady).After(c.LastTransitionTime.Time)
}

// ratio returns what some pods use of what they should, and their average.
func (q *question) ratio(all []sample) (ratio float64, value autoscalingv2.MetricValueStatus, err error) {
	used, requested := int64(0), int64(0)
	for _, s := range all {
		used, requested = used+s.used, requested+s.requested
	}
	average := used / int64(len(all))
	value.AverageValue = quantity(q.resource, average)
	if q.target.AverageValue != nil {
		return float64(average) / float64(q.target.AverageValue.MilliValue()), value, nil
	}
	if requested == 0 {
		return 0, value, errors.New("no metrics returned matched known pods")
	}
	percent := int32(used * 100 / requested)
	value.AverageUtilization = &percent
	return float64(percent) / float64(*q.target.AverageUtilization), value, nil
}

// tolerates reports whether a ratio is near enough to 1 to leave everything as it is.
func (q *question) tolerates(ratio float64) bool {
	down, up := tolerance, tolerance
	if b := q.sync.hpa.Spec.Behavior; b != nil {
		if b.ScaleDown != nil && b.ScaleDown.Tolerance != nil {
			down = b.ScaleDown.Tolerance.AsApproximateFloat64()
		}
		if b.ScaleUp != nil && b.ScaleUp.Tolerance != nil {
			up = b.ScaleUp.Tolerance.AsApproximateFloat64()
		}
	}
	return 1-down <= ratio && ratio <= 1+up
}
