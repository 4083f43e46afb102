package job

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// sync is one look at a Job.
type sync struct {
	view   controller.View
	plan   controller.Plan
	note   Note
	memory *memory
	job    *batchv1.Job // its status is the one that is being made

	pods   []*corev1.Pod
	active []*corev1.Pod
	// What the status will say, those included that are still to be counted.
	running, ready, terminating int32
	succeeded, failed           int32

	end     *batchv1.JobCondition // with which the Job ends; nil when it goes on
	flush   bool                  // the status is to be written
	before  intervals             // indexes that had succeeded before this sync
	done    intervals             // and have now
	lost    intervals             // indexes that have failed for good, where each has its own limit
	delayed map[int]*corev1.Pod   // failed pods that are kept until their index has another
}

// look gathers a Job's pods and counts them.
func look(v controller.View, j *batchv1.Job, m *memory) (*sync, error) {
	s := &sync{view: v, memory: m, job: j.DeepCopy()}
	if s.job.Status.UncountedTerminatedPods == nil {
		s.job.Status.UncountedTerminatedPods = &batchv1.UncountedTerminatedPods{}
	}
	if err := s.claim(); err != nil {
		return nil, err
	}
	for _, pod := range s.pods {
		switch {
		case controller.Ended(pod):
		case pod.DeletionTimestamp != nil:
			s.terminating++
		default:
			s.active = append(s.active, pod)
			if controller.IsReady(pod) {
				s.ready++
			}
		}
	}
	s.running = int32(len(s.active))
	succeeded, failed := s.fresh(isSucceeded), s.fresh(s.isFailed)
	uncounted := s.job.Status.UncountedTerminatedPods
	s.succeeded = j.Status.Succeeded + int32(len(succeeded)+len(uncounted.Succeeded))
	s.failed = j.Status.Failed + int32(s.counted(failed)+len(uncounted.Failed))
	if j.Status.StartTime == nil && !suspended(j) {
		now := v.Stamp()
		s.job.Status.StartTime = &now
	}
	s.memory = m.remember(s.pods, succeeded, failed)
	s.note.Saw, s.note.Waiting = len(s.active), !v.Fresh
	return s, nil
}

// fresh returns the pods of a sort that are not part of the status in any way.
func (s *sync) fresh(sort func(*corev1.Pod) bool) (pods []*corev1.Pod) {
	uncounted := s.job.Status.UncountedTerminatedPods
	for _, pod := range s.pods {
		if s.carries(pod) && !slices.Contains(uncounted.Succeeded, pod.UID) && !slices.Contains(uncounted.Failed, pod.UID) &&
			(!indexed(s.job) || s.hasIndex(pod)) && sort(pod) {
			pods = append(pods, pod)
		}
	}
	return pods
}

// carries reports whether a pod has the finalizer, as far as is known: what an earlier sync removed may not show yet.
func (s *sync) carries(pod *corev1.Pod) bool {
	return tracked(pod) && !slices.Contains(s.memory.removed, pod.UID)
}

// counted returns how many failed pods count as failures.
func (s *sync) counted(failed []*corev1.Pod) int {
	n := 0
	for _, pod := range failed {
		if match(s.job.Spec.PodFailurePolicy, pod).counts {
			n++
		}
	}
	return n
}

func isSucceeded(pod *corev1.Pod) bool { return pod.Status.Phase == corev1.PodSucceeded }

// isFailed reports whether a pod has failed, or is being deleted and nobody waits for what becomes of it.
func (s *sync) isFailed(pod *corev1.Pod) bool {
	if pod.Status.Phase == corev1.PodFailed {
		return true
	}
	return !replacesOnlyFailed(s.job) && pod.DeletionTimestamp != nil && pod.Status.Phase != corev1.PodSucceeded
}

// replacesOnlyFailed reports whether a pod must have ended before another takes its place.
func replacesOnlyFailed(j *batchv1.Job) bool {
	p := j.Spec.PodReplacementPolicy
	return p != nil && *p == batchv1.Failed || j.Spec.PodFailurePolicy != nil
}

func suspended(j *batchv1.Job) bool { return j.Spec.Suspend != nil && *j.Spec.Suspend }

// again looks at the Job again after d at the latest.
func (s *sync) again(d time.Duration) {
	if s.plan.Again == 0 || d < s.plan.Again {
		s.plan.Again = max(d, time.Millisecond)
	}
}

func (s *sync) event(kind, reason, message string) *client.Record {
	return &client.Record{Object: client.Reference(s.job), Type: kind, Reason: reason, Message: message}
}

// without returns a list of UIDs without those that a function picks. The list stays as it is.
func without(uids []types.UID, picks func(types.UID) bool) []types.UID {
	return slices.DeleteFunc(slices.Clone(uids), picks)
}
