// Package namespace is the namespace controller: it empties a namespace that is being deleted, pods first, reports what is
// left in the namespace's conditions, and lets it go when nothing is. Models
// k8s.io/kubernetes/pkg/controller/namespace.
//
// Simplified: what a deletion will leave behind is worked out from the cache; Kubernetes lists it anew each time. There is
// no DeletionContentFailure condition.
package namespace

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// Spec is the controller.
var Spec = controller.Spec{
	Name:      "namespace-controller",
	Workers:   10,
	Watches:   watches(),
	Reconcile: reconcile,
}

// Note says what a sync found: how many objects of each resource will be left, and whether the namespace is let go.
type Note struct {
	Deleting  int      `json:"deleting"`
	Remaining []Remain `json:"remaining,omitempty"`
	Finalizes bool     `json:"finalizes,omitempty"`
}

// Remain is how many objects of a resource are left for now.
type Remain struct {
	Resource string `json:"resource"`
	Count    int    `json:"count"`
}

const (
	settle    = 5 * time.Second // in which last writes to the namespace are observed
	finalizer = 15              // seconds that a finalizer is expected to take
)

// watches returns the watch of namespaces, and those by which the cache knows what is in them.
func watches() []controller.Watch {
	all := []controller.Watch{{Resource: "namespaces", Keys: namespaceKey}}
	for _, r := range contents(nil) {
		if r.Plural != "events" {
			all = append(all, controller.Watch{Resource: r.Name, Keys: noKeys})
		}
	}
	return all
}

// contents returns the resources that are deleted with a namespace, pods first and custom ones last.
func contents(custom []*api.Resource) []*api.Resource {
	all := []*api.Resource{api.Find("pods")}
	for _, r := range slices.Concat(api.Resources, custom) {
		if r.Namespaced && r.Preferred && r.Name != "pods" && r.Serves("deletecollection", "") {
			all = append(all, r)
		}
	}
	return all
}

func namespaceKey(_ controller.View, ch client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	if ch != client.Deleted && now.GetDeletionTimestamp() != nil {
		add(controller.KeyOf(now), settle)
	}
}

func noKeys(controller.View, client.ChangeType, api.Object, api.Object, func(controller.Key, time.Duration)) {
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	ns, ok := v.Get("namespaces", "", k.Name).(*corev1.Namespace)
	if !ok || ns.DeletionTimestamp == nil || len(ns.Spec.Finalizers) == 0 {
		return controller.Plan{}
	}
	s := &sync{view: v, ns: ns, finalizers: map[string]int{}}
	s.empty()
	s.plan.Note = s.note
	return s.plan
}

// sync is one sync of a namespace under way.
type sync struct {
	view       controller.View
	ns         *corev1.Namespace
	plan       controller.Plan
	note       Note
	finalizers map[string]int // how many of the objects left wait for each
	estimate   int64          // seconds until what is left will be gone
}

// empty deletes everything in the namespace: other things only when no pod is left. Then it lets the namespace go.
func (s *sync) empty() {
	for i, r := range contents(s.view.Custom()) {
		s.delete(r)
		if i == 0 && len(s.note.Remaining) > 0 {
			s.updateStatus(false)
			s.waitFor()
			return
		}
	}
	updated := s.updateStatus(true)
	if len(s.note.Remaining) > 0 {
		s.waitFor()
		return
	}
	s.finalize(updated)
}

// waitFor comes back when half of the time has passed that the rest is expected to take.
func (s *sync) waitFor() {
	if s.estimate == 0 {
		s.plan.Retry = true
		return
	}
	s.plan.Again = time.Duration(s.estimate/2+1) * time.Second
}

// delete plans the deletion of all objects of a resource and notes what it will leave: pods in their grace period, and
// what waits for a finalizer.
func (s *sync) delete(r *api.Resource) {
	s.plan.Then(controller.Write{Request: client.Request{
		Verb: client.DeleteCollection, Resource: r.Name, Namespace: s.ns.Name, Propagation: metav1.DeletePropagationBackground,
	}})
	if r.Plural == "events" {
		return // nothing holds them
	}
	count, grace := 0, int64(0)
	held := false
	s.view.Each(r.Name, s.ns.Name, func(o api.Object) bool {
		if o.GetDeletionTimestamp() == nil {
			s.note.Deleting++
		}
		pod, _ := o.(*corev1.Pod)
		period := gracePeriod(pod)
		grace = max(grace, period)
		if len(o.GetFinalizers()) > 0 || period > 0 && pod.Spec.NodeName != "" {
			count++
		}
		for _, f := range o.GetFinalizers() {
			s.finalizers[f]++
			held = true
		}
		return true
	})
	if count == 0 {
		return
	}
	s.note.Remaining = append(s.note.Remaining, Remain{r.Name, count})
	if s.view.Now.Sub(s.ns.DeletionTimestamp.Time) >= time.Duration(grace)*time.Second {
		grace = 0
	}
	if grace == 0 && held {
		grace = finalizer
	}
	s.estimate = max(s.estimate, grace)
}

// gracePeriod returns the seconds that a pod gets to end; 0 when it has ended, and for nil.
func gracePeriod(pod *corev1.Pod) int64 {
	if pod == nil || pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed ||
		pod.Spec.TerminationGracePeriodSeconds == nil {
		return 0
	}
	return *pod.Spec.TerminationGracePeriodSeconds
}

// finalize lets the namespace go. The first attempt is made on the revision before the status was updated, so that it is
// refused when it was, and made again.
func (s *sync) finalize(updated bool) {
	s.note.Finalizes = true
	ns := *s.ns
	ns.Spec.Finalizers = []corev1.FinalizerName{}
	for _, f := range s.ns.Spec.Finalizers {
		if f != corev1.FinalizerKubernetes {
			ns.Spec.Finalizers = append(ns.Spec.Finalizers, f)
		}
	}
	w := controller.Write{
		Request: client.Request{
			Verb: client.Update, Resource: "namespaces", Subresource: "finalize", Name: ns.Name, Object: &ns,
		},
		Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
	}
	if updated {
		first := w
		first.Tolerate = []metav1.StatusReason{metav1.StatusReasonNotFound, metav1.StatusReasonConflict}
		s.plan.Then(first)
		w.Chain = true
	}
	s.plan.Then(w)
}
