package framework

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// Affinity is a pod's affinity to other pods and against them, ready for matching.
type Affinity struct {
	Required, RequiredAnti   []AffinityTerm
	Preferred, PreferredAnti []AffinityTerm
}

// AffinityTerm selects pods by their labels and namespaces. Weight is that of a preferred term.
type AffinityTerm struct {
	Namespaces        []string
	NamespaceSelector labels.Selector
	Selector          labels.Selector
	TopologyKey       string
	Weight            int64
}

// Matches reports whether the term selects a pod whose namespace has some labels.
func (t *AffinityTerm) Matches(pod *corev1.Pod, namespace labels.Set) bool {
	in := slices.Contains(t.Namespaces, pod.Namespace) || t.NamespaceSelector.Matches(namespace)
	return in && t.Selector.Matches(labels.Set(pod.Labels))
}

// newAffinity returns the pod's affinity, nil when it has none.
func newAffinity(pod *corev1.Pod) *Affinity {
	spec := pod.Spec.Affinity
	if spec == nil || spec.PodAffinity == nil && spec.PodAntiAffinity == nil {
		return nil
	}
	a := &Affinity{}
	if p := spec.PodAffinity; p != nil {
		a.Required = terms(pod, p.RequiredDuringSchedulingIgnoredDuringExecution)
		a.Preferred = weighted(pod, p.PreferredDuringSchedulingIgnoredDuringExecution)
	}
	if p := spec.PodAntiAffinity; p != nil {
		a.RequiredAnti = terms(pod, p.RequiredDuringSchedulingIgnoredDuringExecution)
		a.PreferredAnti = weighted(pod, p.PreferredDuringSchedulingIgnoredDuringExecution)
	}
	return a
}

func terms(pod *corev1.Pod, spec []corev1.PodAffinityTerm) []AffinityTerm {
	out := make([]AffinityTerm, len(spec))
	for i := range spec {
		out[i] = newTerm(pod, &spec[i], 0)
	}
	return out
}

func weighted(pod *corev1.Pod, spec []corev1.WeightedPodAffinityTerm) []AffinityTerm {
	out := make([]AffinityTerm, len(spec))
	for i := range spec {
		out[i] = newTerm(pod, &spec[i].PodAffinityTerm, int64(spec[i].Weight))
	}
	return out
}

func newTerm(pod *corev1.Pod, spec *corev1.PodAffinityTerm, weight int64) AffinityTerm {
	t := AffinityTerm{
		Namespaces: spec.Namespaces, NamespaceSelector: Selector(spec.NamespaceSelector), Selector: Selector(spec.LabelSelector),
		TopologyKey: spec.TopologyKey, Weight: weight,
	}
	if len(spec.Namespaces) == 0 && spec.NamespaceSelector == nil {
		t.Namespaces = []string{pod.Namespace}
	}
	return t
}

// Selector returns a label selector ready for matching; none matches nothing, and so does one that validation let through
// although it cannot be read.
func Selector(s *metav1.LabelSelector) labels.Selector {
	out, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		return labels.Nothing()
	}
	return out
}
