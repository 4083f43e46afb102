package replicaset

import (
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// newStatus counts the pods as they were when the sync began: what the sync itself creates and deletes shows in the next.
func newStatus(s *set, pods claimed, v controller.View) appsv1.ReplicaSetStatus {
	status := s.Status
	labeled, readies, available, terminating := int32(0), int32(0), int32(0), int32(pods.terminating)
	for _, pod := range pods.active {
		if carries(pod.Labels, s.Spec.Template.Labels) {
			labeled++
		}
		if controller.IsReady(pod) {
			readies++
		}
		if controller.IsAvailable(pod, s.Spec.MinReadySeconds, v.Now) {
			available++
		}
	}
	status.Replicas, status.FullyLabeledReplicas = int32(len(pods.active)), labeled
	status.ReadyReplicas, status.AvailableReplicas = readies, available
	if s.kind.Terminating {
		status.TerminatingReplicas = &terminating
	}
	status.Conditions = conditions(s.ReplicaSet, len(pods.active), v)
	return status
}

func carries(labels, wanted map[string]string) bool {
	for k, value := range wanted { // any order
		if labels[k] != value {
			return false
		}
	}
	return true
}

// conditions returns the conditions with ReplicaFailure set while pods cannot be created or deleted.
func conditions(rs *appsv1.ReplicaSet, active int, v controller.View) []appsv1.ReplicaSetCondition {
	failing := slices.ContainsFunc(rs.Status.Conditions, isFailure)
	switch {
	case v.Err != nil && !failing:
		reason := "FailedCreate"
		if active > int(*rs.Spec.Replicas) {
			reason = "FailedDelete"
		}
		return append(slices.Clone(rs.Status.Conditions), appsv1.ReplicaSetCondition{
			Type: appsv1.ReplicaSetReplicaFailure, Status: corev1.ConditionTrue, Reason: reason, Message: v.Err.Message,
			LastTransitionTime: v.Stamp(),
		})
	case v.Err == nil && failing && v.Fresh:
		return slices.DeleteFunc(slices.Clone(rs.Status.Conditions), isFailure)
	}
	return rs.Status.Conditions
}

func isFailure(c appsv1.ReplicaSetCondition) bool { return c.Type == appsv1.ReplicaSetReplicaFailure }

func equalStatus(rs *appsv1.ReplicaSet, s appsv1.ReplicaSetStatus) bool {
	was := rs.Status
	return was.Replicas == s.Replicas && was.FullyLabeledReplicas == s.FullyLabeledReplicas &&
		was.ReadyReplicas == s.ReadyReplicas && was.AvailableReplicas == s.AvailableReplicas &&
		ptr.Equal(was.TerminatingReplicas, s.TerminatingReplicas) &&
		rs.Generation == was.ObservedGeneration && slices.Equal(was.Conditions, s.Conditions)
}

func statusWrite(s *set, status appsv1.ReplicaSetStatus) controller.Write {
	status.ObservedGeneration = s.Generation
	return controller.Write{Request: client.Request{
		Verb: client.Update, Resource: s.kind.Resource, Subresource: "status",
		Namespace: s.Namespace, Name: s.Name, Object: s.kind.With(s.object, status),
	}}
}
