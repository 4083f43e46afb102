// Package invariant is what must hold in a world after every event, whatever was done to it.
//
// A Checker watches one World as it runs: revisions increase by one with every commit and with nothing else, only
// kube-apiserver writes, no pod is bound twice, no node is given more than it has, no pod is placed where an affinity or a
// spread constraint forbids it, no quota is exceeded, no disruption budget is overdrawn, no pod of a Job is counted twice, no
// rollout goes beyond its bounds, what kubelets report is valid, what was stored never changes, and when the world is quiet
// every informer has seen what the store holds.
package invariant

import (
	"encoding/json"
	"fmt"
	"hash/maphash"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim"
	"orrery/sim/api"
	"orrery/sim/apiserver"
	"orrery/sim/client"
	"orrery/sim/controller"
	"orrery/sim/engine"
	"orrery/sim/etcd"
	"orrery/sim/trace"
)

// Checker holds what it has seen of a world. Its zero value is ready for a world that has run no event since.
type Checker struct {
	seed     maphash.Seed
	revision int64
	looked   int64  // revision at which the controllers were asked last
	number   uint64 // of the event checked last
	stored   []fingerprint
	next     int // of stored, to be looked at again

	succeeded, over ends               // pods of Jobs
	older           map[types.UID]bool // Jobs that were there before
}

type fingerprint struct {
	value *etcd.Value
	sum   uint64
}

// again is how many stored objects are looked at again after every event.
const again = 4

// New returns a checker for a world's further events.
func New(w *sim.World) *Checker {
	c := &Checker{seed: maphash.MakeSeed(), revision: store(w).Revision(), number: w.Number(), older: map[types.UID]bool{}}
	store(w).Range("/registry/", func(v *etcd.Value) bool {
		c.remember(v)
		if j, ok := v.Object.(*batchv1.Job); ok {
			c.older[j.UID] = true
		}
		return true
	})
	return c
}

// Check returns what an event broke, or nil.
func (c *Checker) Check(w *sim.World, e *trace.Entry) error {
	for _, check := range []func(*sim.World, *trace.Entry) error{
		c.revisions, c.binding, c.capacity, c.placement, c.immutable, c.statuses, c.quotas, c.workloads, c.disruptions, c.jobs,
		c.informers, c.settled,
	} {
		if err := check(w, e); err != nil {
			return fmt.Errorf("event %d at %s: %w", e.Number, trace.Seconds(e.At), err)
		}
	}
	return nil
}

func store(w *sim.World) *etcd.Store {
	return w.Engine().Component(client.Server).(*apiserver.Server).Store()
}

// revisions checks that a commit makes exactly one revision and that nothing else makes any.
func (c *Checker) revisions(w *sim.World, e *trace.Entry) error {
	now := store(w).Revision()
	if e.Number != c.number+1 { // the world was wound to another moment
		c.revision = now
		if e.Kind == trace.Commit {
			c.revision--
		}
	}
	c.number = e.Number
	want := c.revision
	if e.Kind == trace.Commit {
		want++
	}
	if now != want || e.Kind == trace.Commit && e.Revision != now {
		return fmt.Errorf("the store is at revision %d after a %s of %s at %d", now, e.Kind, e.Actor, c.revision)
	}
	if e.Kind == trace.Commit && e.Actor != string(apiserver.Etcd) {
		return fmt.Errorf("%s wrote to the store", e.Actor)
	}
	c.revision = now
	return nil
}

// committed returns what a commit stored, or nil.
func committed(w *sim.World, e *trace.Entry) *etcd.Value {
	if e.Kind != trace.Commit {
		return nil
	}
	writes, err := store(w).Since(e.Revision - 1)
	if err != nil || len(writes) == 0 {
		return nil
	}
	return writes[0]
}

// binding checks that a pod that has a node keeps it.
func (c *Checker) binding(w *sim.World, e *trace.Entry) error {
	v := committed(w, e)
	if v == nil || e.Resource != "pods" {
		return nil
	}
	before, err := store(w).At(v.Key, v.Mod-1)
	if err != nil || before == nil {
		return nil
	}
	was, is := before.Object.(*corev1.Pod), v.Object.(*corev1.Pod)
	if was.UID == is.UID && was.Spec.NodeName != "" && was.Spec.NodeName != is.Spec.NodeName {
		return fmt.Errorf("pod %s moved from %s to %q", is.Name, was.Spec.NodeName, is.Spec.NodeName)
	}
	return nil
}

