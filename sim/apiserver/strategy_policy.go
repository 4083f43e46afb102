package apiserver

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	policyv1 "k8s.io/api/policy/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/apis/autoscaling"
	autoscalingvalidation "k8s.io/kubernetes/pkg/apis/autoscaling/validation"
	"k8s.io/kubernetes/pkg/apis/policy"
	policyvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
)

var podDisruptionBudgets = strategy{
	spec:        partOf(func(b *policyv1.PodDisruptionBudget) *policyv1.PodDisruptionBudgetSpec { return &b.Spec }),
	status:      partOf(func(b *policyv1.PodDisruptionBudget) *policyv1.PodDisruptionBudgetStatus { return &b.Status }),
	generation:  true,
	conditional: true,
	validateCreate: onCreate(func(b *policy.PodDisruptionBudget) field.ErrorList {
		return policyvalidation.ValidatePodDisruptionBudget(b, policyvalidation.PodDisruptionBudgetValidationOptions{})
	}),
	change: change{validate: onUpdate(func(b, old *policy.PodDisruptionBudget) field.ErrorList {
		return policyvalidation.ValidatePodDisruptionBudget(b, policyvalidation.PodDisruptionBudgetValidationOptions{
			AllowInvalidLabelValueInSelector: metav1validation.LabelSelectorHasInvalidLabelValue(old.Spec.Selector),
		})
	})},
	subresources: statusOnly(onUpdate(func(b, old *policy.PodDisruptionBudget) field.ErrorList {
		return policyvalidation.ValidatePodDisruptionBudgetStatusUpdate(
			b.Status, old.Status, field.NewPath("status"), policyv1.SchemeGroupVersion)
	})),
}

// HorizontalPodAutoscalers are stored as autoscaling/v2 and have no generation.
var horizontalPodAutoscalers = strategy{
	spec: partOf(func(h *autoscalingv2.HorizontalPodAutoscaler) *autoscalingv2.HorizontalPodAutoscalerSpec {
		return &h.Spec
	}),
	status: partOf(func(h *autoscalingv2.HorizontalPodAutoscaler) *autoscalingv2.HorizontalPodAutoscalerStatus {
		return &h.Status
	}),
	validateCreate: onCreate(func(h *autoscaling.HorizontalPodAutoscaler) field.ErrorList {
		return autoscalingvalidation.ValidateHorizontalPodAutoscaler(h, autoscalerOptions(h, nil))
	}),
	change: change{validate: onUpdate(func(h, old *autoscaling.HorizontalPodAutoscaler) field.ErrorList {
		return autoscalingvalidation.ValidateHorizontalPodAutoscalerUpdate(h, old, autoscalerOptions(h, old))
	})},
	subresources: statusOnly(onUpdate(autoscalingvalidation.ValidateHorizontalPodAutoscalerStatusUpdate)),
}

func autoscalerOptions(h, old *autoscaling.HorizontalPodAutoscaler) autoscalingvalidation.HorizontalPodAutoscalerSpecValidationOptions {
	opts := autoscalingvalidation.HorizontalPodAutoscalerSpecValidationOptions{MinReplicasLowerBound: 1}
	opts.ObjectMetricsValidationOptions.AllowEmptyAPIGroup = true
	opts.ScaleTargetRefValidationOptions.AllowEmptyAPIGroup = h.Spec.ScaleTargetRef.Kind == "ReplicationController"
	if old == nil {
		return opts
	}
	if min := old.Spec.MinReplicas; min != nil && *min == 0 {
		opts.MinReplicasLowerBound = 0
	}
	if a, b := old.Spec.ScaleTargetRef, h.Spec.ScaleTargetRef; a.APIVersion == b.APIVersion && a.Kind == b.Kind {
		opts.ScaleTargetRefValidationOptions.AllowInvalidAPIVersion = true
	}
	for _, m := range old.Spec.Metrics {
		if m.Type == autoscaling.ObjectMetricSourceType && m.Object != nil &&
			autoscalingvalidation.ValidateAPIVersion(m.Object.DescribedObject, opts.ObjectMetricsValidationOptions) != nil {
			opts.ObjectMetricsValidationOptions.AllowInvalidAPIVersion = true
			break
		}
	}
	return opts
}
