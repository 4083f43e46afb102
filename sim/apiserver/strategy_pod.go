package apiserver

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/core/v1/helper/qos"
	"k8s.io/kubernetes/pkg/apis/core/validation"
)

var pods = strategy{
	spec:       partOf(func(p *corev1.Pod) *corev1.PodSpec { return &p.Spec }),
	status:     partOf(func(p *corev1.Pod) *corev1.PodStatus { return &p.Status }),
	generation: true,
	prepareCreate: creating(func(p *corev1.Pod) {
		p.Status = corev1.PodStatus{Phase: corev1.PodPending, QOSClass: qos.GetPodQOS(p)}
		if len(p.Spec.SchedulingGates) > 0 {
			p.Status.Conditions = []corev1.PodCondition{{
				Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonSchedulingGated,
				Message: "Scheduling is blocked due to non-empty scheduling gates", ObservedGeneration: 1,
			}}
		}
		mergeLabelKeys(p)
	}),
	validateCreate: validateNewPod,
	change:         change{validate: onUpdate(validatePod(validation.ValidatePodUpdate))},
	subresources: map[string]change{
		"status": {
			prepare:  changing(preparePodStatus),
			validate: onUpdate(validatePod(validation.ValidatePodStatusUpdate)),
		},
		"ephemeralcontainers": {
			prepare: changing(func(p, old *corev1.Pod) {
				containers := p.Spec.EphemeralContainers
				keepPod(p, old)
				p.Spec.EphemeralContainers = containers
			}),
			validate: onUpdate(validatePod(validation.ValidatePodEphemeralContainersUpdate)),
		},
		"resize": {
			prepare:  changing(preparePodResize),
			validate: onUpdate(validatePod(validation.ValidatePodResize)),
		},
	},
}

func podOptions(p, old *core.Pod) validation.PodValidationOptions {
	var spec *core.PodSpec
	var meta *metav1.ObjectMeta
	if old != nil {
		spec, meta = &old.Spec, &old.ObjectMeta
	}
	opts := podutil.GetValidationOptionsFromPodSpecAndMeta(&p.Spec, spec, &p.ObjectMeta, meta)
	opts.ResourceIsPod = true
	return opts
}

func validatePod(
	validate func(p, old *core.Pod, opts validation.PodValidationOptions) field.ErrorList,
) func(p, old *core.Pod) field.ErrorList {
	return func(p, old *core.Pod) field.ErrorList { return validate(p, old, podOptions(p, old)) }
}

func preparePodStatus(p, old *corev1.Pod) {
	p.OwnerReferences = old.OwnerReferences
	if p.Status.QOSClass == "" {
		p.Status.QOSClass = old.Status.QOSClass
	}
	if p.Status.ObservedGeneration == 0 {
		p.Status.ObservedGeneration = old.Status.ObservedGeneration
	}
}

// keepPod takes everything from the old pod that the writes of its lesser subresources may not change.
func keepPod(p, old *corev1.Pod) {
	p.Spec, p.Status = old.Spec, old.Status
	metav1.ResetObjectMetaForStatus(p, old)
}

// preparePodResize leaves nothing changed but resources and resize policies. Containers that came, went or moved stay so
// that validation refuses them.
func preparePodResize(p, old *corev1.Pod) {
	if len(p.Spec.Containers) != len(old.Spec.Containers) || len(p.Spec.InitContainers) != len(old.Spec.InitContainers) {
		return
	}
	whole := p.Spec.Resources
	containers, initial := resized(p.Spec.Containers, old.Spec.Containers), resized(p.Spec.InitContainers, old.Spec.InitContainers)
	keepPod(p, old)
	p.Spec.Resources, p.Spec.Containers, p.Spec.InitContainers = whole, containers, initial
}

func resized(containers, old []corev1.Container) []corev1.Container {
	if len(containers) == 0 {
		return containers
	}
	out := make([]corev1.Container, len(old))
	for i := range old {
		if containers[i].Name != old[i].Name {
			return containers
		}
		out[i] = old[i]
		out[i].Resources, out[i].ResizePolicy = containers[i].Resources, containers[i].ResizePolicy
	}
	return out
}

// mergeLabelKeys writes the values of the pod's own labels that its affinity terms and spread constraints name by key
// into their selectors.
func mergeLabelKeys(p *corev1.Pod) {
	for i := range p.Spec.TopologySpreadConstraints {
		c := &p.Spec.TopologySpreadConstraints[i]
		requireLabels(c.LabelSelector, c.MatchLabelKeys, metav1.LabelSelectorOpIn, p.Labels)
	}
	a := p.Spec.Affinity
	if a == nil {
		return
	}
	merge := func(required []corev1.PodAffinityTerm, preferred []corev1.WeightedPodAffinityTerm) {
		for i := range preferred {
			requireTermLabels(&preferred[i].PodAffinityTerm, p.Labels)
		}
		for i := range required {
			requireTermLabels(&required[i], p.Labels)
		}
	}
	if t := a.PodAffinity; t != nil {
		merge(t.RequiredDuringSchedulingIgnoredDuringExecution, t.PreferredDuringSchedulingIgnoredDuringExecution)
	}
	if t := a.PodAntiAffinity; t != nil {
		merge(t.RequiredDuringSchedulingIgnoredDuringExecution, t.PreferredDuringSchedulingIgnoredDuringExecution)
	}
}

func requireTermLabels(t *corev1.PodAffinityTerm, labels map[string]string) {
	requireLabels(t.LabelSelector, t.MatchLabelKeys, metav1.LabelSelectorOpIn, labels)
	requireLabels(t.LabelSelector, t.MismatchLabelKeys, metav1.LabelSelectorOpNotIn, labels)
}

// requireLabels adds a requirement for each key that the labels have. No selector selects nothing: it stays so.
func requireLabels(s *metav1.LabelSelector, keys []string, op metav1.LabelSelectorOperator, labels map[string]string) {
	if s == nil {
		return
	}
	for _, k := range keys {
		if v, ok := labels[k]; ok {
			s.MatchExpressions = append(s.MatchExpressions, metav1.LabelSelectorRequirement{Key: k, Operator: op, Values: []string{v}})
		}
	}
}
