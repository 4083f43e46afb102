// Package deployment is the deployment controller: it brings a Deployment's pods from one version of its template to the
// next through ReplicaSets, one for each version.
//
// One sync of a Deployment is a chain of writes computed from one view: the ReplicaSet for the newest template, the
// counts of the new and the old ones within the bounds of surge and unavailability, and the status. As in Kubernetes
// most writes of a sync are made on the revision that the sync began with, so that a second status update of one sync is
// refused as a conflict, and the next sync makes it. Models k8s.io/kubernetes/pkg/controller/deployment.
//
// Simplified: the annotation deprecated.deployment.rollback.to, which no client of today writes, has no effect.
package deployment

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// Spec is the controller.
var Spec = controller.Spec{
	Name: "deployment-controller",
	Watches: []controller.Watch{
		{Resource: "deployments.apps", Keys: controller.OwnKeys},
		{Resource: "replicasets.apps", Keys: owners.Keys},
		{Resource: "pods", Keys: podKeys},
	},
	ReportErrors: true,
	Reconcile:    reconcile,
}

// Note says what a sync did: which ReplicaSet it made, and which it scaled.
type Note struct {
	Created  string  `json:"created,omitempty"`
	Scaled   []Scale `json:"scaled,omitempty"`
	Cleaned  int     `json:"cleaned,omitempty"` // ReplicaSets beyond the history limit that are deleted
	Status   bool    `json:"status,omitempty"`
	Progress string  `json:"progress,omitempty"` // the reason of the Progressing condition that is written
}

// Scale is one ReplicaSet's change of size.
type Scale struct {
	Name string `json:"name"`
	From int32  `json:"from"`
	To   int32  `json:"to"`
}

// owners are the Deployments that may control ReplicaSets.
var owners = controller.Owners{
	Kind: "Deployment", Resource: "deployments.apps",
	Selector: func(o api.Object) *metav1.LabelSelector { return o.(*appsv1.Deployment).Spec.Selector },
}

// podKeys wakes a Deployment with strategy Recreate when the last of its pods is gone.
func podKeys(v controller.View, ch client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	ref := metav1.GetControllerOfNoCopy(now)
	if ch != client.Deleted || ref == nil || ref.Kind != "ReplicaSet" {
		return
	}
	rs := v.Get("replicasets.apps", now.GetNamespace(), ref.Name)
	if rs == nil || rs.GetUID() != ref.UID {
		return
	}
	d, ok := v.Owner(rs, owners.Kind, owners.Resource).(*appsv1.Deployment)
	if !ok || d.Spec.Strategy.Type != appsv1.RecreateDeploymentStrategyType {
		return
	}
	left := 0
	v.Owned("replicasets.apps", d.UID, func(rs api.Object) bool {
		v.Owned("pods", rs.GetUID(), func(api.Object) bool { left++; return false })
		return left == 0
	})
	if left == 0 {
		add(controller.KeyOf(d), 0)
	}
}

// sync is one sync under way: the Deployment as this sync has changed it so far, and the plan.
type sync struct {
	view    controller.View
	d       *appsv1.Deployment
	all     []*appsv1.ReplicaSet // as the cache has them, oldest first
	current *appsv1.ReplicaSet   // the oldest of all with the present template, or nil
	written map[*appsv1.ReplicaSet]bool
	plan    controller.Plan
	note    Note
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	o := v.Get("deployments.apps", k.Namespace, k.Name)
	if o == nil {
		return controller.Plan{}
	}
	d := *o.(*appsv1.Deployment)
	s := &sync{view: v, d: &d, written: map[*appsv1.ReplicaSet]bool{}}
	if !s.claim() {
		return controller.Plan{} // the API server refuses such a selector
	}
	if v.Err != nil {
		s.fail(v.Err)
		return s.plan
	}
	s.run()
	if s.note.Created != "" || len(s.note.Scaled) > 0 || s.note.Cleaned > 0 || s.note.Status {
		s.plan.Note = s.note
	}
	return s.plan
}

// run does what the Deployment needs: only its status when it is going, its size when it is paused or was scaled, and a
// rollout otherwise.
func (s *sync) run() {
	if s.d.DeletionTimestamp != nil {
		newRS, oldRSs := s.replicaSets(false)
		s.syncStatus(append(oldRSs, newRS), newRS)
		return
	}
	s.notePause()
	if s.d.Spec.Paused || s.scaled() {
		s.resize()
		return
	}
	if s.d.Spec.Strategy.Type == appsv1.RecreateDeploymentStrategyType {
		s.recreate()
	} else {
		s.roll()
	}
}

// scaled reports whether the Deployment's size was changed since its ReplicaSets were given theirs.
func (s *sync) scaled() bool {
	newRS, oldRSs := s.replicaSets(false)
	for _, rs := range active(append(oldRSs, newRS)) {
		if desired, ok := annotated(rs, desiredReplicas); ok && desired != *s.d.Spec.Replicas {
			return true
		}
	}
	return false
}

// write appends a stage with one write.
func (s *sync) write(w controller.Write) { s.plan.Then(w) }

// event returns an Event about the Deployment.
func (s *sync) event(reason, message string) *client.Record {
	return &client.Record{
		Object: client.Reference(s.d), Type: corev1.EventTypeNormal, Reason: reason, Message: message,
	}
}

// updateStatus writes the Deployment's status, and its annotations with it.
func (s *sync) updateStatus() {
	d := *s.d
	s.note.Status = true
	s.write(controller.Write{Request: client.Request{
		Verb: client.Update, Resource: "deployments.apps", Subresource: "status",
		Namespace: d.Namespace, Name: d.Name, Object: &d,
	}})
}

// active returns those ReplicaSets that want pods.
func active(all []*appsv1.ReplicaSet) []*appsv1.ReplicaSet {
	var out []*appsv1.ReplicaSet
	for _, rs := range all {
		if rs != nil && *rs.Spec.Replicas > 0 {
			out = append(out, rs)
		}
	}
	return out
}
