package customresource

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"k8s.io/apiextensions-apiserver/pkg/apihelpers"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	utilvalidation "k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Validate checks a new definition, in the internal version as Kubernetes does: what all its versions have in common is
// then found beside them, and so are the errors about it. Models pkg/apis/apiextensions/validation.
//
// Simplified: a definition that was stored is checked like a new one when it changes; Kubernetes tolerates what older
// releases let through.
func Validate(crd *apiextensions.CustomResourceDefinition) field.ErrorList {
	name := func(name string, prefix bool) []string {
		errs := apivalidation.NameIsDNSSubdomain(name, prefix)
		if name != crd.Spec.Names.Plural+"."+crd.Spec.Group {
			errs = append(errs, `must be spec.names.plural+"."+spec.group`)
		}
		return errs
	}
	errs := apivalidation.ValidateObjectMeta(&crd.ObjectMeta, false, name, field.NewPath("metadata"))
	errs = append(errs, validateSpec(&crd.Spec, field.NewPath("spec"))...)
	errs = append(errs, validateStatus(crd)...)
	return append(errs, validateRest(crd, nil)...)
}

// ValidateChange checks a changed definition.
func ValidateChange(crd, old *apiextensions.CustomResourceDefinition) field.ErrorList {
	spec, was, path := &crd.Spec, &old.Spec, field.NewPath("spec")
	errs := apivalidation.ValidateObjectMetaUpdate(&crd.ObjectMeta, &old.ObjectMeta, field.NewPath("metadata"))
	errs = append(errs, validateSpec(spec, path)...)
	names := path.Child("names")
	if apiextensions.IsCRDConditionTrue(old, apiextensions.Established) {
		errs = append(errs, apivalidation.ValidateImmutableField(spec.Scope, was.Scope, path.Child("scope"))...)
		errs = append(errs, apivalidation.ValidateImmutableField(spec.Names.Kind, was.Names.Kind, names.Child("kind"))...)
	}
	errs = append(errs, apivalidation.ValidateImmutableField(spec.Group, was.Group, path.Child("group"))...)
	errs = append(errs, apivalidation.ValidateImmutableField(spec.Names.Plural, was.Names.Plural, names.Child("plural"))...)
	errs = append(errs, validateStatus(crd)...)
	return append(errs, validateRest(crd, old)...)
}

// ValidateStatusChange checks a definition of which the status was changed.
func ValidateStatusChange(crd, old *apiextensions.CustomResourceDefinition) field.ErrorList {
	errs := apivalidation.ValidateObjectMetaUpdate(&crd.ObjectMeta, &old.ObjectMeta, field.NewPath("metadata"))
	return append(errs, validateNames(&crd.Status.AcceptedNames, field.NewPath("status", "acceptedNames"))...)
}

// validateStatus checks that the versions in which objects are stored stay known.
func validateStatus(crd *apiextensions.CustomResourceDefinition) field.ErrorList {
	path, stored := field.NewPath("status", "storedVersions"), crd.Status.StoredVersions
	errs := validateNames(&crd.Status.AcceptedNames, field.NewPath("status", "acceptedNames"))
	if len(stored) == 0 {
		return append(errs, field.Invalid(path, stored, "must have at least one stored version"))
	}
	known := map[string]bool{}
	for _, v := range crd.Spec.Versions {
		known[v.Name] = true
		if v.Storage && !slices.Contains(stored, v.Name) {
			errs = append(errs, field.Invalid(path, stored, "must have the storage version "+v.Name))
		}
	}
	for i, v := range stored {
		if !known[v] {
			errs = append(errs, field.Invalid(path.Index(i), v, "missing from spec.versions; "+v+
				" was previously a storage version, and must remain in spec.versions until a storage migration ensures no data"+
				" remains persisted in "+v+" and removes "+v+" from status.storedVersions"))
		}
	}
	return errs
}

