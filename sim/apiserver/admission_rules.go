package apiserver

import (
	"net/url"
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// webhook is what validating and mutating webhooks have in common.
type webhook struct {
	name                       string
	client                     admissionv1.WebhookClientConfig
	rules                      []admissionv1.RuleWithOperations
	failure                    *admissionv1.FailurePolicyType
	match                      *admissionv1.MatchPolicyType
	effects                    *admissionv1.SideEffectClass
	timeout                    *int32
	namespaceSelector, objects *metav1.LabelSelector
	reinvocation               *admissionv1.ReinvocationPolicyType
	versions                   []string
	conditions                 []admissionv1.MatchCondition
}

func validateValidatingWebhooks(c *admissionv1.ValidatingWebhookConfiguration) field.ErrorList {
	all := make([]webhook, len(c.Webhooks))
	for i, w := range c.Webhooks {
		all[i] = webhook{
			w.Name, w.ClientConfig, w.Rules, w.FailurePolicy, w.MatchPolicy, w.SideEffects, w.TimeoutSeconds,
			w.NamespaceSelector, w.ObjectSelector, nil, w.AdmissionReviewVersions, w.MatchConditions,
		}
	}
	return validateWebhooks(all)
}

func validateMutatingWebhooks(c *admissionv1.MutatingWebhookConfiguration) field.ErrorList {
	all := make([]webhook, len(c.Webhooks))
	for i, w := range c.Webhooks {
		all[i] = webhook{
			w.Name, w.ClientConfig, w.Rules, w.FailurePolicy, w.MatchPolicy, w.SideEffects, w.TimeoutSeconds,
			w.NamespaceSelector, w.ObjectSelector, w.ReinvocationPolicy, w.AdmissionReviewVersions, w.MatchConditions,
		}
	}
	return validateWebhooks(all)
}

func validateWebhooks(all []webhook) (errs field.ErrorList) {
	names := map[string]bool{}
	for i, w := range all {
		at := field.NewPath("webhooks").Index(i)
		errs = append(errs, w.validate(at)...)
		errs = append(errs, validateReviewVersions(w.versions, at.Child("admissionReviewVersions"))...)
		if w.name != "" && names[w.name] {
			errs = append(errs, field.Duplicate(at.Child("name"), w.name))
		}
		names[w.name] = true
	}
	return errs
}

func (w *webhook) validate(at *field.Path) field.ErrorList {
	errs := validation.IsFullyQualifiedName(at.Child("name"), w.name)
	for i := range w.rules {
		errs = append(errs, validateRule(&w.rules[i], at.Child("rules").Index(i))...)
	}
	errs = append(errs, oneOf(at.Child("failurePolicy"), w.failure, admissionv1.Fail, admissionv1.Ignore)...)
	errs = append(errs, oneOf(at.Child("matchPolicy"), w.match, admissionv1.Equivalent, admissionv1.Exact)...)
	if w.effects == nil {
		errs = append(errs, field.Required(at.Child("sideEffects"), "must specify one of None, NoneOnDryRun"))
	}
	errs = append(errs, oneOf(at.Child("sideEffects"), w.effects, admissionv1.SideEffectClassNone, admissionv1.SideEffectClassNoneOnDryRun)...)
	if w.timeout != nil && (*w.timeout > 30 || *w.timeout < 1) {
		errs = append(errs, field.Invalid(at.Child("timeoutSeconds"), *w.timeout, "the timeout value must be between 1 and 30 seconds"))
	}
	opts := metav1validation.LabelSelectorValidationOptions{}
	if w.namespaceSelector != nil {
		errs = append(errs, metav1validation.ValidateLabelSelector(w.namespaceSelector, opts, at.Child("namespaceSelector"))...)
	}
	if w.objects != nil {
		errs = append(errs, metav1validation.ValidateLabelSelector(w.objects, opts, at.Child("objectSelector"))...)
	}
	errs = append(errs, oneOf(at.Child("reinvocationPolicy"), w.reinvocation,
		admissionv1.IfNeededReinvocationPolicy, admissionv1.NeverReinvocationPolicy)...)
	errs = append(errs, validateClient(w.client, at.Child("clientConfig"))...)
	return append(errs, validateConditions(w.conditions, at.Child("matchConditions"))...)
}

// validateClient checks where a webhook is called.
func validateClient(c admissionv1.WebhookClientConfig, at *field.Path) (errs field.ErrorList) {
	switch {
	case (c.URL == nil) == (c.Service == nil):
		return append(errs, field.Required(at, "exactly one of url or service is required"))
	case c.URL != nil:
		const form = "; desired format: https://host[/path]"
		u, err := url.Parse(*c.URL)
		if err != nil {
			return append(errs, field.Required(at.Child("url"), "url must be a valid URL: "+err.Error()+form))
		}
		if u.Scheme != "https" {
			errs = append(errs, field.Invalid(at.Child("url"), u.Scheme, "'https' is the only allowed URL scheme"+form))
		}
		if u.Host == "" {
			errs = append(errs, field.Invalid(at.Child("url"), u.Host, "host must be specified"+form))
		}
		return errs
	}
	at = at.Child("service")
	if c.Service.Name == "" {
		errs = append(errs, field.Required(at.Child("name"), "service name is required"))
	}
	if c.Service.Namespace == "" {
		errs = append(errs, field.Required(at.Child("namespace"), "service namespace is required"))
	}
	if p := c.Service.Port; p != nil && (*p < 1 || *p > 65535) {
		errs = append(errs, field.Invalid(at.Child("port"), *p, "port is not valid: must be between 1 and 65535, inclusive"))
	}
	if p := c.Service.Path; p != nil && !strings.HasPrefix(*p, "/") {
		errs = append(errs, field.Invalid(at.Child("path"), *p, "must start with a '/'"))
	}
	return errs
}

func validateReviewVersions(versions []string, at *field.Path) (errs field.ErrorList) {
	if len(versions) == 0 {
		return append(errs, field.Required(at, "must specify one of v1, v1beta1"))
	}
	for i, v := range versions {
		if slices.Contains(versions[:i], v) {
			errs = append(errs, field.Invalid(at.Index(i), v, "duplicate version"))
			continue
		}
		for _, why := range validation.IsDNS1035Label(v) {
			errs = append(errs, field.Invalid(at.Index(i), v, why))
		}
	}
	if !slices.Contains(versions, "v1") && !slices.Contains(versions, "v1beta1") {
		errs = append(errs, field.Invalid(at, versions, "must include at least one of v1, v1beta1"))
	}
	return errs
}

// validateRule checks which requests a webhook or a policy is asked about.
func validateRule(r *admissionv1.RuleWithOperations, at *field.Path) (errs field.ErrorList) {
	operations := []admissionv1.OperationType{
		admissionv1.OperationAll, admissionv1.Connect, admissionv1.Create, admissionv1.Delete, admissionv1.Update,
	}
	errs = append(errs, wildcard(at.Child("operations"), r.Operations, admissionv1.OperationAll, "operations")...)
	for i := range r.Operations {
		errs = append(errs, oneOf(at.Child("operations").Index(i), &r.Operations[i], operations...)...)
	}
	errs = append(errs, wildcard(at.Child("apiGroups"), r.APIGroups, "*", "API groups")...)
	errs = append(errs, wildcard(at.Child("apiVersions"), r.APIVersions, "*", "API versions")...)
	for i, v := range r.APIVersions {
		if v == "" {
			errs = append(errs, field.Required(at.Child("apiVersions").Index(i), ""))
		}
	}
	if len(r.Resources) == 0 {
		errs = append(errs, field.Required(at.Child("resources"), ""))
	}
	for i, v := range r.Resources {
		if v == "" {
			errs = append(errs, field.Required(at.Child("resources").Index(i), ""))
		}
	}
	if len(r.Resources) > 1 && slices.Contains(r.Resources, "*/*") {
		errs = append(errs, field.Invalid(at.Child("resources"), r.Resources, "if '*/*' is present, must not specify other resources"))
	}
	return append(errs, oneOf(at.Child("scope"), r.Scope, admissionv1.AllScopes, admissionv1.ClusterScope, admissionv1.NamespacedScope)...)
}

// wildcard requires a list to hold something, and a wildcard to be alone in it.
func wildcard[T comparable](at *field.Path, list []T, all T, what string) (errs field.ErrorList) {
	if len(list) == 0 {
		errs = append(errs, field.Required(at, ""))
	}
	if len(list) > 1 && slices.Contains(list, all) {
		errs = append(errs, field.Invalid(at, list, "if '*' is present, must not specify other "+what))
	}
	return errs
}

// oneOf refuses a value that is set to none of the supported ones.
func oneOf[T ~string](at *field.Path, value *T, supported ...T) field.ErrorList {
	if value == nil || slices.Contains(supported, *value) {
		return nil
	}
	return field.ErrorList{field.NotSupported(at, *value, supported)}
}

// validateConditions checks match conditions.
//
// Simplified: expressions are not compiled, here and below; Kubernetes refuses those that are no CEL.
func validateConditions(conditions []admissionv1.MatchCondition, at *field.Path) (errs field.ErrorList) {
	names := map[string]bool{}
	if len(conditions) > 64 {
		errs = append(errs, field.TooMany(at, len(conditions), 64))
	}
	for i, c := range conditions {
		if strings.TrimSpace(c.Expression) == "" {
			errs = append(errs, field.Required(at.Index(i).Child("expression"), ""))
		}
		if c.Name == "" {
			errs = append(errs, field.Required(at.Index(i).Child("name"), ""))
			continue
		}
		for _, why := range validation.IsQualifiedName(c.Name) {
			errs = append(errs, field.Invalid(at.Index(i).Child("name"), c.Name, why))
		}
		if names[c.Name] {
			errs = append(errs, field.Duplicate(at.Index(i).Child("name"), c.Name))
		}
		names[c.Name] = true
	}
	return errs
}

func validateValidatingPolicy(p *admissionv1.ValidatingAdmissionPolicy) (errs field.ErrorList) {
	at, s := field.NewPath("spec"), &p.Spec
	errs = append(errs, oneOf(at.Child("failurePolicy"), s.FailurePolicy, admissionv1.Fail, admissionv1.Ignore)...)
	errs = append(errs, validateConditions(s.MatchConditions, at.Child("matchConditions"))...)
	errs = append(errs, validateMatch(s.MatchConstraints, at.Child("matchConstraints"))...)
	if len(s.Validations) == 0 && len(s.AuditAnnotations) == 0 {
		errs = append(errs, field.Required(at.Child("validations"), "validations or auditAnnotations must be non-empty"))
	}
	for i, v := range s.Validations {
		if strings.TrimSpace(v.Expression) == "" {
			errs = append(errs, field.Required(at.Child("validations").Index(i).Child("expression"), "expression is not specified"))
		}
	}
	return errs
}

func validateMutatingPolicy(p *admissionv1.MutatingAdmissionPolicy) (errs field.ErrorList) {
	at, s := field.NewPath("spec"), &p.Spec
	errs = append(errs, oneOf(at.Child("failurePolicy"), s.FailurePolicy, admissionv1.Fail, admissionv1.Ignore)...)
	errs = append(errs, validateConditions(s.MatchConditions, at.Child("matchConditions"))...)
	errs = append(errs, validateMatch(s.MatchConstraints, at.Child("matchConstraints"))...)
	if len(s.Mutations) == 0 {
		errs = append(errs, field.Required(at.Child("mutations"), "mutations must contain at least one item"))
	}
	return errs
}

func validateMatch(m *admissionv1.MatchResources, at *field.Path) (errs field.ErrorList) {
	if m == nil {
		return append(errs, field.Required(at, ""))
	}
	if len(m.ResourceRules) == 0 {
		errs = append(errs, field.Required(at.Child("resourceRules"), ""))
	}
	for i := range m.ResourceRules {
		errs = append(errs, validateRule(&m.ResourceRules[i].RuleWithOperations, at.Child("resourceRules").Index(i))...)
	}
	return errs
}

func validateValidatingBinding(b *admissionv1.ValidatingAdmissionPolicyBinding) (errs field.ErrorList) {
	at := field.NewPath("spec")
	if b.Spec.PolicyName == "" {
		errs = append(errs, field.Required(at.Child("policyName"), ""))
	}
	if len(b.Spec.ValidationActions) == 0 {
		errs = append(errs, field.Required(at.Child("validationActions"), "at least one validation action is required"))
	}
	for i := range b.Spec.ValidationActions {
		errs = append(errs, oneOf(at.Child("validationActions").Index(i), &b.Spec.ValidationActions[i],
			admissionv1.Audit, admissionv1.Deny, admissionv1.Warn)...)
	}
	return errs
}

func validateMutatingBinding(b *admissionv1.MutatingAdmissionPolicyBinding) (errs field.ErrorList) {
	if b.Spec.PolicyName == "" {
		errs = append(errs, field.Required(field.NewPath("spec", "policyName"), ""))
	}
	return errs
}
