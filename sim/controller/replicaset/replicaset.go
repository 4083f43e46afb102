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
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// Spec is the controller.
var Spec = controller.Spec{
	Name: "replicaset-controller",
	Watches: []controller.Watch{
		{Resource: "replicasets.apps", Keys: ownKey},
		{Resource: "pods", Keys: podKeys},
	},
	Consistent:   true,
	ReportErrors: true,
	Reconcile:    reconcile,
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

func ownKey(_ controller.View, _ client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	add(controller.KeyOf(now), 0)
}

// podKeys wakes the owner of a pod: the old one too when it changed, and every ReplicaSet whose selector matches an
// orphan.
func podKeys(v controller.View, _ client.ChangeType, old, now api.Object, add func(controller.Key, time.Duration)) {
	if old != nil && old.GetResourceVersion() == now.GetResourceVersion() {
		return
	}
	owner := ownerKey(now)
	if old != nil {
		if was := ownerKey(old); was != owner && was.Name != "" {
			add(was, 0)
		}
	}
	if owner.Name != "" {
		add(owner, 0)
		return
	}
	v.Each("replicasets.apps", now.GetNamespace(), func(o api.Object) bool {
		rs := o.(*appsv1.ReplicaSet)
		if s, err := metav1.LabelSelectorAsSelector(rs.Spec.Selector); err == nil && !s.Empty() && s.Matches(labels.Set(now.GetLabels())) {
			add(controller.KeyOf(rs), 0)
		}
		return true
	})
}

// ownerKey returns the key of the ReplicaSet that controls an object; empty when there is none.
func ownerKey(o api.Object) controller.Key {
	ref := metav1.GetControllerOfNoCopy(o)
	if ref == nil || ref.Kind != "ReplicaSet" {
		return controller.Key{}
	}
	return controller.Key{Namespace: o.GetNamespace(), Name: ref.Name}
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	o := v.Get("replicasets.apps", k.Namespace, k.Name)
	if o == nil {
		return controller.Plan{}
	}
	rs := o.(*appsv1.ReplicaSet)
	selector, err := metav1.LabelSelectorAsSelector(rs.Spec.Selector)
	if err != nil {
		return controller.Plan{} // the API server refuses such a selector
	}
	pods := claim(v, rs, selector)
	plan := controller.Plan{}
	plan.Then(pods.claims...)
	note := Note{Wanted: int(*rs.Spec.Replicas), Saw: len(pods.active), Waiting: !v.Fresh}
	if v.Fresh && v.Err == nil && rs.DeletionTimestamp == nil {
		manage(v, &plan, rs, pods.active, &note)
	}
	status := newStatus(rs, pods, v)
	if !equalStatus(rs, status) {
		note.Status = true
		plan.Then(statusWrite(rs, status))
	}
	if rs.Spec.MinReadySeconds > 0 && status.ReadyReplicas != status.AvailableReplicas {
		plan.Again = time.Duration(rs.Spec.MinReadySeconds) * time.Second
	}
	if note.Creating > 0 || note.Deleting > 0 || note.Status || len(plan.Stages) > 0 {
		plan.Note = note
	}
	return plan
}

// manage plans the creation of missing pods or the deletion of those too many.
func manage(v controller.View, plan *controller.Plan, rs *appsv1.ReplicaSet, active []*corev1.Pod, note *Note) {
	diff := len(active) - int(*rs.Spec.Replicas)
	switch {
	case diff < 0:
		note.Creating = min(-diff, burst)
		slowStart(plan, rs, note.Creating)
	case diff > 0:
		note.Deleting = min(diff, burst)
		var writes []controller.Write
		for _, pod := range victims(v, rs, active, note.Deleting) {
			writes = append(writes, deletion(rs, pod))
		}
		plan.Then(writes...)
	}
}

// slowStart plans the creation of n pods in batches of 1, 2, 4 and so on, so that what fails for all of them fails for
// few.
func slowStart(plan *controller.Plan, rs *appsv1.ReplicaSet, n int) {
	pod := newPod(rs)
	for batch := 1; n > 0; batch *= 2 {
		stage := make([]controller.Write, min(batch, n))
		for i := range stage {
			stage[i] = creation(rs, pod)
		}
		plan.Then(stage...)
		n -= len(stage)
	}
}
