package persistentvolume

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api/volume"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// syncVolume compares a volume with the claim that it is for.
func syncVolume(v controller.View, plan *controller.Plan, pv *corev1.PersistentVolume) {
	ref := pv.Spec.ClaimRef
	if ref == nil || ref.UID == "" {
		setPhase(plan, pv, corev1.VolumeAvailable, "", nil)
		return
	}
	c, _ := v.Get(claims, ref.Namespace, ref.Name).(*corev1.PersistentVolumeClaim)
	ours := pv.Annotations[volume.ProvisionedBy] != "" && pv.Spec.PersistentVolumeReclaimPolicy == corev1.PersistentVolumeReclaimDelete
	switch {
	case c == nil || c.UID != ref.UID:
		release(plan, pv)
	case c.Spec.VolumeName == "":
		if !volume.SameMode(c, pv) {
			plan.Tell(pv, corev1.EventTypeWarning, "VolumeMismatch",
				`Cannot bind PersistentVolume to requested PersistentVolumeClaim "`+c.Name+`" due to incompatible volumeMode.`)
			plan.Tell(c, corev1.EventTypeWarning, "VolumeMismatch",
				`Cannot bind PersistentVolume "`+pv.Name+`" to requested PersistentVolumeClaim due to incompatible volumeMode.`)
		}
	case c.Spec.VolumeName == pv.Name:
		setPhase(plan, pv, corev1.VolumeBound, "", nil)
	case ours:
		release(plan, pv)
	default:
		unbind(plan, pv)
	}
}

// setPhase writes a volume's phase, unless it has it. It returns the volume as it will be.
func setPhase(plan *controller.Plan, pv *corev1.PersistentVolume, phase corev1.PersistentVolumePhase, message string, event *client.Record) *corev1.PersistentVolume {
	if pv.Status.Phase == phase {
		return pv
	}
	n := pv.DeepCopy()
	n.Status.Phase, n.Status.Message = phase, message
	w := update(n, "status")
	w.Event = event
	plan.Then(w)
	return n
}

// unbind takes back a binding to a claim that found another volume; one that a user asked for is only forgotten in part.
func unbind(plan *controller.Plan, pv *corev1.PersistentVolume) {
	n := pv.DeepCopy()
	if _, ours := n.Annotations[volume.BoundByUs]; ours {
		n.Spec.ClaimRef = nil
		delete(n.Annotations, volume.BoundByUs)
	} else {
		n.Spec.ClaimRef.UID = ""
	}
	plan.Then(update(n, ""))
	setPhase(plan, n, corev1.VolumeAvailable, "", nil)
}

// release takes a volume back whose claim is gone, and does with it what its reclaim policy says.
func release(plan *controller.Plan, pv *corev1.PersistentVolume) {
	plan.Note = &Note{Volume: pv.Name, Does: "release"}
	if pv.Status.Phase != corev1.VolumeReleased && pv.Status.Phase != corev1.VolumeFailed {
		pv = setPhase(plan, pv, corev1.VolumeReleased, "", nil)
	}
	switch pv.Spec.PersistentVolumeReclaimPolicy {
	case corev1.PersistentVolumeReclaimDelete:
		remove(plan, pv)
	case corev1.PersistentVolumeReclaimRecycle:
		if pv.Spec.HostPath == nil && pv.Spec.NFS == nil {
			fail(plan, pv, "VolumeFailedRecycle", "No recycler plugin found for the volume!")
			return
		}
		plan.Tell(pv, corev1.EventTypeNormal, "VolumeRecycled", "Volume recycled")
		unbind(plan, pv)
	}
}

// remove deletes a volume that was made by the provisioner, or that can be deleted anyway. In Kubernetes one part of the
// controller takes the finalizer away that another part gives back at once; it goes for good once the volume is being
// deleted.
func remove(plan *controller.Plan, pv *corev1.PersistentVolume) {
	if by := pv.Annotations[volume.ProvisionedBy]; by != "" && by != hostPath {
		if strings.HasPrefix(by, "kubernetes.io/") && migrated[by] == "" {
			fail(plan, pv, "VolumeFailedDelete", "no volume plugin matched name: "+by)
		}
		return // somebody else deletes it
	} else if by == "" && pv.Spec.CSI != nil {
		return
	}
	switch {
	case pv.Spec.HostPath == nil:
		fail(plan, pv, "VolumeFailedDelete", `error getting deleter volume plugin for volume "`+pv.Name+`": no deletable volume plugin matched`)
		return
	case !strings.HasPrefix(pv.Spec.HostPath.Path, "/tmp/"):
		fail(plan, pv, "VolumeFailedDelete", "host_path deleter only supports /tmp/.+ but received provided "+pv.Spec.HostPath.Path)
		return
	}
	plan.Note = &Note{Volume: pv.Name, Does: "reclaim"}
	if slices.Contains(pv.Finalizers, volume.MadeByUs) {
		n := pv.DeepCopy()
		n.Finalizers = slices.DeleteFunc(n.Finalizers, func(f string) bool { return f == volume.MadeByUs })
		plan.Then(update(n, ""))
		if pv.DeletionTimestamp == nil {
			n = n.DeepCopy()
			n.Finalizers = append(n.Finalizers, volume.MadeByUs)
			plan.Then(update(n, ""))
		}
	}
	plan.Then(controller.Write{
		Request:  client.Request{Verb: client.Delete, Resource: volumes, Name: pv.Name},
		Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
	})
}

// fail says that a volume could not be reclaimed, once.
func fail(plan *controller.Plan, pv *corev1.PersistentVolume, reason, message string) {
	setPhase(plan, pv, corev1.VolumeFailed, "", &client.Record{
		Object: client.Reference(pv), Type: corev1.EventTypeWarning, Reason: reason, Message: message,
	})
}
