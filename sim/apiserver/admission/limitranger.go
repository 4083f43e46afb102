package admission

import (
	"errors"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/component-helpers/resource"

	"orrery/sim/client"
)

// limitRanger gives containers the requests and limits that a LimitRange of their namespace has for those who name none,
// and refuses pods and claims that ask for less or more than it allows.
var limitRanger = Plugin{
	Name:      "LimitRanger",
	Resources: []string{"pods", "persistentvolumeclaims"},
	Admit: func(a *Attributes) (changed bool, err error) {
		pod, ok := a.Object.(*corev1.Pod)
		if !ok || !limited(a) {
			return false, nil
		}
		for _, r := range list[*corev1.LimitRange](a.Store, "limitranges", a.Namespace) {
			changed = fillIn(pod, r) || changed
		}
		return changed, nil
	},
	Validate: func(a *Attributes) error {
		if !limited(a) {
			return nil
		}
		for _, r := range list[*corev1.LimitRange](a.Store, "limitranges", a.Namespace) {
			var broken []string
			for i := range r.Spec.Limits {
				switch o := a.Object.(type) {
				case *corev1.Pod:
					broken = append(broken, checkPod(&r.Spec.Limits[i], o)...)
				case *corev1.PersistentVolumeClaim:
					broken = append(broken, checkClaim(&r.Spec.Limits[i], o)...)
				}
			}
			if len(broken) > 0 {
				return Forbidden(a, aggregate(broken))
			}
		}
		return nil
	},
}

// limited reports whether limits concern a request: those of pods are for new and for resized ones.
func limited(a *Attributes) bool {
	if a.Object == nil || a.Verb == client.Delete || a.Old != nil && a.Old.GetDeletionTimestamp() != nil {
		return false
	}
	if a.Resource.Name == "pods" && a.Verb == client.Update {
		return a.Subresource == "resize"
	}
	return a.Subresource == ""
}

// aggregate joins errors as Kubernetes does.
func aggregate(lines []string) string {
	var all []error
	for _, line := range lines {
		all = append(all, errors.New(line))
	}
	return utilerrors.NewAggregate(all).Error()
}

// limitRangerAnnotation says on the pod what was filled in.
const limitRangerAnnotation = "kubernetes.io/limit-ranger"

// fillIn sets the requests and limits that the containers leave out.
func fillIn(pod *corev1.Pod, r *corev1.LimitRange) bool {
	requests, limits := corev1.ResourceList{}, corev1.ResourceList{}
	for i := range r.Spec.Limits {
		if item := &r.Spec.Limits[i]; item.Type == corev1.LimitTypeContainer {
			merge(requests, item.DefaultRequest)
			merge(limits, item.Default)
		}
	}
	var set []string
	for i := range pod.Spec.Containers {
		set = append(set, fillInContainer(&pod.Spec.Containers[i], requests, limits, "container")...)
	}
	for i := range pod.Spec.InitContainers {
		set = append(set, fillInContainer(&pod.Spec.InitContainers[i], requests, limits, "init container")...)
	}
	if len(set) == 0 {
		return false
	}
	if pod.Annotations == nil {
		pod.Annotations = map[string]string{}
	}
	pod.Annotations[limitRangerAnnotation] = "LimitRanger plugin set: " + strings.Join(set, "; ")
	return true
}

func fillInContainer(c *corev1.Container, requests, limits corev1.ResourceList, kind string) (set []string) {
	for _, part := range []struct {
		name string
		to   *corev1.ResourceList
		from corev1.ResourceList
	}{{"request", &c.Resources.Requests, requests}, {"limit", &c.Resources.Limits, limits}} {
		if *part.to == nil {
			*part.to = corev1.ResourceList{}
		}
		if names := merge(*part.to, part.from); len(names) > 0 {
			set = append(set, strings.Join(names, ", ")+" "+part.name+" for "+kind+" "+c.Name)
		}
	}
	return set
}

// merge adds what a list lacks, and returns the names of that.
func merge(to, from corev1.ResourceList) (added []string) {
	for _, name := range sorted(from) {
		if _, ok := to[name]; !ok {
			to[name] = from[name].DeepCopy()
			added = append(added, string(name))
		}
	}
	return added
}

// sorted returns the names of a list in order.
func sorted(l corev1.ResourceList) []corev1.ResourceName {
	names := make([]corev1.ResourceName, 0, len(l))
	for name := range l { // any order: sorted below
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// checkPod returns what of a pod breaks one item of a LimitRange.
func checkPod(item *corev1.LimitRangeItem, pod *corev1.Pod) (broken []string) {
	switch item.Type {
	case corev1.LimitTypeContainer:
		for _, containers := range [][]corev1.Container{pod.Spec.Containers, pod.Spec.InitContainers} {
			for i := range containers {
				r := &containers[i].Resources
				broken = append(broken, asked{r.Requests, r.Limits}.check(item)...)
			}
		}
	case corev1.LimitTypePod:
		opts := resource.PodResourcesOptions{}
		broken = asked{resource.PodRequests(pod, opts), resource.PodLimits(pod, opts)}.check(item)
	}
	return broken
}

// checkClaim returns what of a claim breaks one item of a LimitRange.
func checkClaim(item *corev1.LimitRangeItem, claim *corev1.PersistentVolumeClaim) (broken []string) {
	if item.Type != corev1.LimitTypePersistentVolumeClaim {
		return nil
	}
	a := asked{claim.Spec.Resources.Requests, nil}
	for _, name := range sorted(item.Min) {
		broken = a.atLeast(broken, item.Type, name, item.Min[name])
	}
	for _, name := range sorted(item.Max) {
		broken = a.requestAtMost(broken, item.Type, name, item.Max[name])
	}
	return broken
}
