package persistentvolume

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/api/volume"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// candidates returns the volumes that have the access modes of a claim, those with the fewest modes first.
func candidates(v controller.View, c *corev1.PersistentVolumeClaim) []*corev1.PersistentVolume {
	var all []*corev1.PersistentVolume
	v.Each(volumes, "", func(o api.Object) bool {
		if pv := o.(*corev1.PersistentVolume); volume.Grants(c, pv) {
			all = append(all, pv)
		}
		return true
	})
	modes := func(pv *corev1.PersistentVolume) int { return len(pv.Spec.AccessModes) }
	slices.SortStableFunc(all, func(a, b *corev1.PersistentVolume) int { return cmp.Compare(modes(a), modes(b)) })
	for i := range all { // a volume with fewer modes is better than a smaller one
		if i > 0 && modes(all[i]) != modes(all[i-1]) && volume.Find(c, all[:i], nil, false) != nil {
			return all[:i]
		}
	}
	return all
}

// classOf returns the class of a claim, nil when there is none.
func classOf(v controller.View, c *corev1.PersistentVolumeClaim) *storagev1.StorageClass {
	class, _ := v.Get(classes, "", volume.Class(c)).(*storagev1.StorageClass)
	return class
}

// assignDefault gives a claim that says nothing of a class the default one, and reports whether there is one.
func assignDefault(v controller.View, plan *controller.Plan, c *corev1.PersistentVolumeClaim) bool {
	var found *storagev1.StorageClass
	v.Each(classes, "", func(o api.Object) bool {
		class := o.(*storagev1.StorageClass)
		if class.Annotations[volume.DefaultClass] == "true" &&
			(found == nil || found.CreationTimestamp.Before(&class.CreationTimestamp)) {
			found = class
		}
		return true
	})
	if found == nil {
		return false
	}
	n := c.DeepCopy()
	n.Spec.StorageClassName = &found.Name
	plan.Then(update(n, ""))
	return true
}

// bind binds a volume and a claim, as far as that is not done.
func bind(plan *controller.Plan, pv *corev1.PersistentVolume, c *corev1.PersistentVolumeClaim) {
	before := len(plan.Stages)
	v, changed := volume.Bind(pv, c)
	if changed {
		plan.Then(update(v, ""))
	}
	if pv.Status.Phase != corev1.VolumeBound {
		v = v.DeepCopy()
		v.Status.Phase = corev1.VolumeBound
		plan.Then(update(v, "status"))
	}
	n := c.DeepCopy()
	changed = false
	if n.Spec.VolumeName != pv.Name {
		n.Spec.VolumeName, changed = pv.Name, true
		if _, had := n.Annotations[volume.BoundByUs]; !had {
			metav1.SetMetaDataAnnotation(&n.ObjectMeta, volume.BoundByUs, "yes")
		}
	}
	if _, had := n.Annotations[volume.BindCompleted]; !had {
		metav1.SetMetaDataAnnotation(&n.ObjectMeta, volume.BindCompleted, "yes")
		changed = true
	}
	if changed {
		plan.Then(update(n, ""))
	}
	if status := boundStatus(c, pv); !apiequality.Semantic.DeepEqual(status, c.Status) {
		n = n.DeepCopy()
		n.Status = status
		plan.Then(update(n, "status"))
	}
	if len(plan.Stages) > before {
		plan.Note = &Note{Claim: c.Name, Volume: pv.Name, Does: "bind"}
	}
}

// boundStatus returns the status of a claim that is bound to a volume. Its capacity is the volume's when it becomes bound;
// later both may grow apart.
func boundStatus(c *corev1.PersistentVolumeClaim, pv *corev1.PersistentVolume) corev1.PersistentVolumeClaimStatus {
	s := *c.Status.DeepCopy()
	s.AccessModes = pv.Spec.AccessModes
	if s.Phase != corev1.ClaimBound {
		s.Capacity = pv.Spec.Capacity
		if s.Phase == corev1.ClaimPending {
			s.CurrentVolumeAttributesClassName = pv.Spec.VolumeAttributesClassName
		}
	}
	s.Phase = corev1.ClaimBound
	return s
}

// lose says that a claim has lost its volume, once.
func lose(plan *controller.Plan, c *corev1.PersistentVolumeClaim, reason, message string) {
	if c.Status.Phase == corev1.ClaimLost {
		return
	}
	n := c.DeepCopy()
	n.Status.Phase, n.Status.AccessModes, n.Status.Capacity = corev1.ClaimLost, nil, nil
	n.Status.CurrentVolumeAttributesClassName = nil
	w := update(n, "status")
	w.Event = &client.Record{Object: client.Reference(c), Type: corev1.EventTypeWarning, Reason: reason, Message: message}
	plan.Then(w)
}

// update writes an object of which an earlier stage of the plan may have written another part.
func update(o api.Object, subresource string) controller.Write {
	return controller.Write{
		Request: client.Request{
			Verb: client.Update, Resource: api.FindObject(o).Name, Subresource: subresource, Namespace: o.GetNamespace(),
			Name: o.GetName(), Object: o,
		},
		Chain: true,
	}
}
