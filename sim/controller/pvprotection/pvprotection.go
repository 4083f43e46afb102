// Package pvprotection keeps volumes that are bound to a claim from going away, by a finalizer. Models
// k8s.io/kubernetes/pkg/controller/volume/pvprotection.
package pvprotection

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

// Spec is the controller. Its keys are volumes.
var Spec = controller.Spec{
	Name:      "pv-protection-controller",
	Watches:   []controller.Watch{{Resource: volumes, Keys: keys}},
	Reconcile: reconcile,
}

const volumes = "persistentvolumes"

func keys(_ controller.View, ch client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	if ch != client.Deleted && wanted(now.(*corev1.PersistentVolume)) != nil {
		add(controller.KeyOf(now), 0)
	}
}

// wanted returns the volume with the finalizers that it should have; nil when it has them.
func wanted(v *corev1.PersistentVolume) *corev1.PersistentVolume {
	has := slices.Contains(v.Finalizers, volume.VolumeProtection)
	switch {
	case v.DeletionTimestamp != nil && has && v.Status.Phase != corev1.VolumeBound:
		n := v.DeepCopy()
		n.Finalizers = slices.DeleteFunc(n.Finalizers, func(f string) bool { return f == volume.VolumeProtection })
		return n
	case v.DeletionTimestamp == nil && !has:
		n := v.DeepCopy()
		n.Finalizers = append(n.Finalizers, volume.VolumeProtection)
		return n
	}
	return nil
}

func reconcile(v controller.View, k controller.Key) (plan controller.Plan) {
	o, ok := v.Get(volumes, "", k.Name).(*corev1.PersistentVolume)
	if !ok {
		return plan
	}
	if n := wanted(o); n != nil {
		plan.Then(controller.Write{
			Request:  client.Request{Verb: client.Update, Resource: volumes, Name: n.Name, Object: n},
			Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
		})
	}
	return plan
}
