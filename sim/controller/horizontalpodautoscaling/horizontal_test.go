package horizontalpodautoscaling

import (
	"fmt"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

var (
	now   = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	key   = controller.Key{Namespace: "default", Name: "web"}
	label = map[string]string{"app": "web"}
)

func ptr[T any](v T) *T { return &v }

// hpa wants the pods of web to use half of what they request.
func hpa(changes ...func(*autoscalingv2.HorizontalPodAutoscaler)) *autoscalingv2.HorizontalPodAutoscaler {
	h := &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web", UID: "hpa"},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "web"},
			MinReplicas:    ptr(int32(1)), MaxReplicas: 10,
			Metrics: []autoscalingv2.MetricSpec{{
				Type: autoscalingv2.ResourceMetricSourceType,
				Resource: &autoscalingv2.ResourceMetricSource{
					Name:   corev1.ResourceCPU,
					Target: autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: ptr(int32(50))},
				},
			}},
		},
	}
	for _, change := range changes {
		change(h)
	}
	return h
}

func deployment(size int32, load string) *appsv1.Deployment {
	d := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web", Annotations: map[string]string{}},
		Spec:       appsv1.DeploymentSpec{Replicas: &size, Selector: &metav1.LabelSelector{MatchLabels: label}},
	}
	if load != "" {
		d.Annotations["orrery.sim/cpu"] = load
	}
	return d
}

// pods are ready for ten minutes and request a tenth of a CPU each.
func pods(n int, changes ...func(*corev1.Pod)) (all []api.Object) {
	since := metav1.NewTime(now.Add(-10 * time.Minute))
	for i := range n {
		p := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: fmt.Sprintf("web-%02d", i), Labels: label},
			Spec: corev1.PodSpec{Containers: []corev1.Container{{
				Name: "c", Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("100m")}},
			}}},
			Status: corev1.PodStatus{
				Phase: corev1.PodRunning, StartTime: &since,
				Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: since}},
			},
		}
		if i == 0 {
			for _, change := range changes {
				change(p)
			}
		}
		all = append(all, p)
	}
	return all
}

func pending(p *corev1.Pod) { p.Status.Phase, p.Status.Conditions = corev1.PodPending, nil }
func young(p *corev1.Pod) {
	p.Status.StartTime = ptr(metav1.NewTime(now.Add(-10 * time.Second)))
	p.Status.Conditions[0].LastTransitionTime = metav1.NewTime(now.Add(-5 * time.Second))
}

func behaving(up, down *autoscalingv2.HPAScalingRules) func(*autoscalingv2.HorizontalPodAutoscaler) {
	return func(h *autoscalingv2.HorizontalPodAutoscaler) {
		h.Spec.Behavior = &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: up, ScaleDown: down}
	}
}

func rules(window int32, policies ...autoscalingv2.HPAScalingPolicy) *autoscalingv2.HPAScalingRules {
	return &autoscalingv2.HPAScalingRules{
		StabilizationWindowSeconds: &window, SelectPolicy: ptr(autoscalingv2.MaxChangePolicySelect), Policies: policies,
	}
}

func view(kept any, at time.Duration, objects ...api.Object) controller.View {
	cache := client.NewCache(autoscalers, "pods", "deployments.apps")
	for _, o := range objects {
		cache.Apply(client.Change{Type: client.Added, Resource: api.FindObject(o).Name, Object: o})
	}
	return controller.View{Cache: cache, Now: now.Add(at), Kept: kept}
}

// told prints the size that a plan gives the workload, the reasons of the conditions and those of the Events.
func told(p controller.Plan) string {
	var out []string
	for _, stage := range p.Stages {
		switch o := stage[0].Object.(type) {
		case *autoscalingv1.Scale:
			out = append(out, "size "+itoa(o.Spec.Replicas))
		case *autoscalingv2.HorizontalPodAutoscaler:
			for _, c := range o.Status.Conditions {
				out = append(out, c.Reason)
			}
		}
	}
	for _, e := range p.Events {
		out = append(out, e.Reason)
	}
	return strings.Join(out, ", ")
}

