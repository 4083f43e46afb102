package statefulset

import (
	appsv1 "k8s.io/api/apps/v1"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// report writes the counts, when they changed. They are of the pods as the sync found them. When all pods are of the
// revision that the set is updated to, that becomes the current one: the update is over.
func (s *sync) report() {
	status := s.counted()
	n := *s.set.Spec.Replicas
	if s.set.Spec.UpdateStrategy.Type == appsv1.RollingUpdateStatefulSetStrategyType &&
		status.UpdatedReplicas == n && status.ReadyReplicas == n && status.Replicas == n {
		status.CurrentReplicas, status.CurrentRevision = status.UpdatedReplicas, status.UpdateRevision
	}
	if s.set.Spec.MinReadySeconds > 0 && status.ReadyReplicas != status.AvailableReplicas {
		s.plan.Again = controller.NextAvailable(s.pods, s.set.Spec.MinReadySeconds, s.view.Now)
	}
	if !differs(&status, &s.set.Status) {
		return
	}
	set := *s.set
	set.Status = status
	s.note.Status = true
	s.plan.Then(controller.Write{Request: client.Request{
		Verb: client.Update, Resource: resource, Subresource: "status", Namespace: set.Namespace, Name: set.Name, Object: &set,
	}})
}

func (s *sync) counted() appsv1.StatefulSetStatus {
	p := &s.past
	status := appsv1.StatefulSetStatus{
		ObservedGeneration: s.set.Generation, CollisionCount: &p.collisions,
		CurrentRevision: p.current.name, UpdateRevision: p.update.name,
	}
	for _, pod := range s.pods {
		status.Replicas++
		if ready(pod) {
			status.ReadyReplicas++
			if s.available(pod) {
				status.AvailableReplicas++
			}
		}
		if going(pod) {
			continue
		}
		switch name := pod.Labels[appsv1.StatefulSetRevisionLabel]; {
		case name == p.current.name && name == p.update.name:
			status.CurrentReplicas++
			status.UpdatedReplicas++
		case name == p.current.name:
			status.CurrentReplicas++
		case name == p.update.name:
			status.UpdatedReplicas++
		}
	}
	status.CurrentReplicas -= int32(s.updated)
	return status
}

// differs reports whether a status says something new.
func differs(is, was *appsv1.StatefulSetStatus) bool {
	return is.ObservedGeneration > was.ObservedGeneration || is.Replicas != was.Replicas ||
		is.CurrentReplicas != was.CurrentReplicas || is.ReadyReplicas != was.ReadyReplicas ||
		is.UpdatedReplicas != was.UpdatedReplicas || is.AvailableReplicas != was.AvailableReplicas ||
		is.CurrentRevision != was.CurrentRevision || is.UpdateRevision != was.UpdateRevision
}
