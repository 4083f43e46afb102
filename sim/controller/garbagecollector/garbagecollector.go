// Package garbagecollector is the garbage collector: it deletes what belongs to an owner that is gone, and helps owners go
// that wait for what belongs to them.
//
// An object names its owners in metadata.ownerReferences. When none of them is left it is deleted. An owner with the
// finalizer foregroundDeletion goes only after its blocking dependents, one with the finalizer orphan after they were let
// go. Models k8s.io/kubernetes/pkg/controller/garbagecollector.
//
// Simplified: the graph of owners and dependents is read off the informers' cache at each sync, and an owner is looked up
// live only when the cache does not have it; Kubernetes keeps the graph, looks up every object and every owner it does not
// know to be gone, and reports references into other namespaces in an Event.
package garbagecollector

import (
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// Spec is the controller. A key is an object of any kind: its name is the resource and the object's name,
// "replicasets.apps/web-6cbd945d79".
var Spec = controller.Spec{
	Name:         "generic-garbage-collector",
	Reporter:     "garbage-collector-controller",
	Workers:      20,
	Share:        2, // a deletion takes two requests
	Watches:      watches(),
	Custom:       keysOf,
	ReportErrors: true,
	Reconcile:    reconcile,
}

// Note says what a sync does about an object and why.
type Note struct {
	Does Action `json:"does"`
	// Owner is the owner that is looked up, and in the end the one that is gone: "replicasets.apps/web-6cbd945d79".
	Owner string `json:"owner,omitempty"`
	// Policy is how the object's own dependents are treated when it is deleted.
	Policy metav1.DeletionPropagation `json:"policy,omitempty"`
	// Dependents counts those that the object waits for or lets go.
	Dependents int `json:"dependents,omitempty"`
}

// Action is what a sync does about an object.
type Action string

// What a sync does.
const (
	Verify   Action = "verify"   // look an owner up that the cache does not have
	Delete   Action = "delete"   // no owner is left
	Disown   Action = "disown"   // remove references to owners that are gone or wait to go
	Orphan   Action = "orphan"   // remove the dependents' references to the object
	Wait     Action = "wait"     // for blocking dependents to go
	Finalize Action = "finalize" // remove the finalizer that kept the object
)

// lookAgain is when an owner is looked for again that exists and that the cache has not shown yet.
const lookAgain = time.Second

// watched reports whether objects of a resource can have owners and be owners here. Events come and go by themselves.
func watched(r *api.Resource) bool {
	return r.Kind.Kind != "Event" && r.Preferred && r.Serves("watch", "")
}

func watches() []controller.Watch {
	var all []controller.Watch
	for _, r := range api.Resources {
		if watched(r) {
			all = append(all, controller.Watch{Resource: r.Name, Keys: keysOf(r)})
		}
	}
	return all
}

func keyOf(r *api.Resource, o api.Object) controller.Key {
	return controller.Key{Namespace: o.GetNamespace(), Name: r.Name + "/" + o.GetName()}
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	resource, name, _ := strings.Cut(k.Name, "/")
	if v.Custom().Resource(resource) == nil {
		return controller.Plan{} // a custom one that is not served any longer
	}
	o := v.Get(resource, k.Namespace, name)
	if o == nil {
		return controller.Plan{}
	}
	i := item{v.Custom().Resource(resource), o}
	switch {
	case v.Err != nil && v.Err.Reason != metav1.StatusReasonNotFound:
		return controller.Plan{} // tried again, by then with a newer cache
	case deletes(o, metav1.FinalizerOrphanDependents):
		return i.orphan(v)
	case deletes(o, metav1.FinalizerDeleteDependents):
		return i.finish(v)
	case o.GetDeletionTimestamp() != nil || len(o.GetOwnerReferences()) == 0:
		return controller.Plan{}
	}
	return i.collect(v)
}

// deletes reports whether an object is being deleted and waits for the garbage collector to take care of a finalizer.
func deletes(o api.Object, finalizer string) bool {
	return o.GetDeletionTimestamp() != nil && slices.Contains(o.GetFinalizers(), finalizer)
}

// item is the object that a sync is about.
type item struct {
	resource *api.Resource
	api.Object
}

// collect deletes an object that has no owner left, and removes the references to owners that are gone from one that has.
func (i item) collect(v controller.View) controller.Plan {
	o, ok := sort(v, i.Object)
	if !ok {
		return controller.Plan{}
	}
	if len(o.unseen) > 0 && !o.confirm(v.Err) {
		ref := o.unseen[0]
		plan := controller.Plan{Note: Note{Does: Verify, Owner: ref.resource.Name + "/" + ref.Name}}
		if watched(ref.resource) {
			plan.Again = lookAgain
		}
		// That the owner is not found is what makes the object garbage: the plan fails then, and Reconcile is called again
		// with the refusal in View.Err.
		plan.Then(controller.Write{Request: client.Request{
			Verb: client.Get, Resource: ref.resource.Name, Namespace: ref.namespace, Name: ref.Name,
		}})
		return plan
	}
	switch {
	case len(o.solid) > 0:
		return i.disown(slices.Concat(o.absent, o.waiting))
	case len(o.unseen) > 0:
		// Simplified: each owner that is gone is taken off before the next is looked up; Kubernetes looks all up first.
		return i.disown(o.absent)
	case len(o.waiting) > 0:
		if deps := dependents(v, i.resource, i.Object); len(deps) > 0 {
			return i.deleteInForeground(deps)
		}
	}
	policy := metav1.DeletePropagationBackground
	switch f := i.GetFinalizers(); {
	case slices.Contains(f, metav1.FinalizerOrphanDependents):
		policy = metav1.DeletePropagationOrphan
	case slices.Contains(f, metav1.FinalizerDeleteDependents):
		policy = metav1.DeletePropagationForeground
	}
	note := Note{Does: Delete, Policy: policy}
	if len(o.absent) > 0 {
		note.Owner = o.absent[0].resource.Name + "/" + o.absent[0].Name
	}
	plan := controller.Plan{Note: note}
	plan.Then(i.deletion(policy))
	return plan
}

// deleteInForeground deletes an object whose owner waits for it and that has dependents of its own. When one of those waits
// in the same way the object stops blocking its owners first, so that a circle of owners can go.
func (i item) deleteInForeground(deps []item) controller.Plan {
	policy := metav1.DeletePropagationForeground
	plan := controller.Plan{Note: Note{Does: Delete, Policy: policy, Dependents: len(deps)}}
	if slices.ContainsFunc(deps, func(d item) bool { return deletes(d, metav1.FinalizerDeleteDependents) }) {
		if w, blocks := i.unblocking(); blocks {
			plan.Then(w)
		}
	}
	plan.Then(i.deletion(policy))
	return plan
}

// finish lets an owner go whose blocking dependents are gone.
func (i item) finish(v controller.View) controller.Plan {
	blocking := 0
	for _, d := range dependents(v, i.resource, i.Object) {
		if blocks(d, i.GetUID()) {
			blocking++
		}
	}
	if blocking > 0 {
		return controller.Plan{Note: Note{Does: Wait, Dependents: blocking}}
	}
	plan := controller.Plan{Note: Note{Does: Finalize}}
	plan.Then(i.finalizing(metav1.FinalizerDeleteDependents))
	return plan
}

// orphan takes the object off its dependents, and then lets it go.
func (i item) orphan(v controller.View) controller.Plan {
	deps := dependents(v, i.resource, i.Object)
	plan := controller.Plan{Note: Note{Does: Orphan, Dependents: len(deps)}}
	var writes []controller.Write
	for _, d := range deps {
		writes = append(writes, d.disowning(i.GetUID()))
	}
	plan.Then(writes...)
	plan.Then(i.finalizing(metav1.FinalizerOrphanDependents))
	return plan
}

func (i item) disown(refs []reference) controller.Plan {
	plan := controller.Plan{}
	if len(refs) == 0 {
		return plan
	}
	plan.Note = Note{Does: Disown, Owner: refs[0].resource.Name + "/" + refs[0].Name}
	plan.Then(i.disowning(uids(refs)...))
	return plan
}
