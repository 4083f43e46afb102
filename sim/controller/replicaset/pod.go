package replicaset

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// claimed is what a ReplicaSet has: pods that run or will, pods that are going, and the writes that take pods in or let
// them go.
type claimed struct {
	active      []*corev1.Pod
	terminating int
	claims      []controller.Write
}

// claim sorts out the pods that the ReplicaSet controls or could.
func claim(v controller.View, rs *appsv1.ReplicaSet, selector labels.Selector) claimed {
	var c claimed
	v.Owned("pods", rs.UID, func(o api.Object) bool {
		pod := o.(*corev1.Pod)
		matches := selector.Matches(labels.Set(pod.Labels))
		ended := pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
		switch {
		case pod.DeletionTimestamp != nil && !ended && matches:
			c.terminating++
		case pod.DeletionTimestamp != nil || ended:
		case matches:
			c.active = append(c.active, pod)
		case rs.DeletionTimestamp == nil:
			c.claims = append(c.claims, ownership(pod, `{"metadata":{"ownerReferences":[{"$patch":"delete","uid":"`+
				string(rs.UID)+`"}],"uid":"`+string(pod.UID)+`"}}`))
		}
		return true
	})
	if rs.DeletionTimestamp == nil {
		c.adopt(v, rs, selector)
	}
	return c
}

// adopt takes in the pods that match and that nobody controls.
func (c *claimed) adopt(v controller.View, rs *appsv1.ReplicaSet, selector labels.Selector) {
	v.Owned("pods", "", func(o api.Object) bool {
		pod := o.(*corev1.Pod)
		if pod.Namespace != rs.Namespace || pod.DeletionTimestamp != nil || !selector.Matches(labels.Set(pod.Labels)) ||
			pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
			return true
		}
		c.active = append(c.active, pod)
		c.claims = append(c.claims, ownership(pod, `{"metadata":{"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"`+
			rs.Name+`","uid":"`+string(rs.UID)+`","controller":true,"blockOwnerDeletion":true}],"uid":"`+string(pod.UID)+`"}}`))
		return true
	})
}

func ownership(pod *corev1.Pod, patch string) controller.Write {
	return controller.Write{
		Request: client.Request{
			Verb: client.Patch, Resource: "pods", Namespace: pod.Namespace, Name: pod.Name,
			PatchType: types.StrategicMergePatchType, PatchData: []byte(patch),
		},
		Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
	}
}

// newPod returns the pod that the ReplicaSet's template describes.
func newPod(rs *appsv1.ReplicaSet) *corev1.Pod {
	t := rs.Spec.Template
	yes := true
	prefix := rs.Name + "-"
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			GenerateName: prefix, Namespace: rs.Namespace, Labels: t.Labels, Annotations: t.Annotations, Finalizers: t.Finalizers,
			OwnerReferences: []metav1.OwnerReference{{
				APIVersion: "apps/v1", Kind: "ReplicaSet", Name: rs.Name, UID: rs.UID, Controller: &yes, BlockOwnerDeletion: &yes,
			}},
		},
		Spec: t.Spec,
	}
}

func creation(rs *appsv1.ReplicaSet, pod *corev1.Pod) controller.Write {
	return controller.Write{
		Request: client.Request{Verb: client.Create, Resource: "pods", Namespace: rs.Namespace, Object: pod},
		Event:   event(rs, corev1.EventTypeNormal, "SuccessfulCreate", "Created pod: %s"),
		Failure: event(rs, corev1.EventTypeWarning, "FailedCreate", "Error creating: %v"),
		Expect:  true,
	}
}

func deletion(rs *appsv1.ReplicaSet, pod *corev1.Pod) controller.Write {
	return controller.Write{
		Request: client.Request{
			Verb: client.Delete, Resource: "pods", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID,
		},
		Event:    event(rs, corev1.EventTypeNormal, "SuccessfulDelete", "Deleted pod: "+pod.Name),
		Failure:  event(rs, corev1.EventTypeWarning, "FailedDelete", "Error deleting: %v"),
		Expect:   true,
		Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
	}
}

func event(rs *appsv1.ReplicaSet, kind, reason, message string) *client.Record {
	return &client.Record{Object: client.Reference(rs), Type: kind, Reason: reason, Message: message}
}
