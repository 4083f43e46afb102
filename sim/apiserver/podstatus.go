package apiserver

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/core"
	corev1conversion "k8s.io/kubernetes/pkg/apis/core/v1"
	"k8s.io/kubernetes/pkg/apis/core/validation"

	"orrery/sim/api"
)

// validatePodStatus is onUpdate(validation.ValidatePodStatusUpdate), for the write that there is most of: three for every
// pod. The new pod's spec is the old one's, which is known in its internal version; and labels and annotations that are
// as they were have been validated.
func validatePodStatus(c *converter, o, old api.Object) field.ErrorList {
	was := internal[*core.Pod](c, old)
	pod, err := withStatusOf(o.(*corev1.Pod), was)
	if err != nil {
		return field.ErrorList{field.InternalError(field.NewPath("status"), err)}
	}
	c.forget(old) // and was is nobody's but ours
	c.remember(o, pod)
	labels, annotations := pod.Labels, pod.Annotations
	if maps.Equal(labels, was.Labels) && maps.Equal(annotations, was.Annotations) {
		pod.Labels, was.Labels, pod.Annotations, was.Annotations = nil, nil, nil, nil
	}
	opts := podutil.GetValidationOptionsFromPodSpecAndMeta(&pod.Spec, &was.Spec, &pod.ObjectMeta, &was.ObjectMeta)
	opts.ResourceIsPod = true
	errs := validation.ValidatePodStatusUpdate(pod, was, opts)
	pod.Labels, pod.Annotations = labels, annotations
	return errs
}

// withStatusOf returns the internal version of a pod that differs from another one in its metadata and status only.
func withStatusOf(o *corev1.Pod, was *core.Pod) (*core.Pod, error) {
	pod := &core.Pod{ObjectMeta: o.ObjectMeta, Spec: was.Spec}
	err := corev1conversion.Convert_v1_PodStatus_To_core_PodStatus(&o.Status, &pod.Status, nil)
	return pod, err
}
