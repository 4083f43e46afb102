package quota

import (
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/labels"
	resourcehelper "k8s.io/component-helpers/resource"
	"k8s.io/kubernetes/pkg/apis/core/v1/helper"
	"k8s.io/kubernetes/pkg/apis/core/v1/helper/qos"
)

// podResources are what quotas limit of pods, but for huge pages and extended resources.
var podResources = []corev1.ResourceName{
	"count/pods", corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage, corev1.ResourceRequestsCPU,
	corev1.ResourceRequestsMemory, corev1.ResourceRequestsEphemeralStorage, corev1.ResourceLimitsCPU, corev1.ResourceLimitsMemory,
	corev1.ResourceLimitsEphemeralStorage, corev1.ResourcePods,
}

// required are the resources that every container must ask for where a quota limits them.
var required = []corev1.ResourceName{
	corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceRequestsCPU, corev1.ResourceRequestsMemory,
	corev1.ResourceLimitsCPU, corev1.ResourceLimitsMemory,
}

// extended reports whether a name is that of a device or the like, which quotas limit by its requests.
func extended(name corev1.ResourceName) bool {
	return strings.HasPrefix(string(name), corev1.DefaultResourceRequestsPrefix) && !helper.IsNativeResource(name)
}

// usePod adds what a pod uses: nothing but its count once it has ended or should long be gone.
func usePod(used corev1.ResourceList, pod *corev1.Pod, now time.Time) {
	if pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded || overdue(pod, now) {
		return
	}
	opts := resourcehelper.PodResourcesOptions{UseStatusResources: true}
	compute(used, resourcehelper.PodRequests(pod, opts), resourcehelper.PodLimits(pod, opts))
}

// overdue reports whether a pod outlived its grace period.
func overdue(pod *corev1.Pod, now time.Time) bool {
	if pod.DeletionTimestamp == nil || pod.DeletionGracePeriodSeconds == nil {
		return false
	}
	return now.After(pod.DeletionTimestamp.Add(time.Duration(*pod.DeletionGracePeriodSeconds) * time.Second))
}

// compute adds requests and limits under the names that quotas have for them.
func compute(used, requests, limits corev1.ResourceList) {
	used[corev1.ResourcePods] = *resource.NewQuantity(1, resource.DecimalSI)
	for name, q := range requests { // any order
		prefixed := corev1.DefaultResourceRequestsPrefix + name
		switch {
		case native(name) || strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix):
			used[name], used[prefixed] = q, q
		case helper.IsExtendedResourceName(name):
			used[prefixed] = q
		}
	}
	for name, q := range limits { // any order
		if native(name) {
			used["limits."+name] = q
		}
	}
}

func native(name corev1.ResourceName) bool {
	return name == corev1.ResourceCPU || name == corev1.ResourceMemory || name == corev1.ResourceEphemeralStorage
}

// Missing says what the containers of a pod must ask for and do not, or nothing: "must specify limits.memory for: nginx".
func Missing(pod *corev1.Pod, limited []corev1.ResourceName) string {
	if resourcehelper.IsPodLevelResourcesSet(pod) {
		return ""
	}
	var lines []string
	for _, name := range limited {
		if !slices.Contains(required, name) {
			continue
		}
		var without []string
		for _, containers := range [][]corev1.Container{pod.Spec.Containers, pod.Spec.InitContainers} {
			for i := range containers {
				used := corev1.ResourceList{}
				compute(used, containers[i].Resources.Requests, containers[i].Resources.Limits)
				if _, ok := used[name]; !ok {
					without = append(without, containers[i].Name)
				}
			}
		}
		if len(without) > 0 {
			slices.Sort(without)
			lines = append(lines, string(name)+" for: "+strings.Join(without, ","))
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return "must specify " + strings.Join(lines, "; ")
}

// terminating reports whether a pod will end by itself.
func terminating(pod *corev1.Pod) bool {
	return pod.Spec.ActiveDeadlineSeconds != nil && *pod.Spec.ActiveDeadlineSeconds >= 0
}

func inScope(pod *corev1.Pod, s corev1.ScopedResourceSelectorRequirement) bool {
	switch s.ScopeName {
	case corev1.ResourceQuotaScopeTerminating:
		return terminating(pod)
	case corev1.ResourceQuotaScopeNotTerminating:
		return !terminating(pod)
	case corev1.ResourceQuotaScopeBestEffort:
		return qos.GetPodQOS(pod) == corev1.PodQOSBestEffort
	case corev1.ResourceQuotaScopeNotBestEffort:
		return qos.GetPodQOS(pod) != corev1.PodQOSBestEffort
	case corev1.ResourceQuotaScopePriorityClass:
		return ofClass(pod, s)
	case corev1.ResourceQuotaScopeCrossNamespacePodAffinity:
		return crossesNamespaces(pod.Spec.Affinity)
	}
	return false
}

func ofClass(pod *corev1.Pod, s corev1.ScopedResourceSelectorRequirement) bool {
	name := pod.Spec.PriorityClassName
	if s.Operator == corev1.ScopeSelectorOpExists {
		return name != ""
	}
	selector, err := helper.ScopedResourceSelectorRequirementsAsSelector(s)
	if err != nil {
		return false
	}
	set := labels.Set{}
	if name != "" {
		set[string(corev1.ResourceQuotaScopePriorityClass)] = name
	}
	return selector.Matches(set)
}

func crossesNamespaces(a *corev1.Affinity) bool {
	if a == nil {
		return false
	}
	crosses := func(t corev1.PodAffinityTerm) bool { return len(t.Namespaces) > 0 || t.NamespaceSelector != nil }
	weighted := func(t corev1.WeightedPodAffinityTerm) bool { return crosses(t.PodAffinityTerm) }
	if p := a.PodAffinity; p != nil && (slices.ContainsFunc(p.RequiredDuringSchedulingIgnoredDuringExecution, crosses) ||
		slices.ContainsFunc(p.PreferredDuringSchedulingIgnoredDuringExecution, weighted)) {
		return true
	}
	p := a.PodAntiAffinity
	return p != nil && (slices.ContainsFunc(p.RequiredDuringSchedulingIgnoredDuringExecution, crosses) ||
		slices.ContainsFunc(p.PreferredDuringSchedulingIgnoredDuringExecution, weighted))
}