func TestSize(t *testing.T) {
	most := func(n int32) func(*autoscalingv2.HorizontalPodAutoscaler) {
		return func(h *autoscalingv2.HorizontalPodAutoscaler) { h.Spec.MaxReplicas = n }
	}
	least := func(n int32) func(*autoscalingv2.HorizontalPodAutoscaler) {
		return func(h *autoscalingv2.HorizontalPodAutoscaler) { h.Spec.MinReplicas = &n }
	}
	four := autoscalingv2.HPAScalingPolicy{Type: autoscalingv2.PodsScalingPolicy, Value: 4, PeriodSeconds: 60}
	third := autoscalingv2.HPAScalingPolicy{Type: autoscalingv2.PercentScalingPolicy, Value: 34, PeriodSeconds: 60}
	for _, c := range []struct {
		name string
		hpa  *autoscalingv2.HorizontalPodAutoscaler
		size int32
		load string
		pods []api.Object
		want string
	}{
		{"no metrics", hpa(), 2, "", pods(2), "SucceededGetScale, FailedGetResourceMetric, FailedGetResourceMetric, FailedComputeMetricsReplicas"},
		{"too few to begin with", hpa(least(3)), 2, "", pods(2), "size 3, SucceededRescale"},
		{"too many", hpa(most(1)), 2, "", pods(2), "size 1, SucceededRescale"},
		{"nothing is wanted", hpa(), 0, "100m", nil, "SucceededGetScale, ScalingDisabled"},
		{"just right", hpa(), 2, "105m", pods(2), "ReadyForNewScale, ValidMetricFound, DesiredWithinRange"},
		{"more load", hpa(), 2, "150m", pods(2), "size 3, SucceededRescale, ValidMetricFound, DesiredWithinRange"},
		{"much more: at most twice as many", hpa(), 3, "1", pods(3), "size 6, SucceededRescale, ValidMetricFound, ScaleUpLimit"},
		{"more than allowed", hpa(most(4)), 3, "1", pods(3), "size 4, SucceededRescale, ValidMetricFound, TooManyReplicas"},
		{"less load: not at once", hpa(), 4, "50m", pods(4), "ScaleDownStabilized, ValidMetricFound, DesiredWithinRange"},
		{"a pod that has not begun counts as idle", hpa(), 4, "300m", pods(4, pending), "size 6, SucceededRescale, ValidMetricFound, DesiredWithinRange"},
		{"so does one that has just begun", hpa(), 2, "130m", pods(2, young), "ReadyForNewScale, ValidMetricFound, DesiredWithinRange"},
		{"growth by policy", hpa(behaving(rules(0, four, third), rules(300, four))), 3, "1", pods(3), "size 7, SucceededRescale, ValidMetricFound, ScaleUpLimit"},
		{"shrinking by policy", hpa(behaving(rules(0, four), rules(0, third))), 6, "50m", pods(6), "size 3, SucceededRescale, ValidMetricFound, ScaleDownLimit"},
		{
			"a target that is not there", hpa(func(h *autoscalingv2.HorizontalPodAutoscaler) { h.Spec.ScaleTargetRef.Name = "x" }), 2, "", nil,
			"FailedGetScale, FailedGetScale",
		},
	} {
		plan := reconcile(view(nil, 0, append(c.pods, c.hpa, deployment(c.size, c.load))...), key)
		if got := told(plan); got != c.want {
			t.Errorf("%s: %s; want %s", c.name, got, c.want)
		}
		if plan.Again != period || !plan.Rest {
			t.Errorf("%s: looks again in %s", c.name, plan.Again)
		}
	}
}

// TestWindow holds that a workload shrinks when nothing higher was recommended for five minutes.
func TestWindow(t *testing.T) {
	var kept any
	for at := time.Duration(0); at <= stabilising+period; at += period {
		plan := reconcile(view(kept, at, append(pods(4), hpa(), deployment(4, "50m"))...), key)
		kept = plan.Keep
		if shrinks := strings.HasPrefix(told(plan), "size 1"); shrinks != (at > stabilising) {
			t.Errorf("after %s: %s", at, told(plan))
		}
	}
}

// TestWords holds Events and conditions against the recorded ones.
func TestWords(t *testing.T) {
	plan := reconcile(view(nil, 0, append(pods(2), hpa(), deployment(2, ""))...), key)
	const why = "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: " +
		"the server could not find the requested resource (get pods.metrics.k8s.io)"
	if got := plan.Events[0].Message; got != why {
		t.Error(got)
	}
	if got, want := plan.Events[1].Message, "invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: "+why; got != want {
		t.Error(got)
	}
	h := plan.Stages[0][0].Object.(*autoscalingv2.HorizontalPodAutoscaler)
	if got, want := h.Status.Conditions[1].Message, "the HPA was unable to compute the replica count: "+why; got != want {
		t.Error(got)
	}
	plan = reconcile(view(nil, 0, append(pods(2), hpa(), deployment(2, "150m"))...), key)
	if got, want := plan.Stages[0][0].Event.Message, "New size: 3; reason: cpu resource utilization (percentage of request) above target"; got != want {
		t.Error(got)
	}
}

func TestFailedScale(t *testing.T) {
	v := view(nil, 0, append(pods(2), hpa(), deployment(2, "150m"))...)
	v.Kept = reconcile(v, key).Keep
	v.Err = &metav1.Status{Reason: metav1.StatusReasonForbidden, Message: "no", Details: &metav1.StatusDetails{Kind: "deployments"}}
	plan := reconcile(v, key)
	if len(plan.Events) != 1 ||
		plan.Events[0].Message != "New size: 3; reason: cpu resource utilization (percentage of request) above target; error: no" {
		t.Errorf("%+v", plan.Events)
	}
	v.Err = &metav1.Status{Reason: metav1.StatusReasonConflict}
	if plan := reconcile(v, key); len(plan.Stages)+len(plan.Events) > 0 {
		t.Errorf("a conflict: %+v", plan)
	}
}
