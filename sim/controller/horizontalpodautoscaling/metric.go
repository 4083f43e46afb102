package horizontalpodautoscaling

import (
	"errors"
	"fmt"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/api"
)

// proposal is what one metric asks for.
type proposal struct {
	size   int32
	metric string // as Events name it
	status autoscalingv2.MetricStatus
}

// metrics returns the largest size that a metric asks for, and which does; a size below 0 with an error when that cannot be
// said. Metrics that fail are passed over as long as the others do not want fewer pods.
func (s *sync) metrics() (size int32, metric string, statuses []autoscalingv2.MetricStatus, err error) {
	pods, err := s.pods()
	if err != nil {
		return -1, "", nil, err
	}
	specs := s.hpa.Spec.Metrics
	statuses = make([]autoscalingv2.MetricStatus, len(specs))
	invalid, reason, message := 0, "", ""
	for i := range specs {
		p, bad, failed := s.metric(&specs[i], pods)
		if failed != nil {
			s.tell(corev1.EventTypeWarning, bad, failed.Error())
			if invalid++; invalid == 1 {
				reason, message = bad, failed.Error()
				err = fmt.Errorf("failed to get %s metric value: %w", named(&specs[i]), failed)
			}
			continue
		}
		statuses[i] = p.status
		if size == 0 || p.size > size {
			size, metric = p.size, p.metric
		}
	}
	if err != nil {
		err = fmt.Errorf("invalid metrics (%d invalid out of %d), first error is: %w", invalid, len(specs), err)
	}
	if invalid >= len(specs) || invalid > 0 && size < s.target.size {
		s.set(autoscalingv2.ScalingActive, corev1.ConditionFalse, reason, "the HPA was unable to compute the replica count: "+message)
		return -1, "", statuses, err
	}
	s.set(autoscalingv2.ScalingActive, corev1.ConditionTrue, "ValidMetricFound",
		"the HPA was able to successfully calculate a replica count from "+metric)
	return size, metric, statuses, err
}

// pods returns the pods of the workload. No other autoscaler may have any of them.
func (s *sync) pods() (pods []*corev1.Pod, err error) {
	selector, err := metav1.LabelSelectorAsSelector(s.target.selector)
	if err != nil {
		return nil, err
	}
	s.view.Each("pods", s.hpa.Namespace, func(o api.Object) bool {
		if pod := o.(*corev1.Pod); selector.Matches(labels.Set(pod.Labels)) {
			pods = append(pods, pod)
		}
		return true
	})
	var rivals string
	n := 0
	s.view.Each(autoscalers, s.hpa.Namespace, func(o api.Object) bool {
		h := o.(*autoscalingv2.HorizontalPodAutoscaler)
		t, why := targetOf(s.view, h)
		if why != "" {
			return true
		}
		other, err := metav1.LabelSelectorAsSelector(t.selector)
		if err != nil {
			return true
		}
		for _, pod := range pods {
			if other.Matches(labels.Set(pod.Labels)) {
				n++
				rivals += " {" + h.Name + " " + h.Namespace + "}"
				break
			}
		}
		return true
	})
	if n > 1 {
		why := "pods by selector " + selector.String() + " are controlled by multiple HPAs: [" + rivals[1:] + "]"
		s.tell(corev1.EventTypeWarning, "AmbiguousSelector", why)
		s.set(autoscalingv2.ScalingActive, corev1.ConditionFalse, "AmbiguousSelector", why)
		return nil, errors.New(why)
	}
	return pods, nil
}

// named names a metric in errors.
func named(m *autoscalingv2.MetricSpec) string {
	switch m.Type {
	case autoscalingv2.ResourceMetricSourceType:
		return string(m.Resource.Name) + " resource"
	case autoscalingv2.ContainerResourceMetricSourceType:
		return m.ContainerResource.Container + " container"
	case autoscalingv2.ExternalMetricSourceType:
		return m.External.Metric.Name + " external"
	case autoscalingv2.ObjectMetricSourceType:
		return "object"
	}
	return "pods"
}

// metric returns what one metric asks for, or why it cannot be said and the reason for Events.
func (s *sync) metric(m *autoscalingv2.MetricSpec, pods []*corev1.Pod) (proposal, string, error) {
	switch m.Type {
	case autoscalingv2.ResourceMetricSourceType:
		q := question{s, pods, m.Resource.Name, "", m.Resource.Target}
		size, value, err := q.answer()
		return proposal{size, q.name(), autoscalingv2.MetricStatus{
			Type: m.Type, Resource: &autoscalingv2.ResourceMetricStatus{Name: m.Resource.Name, Current: value},
		}}, "FailedGetResourceMetric", err
	case autoscalingv2.ContainerResourceMetricSourceType:
		c := m.ContainerResource
		q := question{s, pods, c.Name, c.Container, c.Target}
		size, value, err := q.answer()
		return proposal{size, q.name(), autoscalingv2.MetricStatus{
			Type: m.Type, ContainerResource: &autoscalingv2.ContainerResourceMetricStatus{Name: c.Name, Container: c.Container, Current: value},
		}}, "FailedGetContainerResourceMetric", err
	case autoscalingv2.ExternalMetricSourceType:
		return proposal{}, "FailedGetExternalMetric", fmt.Errorf("unable to get external metric %s/%s/%+v: unable to fetch metrics from external "+
			"metrics API: the server could not find the requested resource (get %s.external.metrics.k8s.io)",
			s.hpa.Namespace, m.External.Metric.Name, m.External.Metric.Selector, m.External.Metric.Name)
	case autoscalingv2.ObjectMetricSourceType:
		o := m.Object
		return proposal{}, "FailedGetObjectMetric", fmt.Errorf("unable to get metric %s: %s on %s %s/%s: unable to fetch metrics from custom "+
			"metrics API: no custom metrics API (custom.metrics.k8s.io) registered", o.Metric.Name, o.DescribedObject.Kind, s.hpa.Namespace,
			o.DescribedObject.Name, o.Metric.Name)
	}
	return proposal{}, "FailedGetPodsMetric", fmt.Errorf("unable to get metric %s: unable to fetch metrics from custom metrics API: "+
		"no custom metrics API (custom.metrics.k8s.io) registered", m.Pods.Metric.Name)
}

// quantity writes thousandths of a resource's unit as a metrics server does.
func quantity(name corev1.ResourceName, milli int64) *resource.Quantity {
	if name == corev1.ResourceMemory {
		return resource.NewMilliQuantity(milli, resource.BinarySI)
	}
	return resource.NewMilliQuantity(milli, resource.DecimalSI)
}
