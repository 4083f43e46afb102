package status

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/api"
)

// Of returns the tone of any object.
func Of(o api.Object) string {
	if o.GetDeletionTimestamp() != nil {
		return Gone
	}
	switch o := o.(type) {
	case *corev1.Pod:
		return OfPod(o).Tone()
	case *appsv1.Deployment:
		return enough(o.Spec.Replicas, o.Status.AvailableReplicas)
	case *appsv1.ReplicaSet:
		return enough(o.Spec.Replicas, o.Status.AvailableReplicas)
	case *corev1.Node:
		for i := range o.Status.Conditions {
			if c := &o.Status.Conditions[i]; c.Type == corev1.NodeReady && c.Status != corev1.ConditionTrue {
				return Bad
			}
		}
	case *corev1.Event:
		if o.Type == corev1.EventTypeWarning {
			return Bad
		}
	}
	return OK
}

func enough(wanted *int32, available int32) string {
	if wanted != nil && available < *wanted {
		return Wait
	}
	return OK
}

// Selector returns what a Service selects in its namespace, or nil for everything that selects nothing.
func Selector(o api.Object) func(api.Object) bool {
	s, ok := o.(*corev1.Service)
	if !ok || len(s.Spec.Selector) == 0 {
		return nil
	}
	selector := labels.SelectorFromSet(s.Spec.Selector)
	return func(o api.Object) bool { return selector.Matches(labels.Set(o.GetLabels())) }
}
