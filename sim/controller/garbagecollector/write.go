package garbagecollector

import (
	"encoding/json"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// gone are refusals of a write to an object that is gone, which is as good.
var gone = []metav1.StatusReason{metav1.StatusReasonNotFound}

// deletion deletes the object if it is still the one that the cache shows: its owners may have changed since.
//
// Simplified: after a conflict the object is looked at anew; Kubernetes first tries without the revision when its owners
// are the same.
func (i item) deletion(policy metav1.DeletionPropagation) controller.Write {
	return controller.Write{
		Request: client.Request{
			Verb: client.Delete, Resource: i.resource.Name, Namespace: i.GetNamespace(), Name: i.GetName(),
			UID: i.GetUID(), Revision: i.GetResourceVersion(), Propagation: policy,
		},
		Tolerate: gone,
	}
}

// removal is an element of a strategic merge patch that removes an owner reference.
type removal struct {
	Patch string    `json:"$patch"`
	UID   types.UID `json:"uid"`
}

// ownerPatch is a strategic merge patch of owner references. The UID makes sure that it meets the right object.
type ownerPatch[T any] struct {
	Metadata struct {
		UID             types.UID `json:"uid"`
		OwnerReferences []T       `json:"ownerReferences"`
	} `json:"metadata"`
}

// disowning removes the object's references to some owners.
func (i item) disowning(owners ...types.UID) controller.Write {
	if api.Find(i.resource.Name) == nil {
		return i.keeping(func(ref metav1.OwnerReference) (metav1.OwnerReference, bool) {
			return ref, !slices.Contains(owners, ref.UID)
		})
	}
	var p ownerPatch[removal]
	p.Metadata.UID = i.GetUID()
	for _, uid := range owners {
		p.Metadata.OwnerReferences = append(p.Metadata.OwnerReferences, removal{"delete", uid})
	}
	return i.patch(types.StrategicMergePatchType, p)
}

// unblocking makes the object block none of its owners; false when it does not anyway.
func (i item) unblocking() (controller.Write, bool) {
	var p ownerPatch[metav1.OwnerReference]
	p.Metadata.UID = i.GetUID()
	no := false
	if api.Find(i.resource.Name) == nil {
		blocks := slices.ContainsFunc(i.GetOwnerReferences(), func(ref metav1.OwnerReference) bool {
			return ref.BlockOwnerDeletion != nil && *ref.BlockOwnerDeletion
		})
		return i.keeping(func(ref metav1.OwnerReference) (metav1.OwnerReference, bool) {
			if ref.BlockOwnerDeletion != nil {
				ref.BlockOwnerDeletion = &no
			}
			return ref, true
		}), blocks
	}
	for _, ref := range i.GetOwnerReferences() {
		if ref.BlockOwnerDeletion != nil && *ref.BlockOwnerDeletion {
			ref.BlockOwnerDeletion = &no
			p.Metadata.OwnerReferences = append(p.Metadata.OwnerReferences, ref)
		}
	}
	return i.patch(types.StrategicMergePatchType, p), len(p.Metadata.OwnerReferences) > 0
}

// referencePatch is a merge patch that sets the owner references of one revision of an object.
type referencePatch struct {
	Metadata struct {
		ResourceVersion string                  `json:"resourceVersion"`
		OwnerReferences []metav1.OwnerReference `json:"ownerReferences"`
	} `json:"metadata"`
}

// keeping gives the object those of its owner references that f keeps, as f returns them: a custom resource has no
// strategic merge patch.
//
// Simplified: this patch is tried at once; Kubernetes first tries the other one each time, which is refused.
func (i item) keeping(f func(metav1.OwnerReference) (metav1.OwnerReference, bool)) controller.Write {
	var p referencePatch
	p.Metadata.ResourceVersion = i.GetResourceVersion()
	p.Metadata.OwnerReferences = []metav1.OwnerReference{}
	for _, ref := range i.GetOwnerReferences() {
		if kept, ok := f(ref); ok {
			p.Metadata.OwnerReferences = append(p.Metadata.OwnerReferences, kept)
		}
	}
	return i.patch(types.MergePatchType, p)
}

// finalizerPatch is a merge patch that sets the finalizers of one revision of an object.
type finalizerPatch struct {
	Metadata struct {
		ResourceVersion string   `json:"resourceVersion"`
		Finalizers      []string `json:"finalizers"`
	} `json:"metadata"`
}

// finalizing removes a finalizer from the object.
func (i item) finalizing(finalizer string) controller.Write {
	var p finalizerPatch
	p.Metadata.ResourceVersion = i.GetResourceVersion()
	for _, f := range i.GetFinalizers() {
		if f != finalizer {
			p.Metadata.Finalizers = append(p.Metadata.Finalizers, f)
		}
	}
	return i.patch(types.MergePatchType, p)
}

func (i item) patch(kind types.PatchType, patch any) controller.Write {
	data, err := json.Marshal(patch)
	if err != nil {
		panic("garbagecollector: a patch: " + err.Error())
	}
	return controller.Write{
		Request: client.Request{
			Verb: client.Patch, Resource: i.resource.Name, Namespace: i.GetNamespace(), Name: i.GetName(),
			PatchType: kind, PatchData: data,
		},
		Tolerate: slices.Clone(gone),
	}
}