// capacity checks that the pods bound to a node request no more than it has.
func (c *Checker) capacity(w *sim.World, e *trace.Entry) error {
	if e.Kind != trace.Commit || e.Subresource != "binding" {
		return nil
	}
	bound := committed(w, e).Object.(*corev1.Pod).Spec.NodeName
	n := store(w).Get(api.Find("nodes").Key("", bound))
	if n == nil {
		return fmt.Errorf("pod %s was bound to %s, which does not exist", e.Name, bound)
	}
	free := n.Object.(*corev1.Node).Status.Allocatable.DeepCopy()
	count := int64(0)
	store(w).Range(api.Find("pods").Prefix(""), func(v *etcd.Value) bool {
		pod := v.Object.(*corev1.Pod)
		if pod.Spec.NodeName == bound && pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed {
			count++
			subtract(free, pod)
		}
		return true
	})
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		if q := free[name]; q.Sign() < 0 {
			return fmt.Errorf("%s is over-committed: %s of %s too much", bound, q.String(), name)
		}
	}
	if room := free[corev1.ResourcePods]; count > room.Value() {
		return fmt.Errorf("%s has %d pods, more than it takes", bound, count)
	}
	return nil
}

func subtract(free corev1.ResourceList, pod *corev1.Pod) {
	for i := range pod.Spec.Containers {
		for name, q := range pod.Spec.Containers[i].Resources.Requests { // any order
			have, ok := free[name]
			if !ok {
				have = resource.Quantity{}
			}
			have.Sub(q)
			free[name] = have
		}
	}
}

// immutable checks that stored objects are as they were when they were stored: the newest, and a few of the others in
// turn.
func (c *Checker) immutable(w *sim.World, e *trace.Entry) error {
	if v := committed(w, e); v != nil {
		c.remember(v)
	}
	for range min(again, len(c.stored)) {
		c.next = (c.next + 1) % len(c.stored)
		if f := c.stored[c.next]; c.sum(f.value) != f.sum {
			return fmt.Errorf("%s at revision %d was changed after it was stored", f.value.Key, f.value.Mod)
		}
	}
	return nil
}

func (c *Checker) remember(v *etcd.Value) { c.stored = append(c.stored, fingerprint{v, c.sum(v)}) }

func (c *Checker) sum(v *etcd.Value) uint64 {
	b, err := json.Marshal(v.Object)
	if err != nil {
		panic("invariant: a stored object that is no JSON: " + err.Error())
	}
	return maphash.Bytes(c.seed, b)
}

// informers checks, when nothing is on its way, that the controllers' cache holds what the store holds: that a list and
// the watch after it equal a later list.
func (c *Checker) informers(w *sim.World, _ *trace.Entry) error {
	if !w.Quiet() || onItsWay(w) {
		return nil
	}
	m := w.Engine().Component(controller.Address).(*controller.Manager)
	for _, name := range m.Resources() {
		seen := 0
		var wrong error
		store(w).Range(api.Find(name).Prefix(""), func(v *etcd.Value) bool {
			if api.FindObject(v.Object).Name != name {
				return true
			}
			seen++
			if m.Cache().Get(name, v.Object.GetNamespace(), v.Object.GetName()) != v.Object {
				wrong = fmt.Errorf("kube-controller-manager has not seen %s at revision %d", v.Key, v.Mod)
			}
			return wrong == nil
		})
		if wrong != nil {
			return wrong
		}
		if n := m.Cache().Len(name); n != seen {
			return fmt.Errorf("kube-controller-manager sees %d %s where the store holds %d", n, name, seen)
		}
	}
	return nil
}

// onItsWay reports whether a watch has something to deliver: heartbeats may be, in a quiet world.
func onItsWay(w *sim.World) (found bool) {
	w.Engine().Pending(func(ev engine.Event) bool {
		_, found = ev.Body.(*client.Change)
		return !found
	})
	return found
}
