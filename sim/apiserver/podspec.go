package apiserver

import (
	"maps"
	"reflect"
	"slices"

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
// one template. The volume that admission adds is valid. A spec that is like one that was found valid is, too: what is left
// to validate is the metadata.
func validateNewPod(c *converter, o api.Object) field.ErrorList {
	pod := withoutToken(o.(*corev1.Pod))
	owner := metav1.GetControllerOfNoCopy(pod)
	if owner != nil && c.valid[owner.UID] != nil && alike(pod, c.valid[owner.UID]) {
		return validation.ValidateObjectMeta(&pod.ObjectMeta, true, validation.ValidatePodName, field.NewPath("metadata"))
	}
	p := converted[*core.Pod](pod)
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
// go with them. The name of a pod itself matters to ephemeral volumes only.
func alike(a, b *corev1.Pod) bool {
	return maps.Equal(a.Annotations, b.Annotations) && !slices.ContainsFunc(a.Spec.Volumes, isEphemeral) &&
		reflect.DeepEqual(&a.Spec, &b.Spec)
}

func isEphemeral(v corev1.Volume) bool { return v.Ephemeral != nil }

// withoutToken returns a shallow copy of a pod without the volume that admission added for the token and without its
// mounts, which come last.
func withoutToken(pod *corev1.Pod) *corev1.Pod {
	n := len(pod.Spec.Volumes) - 1
	if n < 0 || !admission.HoldsToken(&pod.Spec.Volumes[n]) {
		return pod
	}
	c, name := *pod, pod.Spec.Volumes[n].Name
	c.Spec.Volumes = pod.Spec.Volumes[:n]
	c.Spec.InitContainers = unmounted(pod.Spec.InitContainers, name)
	c.Spec.Containers = unmounted(pod.Spec.Containers, name)
	return &c
}

// unmounted returns a shallow copy of containers that do not mount a volume.
func unmounted(containers []corev1.Container, name string) []corev1.Container {
	c := slices.Clone(containers)
	for i := range c {
		if n := len(c[i].VolumeMounts) - 1; n >= 0 && c[i].VolumeMounts[n].Name == name {
			c[i].VolumeMounts = c[i].VolumeMounts[:n]
		}
	}
	return c
}
