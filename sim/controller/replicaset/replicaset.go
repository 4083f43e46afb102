// Package replicaset is the replicaset controller: it keeps as many pods running as a ReplicaSet wants.
//
// It compares the pods that the ReplicaSet controls with spec.replicas and creates or deletes the difference, takes in
// pods that match its selector and have no owner, lets go of those that no longer match, and reports the counts. Models
// k8s.io/kubernetes/pkg/controller/replicaset.
package replicaset

import (
	"maps"
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

// podKeys wakes the owner of a pod and the one before, and every ReplicaSet that could adopt a pod that has none, when that
// may have changed. A pod that became ready wakes its owner again when it has been so for long enough to be available.
func podKeys(v controller.View, ch client.ChangeType, old, now api.Object, add func(controller.Key, time.Duration)) {
	owner := ownerOf(v, now)
	if old != nil && now.GetDeletionTimestamp() == nil {
		if was := ownerOf(v, old); was != nil && (owner == nil || was.UID != owner.UID) {
			add(controller.KeyOf(was), 0)
		}
	}
	controlled := metav1.GetControllerOfNoCopy(now) != nil
	switch {
	case owner != nil:
		add(controller.KeyOf(owner), 0)
		if wait := owner.Spec.MinReadySeconds; wait > 0 && old != nil && !controller.IsReady(old.(*corev1.Pod)) && controller.IsReady(now.(*corev1.Pod)) {
			add(controller.KeyOf(owner), time.Duration(wait)*time.Second)
		}
	case controlled || ch == client.Deleted || now.GetDeletionTimestamp() != nil:
	case old == nil || metav1.GetControllerOfNoCopy(old) != nil || !maps.Equal(old.GetLabels(), now.GetLabels()):
		wakeAdopters(v, now, add)
	}
}

// wakeAdopters wakes the ReplicaSets that select a pod.
func wakeAdopters(v controller.View, pod api.Object, add func(controller.Key, time.Duration)) {
	v.Each("replicasets.apps", pod.GetNamespace(), func(o api.Object) bool {
		selector, err := metav1.LabelSelectorAsSelector(o.(*appsv1.ReplicaSet).Spec.Selector)
		if err == nil && !selector.Empty() && selector.Matches(labels.Set(pod.GetLabels())) {
			add(controller.KeyOf(o), 0)
		}
		return true
	})
}

// ownerOf returns the ReplicaSet that controls an object, nil when there is none.
func ownerOf(v controller.View, o api.Object) *appsv1.ReplicaSet {
	rs, _ := v.Owner(o, "ReplicaSet", "replicasets.apps").(*appsv1.ReplicaSet)
	return rs
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
	if v.Err != nil && (v.Err.Details == nil || v.Err.Details.Kind != "pods") {
		return controller.Plan{} // a status on an old revision: the next sync makes it anew
	}
	pods := claim(v, rs, selector)
	plan := controller.Plan{}
	if v.Err == nil {
		for _, w := range pods.claims {
			plan.Then(w)
		}
	}
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
		plan.Again = nextCheck(rs, pods.active, v.Now)
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