// validateRest checks the approval that Kubernetes' own groups need, and that unknown fields are not kept everywhere.
func validateRest(crd, old *apiextensions.CustomResourceDefinition) field.ErrorList {
	var errs field.ErrorList
	if apihelpers.IsProtectedCommunityGroup(crd.Spec.Group) {
		state, why := apihelpers.GetAPIApprovalState(crd.Annotations)
		same := false
		if old != nil {
			was, _ := apihelpers.GetAPIApprovalState(old.Annotations)
			same = was == state
		}
		const key = apiextensionsv1.KubeAPIApprovedAnnotation
		path := field.NewPath("metadata", "annotations").Key(key)
		switch {
		case same || state == apihelpers.APIApproved || state == apihelpers.APIApprovalBypassed:
		case state == apihelpers.APIApprovalMissing:
			errs = append(errs, field.Required(path, why))
		default:
			errs = append(errs, field.Invalid(path, crd.Annotations[key], why))
		}
	}
	if keep := crd.Spec.PreserveUnknownFields; keep != nil && *keep {
		errs = append(errs, field.Invalid(field.NewPath("spec", "preserveUnknownFields"), keep,
			"cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"))
	}
	return errs
}

func validateSpec(spec *apiextensions.CustomResourceDefinitionSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	group := path.Child("group")
	if spec.Group == "" {
		errs = append(errs, field.Required(group, ""))
	} else if why := utilvalidation.IsDNS1123Subdomain(spec.Group); len(why) > 0 {
		errs = append(errs, field.Invalid(group, spec.Group, strings.Join(why, ",")))
	} else if !strings.Contains(spec.Group, ".") {
		errs = append(errs, field.Invalid(group, spec.Group, "should be a domain with at least one dot"))
	}
	scopes := []string{string(apiextensions.ClusterScoped), string(apiextensions.NamespaceScoped)}
	switch scope := string(spec.Scope); {
	case scope == "":
		errs = append(errs, field.Required(path.Child("scope"), ""))
	case !slices.Contains(scopes, scope):
		errs = append(errs, field.NotSupported(path.Child("scope"), scope, scopes))
	}
	errs = append(errs, validateVersions(spec, path)...)
	names := path.Child("names")
	for _, n := range []struct{ field, name string }{
		{"plural", spec.Names.Plural},
		{"singular", spec.Names.Singular},
		{"kind", spec.Names.Kind},
		{"listKind", spec.Names.ListKind},
	} {
		if n.name == "" {
			errs = append(errs, field.Required(names.Child(n.field), ""))
		}
	}
	errs = append(errs, validateNames(&spec.Names, names)...)
	errs = append(errs, validateSchema(spec.Validation, anyStatus(spec), path.Child("validation"))...)
	errs = append(errs, validateSubresources(spec.Subresources, path.Child("subresources"))...)
	errs = append(errs, validateColumns(spec.AdditionalPrinterColumns, path.Child("additionalPrinterColumns"))...)
	errs = append(errs, validateSelectable(spec.SelectableFields, spec.Validation, path.Child("selectableFields"))...)
	return append(errs, validateConversion(spec.Conversion, path.Child("conversion"))...)
}

func validateVersions(spec *apiextensions.CustomResourceDefinitionSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	versions := path.Child("versions")
	if spec.Validation == nil || spec.Validation.OpenAPIV3Schema == nil {
		for i, v := range spec.Versions {
			if v.Schema == nil || v.Schema.OpenAPIV3Schema == nil {
				errs = append(errs, field.Required(versions.Index(i).Child("schema").Child("openAPIV3Schema"), ""))
			}
		}
	}
	storage, unique, seen := 0, true, map[string]bool{}
	for i := range spec.Versions {
		v := &spec.Versions[i]
		if v.Storage {
			storage++
		}
		unique = unique && !seen[v.Name]
		seen[v.Name] = true
		if why := utilvalidation.IsDNS1035Label(v.Name); len(why) > 0 {
			errs = append(errs, field.Invalid(versions.Index(i).Child("name"), v.Name, strings.Join(why, ",")))
		}
		errs = append(errs, validateVersion(spec, v, versions.Index(i))...)
	}
	if !unique {
		errs = append(errs, field.Invalid(versions, spec.Versions, "must contain unique version names"))
	}
	if storage != 1 {
		errs = append(errs, field.Invalid(versions, spec.Versions, "must have exactly one version marked as storage version"))
	}
	return errs
}

