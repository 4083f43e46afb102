package deployment

import (
	"math"
	"slices"
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
)

// The reasons of a Deployment's Progressing condition.
const (
	reasonAvailable = "NewReplicaSetAvailable"
	reasonUpdated   = "ReplicaSetUpdated"
	reasonTimedOut  = "ProgressDeadlineExceeded"
	reasonPaused    = "DeploymentPaused"
	reasonResumed   = "DeploymentResumed"
)

// counted returns the status that the ReplicaSets' own statuses add up to.
func (s *sync) counted(all []*appsv1.ReplicaSet, newRS *appsv1.ReplicaSet) appsv1.DeploymentStatus {
	status := appsv1.DeploymentStatus{
		ObservedGeneration: s.d.Generation, CollisionCount: s.d.Status.CollisionCount,
		Conditions: slices.Clone(s.d.Status.Conditions), TerminatingReplicas: terminating(all),
	}
	for _, rs := range all {
		if rs != nil {
			status.Replicas += rs.Status.Replicas
			status.ReadyReplicas += rs.Status.ReadyReplicas
			status.AvailableReplicas += rs.Status.AvailableReplicas
		}
	}
	if newRS != nil {
		status.UpdatedReplicas = newRS.Status.Replicas
	}
	status.UnavailableReplicas = max(0, wantedOf(all)-status.AvailableReplicas)
	if status.AvailableReplicas >= *s.d.Spec.Replicas-s.maxUnavailable() {
		s.setCondition(&status, appsv1.DeploymentAvailable, corev1.ConditionTrue,
			"MinimumReplicasAvailable", "Deployment has minimum availability.")
	} else {
		s.setCondition(&status, appsv1.DeploymentAvailable, corev1.ConditionFalse,
			"MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
	}
	return status
}

// terminating adds up the pods that are going; nil when a ReplicaSet does not say.
func terminating(all []*appsv1.ReplicaSet) *int32 {
	n := int32(0)
	for _, rs := range all {
		switch {
		case rs == nil || rs.Status.ObservedGeneration == 0 && rs.Status.TerminatingReplicas == nil:
		case rs.Status.TerminatingReplicas == nil:
			return nil
		default:
			n += *rs.Status.TerminatingReplicas
		}
	}
	return &n
}

// syncStatus writes the counts, when they changed.
func (s *sync) syncStatus(all []*appsv1.ReplicaSet, newRS *appsv1.ReplicaSet) {
	status := s.counted(all, newRS)
	if !apiequality.Semantic.DeepEqual(s.d.Status, status) {
		s.d.Status = status
		s.updateStatus()
	}
}

// syncRollout writes the counts and how the rollout goes on, when anything changed; otherwise it sees to it that a
// rollout that is stuck is looked at again when its deadline has passed.
func (s *sync) syncRollout(all []*appsv1.ReplicaSet, newRS *appsv1.ReplicaSet) {
	status := s.counted(all, newRS)
	now := condition(s.d.Status.Conditions, appsv1.DeploymentProgressing)
	if !s.hasDeadline() {
		removeCondition(&status, appsv1.DeploymentProgressing)
	}
	done := status.Replicas == status.UpdatedReplicas && now != nil && now.Reason == reasonAvailable
	if s.hasDeadline() && !done {
		s.progress(&status, newRS, now)
	}
	if failure := failureOf(all, newRS); failure != nil {
		putCondition(&status, *failure)
	} else {
		removeCondition(&status, appsv1.DeploymentReplicaFailure)
	}
	if apiequality.Semantic.DeepEqual(s.d.Status, status) {
		s.checkAgain(now)
		return
	}
	s.d.Status = status
	if c := condition(status.Conditions, appsv1.DeploymentProgressing); c != nil {
		s.note.Progress = c.Reason
	}
	s.updateStatus()
}

// progress sets the Progressing condition: done, moving, or too late.
func (s *sync) progress(status *appsv1.DeploymentStatus, newRS *appsv1.ReplicaSet, now *appsv1.DeploymentCondition) {
	what := "Deployment " + strconv.Quote(s.d.Name)
	if newRS != nil {
		what = "ReplicaSet " + strconv.Quote(newRS.Name)
	}
	switch {
	case s.complete(status):
		s.setCondition(status, appsv1.DeploymentProgressing, corev1.ConditionTrue, reasonAvailable, what+" has successfully progressed.")
	case s.moving(status):
		removeCondition(status, appsv1.DeploymentProgressing)
		s.setCondition(status, appsv1.DeploymentProgressing, corev1.ConditionTrue, reasonUpdated, what+" is progressing.")
		if now != nil && now.Status == corev1.ConditionTrue {
			status.Conditions[len(status.Conditions)-1].LastTransitionTime = now.LastTransitionTime
		}
	case s.late(now):
		s.setCondition(status, appsv1.DeploymentProgressing, corev1.ConditionFalse, reasonTimedOut, what+" has timed out progressing.")
	}
}

// complete reports whether all pods are of the new version and available.
func (s *sync) complete(status *appsv1.DeploymentStatus) bool {
	wanted := *s.d.Spec.Replicas
	return status.UpdatedReplicas == wanted && status.Replicas == wanted && status.AvailableReplicas == wanted &&
		status.ObservedGeneration >= s.d.Generation
}

// moving reports whether the counts are better than those written last.
func (s *sync) moving(status *appsv1.DeploymentStatus) bool {
	was := s.d.Status
	return status.UpdatedReplicas > was.UpdatedReplicas ||
		status.Replicas-status.UpdatedReplicas < was.Replicas-was.UpdatedReplicas ||
		status.ReadyReplicas > was.ReadyReplicas || status.AvailableReplicas > was.AvailableReplicas
}

func (s *sync) late(c *appsv1.DeploymentCondition) bool {
	if c == nil || c.Reason == reasonAvailable {
		return false
	}
	return c.Reason == reasonTimedOut || c.LastUpdateTime.Add(s.deadline()).Before(s.view.Now)
}

// checkAgain looks at a rollout that does not move when its deadline will have passed.
func (s *sync) checkAgain(c *appsv1.DeploymentCondition) {
	if !s.hasDeadline() || c == nil || s.complete(&s.d.Status) || c.Reason == reasonTimedOut {
		return
	}
	after := c.LastUpdateTime.Add(s.deadline()).Sub(s.view.Now)
	if after < time.Second {
		s.plan.Retry = true
		return
	}
	s.plan.Again = after + time.Second
}

func (s *sync) deadline() time.Duration {
	return time.Duration(*s.d.Spec.ProgressDeadlineSeconds) * time.Second
}

func (s *sync) hasDeadline() bool {
	return s.d.Spec.ProgressDeadlineSeconds != nil && *s.d.Spec.ProgressDeadlineSeconds != math.MaxInt32
}

// notePause tells in the Progressing condition that a rollout was paused or goes on: its deadline rests meanwhile.
func (s *sync) notePause() {
	if !s.hasDeadline() {
		return
	}
	c := condition(s.d.Status.Conditions, appsv1.DeploymentProgressing)
	if c != nil && c.Reason == reasonTimedOut {
		return
	}
	paused := c != nil && c.Reason == reasonPaused
	switch {
	case s.d.Spec.Paused && !paused:
		s.setCondition(&s.d.Status, appsv1.DeploymentProgressing, corev1.ConditionUnknown, reasonPaused, "Deployment is paused")
	case !s.d.Spec.Paused && paused:
		s.setCondition(&s.d.Status, appsv1.DeploymentProgressing, corev1.ConditionUnknown, reasonResumed, "Deployment is resumed")
	default:
		return
	}
	s.updateStatus()
}

// setCondition sets a condition, unless its status and reason are the same; its transition time stays while its status does.
func (s *sync) setCondition(
	status *appsv1.DeploymentStatus, t appsv1.DeploymentConditionType, value corev1.ConditionStatus, reason, message string,
) {
	now := s.view.Stamp()
	putCondition(status, appsv1.DeploymentCondition{
		Type: t, Status: value, Reason: reason, Message: message, LastUpdateTime: now, LastTransitionTime: now,
	})
}

// putCondition is setCondition for one that has its times.
func putCondition(status *appsv1.DeploymentStatus, c appsv1.DeploymentCondition) {
	if was := condition(status.Conditions, c.Type); was != nil {
		if was.Status == c.Status && was.Reason == c.Reason {
			return
		}
		if was.Status == c.Status {
			c.LastTransitionTime = was.LastTransitionTime
		}
	}
	removeCondition(status, c.Type)
	status.Conditions = append(status.Conditions, c)
}

// removeCondition leaves a condition out. The conditions become the status's own.
func removeCondition(status *appsv1.DeploymentStatus, t appsv1.DeploymentConditionType) {
	status.Conditions = slices.DeleteFunc(slices.Clone(status.Conditions), func(c appsv1.DeploymentCondition) bool { return c.Type == t })
}

func condition(all []appsv1.DeploymentCondition, t appsv1.DeploymentConditionType) *appsv1.DeploymentCondition {
	for i := range all {
		if all[i].Type == t {
			return &all[i]
		}
	}
	return nil
}

// failureOf returns a ReplicaSet's failure to make pods as the Deployment's, the new one's first.
func failureOf(all []*appsv1.ReplicaSet, newRS *appsv1.ReplicaSet) *appsv1.DeploymentCondition {
	for _, rs := range append([]*appsv1.ReplicaSet{newRS}, all...) {
		if rs == nil {
			continue
		}
		for _, c := range rs.Status.Conditions {
			if c.Type == appsv1.ReplicaSetReplicaFailure {
				return &appsv1.DeploymentCondition{
					Type: appsv1.DeploymentReplicaFailure, Status: c.Status, Reason: c.Reason, Message: c.Message,
					LastUpdateTime: c.LastTransitionTime, LastTransitionTime: c.LastTransitionTime,
				}
			}
		}
	}
	return nil
}
