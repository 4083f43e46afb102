// Package replicaset is the replicaset controller: it keeps as many pods running as a ReplicaSet wants.
//
// It compares the pods that the ReplicaSet controls with spec.replicas and creates or deletes the difference, takes in
// pods that match its selector and have no owner, lets go of those that no longer match, and reports the counts. Models
// k8s.io/kubernetes/pkg/controller/replicaset.
package replicaset

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/controller"
)

// Spec is the controller.
var Spec = (&Kind{
	Name: "replicaset-controller", Kind: "ReplicaSet", Resource: "replicasets.apps", Terminating: true,
	As: func(o api.Object) *appsv1.ReplicaSet { return o.(*appsv1.ReplicaSet) },
	With: func(o api.Object, status appsv1.ReplicaSetStatus) api.Object {
		rs := *o.(*appsv1.ReplicaSet)
		rs.Status = status
		return &rs
	},
}).Spec()

// Kind is a kind of which each object is a set of pods: ReplicaSets, and what is like them.
type Kind struct {
	Name        string // of the controller
	Kind        string
	Resource    string // plural with group
	Terminating bool   // whether a status counts the pods that are going
	// As returns an object as the ReplicaSet that it would be.
	As func(api.Object) *appsv1.ReplicaSet
	// With returns an object with another status.
	With func(api.Object, appsv1.ReplicaSetStatus) api.Object
}

// set is an object of a kind, and the ReplicaSet that it is or would be.
type set struct {
	kind   *Kind
	object api.Object
	*appsv1.ReplicaSet
}

// Spec returns the controller of a kind.
func (k *Kind) Spec() controller.Spec {
	owners := controller.Owners{
		Kind: k.Kind, Resource: k.Resource,
		Selector: func(o api.Object) *metav1.LabelSelector { return k.As(o).Spec.Selector },
		Available: func(o api.Object) time.Duration {
			return time.Duration(k.As(o).Spec.MinReadySeconds) * time.Second
		},
	}
	return controller.Spec{
		Name: k.Name,
		Watches: []controller.Watch{
			{Resource: k.Resource, Keys: controller.OwnKeys},
			{Resource: "pods", Keys: owners.Keys},
		},
		Consistent:   true,
		ReportErrors: true,
		Reconcile:    k.reconcile,
	}
}

// Note says what a sync found and did. Wanted and Saw count pods; Creating and Deleting those that it acts on.
type Note struct {
	Wanted   int  `json:"wanted"`
	Saw      int  `json:"saw"`
	Creating int  `json:"creating,omitempty"`
	Deleting int  `json:"deleting,omitempty"`
	Waiting  bool `json:"waiting,omitempty"` // for what earlier syncs did to be seen
	Status   bool `json:"status,omitempty"`  // the status is written
}

// burst is how many pods are created or deleted in one sync at most.
const burst = 500

func (k *Kind) reconcile(v controller.View, key controller.Key) controller.Plan {
	o := v.Get(k.Resource, key.Namespace, key.Name)
	if o == nil {
		return controller.Plan{}
	}
	s := &set{k, o, k.As(o)}
	selector, err := metav1.LabelSelectorAsSelector(s.Spec.Selector)
	if err != nil {
		return controller.Plan{} // the API server refuses such a selector
	}
	if v.Err != nil && (v.Err.Details == nil || v.Err.Details.Kind != "pods") {
		return controller.Plan{} // a status on an old revision: the next sync makes it anew
	}
	pods := claim(v, s, selector)
	plan := controller.Plan{}
	if v.Err == nil {
		for _, w := range pods.claims {
			plan.Then(w)
		}
	}
	note := Note{Wanted: int(*s.Spec.Replicas), Saw: len(pods.active), Waiting: !v.Fresh}
	if v.Fresh && v.Err == nil && s.DeletionTimestamp == nil {
		manage(v, &plan, s, pods.active, &note)
	}
	status := newStatus(s, pods, v)
	if !equalStatus(s.ReplicaSet, status) {
		note.Status = true
		plan.Then(statusWrite(s, status))
	}
	if s.Spec.MinReadySeconds > 0 && status.ReadyReplicas != status.AvailableReplicas {
		plan.Again = controller.NextAvailable(pods.active, s.Spec.MinReadySeconds, v.Now)
	}
	if note.Creating > 0 || note.Deleting > 0 || note.Status || len(plan.Stages) > 0 {
		plan.Note = note
	}
	return plan
}

// manage plans the creation of missing pods or the deletion of those too many.
func manage(v controller.View, plan *controller.Plan, s *set, active []*corev1.Pod, note *Note) {
	diff := len(active) - int(*s.Spec.Replicas)
	switch {
	case diff < 0:
		note.Creating = min(-diff, burst)
		pod := controller.NewPod(s.object, &s.Spec.Template)
		plan.SlowStart(note.Creating, func(int) controller.Write { return creation(s, pod) })
	case diff > 0:
		note.Deleting = min(diff, burst)
		var writes []controller.Write
		for _, pod := range victims(v, s, active, note.Deleting) {
			writes = append(writes, deletion(s, pod))
		}
		plan.Then(writes...)
	}
}