func validateVersion(
	spec *apiextensions.CustomResourceDefinitionSpec, v *apiextensions.CustomResourceDefinitionVersion, path *field.Path,
) field.ErrorList {
	var errs field.ErrorList
	for _, why := range validateWarning(v.Deprecated, v.DeprecationWarning) {
		errs = append(errs, field.Invalid(path.Child("deprecationWarning"), v.DeprecationWarning, why))
	}
	sub := v.Subresources
	if spec.Subresources != nil {
		sub = spec.Subresources
	}
	errs = append(errs, validateSchema(v.Schema, sub != nil && sub.Status != nil, path.Child("schema"))...)
	errs = append(errs, validateSubresources(v.Subresources, path.Child("subresources"))...)
	errs = append(errs, validateColumns(v.AdditionalPrinterColumns, path.Child("additionalPrinterColumns"))...)
	return append(errs, validateSelectable(v.SelectableFields, v.Schema, path.Child("selectableFields"))...)
}

func validateWarning(deprecated bool, warning *string) []string {
	switch {
	case warning == nil:
		return nil
	case !deprecated:
		return []string{"can only be set for deprecated versions"}
	}
	var why []string
	if len(*warning) > 256 {
		why = append(why, "must be <= 256 characters long")
	}
	if *warning == "" {
		why = append(why, "must not be an empty string")
	}
	const printable = "must only contain printable UTF-8 characters"
	if i := strings.IndexFunc(*warning, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
		why = append(why, printable+"; non-printable character found at index "+strconv.Itoa(i))
	}
	if !utf8.ValidString(*warning) {
		why = append(why, printable)
	}
	return why
}

func validateNames(names *apiextensions.CustomResourceDefinitionNames, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	check := func(path *field.Path, name, label, before string) {
		if why := utilvalidation.IsDNS1035Label(label); len(why) > 0 {
			errs = append(errs, field.Invalid(path, name, before+strings.Join(why, ",")))
		}
	}
	const mixed = "may have mixed case, but should otherwise match: "
	for _, n := range []struct{ field, name, label, before string }{
		{"plural", names.Plural, names.Plural, ""},
		{"singular", names.Singular, names.Singular, ""},
		{"kind", names.Kind, strings.ToLower(names.Kind), mixed},
		{"listKind", names.ListKind, strings.ToLower(names.ListKind), mixed},
	} {
		if n.name != "" {
			check(path.Child(n.field), n.name, n.label, n.before)
		}
	}
	for i, name := range names.ShortNames {
		check(path.Child("shortNames").Index(i), name, name, "")
	}
	if names.Kind != "" && names.Kind == names.ListKind {
		errs = append(errs, field.Invalid(path.Child("listKind"), names.ListKind, "kind and listKind may not be the same"))
	}
	for i, name := range names.Categories {
		check(path.Child("categories").Index(i), name, name, "")
	}
	return errs
}

var (
	columnTypes   = []string{"boolean", "date", "integer", "number", "string"}
	columnFormats = []string{"byte", "date", "date-time", "double", "float", "int32", "int64", "password"}
)

