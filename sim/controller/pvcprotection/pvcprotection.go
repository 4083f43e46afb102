// Package pvcprotection keeps claims that pods use from going away: a claim has a finalizer, which the controller removes
// when the claim is being deleted and no pod that has a node uses it any more. Models
// k8s.io/kubernetes/pkg/controller/volume/pvcprotection.
//
// Simplified: the informers' cache decides; Kubernetes lists the pods once more before it removes the finalizer.
package pvcprotection

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/api/volume"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// Spec is the controller. Its keys are claims.
var Spec = controller.Spec{
	Name: "pvc-protection-controller",
	Watches: []controller.Watch{
		{Resource: claims, Keys: claimKeys},
		{Resource: "pods", Keys: podKeys},
	},
	Reconcile: reconcile,
}

const claims = "persistentvolumeclaims"

func claimKeys(_ controller.View, ch client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	if c := now.(*corev1.PersistentVolumeClaim); ch != client.Deleted && (deletable(c) || unprotected(c)) {
		add(controller.KeyOf(now), 0)
	}
}

// podKeys wakes the claims of a pod that may not use them any more.
func podKeys(v controller.View, ch client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	pod := now.(*corev1.Pod)
	if ch != client.Deleted && !controller.Ended(pod) {
		return
	}
	for i := range pod.Spec.Volumes {
		name, _ := volume.ClaimOf(pod, &pod.Spec.Volumes[i])
		if c, ok := v.Get(claims, pod.Namespace, name).(*corev1.PersistentVolumeClaim); ok && deletable(c) {
			add(controller.KeyOf(c), 0)
		}
	}
}

func deletable(c *corev1.PersistentVolumeClaim) bool {
	return c.DeletionTimestamp != nil && slices.Contains(c.Finalizers, volume.ClaimProtection)
}

func unprotected(c *corev1.PersistentVolumeClaim) bool {
	return c.DeletionTimestamp == nil && !slices.Contains(c.Finalizers, volume.ClaimProtection)
}

func reconcile(v controller.View, k controller.Key) (plan controller.Plan) {
	c, ok := v.Get(claims, k.Namespace, k.Name).(*corev1.PersistentVolumeClaim)
	if !ok || !deletable(c) && !unprotected(c) || deletable(c) && used(v, c) {
		return plan
	}
	n := c.DeepCopy()
	if deletable(c) {
		n.Finalizers = slices.DeleteFunc(n.Finalizers, func(f string) bool { return f == volume.ClaimProtection })
	} else {
		n.Finalizers = append(n.Finalizers, volume.ClaimProtection)
	}
	plan.Then(controller.Write{
		Request:  client.Request{Verb: client.Update, Resource: claims, Namespace: n.Namespace, Name: n.Name, Object: n},
		Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
	})
	return plan
}

// used reports whether a pod that has a node uses a claim. One whose own claim it is lets go of it when it has ended.
func used(v controller.View, c *corev1.PersistentVolumeClaim) (found bool) {
	v.Each("pods", c.Namespace, func(o api.Object) bool {
		pod := o.(*corev1.Pod)
		if pod.Spec.NodeName == "" {
			return true
		}
		for i := range pod.Spec.Volumes {
			name, own := volume.ClaimOf(pod, &pod.Spec.Volumes[i])
			found = found || name == c.Name && (!own || !controller.Ended(pod) && metav1.IsControlledBy(c, pod))
		}
		return !found
	})
	return found
}
