package job

import (
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// verdict is what a pod failure policy says of a failed pod.
type verdict struct {
	counts     bool   // towards the backoff limit
	failsIndex bool   // the pod's index has failed
	failsJob   string // why the Job has failed; empty when it has not
}

// match returns what the first rule says that a failed pod meets. Without a rule a failure counts.
func match(policy *batchv1.PodFailurePolicy, pod *corev1.Pod) verdict {
	if policy == nil {
		return verdict{counts: true}
	}
	for i := range policy.Rules {
		r := &policy.Rules[i]
		why := ""
		switch {
		case r.OnExitCodes != nil:
			c := exited(pod, r.OnExitCodes)
			if c == nil {
				continue
			}
			why = fmt.Sprintf("Container %s for pod %s/%s failed with exit code %v matching %v rule at index %d",
				c.Name, pod.Namespace, pod.Name, c.State.Terminated.ExitCode, r.Action, i)
		default:
			c := conditioned(pod, r.OnPodConditions)
			if c == nil {
				continue
			}
			why = fmt.Sprintf("Pod %s/%s has condition %v matching %v rule at index %d", pod.Namespace, pod.Name, c.Type, r.Action, i)
		}
		switch r.Action {
		case batchv1.PodFailurePolicyActionIgnore:
			return verdict{}
		case batchv1.PodFailurePolicyActionFailIndex:
			return verdict{counts: true, failsIndex: true}
		case batchv1.PodFailurePolicyActionFailJob:
			return verdict{counts: true, failsJob: why}
		case batchv1.PodFailurePolicyActionCount:
			return verdict{counts: true}
		}
	}
	return verdict{counts: true}
}

// exited returns the status of the first container that ended with such an exit code.
func exited(pod *corev1.Pod, want *batchv1.PodFailurePolicyOnExitCodesRequirement) *corev1.ContainerStatus {
	for _, list := range [][]corev1.ContainerStatus{pod.Status.ContainerStatuses, pod.Status.InitContainerStatuses} {
		for i := range list {
			c := &list[i]
			if c.State.Terminated == nil || c.State.Terminated.ExitCode == 0 ||
				want.ContainerName != nil && *want.ContainerName != c.Name {
				continue
			}
			listed := slices.Contains(want.Values, c.State.Terminated.ExitCode)
			if listed == (want.Operator == batchv1.PodFailurePolicyOnExitCodesOpIn) {
				return c
			}
		}
	}
	return nil
}

// conditioned returns the first condition of a pod that one of some patterns fits.
func conditioned(pod *corev1.Pod, patterns []batchv1.PodFailurePolicyOnPodConditionsPattern) *corev1.PodCondition {
	for i := range pod.Status.Conditions {
		c := &pod.Status.Conditions[i]
		if slices.ContainsFunc(patterns, func(p batchv1.PodFailurePolicyOnPodConditionsPattern) bool {
			return p.Type == c.Type && p.Status == c.Status
		}) {
			return c
		}
	}
	return nil
}

// forbidden returns why a failed pod fails the whole Job; empty when none does.
func (s *sync) forbidden() string {
	for _, pod := range s.pods {
		if s.isFailed(pod) {
			if why := match(s.job.Spec.PodFailurePolicy, pod).failsJob; why != "" {
				return why
			}
		}
	}
	return ""
}

// satisfied reports whether the indexes that have succeeded are enough for a success policy, and which rule says so.
func satisfied(policy *batchv1.SuccessPolicy, completions int, done intervals) (string, bool) {
	if policy == nil || len(done) == 0 {
		return "", false
	}
	for i := range policy.Rules {
		r := &policy.Rules[i]
		got, want := done.total(), completions
		if r.SucceededIndexes != nil {
			named := parse(*r.SucceededIndexes, completions)
			if len(named) == 0 {
				continue
			}
			got, want = named.common(done), named.total()
		} else if r.SucceededCount == nil {
			continue
		}
		if r.SucceededCount != nil {
			want = min(want, int(*r.SucceededCount))
		}
		if got >= want {
			return "Matched rules at index " + itoa(i), true
		}
	}
	return "", false
}