func validateColumns(columns []apiextensions.CustomResourceColumnDefinition, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, c := range columns {
		at := path.Index(i)
		if c.Name == "" {
			errs = append(errs, field.Required(at.Child("name"), ""))
		}
		types := "must be one of " + strings.Join(columnTypes, ",")
		if c.Type == "" {
			errs = append(errs, field.Required(at.Child("type"), types))
		} else if !slices.Contains(columnTypes, c.Type) {
			errs = append(errs, field.Invalid(at.Child("type"), c.Type, types))
		}
		if c.Format != "" && !slices.Contains(columnFormats, c.Format) {
			errs = append(errs, field.Invalid(at.Child("format"), c.Format, "must be one of "+strings.Join(columnFormats, ",")))
		}
		if c.JSONPath == "" {
			errs = append(errs, field.Required(at.Child("JSONPath"), ""))
		} else {
			errs = append(errs, validatePath(c.JSONPath, at.Child("JSONPath"))...)
		}
	}
	return errs
}

func validatePath(text string, path *field.Path) field.ErrorList {
	if text[0] == '.' {
		return nil
	}
	return field.ErrorList{field.Invalid(path, text, "must be a simple json path starting with .")}
}

func validateSubresources(sub *apiextensions.CustomResourceSubresources, path *field.Path) field.ErrorList {
	if sub == nil || sub.Scale == nil {
		return nil
	}
	var errs field.ErrorList
	check := func(name, text, why string, value any, below ...string) {
		at := path.Child(name)
		if wrong := validatePath(text, at); len(wrong) > 0 {
			errs = append(errs, wrong...)
		} else if !slices.ContainsFunc(below, func(p string) bool { return strings.HasPrefix(text, p) }) {
			errs = append(errs, field.Invalid(at, value, why))
		}
	}
	if text := sub.Scale.SpecReplicasPath; text == "" {
		errs = append(errs, field.Required(path.Child("scale.specReplicasPath"), ""))
	} else {
		check("scale.specReplicasPath", text, "should be a json path under .spec", text, ".spec.")
	}
	if text := sub.Scale.StatusReplicasPath; text == "" {
		errs = append(errs, field.Required(path.Child("scale.statusReplicasPath"), ""))
	} else {
		check("scale.statusReplicasPath", text, "should be a json path under .status", text, ".status.")
	}
	if text := sub.Scale.LabelSelectorPath; text != nil && *text != "" {
		check("scale.labelSelectorPath", *text, "should be a json path under either .spec or .status", text, ".spec.", ".status.")
	}
	return errs
}

// validateConversion refuses webhooks, which nothing here would answer.
func validateConversion(c *apiextensions.CustomResourceConversion, path *field.Path) field.ErrorList {
	if c == nil {
		return nil
	}
	strategies := []string{string(apiextensions.NoneConverter), string(apiextensions.WebhookConverter)}
	switch c.Strategy {
	case "":
		return field.ErrorList{field.Required(path.Child("strategy"), "")}
	case apiextensions.WebhookConverter:
		return field.ErrorList{field.Forbidden(path.Child("strategy"),
			"Orrery has no webhooks: use None, which changes nothing but apiVersion")}
	case apiextensions.NoneConverter:
	default:
		return field.ErrorList{field.NotSupported(path.Child("strategy"), string(c.Strategy), strategies)}
	}
	var errs field.ErrorList
	const only = "should not be set when strategy is not set to Webhook"
	if c.WebhookClientConfig != nil {
		errs = append(errs, field.Forbidden(path.Child("webhookClientConfig"), only))
	}
	if len(c.ConversionReviewVersions) > 0 {
		errs = append(errs, field.Forbidden(path.Child("conversionReviewVersions"), only))
	}
	return errs
}

func anyStatus(spec *apiextensions.CustomResourceDefinitionSpec) bool {
	has := func(s *apiextensions.CustomResourceSubresources) bool { return s != nil && s.Status != nil }
	return has(spec.Subresources) || slices.ContainsFunc(spec.Versions, func(v apiextensions.CustomResourceDefinitionVersion) bool {
		return has(v.Subresources)
	})
}

// SameSpec reports whether two definitions want the same.
func SameSpec(a, b *apiextensionsv1.CustomResourceDefinition) bool {
	return apiequality.Semantic.DeepEqual(a.Spec, b.Spec)
}
