package controller

import (
	"encoding/json"
	"maps"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
)

// This file is how controllers come to own what others made, and how they lose it: by labels. Models
// controller_ref_manager.go and controller_utils.go of k8s.io/kubernetes/pkg/controller.

// Claim returns the objects of a resource that belong to an owner: those that it controls and that fit, and those that fit
// and nobody controls, which it adopts by the first of the writes. It lets go of those that it controls and that do not
// fit any longer. An owner that is going keeps to what it has.
//
// Simplified: Kubernetes reads the owner anew before it adopts anything.
func (v View) Claim(owner api.Object, resource string, fits func(api.Object) bool) (claimed []api.Object, writes []Write) {
	going := owner.GetDeletionTimestamp() != nil
	v.Owned(resource, owner.GetUID(), func(o api.Object) bool {
		switch {
		case fits(o):
			claimed = append(claimed, o)
		case !going:
			writes = append(writes, Release(resource, o, owner))
		}
		return true
	})
	if going {
		return claimed, writes
	}
	v.Owned(resource, "", func(o api.Object) bool {
		if o.GetNamespace() == owner.GetNamespace() && o.GetDeletionTimestamp() == nil && fits(o) {
			claimed = append(claimed, o)
			writes = append(writes, Adopt(resource, o, owner))
		}
		return true
	})
	return claimed, writes
}

// Adopt makes an owner the controller of an object that has none.
func Adopt(resource string, o, owner api.Object) Write {
	return ownership(resource, o, struct {
		OwnerReferences []metav1.OwnerReference `json:"ownerReferences"`
		UID             types.UID               `json:"uid"`
	}{[]metav1.OwnerReference{ReferenceTo(owner)}, o.GetUID()})
}

// Release takes an owner from the owners of an object.
func Release(resource string, o, owner api.Object) Write {
	type reference struct {
		Patch string    `json:"$patch"`
		UID   types.UID `json:"uid"`
	}
	return ownership(resource, o, struct {
		UID             types.UID   `json:"uid"`
		OwnerReferences []reference `json:"ownerReferences"`
	}{o.GetUID(), []reference{{"delete", owner.GetUID()}}})
}

// ownership patches an object's owner references. The UID in the patch refuses it for another object of that name.
func ownership(resource string, o api.Object, metadata any) Write {
	patch, err := json.Marshal(map[string]any{"metadata": metadata})
	if err != nil {
		panic("controller: a patch of owner references: " + err.Error())
	}
	return Write{
		Request: client.Request{
			Verb: client.Patch, Resource: resource, Namespace: o.GetNamespace(), Name: o.GetName(),
			PatchType: types.StrategicMergePatchType, PatchData: patch,
		},
		Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
	}
}

// ReferenceTo returns the reference by which an object says that the owner controls it.
func ReferenceTo(owner api.Object) metav1.OwnerReference {
	return *metav1.NewControllerRef(owner, KindOf(owner))
}

// KindOf returns an object's kind in the version as which it is stored.
func KindOf(o api.Object) schema.GroupVersionKind {
	gvk, err := api.KindOf(o)
	if err != nil {
		panic("controller: an object of no known kind: " + err.Error())
	}
	return gvk
}

// Owners are the objects of one kind that may control others.
type Owners struct {
	Kind     string
	Resource string // plural with group
	// Selector says which objects without a controller an owner would adopt.
	Selector func(owner api.Object) *metav1.LabelSelector
	// Available returns how long after a pod became ready its owner looks at it again; 0 for not. May be nil.
	Available func(owner api.Object) time.Duration
}

// Keys wakes the owner of an object and the one before, and every owner that could adopt an object that has none, when
// that may have changed. It is a Watch's Keys.
func (w *Owners) Keys(v View, ch client.ChangeType, old, now api.Object, add func(Key, time.Duration)) {
	owner := v.Owner(now, w.Kind, w.Resource)
	if old != nil && now.GetDeletionTimestamp() == nil {
		if was := v.Owner(old, w.Kind, w.Resource); was != nil && (owner == nil || was.GetUID() != owner.GetUID()) {
			add(KeyOf(was), 0)
		}
	}
	switch {
	case owner != nil:
		add(KeyOf(owner), 0)
		if w.Available == nil || old == nil || now.GetDeletionTimestamp() != nil {
			return
		}
		if wait := w.Available(owner); wait > 0 && !IsReady(old.(*corev1.Pod)) && IsReady(now.(*corev1.Pod)) {
			add(KeyOf(owner), wait)
		}
	case metav1.GetControllerOfNoCopy(now) != nil || ch == client.Deleted || now.GetDeletionTimestamp() != nil:
	case old == nil || metav1.GetControllerOfNoCopy(old) != nil || !maps.Equal(old.GetLabels(), now.GetLabels()):
		w.adopters(v, now, add)
	}
}

// adopters wakes the owners that select an object.
func (w *Owners) adopters(v View, object api.Object, add func(Key, time.Duration)) {
	v.Each(w.Resource, object.GetNamespace(), func(o api.Object) bool {
		selector, err := metav1.LabelSelectorAsSelector(w.Selector(o))
		if err == nil && !selector.Empty() && selector.Matches(labels.Set(object.GetLabels())) {
			add(KeyOf(o), 0)
		}
		return true
	})
}

// OwnKeys wakes the changed object itself. It is a Watch's Keys.
func OwnKeys(_ View, _ client.ChangeType, _, now api.Object, add func(Key, time.Duration)) {
	add(KeyOf(now), 0)
}

// SlowStart plans n writes in stages of 1, 2, 4 and so on, so that what fails for all of them fails for few.
func (p *Plan) SlowStart(n int, write func(i int) Write) {
	done := 0
	for batch := 1; done < n; batch *= 2 {
		stage := make([]Write, min(batch, n-done))
		for i := range stage {
			stage[i] = write(done + i)
		}
		p.Then(stage...)
		done += len(stage)
	}
}
