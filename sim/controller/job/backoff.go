package job

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// A pod that takes the place of failed ones waits 10 seconds after the first failure, twice as long after each more.
const (
	firstBackoff = 10 * time.Second
	mostBackoff  = 10 * time.Minute
)

// memory is what the controller remembers of a Job besides its status. It is never changed.
type memory struct {
	uid      types.UID
	failures int32       // since the last success
	last     time.Time   // of them
	seen     []types.UID // pods that are part of this, as long as they carry the finalizer
	removed  []types.UID // pods of which the finalizer was removed, until that shows
}

// recall returns what is remembered of a Job.
func recall(kept any, j *batchv1.Job) *memory {
	if m, ok := kept.(*memory); ok && m.uid == j.UID {
		return m
	}
	return &memory{uid: j.UID}
}

// doubt returns the memory after a sync that failed: nobody knows which finalizers it removed.
func (m *memory) doubt() *memory {
	n := *m
	n.removed = nil
	return &n
}

// remember returns the memory with the pods that ended since.
func (m *memory) remember(pods, succeeded, failed []*corev1.Pod) *memory {
	n := *m
	carries := func(uid types.UID) bool {
		return slices.ContainsFunc(pods, func(pod *corev1.Pod) bool { return pod.UID == uid && tracked(pod) })
	}
	n.seen = without(m.seen, func(uid types.UID) bool { return !carries(uid) })
	n.removed = without(m.removed, func(uid types.UID) bool { return !carries(uid) })
	known := func(pod *corev1.Pod) bool { return slices.Contains(m.seen, pod.UID) }
	succeeded = slices.DeleteFunc(slices.Clone(succeeded), known)
	failed = slices.DeleteFunc(slices.Clone(failed), known)
	for _, pod := range slices.Concat(succeeded, failed) {
		n.seen = append(n.seen, pod.UID)
	}
	var success time.Time
	for _, pod := range succeeded {
		if at := finished(pod); at.After(success) {
			success = at
		}
		n.failures, n.last = 0, time.Time{}
	}
	for _, pod := range failed {
		if at := finished(pod); len(succeeded) == 0 || at.After(success) {
			n.failures++
			if at.After(n.last) {
				n.last = at
			}
		}
	}
	return &n
}

// wait returns how long no pod is created.
func (m *memory) wait(now time.Time) time.Duration { return backoff(m.failures, m.last, now) }

// backoff returns how long to wait after so many failures, of which the last was at some time.
func backoff(failures int32, last, now time.Time) time.Duration {
	if failures == 0 {
		return 0
	}
	d := min(firstBackoff<<min(failures-1, 10), mostBackoff)
	return max(0, d-now.Sub(last))
}

// finished returns when a pod ended: when the last of its containers did, when it stopped being ready, or when its deletion
// was asked for.
func finished(pod *corev1.Pod) time.Time {
	if at, ok := containersEnded(pod); ok {
		return at
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady && c.Status == corev1.ConditionFalse && !c.LastTransitionTime.IsZero() {
			return c.LastTransitionTime.Time
		}
	}
	if pod.DeletionTimestamp != nil {
		grace := int64(0)
		if pod.DeletionGracePeriodSeconds != nil {
			grace = *pod.DeletionGracePeriodSeconds
		}
		return pod.DeletionTimestamp.Add(-time.Duration(grace) * time.Second)
	}
	return pod.CreationTimestamp.Time
}

// containersEnded returns when the last container ended; false when one has not, or there is none.
func containersEnded(pod *corev1.Pod) (last time.Time, ok bool) {
	stays := func(name string) bool {
		return slices.ContainsFunc(pod.Spec.InitContainers, func(c corev1.Container) bool {
			return c.Name == name && c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
		})
	}
	sidecars := slices.DeleteFunc(slices.Clone(pod.Status.InitContainerStatuses), func(c corev1.ContainerStatus) bool { return !stays(c.Name) })
	for _, c := range slices.Concat(pod.Status.ContainerStatuses, sidecars) {
		t := c.State.Terminated
		if t == nil || t.FinishedAt.IsZero() {
			return time.Time{}, false
		}
		if ok = true; t.FinishedAt.After(last) {
			last = t.FinishedAt.Time
		}
	}
	return last, ok
}
