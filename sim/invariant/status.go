package invariant

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/core/validation"

	"orrery/sim"
	"orrery/sim/api"
	"orrery/sim/trace"
)

// statuses checks that what a kubelet reports is valid, which the API server believes.
func (c *Checker) statuses(w *sim.World, e *trace.Entry) error {
	v := committed(w, e)
	if v == nil || e.Subresource != "status" || !strings.HasPrefix(e.User, "kubelet/") {
		return nil
	}
	before, err := store(w).At(v.Key, v.Mod-1)
	if err != nil || before == nil {
		return nil
	}
	var errs field.ErrorList
	switch v.Object.(type) {
	case *corev1.Pod:
		pod, old := internal(v.Object).(*core.Pod), internal(before.Object).(*core.Pod)
		opts := podutil.GetValidationOptionsFromPodSpecAndMeta(&pod.Spec, &old.Spec, &pod.ObjectMeta, &old.ObjectMeta)
		opts.ResourceIsPod = true
		errs = validation.ValidatePodStatusUpdate(pod, old, opts)
	case *corev1.Node:
		errs = validation.ValidateNodeUpdate(internal(v.Object).(*core.Node), internal(before.Object).(*core.Node))
	}
	return errs.ToAggregate()
}

func internal(o api.Object) any {
	i, err := api.Internal(o)
	if err != nil {
		panic("invariant: a stored object that cannot be converted: " + err.Error())
	}
	return i
}
