package garbagecollector

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// keysOf returns what a change of a resource wakes: the dependents of an object that is gone or begins to wait for them,
// the owners that wait for one that no longer blocks them, and an object whose new owners are not there.
func keysOf(r *api.Resource) func(controller.View, client.ChangeType, api.Object, api.Object, func(controller.Key, time.Duration)) {
	return func(v controller.View, ch client.ChangeType, old, now api.Object, add func(controller.Key, time.Duration)) {
		if ch == client.Deleted {
			wakeDependents(v, r, now, add)
			wakeWaiting(v, now, nil, add)
			return
		}
		if old != nil {
			wakeWaiting(v, old, now, add)
		}
		switch {
		case begins(old, now, metav1.FinalizerOrphanDependents):
			add(keyOf(r, now), 0)
		case begins(old, now, metav1.FinalizerDeleteDependents):
			wakeDependents(v, r, now, add)
			add(keyOf(r, now), 0)
		case doubtful(v, old, now):
			add(keyOf(r, now), 0)
		}
	}
}

func wakeDependents(v controller.View, r *api.Resource, owner api.Object, add func(controller.Key, time.Duration)) {
	for _, d := range dependents(v, r, owner) {
		add(keyOf(d.resource, d), 0)
	}
}

// wakeWaiting wakes the owners that wait for their dependents and that an object has blocked until now. next is what the
// object is now, nil when it is gone.
func wakeWaiting(v controller.View, was, next api.Object, add func(controller.Key, time.Duration)) {
	refs := was.GetOwnerReferences()
	for n := range refs {
		if next != nil && (!blocks(was, refs[n].UID) || blocks(next, refs[n].UID)) {
			continue
		}
		ref, ok := locate(v, was, &refs[n])
		if !ok {
			continue
		}
		owner := ref.lookUp(v)
		if owner != nil && owner.GetUID() == ref.UID && deletes(owner, metav1.FinalizerDeleteDependents) {
			add(keyOf(ref.resource, owner), 0)
		}
	}
}

// begins reports whether an object's deletion begins to wait for a finalizer.
func begins(old, now api.Object, finalizer string) bool {
	return deletes(now, finalizer) && (old == nil || !deletes(old, finalizer))
}

// doubtful reports whether an object has a new owner that is not there or waits for its dependents.
func doubtful(v controller.View, old, now api.Object) bool {
	refs := now.GetOwnerReferences()
	for n := range refs {
		if had(old, refs[n].UID) {
			continue
		}
		ref, ok := locate(v, now, &refs[n])
		if !ok {
			continue
		}
		owner := ref.lookUp(v)
		if owner == nil || owner.GetUID() != ref.UID || deletes(owner, metav1.FinalizerDeleteDependents) {
			return true
		}
	}
	return false
}

func had(old api.Object, owner types.UID) bool { return old != nil && refers(old, owner) != nil }
