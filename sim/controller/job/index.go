package job

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"orrery/sim/controller"
)

func indexed(j *batchv1.Job) bool {
	return j.Spec.CompletionMode != nil && *j.Spec.CompletionMode == batchv1.IndexedCompletion
}

// perIndex reports whether each index may fail so often by itself.
func perIndex(j *batchv1.Job) bool { return j.Spec.BackoffLimitPerIndex != nil }

// noIndex is the index of a pod that has none.
const noIndex = -1

// indexOf returns the completion index of a pod.
func indexOf(pod *corev1.Pod) int {
	n, err := strconv.Atoi(pod.Annotations[batchv1.JobCompletionIndexAnnotation])
	if err != nil || n < 0 {
		return noIndex
	}
	return n
}

func byIndex(a, b *corev1.Pod) int { return cmp.Compare(indexOf(a), indexOf(b)) }

// hasIndex reports whether a pod has an index that the Job has.
func (s *sync) hasIndex(pod *corev1.Pod) bool {
	n := indexOf(pod)
	return n != noIndex && n < int(*s.job.Spec.Completions)
}

// succeededIndexes returns the indexes that had succeeded before and those that have now.
func (s *sync) succeededIndexes() (before, now intervals) {
	before = parse(s.job.Status.CompletedIndexes, int(*s.job.Spec.Completions))
	var more []int
	for _, pod := range s.pods {
		if isSucceeded(pod) && s.hasIndex(pod) && tracked(pod) {
			more = append(more, indexOf(pod))
		}
	}
	return before, before.with(list(more))
}

// failedIndexes returns the indexes that have failed too often.
func (s *sync) failedIndexes() intervals {
	completions := int(*s.job.Spec.Completions)
	var before intervals
	if text := s.job.Status.FailedIndexes; text != nil {
		before = parse(*text, completions)
	}
	var more []int
	for _, pod := range s.pods {
		if s.hasIndex(pod) && tracked(pod) && s.isFailed(pod) {
			m := match(s.job.Spec.PodFailurePolicy, pod)
			if m.failsIndex || m.counts && failures(pod, batchv1.JobIndexFailureCountAnnotation) >= *s.job.Spec.BackoffLimitPerIndex {
				more = append(more, indexOf(pod))
			}
		}
	}
	return before.with(list(more))
}

// failures reads how often an index had failed before a pod.
func failures(pod *corev1.Pod, annotation string) int32 {
	n, err := strconv.Atoi(pod.Annotations[annotation])
	if err != nil || n < 0 || n > math.MaxInt32 {
		return 0
	}
	return int32(n)
}

// allFailures is failures, with those that do not count.
func allFailures(pod *corev1.Pod) int32 {
	return failures(pod, batchv1.JobIndexFailureCountAnnotation) + failures(pod, batchv1.JobIndexIgnoredFailureCountAnnotation)
}

// delay finds the failed pods that must stay until their index has another pod, which then says how often it has failed.
func (s *sync) delay() {
	s.delayed = map[int]*corev1.Pod{}
	active := indexesOf(s.active)
	for _, pod := range s.pods {
		n := indexOf(pod)
		if !s.carries(pod) || !s.hasIndex(pod) || !s.isFailed(pod) || s.done.has(n) || s.lost.has(n) || active.has(n) {
			continue
		}
		last := s.delayed[n]
		if last == nil || allFailures(last) <= allFailures(pod) && !finished(pod).Before(finished(last)) {
			s.delayed[n] = pod
		}
	}
}

func indexesOf(pods []*corev1.Pod) intervals {
	var all []int
	for _, pod := range pods {
		if n := indexOf(pod); n != noIndex {
			all = append(all, n)
		}
	}
	return list(all)
}

// pending returns the first n indexes that have neither a pod nor an end.
func (s *sync) pending(n int) []int {
	taken := s.done.with(indexesOf(s.active)).with(s.lost)
	if replacesOnlyFailed(s.job) {
		for _, pod := range s.pods {
			if !controller.Ended(pod) && pod.DeletionTimestamp != nil {
				taken = taken.with(indexesOf([]*corev1.Pod{pod}))
			}
		}
	}
	return taken.free(n, int(*s.job.Spec.Completions))
}

// due returns those of some indexes that may have another pod now, and when there are none, how long the first waits.
func (s *sync) due(indexes []int) (now []int, wait time.Duration) {
	for _, n := range indexes {
		left := time.Duration(0)
		if pod := s.delayed[n]; pod != nil {
			left = backoff(allFailures(pod)+1, finished(pod), s.view.Now)
		}
		switch {
		case left == 0:
			now = append(now, n)
		case wait == 0 || left < wait:
			wait = left
		}
	}
	if len(now) > 0 {
		return now, 0
	}
	return nil, wait
}

// doubled parts active pods into those without an index of their own, and the others.
func (s *sync) doubled(pods []*corev1.Pod) (extra, left []*corev1.Pod) {
	slices.SortStableFunc(pods, byIndex)
	for i := 0; i < len(pods); {
		same := i + 1
		for same < len(pods) && byIndex(pods[i], pods[same]) == 0 {
			same++
		}
		group := slices.Clone(pods[i:same])
		i = same
		if !s.hasIndex(group[0]) {
			extra = append(extra, group...)
			continue
		}
		slices.SortStableFunc(group, missed)
		extra = append(extra, group[:len(group)-1]...)
		left = append(left, group[len(group)-1])
	}
	return extra, left
}

// index makes a pod the one of an index.
func (s *sync) index(pod *corev1.Pod, n int) {
	pod.Labels, pod.Annotations = cloned(pod.Labels), cloned(pod.Annotations)
	pod.Labels[batchv1.JobCompletionIndexAnnotation], pod.Annotations[batchv1.JobCompletionIndexAnnotation] = itoa(n), itoa(n)
	pod.Spec.Hostname = s.job.Name + "-" + itoa(n)
	const longest = 58 // of what a name is generated from
	suffix := "-" + itoa(n) + "-"
	pod.GenerateName = s.job.Name[:min(len(s.job.Name), longest-len(suffix))] + suffix
	if !perIndex(s.job) {
		return
	}
	failed, ignored := int32(0), int32(0)
	if last := s.delayed[n]; last != nil {
		failed = failures(last, batchv1.JobIndexFailureCountAnnotation)
		ignored = failures(last, batchv1.JobIndexIgnoredFailureCountAnnotation)
		if match(s.job.Spec.PodFailurePolicy, last).counts {
			failed++
		} else {
			ignored++
		}
	}
	pod.Annotations[batchv1.JobIndexFailureCountAnnotation] = itoa(int(failed))
	if ignored > 0 {
		pod.Annotations[batchv1.JobIndexIgnoredFailureCountAnnotation] = itoa(int(ignored))
	}
}

func cloned(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return maps.Clone(m)
}

// tellIndex hands a container its pod's index in an environment variable.
func tellIndex(c *corev1.Container) {
	const name = "JOB_COMPLETION_INDEX"
	if slices.ContainsFunc(c.Env, func(e corev1.EnvVar) bool { return e.Name == name }) {
		return
	}
	c.Env = append(c.Env, corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{
		FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.labels['" + batchv1.JobCompletionIndexAnnotation + "']"},
	}})
}
