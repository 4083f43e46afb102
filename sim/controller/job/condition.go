package job

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"orrery/sim/controller"
)

const reached = "Reached expected number of succeeded pods"

// judge decides whether the Job ends: with what an earlier sync has decided, because it failed, or because of its success
// policy. Whether all completions are there shows later.
func (s *sync) judge() {
	met, target := isTrue(s.job, batchv1.JobSuccessCriteriaMet), isTrue(s.job, batchv1.JobFailureTarget)
	switch {
	case met != nil:
		s.end = met
	case target != nil:
		s.end = s.condition(batchv1.JobFailed, target.Reason, target.Message)
	default:
		if message := s.forbidden(); message != "" {
			s.fail(batchv1.JobReasonPodFailurePolicy, message)
		}
	}
	if s.end == nil {
		s.limits()
	}
	if indexed(s.job) {
		s.judgeIndexes()
	}
	if s.end != nil {
		s.note.Ends = s.end.Reason
	}
}

// limits ends a Job that failed too often or ran for too long.
func (s *sync) limits() {
	deadline := s.job.Spec.ActiveDeadlineSeconds
	switch {
	case s.failed > *s.job.Spec.BackoffLimit || s.restartedTooOften():
		s.fail(batchv1.JobReasonBackoffLimitExceeded, "Job has reached the specified backoff limit")
	case deadline == nil || suspended(s.job):
	default:
		left := s.job.Status.StartTime.Add(time.Duration(*deadline) * time.Second).Sub(s.view.Now)
		if left <= 0 {
			s.fail(batchv1.JobReasonDeadlineExceeded, "Job was active longer than specified deadline")
			return
		}
		s.again(left)
	}
}

// restartedTooOften reports whether the containers of pods that restart them have failed more often than the Job may.
func (s *sync) restartedTooOften() bool {
	if s.job.Spec.Template.Spec.RestartPolicy != corev1.RestartPolicyOnFailure {
		return false
	}
	n := int32(0)
	for _, pod := range s.pods {
		if pod.Status.Phase != corev1.PodRunning && pod.Status.Phase != corev1.PodPending {
			continue
		}
		for _, list := range [][]corev1.ContainerStatus{pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses} {
			for i := range list {
				n += list[i].RestartCount
			}
		}
	}
	if limit := *s.job.Spec.BackoffLimit; limit > 0 {
		return n >= limit
	}
	return n > 0
}

// judgeIndexes finds out which indexes have succeeded and failed, and whether that ends the Job.
func (s *sync) judgeIndexes() {
	s.before, s.done = s.succeededIndexes()
	s.succeeded = int32(s.done.total())
	completions := int(*s.job.Spec.Completions)
	if perIndex(s.job) {
		s.lost = s.failedIndexes()
		most := s.job.Spec.MaxFailedIndexes
		switch {
		case s.end != nil:
		case most != nil && s.lost.total() > int(*most):
			s.fail(batchv1.JobReasonMaxFailedIndexesExceeded, "Job has exceeded the specified maximal number of failed indexes")
		case len(s.lost) > 0 && s.lost.total()+s.done.total() >= completions:
			s.fail(batchv1.JobReasonFailedIndexes, "Job has failed indexes")
		}
		s.delay()
	}
	if s.end != nil {
		return
	}
	if message, ok := satisfied(s.job.Spec.SuccessPolicy, completions, s.done); ok {
		s.end = s.condition(batchv1.JobSuccessCriteriaMet, batchv1.JobReasonSuccessPolicy, message)
	}
}

func (s *sync) fail(reason, message string) {
	s.end = s.condition(batchv1.JobFailureTarget, reason, message)
}

func (s *sync) condition(t batchv1.JobConditionType, reason, message string) *batchv1.JobCondition {
	now := s.view.Stamp()
	return &batchv1.JobCondition{
		Type: t, Status: corev1.ConditionTrue, Reason: reason, Message: message, LastProbeTime: now, LastTransitionTime: now,
	}
}

// isTrue returns a Job's condition of a type when it is true, otherwise nil.
func isTrue(j *batchv1.Job, t batchv1.JobConditionType) *batchv1.JobCondition {
	i := slices.IndexFunc(j.Status.Conditions, func(c batchv1.JobCondition) bool {
		return c.Type == t && c.Status == corev1.ConditionTrue
	})
	if i < 0 {
		return nil
	}
	return &j.Status.Conditions[i]
}

// act does what follows: a Job that ends loses its active pods, another gets or loses some.
func (s *sync) act() {
	switch {
	case s.end != nil && s.view.Err != nil:
		s.end = nil // some pod could not be deleted
	case s.end != nil:
		s.stop(s.active, false)
		if !s.view.Fresh {
			s.end = nil // there may be pods that do not show yet
		}
	default:
		managed := s.view.Fresh && s.view.Err == nil && s.job.DeletionTimestamp == nil
		if managed {
			s.manage()
		}
		switch {
		case s.complete():
			s.end = s.condition(batchv1.JobSuccessCriteriaMet, batchv1.JobReasonCompletionsReached, reached)
			s.note.Ends = s.end.Reason
		case managed:
			s.suspend()
		}
	}
}

// complete reports whether enough pods have succeeded and none runs any more. Without a number one is enough.
func (s *sync) complete() bool {
	want := int32(1)
	if s.job.Spec.Completions != nil {
		want = *s.job.Spec.Completions
	}
	return s.succeeded >= want && s.running == 0
}

// suspend notes that the Job was suspended or goes on. It starts anew when it goes on: its deadline counts from then.
func (s *sync) suspend() {
	now := s.view.Stamp()
	c := batchv1.JobCondition{
		Type: batchv1.JobSuspended, Status: corev1.ConditionFalse, Reason: "JobResumed", Message: "Job resumed",
		LastProbeTime: now, LastTransitionTime: now,
	}
	reason, start := "Resumed", &now
	if suspended(s.job) {
		c.Status, c.Reason, c.Message = corev1.ConditionTrue, "JobSuspended", "Job suspended"
		reason, start = "Suspended", nil
	}
	if !s.ensure(c) {
		return
	}
	s.plan.Tell(s.job, corev1.EventTypeNormal, reason, c.Message)
	s.job.Status.StartTime, s.flush = start, true
}

// ensure sets a condition and reports whether that changed anything. One that never was is not set to be false.
func (s *sync) ensure(c batchv1.JobCondition) bool {
	all := s.job.Status.Conditions
	i := slices.IndexFunc(all, func(has batchv1.JobCondition) bool { return has.Type == c.Type })
	switch {
	case i < 0 && c.Status == corev1.ConditionFalse:
		return false
	case i < 0:
		s.job.Status.Conditions = append(all, c)
	case all[i].Status == c.Status && all[i].Reason == c.Reason && all[i].Message == c.Message:
		return false
	default:
		all[i] = c
	}
	return true
}

// stop deletes pods. Those that are still wanted elsewhere keep their finalizer until they were counted.
func (s *sync) stop(pods []*corev1.Pod, forget bool) {
	var free, gone []controller.Write
	for _, pod := range pods {
		if forget && tracked(pod) {
			free = append(free, release(pod))
		}
		gone = append(gone, s.deletion(pod, forget))
		s.running--
		s.terminating++
		if controller.IsReady(pod) {
			s.ready--
		}
	}
	s.note.Deleting = len(gone)
	s.plan.Then(free...)
	s.plan.Then(gone...)
}
