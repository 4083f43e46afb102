package apiserver

import (
	admissionv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"orrery/sim/api"
)

// The kinds of admissionregistration.k8s.io are validated by admission_rules.go: Kubernetes' own package would bring the
// CEL compiler.

var validatingWebhookConfigurations = strategy{
	spec: partOf(func(c *admissionv1.ValidatingWebhookConfiguration) *[]admissionv1.ValidatingWebhook {
		return &c.Webhooks
	}),
	generation:     true,
	conditional:    true,
	validateCreate: onNew(validateValidatingWebhooks),
	change:         change{validate: onChanged(validateValidatingWebhooks)},
}

var mutatingWebhookConfigurations = strategy{
	spec: partOf(func(c *admissionv1.MutatingWebhookConfiguration) *[]admissionv1.MutatingWebhook {
		return &c.Webhooks
	}),
	generation:     true,
	conditional:    true,
	validateCreate: onNew(validateMutatingWebhooks),
	change:         change{validate: onChanged(validateMutatingWebhooks)},
}

var validatingAdmissionPolicies = strategy{
	spec: partOf(func(p *admissionv1.ValidatingAdmissionPolicy) *admissionv1.ValidatingAdmissionPolicySpec {
		return &p.Spec
	}),
	status: partOf(func(p *admissionv1.ValidatingAdmissionPolicy) *admissionv1.ValidatingAdmissionPolicyStatus {
		return &p.Status
	}),
	generation:     true,
	conditional:    true,
	validateCreate: onNew(validateValidatingPolicy),
	change:         change{validate: onChanged(validateValidatingPolicy)},
	subresources:   map[string]change{"status": {prepare: keepMetaInStatus, validate: unchecked}},
}

var validatingAdmissionPolicyBindings = strategy{
	spec: partOf(func(b *admissionv1.ValidatingAdmissionPolicyBinding) *admissionv1.ValidatingAdmissionPolicyBindingSpec {
		return &b.Spec
	}),
	generation:     true,
	conditional:    true,
	validateCreate: onNew(validateValidatingBinding),
	change:         change{validate: onChanged(validateValidatingBinding)},
}

var mutatingAdmissionPolicies = strategy{
	spec:           partOf(func(p *admissionv1.MutatingAdmissionPolicy) *admissionv1.MutatingAdmissionPolicySpec { return &p.Spec }),
	generation:     true,
	conditional:    true,
	validateCreate: onNew(validateMutatingPolicy),
	change:         change{validate: onChanged(validateMutatingPolicy)},
}

var mutatingAdmissionPolicyBindings = strategy{
	spec: partOf(func(b *admissionv1.MutatingAdmissionPolicyBinding) *admissionv1.MutatingAdmissionPolicyBindingSpec {
		return &b.Spec
	}),
	generation:     true,
	conditional:    true,
	validateCreate: onNew(validateMutatingBinding),
	change:         change{validate: onChanged(validateMutatingBinding)},
}

// onNew makes a strategy's validation of rules about objects of a stored version.
func onNew[T api.Object](rules func(T) field.ErrorList) func(*converter, api.Object) field.ErrorList {
	return func(_ *converter, o api.Object) field.ErrorList {
		return append(validation.ValidateObjectMetaAccessor(o, false, validation.NameIsDNSSubdomain, field.NewPath("metadata")),
			rules(o.(T))...)
	}
}

func onChanged[T api.Object](rules func(T) field.ErrorList) func(*converter, api.Object, api.Object) field.ErrorList {
	return func(_ *converter, o, old api.Object) field.ErrorList {
		return append(validation.ValidateObjectMetaAccessorUpdate(metav1.Object(o), old, field.NewPath("metadata")), rules(o.(T))...)
	}
}
