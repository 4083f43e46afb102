package garbagecollector

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/controller"
)

// reference is an owner reference with the place where the owner should be.
type reference struct {
	metav1.OwnerReference
	resource  *api.Resource
	namespace string
}

// owners are an object's owner references by what is known of the owners.
type owners struct {
	solid   []reference // they exist
	waiting []reference // they exist, and wait for their dependents to go
	absent  []reference // they do not exist
	unseen  []reference // the cache does not have them
}

// locate returns where an object's owner should be; false when there is no such kind, or when the object is cluster-wide
// and the owner would not be.
func locate(v controller.View, o api.Object, ref *metav1.OwnerReference) (reference, bool) {
	r := v.Custom().GroupKind(schema.FromAPIVersionAndKind(ref.APIVersion, ref.Kind))
	if r == nil || r.Namespaced && o.GetNamespace() == "" {
		return reference{}, false
	}
	found := reference{*ref, r, ""}
	if r.Namespaced {
		found.namespace = o.GetNamespace()
	}
	return found, true
}

// lookUp returns what the cache has under the reference's name, or nil.
func (r *reference) lookUp(v controller.View) api.Object {
	if !watched(r.resource) {
		return nil
	}
	return v.Get(r.resource.Name, r.namespace, r.Name)
}

// sort tells an object's owner references apart. It returns false when one of them cannot be looked up: nothing is done
// about the object then.
func sort(v controller.View, o api.Object) (owners, bool) {
	var s owners
	refs := o.GetOwnerReferences()
	for n := range refs {
		ref, ok := locate(v, o, &refs[n])
		if !ok {
			return owners{}, false
		}
		owner := ref.lookUp(v)
		switch {
		case owner == nil:
			s.unseen = append(s.unseen, ref)
		case owner.GetUID() != ref.UID:
			// The name has been taken by another object since: whoever wrote the reference had seen the owner, so that this
			// one cannot be its predecessor.
			s.absent = append(s.absent, ref)
		case deletes(owner, metav1.FinalizerDeleteDependents):
			s.waiting = append(s.waiting, ref)
		default:
			s.solid = append(s.solid, ref)
		}
	}
	return s, true
}

// confirm moves the first owner that the cache does not have to those that do not exist, if that is what a live lookup
// answered. It reports whether it was.
func (s *owners) confirm(answer *metav1.Status) bool {
	if answer == nil || answer.Details == nil {
		return false
	}
	first := s.unseen[0]
	if answer.Details.Name != first.Name || answer.Details.Kind != first.resource.Plural ||
		answer.Details.Group != first.resource.Kind.Group {
		return false
	}
	s.absent, s.unseen = append(s.absent, first), s.unseen[1:]
	return true
}

func uids(refs []reference) []types.UID {
	all := make([]types.UID, len(refs))
	for n := range refs {
		all[n] = refs[n].UID
	}
	return all
}

// refers returns the object's reference to an owner, or nil.
func refers(o api.Object, owner types.UID) *metav1.OwnerReference {
	refs := o.GetOwnerReferences()
	for n := range refs {
		if refs[n].UID == owner {
			return &refs[n]
		}
	}
	return nil
}

// blocks reports whether an object keeps an owner that waits for its dependents.
func blocks(o api.Object, owner types.UID) bool {
	ref := refers(o, owner)
	return ref != nil && ref.BlockOwnerDeletion != nil && *ref.BlockOwnerDeletion
}

// dependents returns the objects that name one as their owner, by resource, namespace and name.
func dependents(v controller.View, r *api.Resource, owner api.Object) []item {
	var all []item
	for _, kind := range slices.Concat(api.Resources, v.Custom()) {
		if !watched(kind) || r.Namespaced && !kind.Namespaced {
			continue
		}
		v.Each(kind.Name, owner.GetNamespace(), func(o api.Object) bool {
			if refers(o, owner.GetUID()) != nil {
				all = append(all, item{kind, o})
			}
			return true
		})
	}
	return all
}
