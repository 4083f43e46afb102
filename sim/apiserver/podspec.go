package apiserver

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/core/validation"

	"orrery/sim/api"
	"orrery/sim/apiserver/admission"
)

// validateNewPod is onCreate(validation.ValidatePodCreate) for what there is most of: the pods that a controller makes of
// one template. A spec that is like one that was found valid is valid; what is left to validate is the metadata.
func validateNewPod(c *converter, o api.Object) field.ErrorList {
	pod := o.(*corev1.Pod)
	owner := metav1.GetControllerOfNoCopy(pod)
	if owner != nil && c.valid[owner.UID] != nil && alike(pod, c.valid[owner.UID]) {
		return validation.ValidateObjectMeta(&pod.ObjectMeta, true, validation.ValidatePodName, field.NewPath("metadata"))
	}
	p := converted[*core.Pod](o)
	errs := validation.ValidatePodCreate(p, podOptions(p, nil))
	if owner != nil && len(errs) == 0 {
		c.approve(owner.UID, pod)
	}
	return errs
}

// validMax bounds the memory of valid pods.
const validMax = 256

// approve remembers a valid pod of an owner.
func (c *converter) approve(owner types.UID, pod *corev1.Pod) {
	if c.valid == nil || len(c.valid) >= validMax {
		c.valid = map[types.UID]*corev1.Pod{}
	}
	c.valid[owner] = pod
}

// alike reports whether the specs of two pods must be equally valid: whether they are equal, as are the annotations that
// go with them, but for the name of the volume that admission made for the token. The name of a pod itself matters to
// ephemeral volumes only.
func alike(a, b *corev1.Pod) bool {
	if !maps.Equal(a.Annotations, b.Annotations) || slices.ContainsFunc(a.Spec.Volumes, isEphemeral) {
		return false
	}
	return reflect.DeepEqual(renamed(&a.Spec), renamed(&b.Spec))
}

func isEphemeral(v corev1.Volume) bool { return v.Ephemeral != nil }

// renamed returns a shallow copy of a spec in which the volume for the token has a name that is always the same.
func renamed(s *corev1.PodSpec) *corev1.PodSpec {
	n := len(s.Volumes) - 1
	if n < 0 || !strings.HasPrefix(s.Volumes[n].Name, admission.TokenVolume) {
		return s
	}
	random := s.Volumes[n].Name
	c := *s
	c.Volumes = slices.Clone(s.Volumes)
	c.Volumes[n].Name = admission.TokenVolume
	c.InitContainers, c.Containers = remounted(s.InitContainers, random), remounted(s.Containers, random)
	return &c
}

// remounted returns a shallow copy of containers that mount the volume of a name as that for the token.
func remounted(containers []corev1.Container, name string) []corev1.Container {
	c := slices.Clone(containers)
	for i := range c {
		c[i].VolumeMounts = slices.Clone(c[i].VolumeMounts)
		for j := range c[i].VolumeMounts {
			if m := &c[i].VolumeMounts[j]; m.Name == name {
				m.Name = admission.TokenVolume
			}
		}
	}
	return c
}
