package replicaset

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// claimed is what a set has: pods that run or will, pods that are going, and the writes that take pods in or let
// them go.
type claimed struct {
	active      []*corev1.Pod
	terminating int
	claims      []controller.Write
}

// claim sorts out the pods that the set controls or could.
func claim(v controller.View, s *set, selector labels.Selector) claimed {
	var c claimed
	v.Owned("pods", s.UID, func(o api.Object) bool {
		pod := o.(*corev1.Pod)
		matches, ended := selector.Matches(labels.Set(pod.Labels)), controller.Ended(pod)
		switch {
		case pod.DeletionTimestamp != nil && !ended && matches:
			c.terminating++
		case pod.DeletionTimestamp != nil || ended:
		case matches:
			c.active = append(c.active, pod)
		case s.DeletionTimestamp == nil:
			c.claims = append(c.claims, controller.Release("pods", pod, s.object))
		}
		return true
	})
	if s.DeletionTimestamp == nil {
		c.adopt(v, s, selector)
	}
	return c
}

// adopt takes in the pods that match and that nobody controls.
func (c *claimed) adopt(v controller.View, s *set, selector labels.Selector) {
	v.Owned("pods", "", func(o api.Object) bool {
		pod := o.(*corev1.Pod)
		if pod.Namespace != s.Namespace || pod.DeletionTimestamp != nil || !selector.Matches(labels.Set(pod.Labels)) ||
			controller.Ended(pod) {
			return true
		}
		c.active = append(c.active, pod)
		c.claims = append(c.claims, controller.Adopt("pods", pod, s.object))
		return true
	})
}

func creation(s *set, pod *corev1.Pod) controller.Write {
	return controller.Write{
		Request: client.Request{Verb: client.Create, Resource: "pods", Namespace: s.Namespace, Object: pod},
		Event:   event(s, corev1.EventTypeNormal, "SuccessfulCreate", "Created pod: %s"),
		Failure: event(s, corev1.EventTypeWarning, "FailedCreate", "Error creating: %v"),
		Expect:  true,
	}
}

func deletion(s *set, pod *corev1.Pod) controller.Write {
	return controller.Write{
		Request: client.Request{
			Verb: client.Delete, Resource: "pods", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID,
		},
		Event:    event(s, corev1.EventTypeNormal, "SuccessfulDelete", "Deleted pod: "+pod.Name),
		Failure:  event(s, corev1.EventTypeWarning, "FailedDelete", "Error deleting: %v"),
		Expect:   true,
		Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
	}
}

func event(s *set, kind, reason, message string) *client.Record {
	return &client.Record{Object: client.Reference(s.object), Type: kind, Reason: reason, Message: message}
}
