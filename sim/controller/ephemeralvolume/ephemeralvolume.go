// Package ephemeralvolume is the ephemeral volume controller: for a pod's volume that is described in the pod itself it makes
// a PersistentVolumeClaim, named for both, which the pod owns and which goes with it. Models
// k8s.io/kubernetes/pkg/controller/volume/ephemeral.
package ephemeralvolume

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

const claims = "persistentvolumeclaims"

// Spec is the controller. Its keys are pods.
var Spec = controller.Spec{
	Name:     "ephemeral-volume-controller",
	Reporter: "ephemeral_volume",
	Watches: []controller.Watch{
		{Resource: "pods", Keys: podKey},
		{Resource: claims, Keys: claimKey},
	},
	ReportErrors: true,
	Reconcile:    reconcile,
}

// Note names the claims that a pod gets.
type Note struct {
	Claims []string `json:"claims"`
}

// podKey wakes a new pod that describes volumes.
func podKey(_ controller.View, ch client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	if pod := now.(*corev1.Pod); ch == client.Added && describes(pod) {
		add(controller.KeyOf(pod), 0)
	}
}

// claimKey wakes the pod of a claim that is gone: it gets another.
func claimKey(v controller.View, ch client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	if ch != client.Deleted {
		return
	}
	if pod, ok := v.Owner(now, "Pod", "pods").(*corev1.Pod); ok && describes(pod) {
		add(controller.KeyOf(pod), 0)
	}
}

func describes(pod *corev1.Pod) bool {
	for i := range pod.Spec.Volumes {
		if pod.Spec.Volumes[i].Ephemeral != nil {
			return pod.DeletionTimestamp == nil
		}
	}
	return false
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	plan, note := controller.Plan{}, Note{}
	pod, ok := v.Get("pods", k.Namespace, k.Name).(*corev1.Pod)
	if !ok || !describes(pod) {
		return plan
	}
	for i := range pod.Spec.Volumes {
		volume := &pod.Spec.Volumes[i]
		if volume.Ephemeral == nil {
			continue
		}
		name := pod.Name + "-" + volume.Name
		about := "ephemeral volume " + volume.Name + ": "
		has := v.Get(claims, pod.Namespace, name)
		switch {
		case has != nil && !controller.ControlledBy(has, pod.UID):
			plan.Tell(pod, corev1.EventTypeWarning, "FailedBinding", about+"PVC "+pod.Namespace+"/"+name+" was not created for pod "+
				pod.Namespace+"/"+pod.Name+" (pod is not owner)")
			plan.Retry = true
			return plan
		case has != nil:
		case v.Err != nil:
			plan.Tell(pod, corev1.EventTypeWarning, "FailedBinding", about+"create PVC "+name+": "+v.Err.Message)
			return plan
		default:
			note.Claims = append(note.Claims, name)
			plan.Then(creation(pod, volume, name))
		}
	}
	if len(note.Claims) > 0 {
		plan.Note = note
	}
	return plan
}

func creation(pod *corev1.Pod, volume *corev1.Volume, name string) controller.Write {
	t := volume.Ephemeral.VolumeClaimTemplate.DeepCopy()
	return controller.Write{Request: client.Request{
		Verb: client.Create, Resource: claims, Namespace: pod.Namespace, Name: name,
		Object: &corev1.PersistentVolumeClaim{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: pod.Namespace, Name: name, Labels: t.Labels, Annotations: t.Annotations,
				OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(pod, corev1.SchemeGroupVersion.WithKind("Pod"))},
			},
			Spec: t.Spec,
		},
	}}
}
