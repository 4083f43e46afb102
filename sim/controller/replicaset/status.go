package replicaset

import (
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// newStatus counts the pods as they were when the sync began: what the sync itself creates and deletes shows in the next.
func newStatus(rs *appsv1.ReplicaSet, pods claimed, v controller.View) appsv1.ReplicaSetStatus {
	s := rs.Status
	labeled, readies, available, terminating := int32(0), int32(0), int32(0), int32(pods.terminating)
	wait := time.Duration(rs.Spec.MinReadySeconds) * time.Second
	for _, pod := range pods.active {
		if carries(pod.Labels, rs.Spec.Template.Labels) {
			labeled++
		}
		isReady, since := readySince(pod)
		if !isReady {
			continue
		}
		readies++
		if wait == 0 || !since.IsZero() && !since.Add(wait).After(v.Now) {
			available++
		}
	}
	s.Replicas, s.FullyLabeledReplicas = int32(len(pods.active)), labeled
	s.ReadyReplicas, s.AvailableReplicas, s.TerminatingReplicas = readies, available, &terminating
	s.Conditions = conditions(rs, len(pods.active), v)
	return s
}

// nextCheck returns how long it is until the next pod has been ready for long enough to be available.
func nextCheck(rs *appsv1.ReplicaSet, active []*corev1.Pod, now time.Time) time.Duration {
	wait := time.Duration(rs.Spec.MinReadySeconds) * time.Second
	next := wait
	for _, pod := range active {
		if isReady, since := readySince(pod); isReady && !since.IsZero() {
			if left := since.Add(wait).Sub(now); left > 0 {
				next = min(next, left)
			}
		}
	}
	return next
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
		was.TerminatingReplicas != nil && *was.TerminatingReplicas == *s.TerminatingReplicas &&
		rs.Generation == was.ObservedGeneration && slices.Equal(was.Conditions, s.Conditions)
}

func statusWrite(rs *appsv1.ReplicaSet, s appsv1.ReplicaSetStatus) controller.Write {
	o := *rs
	s.ObservedGeneration = rs.Generation
	o.Status = s
	return controller.Write{Request: client.Request{
		Verb: client.Update, Resource: "replicasets.apps", Subresource: "status",
		Namespace: rs.Namespace, Name: rs.Name, Object: &o,
	}}
}
