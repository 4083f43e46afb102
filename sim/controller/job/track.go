package job

import (
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// uncountedMax bounds how many pods the status notes before they are counted.
const uncountedMax = 500

// track brings the status up to date in an order that loses nothing: the pods that have ended are noted, they lose their
// finalizers, and then they are counted. When all are, the Job has ended if it is to.
func (s *sync) track() {
	s.compare()
	carrying := map[types.UID]bool{}
	for _, pod := range s.pods {
		if s.carries(pod) {
			carrying[pod.UID] = true
		}
	}
	if s.settle(carrying) {
		s.flush = true
	}
	over, full := s.noteEnded()
	if indexed(s.job) {
		s.noteIndexes()
	}
	final := s.announce()
	if s.flush {
		s.writeStatus(nil)
	}
	s.free(over, carrying)
	s.flush = s.settle(carrying)
	var told *client.Record
	if final != nil && !full && s.finish(final) {
		told, s.flush = s.ending(final), true
	}
	if s.flush {
		s.writeStatus(told)
	}
	if s.memory.failures > 0 || len(s.memory.seen)+len(s.memory.removed) > 0 {
		s.plan.Keep = s.memory
	}
	if len(s.plan.Stages) > 0 {
		s.note.Succeeded, s.note.Failed = int(s.succeeded), int(s.failed)
		s.plan.Note = s.note
	}
}

// compare puts the numbers of running pods into the status.
func (s *sync) compare() {
	status := &s.job.Status
	if status.Active != s.running || status.Ready == nil || *status.Ready != s.ready ||
		status.Terminating == nil || *status.Terminating != s.terminating {
		s.flush = true
	}
	status.Active, status.Ready, status.Terminating = s.running, &s.ready, &s.terminating
}

// settle counts the pods that were noted and do not carry the finalizer any more. It reports whether there were any.
func (s *sync) settle(carrying map[types.UID]bool) bool {
	status := &s.job.Status
	left := func(uids []types.UID, count *int32) []types.UID {
		rest := without(uids, func(uid types.UID) bool { return !carrying[uid] })
		*count += int32(len(uids) - len(rest))
		if len(rest) == 0 {
			return nil
		}
		return rest
	}
	u := status.UncountedTerminatedPods
	before := len(u.Succeeded) + len(u.Failed)
	status.UncountedTerminatedPods = &batchv1.UncountedTerminatedPods{
		Succeeded: left(u.Succeeded, &status.Succeeded), Failed: left(u.Failed, &status.Failed),
	}
	u = status.UncountedTerminatedPods
	return len(u.Succeeded)+len(u.Failed) != before
}

// noteEnded notes in the status the pods that have ended and returns those that may lose the finalizer. It stops when the
// status is full.
func (s *sync) noteEnded() (over []*corev1.Pod, full bool) {
	u := s.job.Status.UncountedTerminatedPods
	fails := s.end != nil && s.end.Type != batchv1.JobSuccessCriteriaMet
	indexes := 0
	for _, pod := range s.pods {
		failed := s.isFailed(pod)
		if !s.carries(pod) || !s.removable(pod, failed) {
			continue
		}
		over = append(over, pod)
		valid := !indexed(s.job) || s.hasIndex(pod)
		switch {
		case isSucceeded(pod) && !slices.Contains(u.Failed, pod.UID):
			switch {
			case indexed(s.job) && valid && !s.before.has(indexOf(pod)): // the index tells; no need to note the pod
				indexes++
				s.flush = true
			case !indexed(s.job) && !slices.Contains(u.Succeeded, pod.UID):
				u.Succeeded = append(u.Succeeded, pod.UID)
				s.flush = true
			}
		case !failed && !fails || !valid || slices.Contains(u.Failed, pod.UID): // when a Job fails all its pods have
		case match(s.job.Spec.PodFailurePolicy, pod).counts:
			u.Failed = append(u.Failed, pod.UID)
			s.flush = true
		}
		if indexes+len(u.Succeeded)+len(u.Failed) >= uncountedMax {
			return over, true
		}
	}
	return over, false
}

// removable reports whether a pod may lose the finalizer.
func (s *sync) removable(pod *corev1.Pod, failed bool) bool {
	if s.job.DeletionTimestamp != nil || s.end != nil || isSucceeded(pod) {
		return true
	}
	return failed && s.delayed[indexOf(pod)] != pod
}

// noteIndexes writes the indexes that have succeeded and failed into the status.
func (s *sync) noteIndexes() {
	status := &s.job.Status
	if text := s.done.String(); text != status.CompletedIndexes {
		status.CompletedIndexes, s.flush = text, true
	}
	status.Succeeded = int32(s.done.total())
	if !perIndex(s.job) {
		return
	}
	if text := s.lost.String(); status.FailedIndexes == nil || *status.FailedIndexes != text {
		status.FailedIndexes, s.flush = &text, true
	}
}

// announce says in the conditions with what the Job is about to end, and returns the condition that it ends with; nil when
// it goes on.
func (s *sync) announce() *batchv1.JobCondition {
	if s.end == nil {
		return nil
	}
	final := *s.end
	if final.Type == batchv1.JobFailed {
		return &final // it was announced before
	}
	if isTrue(s.job, final.Type) == nil {
		s.job.Status.Conditions = append(s.job.Status.Conditions, final)
		s.flush = true
	}
	t := batchv1.JobFailed
	if final.Type == batchv1.JobSuccessCriteriaMet {
		t = batchv1.JobComplete
	}
	return s.condition(t, final.Reason, final.Message)
}

// free removes the finalizer from pods.
func (s *sync) free(over []*corev1.Pod, carrying map[types.UID]bool) {
	var writes []controller.Write
	for _, pod := range over {
		writes = append(writes, release(pod))
		delete(carrying, pod.UID)
		s.memory.removed = append(s.memory.removed, pod.UID)
	}
	s.note.Counting = len(over)
	s.plan.Then(writes...)
}

// finish sets the condition with which the Job ends, when all its pods are gone and counted, and reports whether it did.
func (s *sync) finish(final *batchv1.JobCondition) bool {
	status := &s.job.Status
	if u := status.UncountedTerminatedPods; len(u.Succeeded)+len(u.Failed) > 0 || s.terminating > 0 {
		return false
	}
	s.ensure(*final)
	if final.Type == batchv1.JobComplete {
		at := final.LastTransitionTime
		status.CompletionTime = &at
	}
	return true
}

// ending is the Event of a Job that has ended.
func (s *sync) ending(final *batchv1.JobCondition) *client.Record {
	if final.Type == batchv1.JobFailed {
		return s.event(corev1.EventTypeWarning, final.Reason, final.Message)
	}
	if want := s.job.Spec.Completions; want != nil && s.job.Status.Succeeded > *want {
		s.plan.Tell(s.job, corev1.EventTypeWarning, "TooManySucceededPods", "Too many succeeded pods running after completion count reached")
	}
	return s.event(corev1.EventTypeNormal, "Completed", "Job completed")
}

func (s *sync) writeStatus(told *client.Record) {
	s.note.Status = true
	s.plan.Then(controller.Write{
		Request: client.Request{
			Verb: client.Update, Resource: jobs, Subresource: "status", Namespace: s.job.Namespace, Name: s.job.Name,
			Object: s.job.DeepCopy(),
		},
		Event: told, Chain: true,
	})
}
