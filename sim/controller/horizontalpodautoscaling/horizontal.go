// Package horizontalpodautoscaling is the horizontal pod autoscaler: every 15 seconds it compares how much the pods of a
// workload use with how much they should, and gives the workload another size.
//
// The size that a metric asks for is its ratio to the target, times the pods that it was measured on; of several metrics the
// largest counts. What a single look recommends is not followed blindly: small deviations are tolerated, a lower size is
// taken only when nothing higher was recommended for five minutes, and spec.behavior bounds how fast a workload grows and
// shrinks. Models k8s.io/kubernetes/pkg/controller/podautoscaler.
//
// Simplified: there is no metrics server. What pods use is said by annotations: see usage. Metrics of pods, objects and of the
// outside world are not served, as in a cluster without adapters for them. Targets are of the kinds that Kubernetes brings.
package horizontalpodautoscaling

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

const autoscalers = "horizontalpodautoscalers.autoscaling"

// Spec is the controller. Its keys are HorizontalPodAutoscalers.
var Spec = controller.Spec{
	Name:         "horizontal-pod-autoscaler",
	Watches:      []controller.Watch{{Resource: autoscalers, Keys: keys}, {Resource: "pods"}, {Resource: "deployments.apps"}},
	ReportErrors: true,
	Reconcile:    reconcile,
}

// Note says what a look at a workload found.
type Note struct {
	Current int32  `json:"current"` // pods that the workload wants
	Desired int32  `json:"desired"` // pods that it will
	Reason  string `json:"reason,omitempty"`
}

// The knobs of kube-controller-manager, at their defaults.
const (
	period       = 15 * time.Second // --horizontal-pod-autoscaler-sync-period
	tolerance    = 0.1              // --horizontal-pod-autoscaler-tolerance
	stabilising  = 5 * time.Minute  // --horizontal-pod-autoscaler-downscale-stabilization
	initialising = 5 * time.Minute  // --horizontal-pod-autoscaler-cpu-initialization-period
	firstReady   = 30 * time.Second // --horizontal-pod-autoscaler-initial-readiness-delay
)

func keys(_ controller.View, ch client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	if ch != client.Deleted {
		add(controller.KeyOf(now), period)
	}
}

// target is the workload that is scaled.
type target struct {
	resource *api.Resource
	object   api.Object
	size     int32 // spec.replicas
	selector *metav1.LabelSelector
}

// targetOf finds the workload of an autoscaler, or says why it cannot.
func targetOf(v controller.View, h *autoscalingv2.HorizontalPodAutoscaler) (*target, string) {
	ref := h.Spec.ScaleTargetRef
	group, err := schema.ParseGroupVersion(ref.APIVersion)
	if err != nil {
		return nil, err.Error()
	}
	var res *api.Resource
	for _, r := range api.Resources {
		if r.Kind.Group == group.Group && r.Kind.Kind == ref.Kind && r.Preferred {
			res = r
		}
	}
	switch {
	case res == nil:
		return nil, "no matches for kind " + quoted(ref.Kind) + " in group " + quoted(group.Group)
	case res.Subresource("scale") == nil:
		return nil, "the server could not find the requested resource"
	}
	o := v.Get(res.Name, h.Namespace, ref.Name)
	t := &target{resource: res, object: o}
	switch o := o.(type) {
	case *appsv1.Deployment:
		t.size, t.selector = *o.Spec.Replicas, o.Spec.Selector
	case *appsv1.ReplicaSet:
		t.size, t.selector = *o.Spec.Replicas, o.Spec.Selector
	case *appsv1.StatefulSet:
		t.size, t.selector = *o.Spec.Replicas, o.Spec.Selector
	case *corev1.ReplicationController:
		t.size, t.selector = *o.Spec.Replicas, &metav1.LabelSelector{MatchLabels: o.Spec.Selector}
	default:
		return nil, res.Name + " " + quoted(ref.Name) + " not found"
	}
	return t, ""
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	h, ok := v.Get(autoscalers, k.Namespace, k.Name).(*autoscalingv2.HorizontalPodAutoscaler)
	if !ok {
		return controller.Plan{}
	}
	s := &sync{view: v, was: h, hpa: h.DeepCopy(), memory: recall(v.Kept, h.UID)}
	s.plan.Again, s.plan.Rest = period, true
	if v.Err != nil {
		s.report()
	} else {
		s.look()
	}
	s.plan.Keep = s.memory
	return s.plan
}
