package customresource

import (
	"slices"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateExtensions checks what a part of a schema says in Kubernetes' own words.
func validateExtensions(s *apiextensions.JSONSchemaProps, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if keep := s.XPreserveUnknownFields; keep != nil && !*keep {
		errs = append(errs, field.Invalid(path.Child("x-kubernetes-preserve-unknown-fields"), *keep, "must be true or undefined"))
	}
	if s.XMapType != nil {
		errs = append(errs, typeFor(s, path, "object", "x-kubernetes-map-type")...)
		if kinds := []string{"atomic", "granular"}; !slices.Contains(kinds, *s.XMapType) {
			errs = append(errs, field.NotSupported(path.Child("x-kubernetes-map-type"), *s.XMapType, kinds))
		}
	}
	errs = append(errs, validateListType(s, path)...)
	for i := range s.XValidations {
		r, at := &s.XValidations[i], path.Child("x-kubernetes-validations").Index(i)
		errs = append(errs, validateRule(r, at)...)
		if r.FieldPath != "" && !leads(s, r.FieldPath) {
			errs = append(errs, field.Invalid(at.Child("fieldPath"), r.FieldPath, "must be a valid path"))
		}
	}
	return errs
}

// typeFor checks that a part of a schema has the type that an extension is about.
func typeFor(s *apiextensions.JSONSchemaProps, path *field.Path, want, extension string) field.ErrorList {
	why := "must be " + want + " if " + extension + " is specified"
	switch s.Type {
	case want:
		return nil
	case "":
		return field.ErrorList{field.Required(path.Child("type"), why)}
	}
	return field.ErrorList{field.Invalid(path.Child("type"), s.Type, why)}
}

func validateListType(s *apiextensions.JSONSchemaProps, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	at := path.Child("x-kubernetes-list-type")
	kind := ""
	if s.XListType != nil {
		kind = *s.XListType
		wrong := typeFor(s, path, "array", "x-kubernetes-list-type")
		errs = append(errs, wrong...)
		if len(wrong) == 0 && kind == "set" {
			errs = append(errs, validateSet(s, path)...)
		}
		if kinds := []string{"atomic", "set", "map"}; !slices.Contains(kinds, kind) {
			errs = append(errs, field.NotSupported(at, kind, kinds))
		}
	}
	const must = "must be map if x-kubernetes-list-map-keys is non-empty"
	switch {
	case len(s.XListMapKeys) == 0 || kind == "map":
	case s.XListType == nil:
		errs = append(errs, field.Required(at, must))
	default:
		errs = append(errs, field.Invalid(at, kind, must))
	}
	if kind == "map" {
		errs = append(errs, validateMap(s, path)...)
	}
	return append(errs, validateKeys(s, kind, path)...)
}

// validateSet checks that the items of a set can only be compared as a whole.
func validateSet(s *apiextensions.JSONSchemaProps, path *field.Path) field.ErrorList {
	if s.Items == nil || s.Items.Schema == nil {
		return nil
	}
	items, at := s.Items.Schema, path.Child("items")
	const must = "must be atomic as item of a list with x-kubernetes-list-type=set"
	switch {
	case items.Type == "array" && items.XListType != nil && *items.XListType != "atomic":
		return field.ErrorList{field.Invalid(at.Child("x-kubernetes-list-type"), items.XListType, must)}
	case items.Type == "object" && (items.XMapType == nil || *items.XMapType != "atomic"):
		return field.ErrorList{field.Invalid(at.Child("x-kubernetes-map-type"), items.XListType, must)}
	}
	return nil
}

// validateMap checks that a list that is a map has keys, and that they are scalar properties of its items.
func validateMap(s *apiextensions.JSONSchemaProps, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	keys, items := path.Child("x-kubernetes-list-map-keys"), path.Child("items")
	if len(s.XListMapKeys) == 0 {
		errs = append(errs, field.Required(keys, "must not be empty if x-kubernetes-list-type is map"))
	}
	switch {
	case s.Items == nil:
		return append(errs, field.Required(items, "must have a schema if x-kubernetes-list-type is map"))
	case s.Items.Schema == nil:
		return append(errs, field.Invalid(items, s.Items, "must only have a single schema if x-kubernetes-list-type is map"))
	case s.Items.Schema.Type != "object":
		return append(errs, field.Invalid(items.Child("type"), s.Items.Schema.Type,
			"must be object if parent array's x-kubernetes-list-type is map"))
	}
	for i, k := range s.XListMapKeys {
		p, ok := s.Items.Schema.Properties[k]
		switch {
		case !ok:
			errs = append(errs, field.Invalid(keys, s.XListMapKeys, "entries must all be names of item properties"))
		case p.Type == "array" || p.Type == "object":
			errs = append(errs, field.Invalid(items.Child("properties").Key(k).Child("type"), s.Items.Schema.Type,
				"must be a scalar type if parent array's x-kubernetes-list-type is map"))
		}
		if slices.Contains(s.XListMapKeys[:i], k) {
			errs = append(errs, field.Invalid(keys, s.XListMapKeys, "must not contain duplicate entries"))
		}
	}
	return errs
}

// validateKeys checks that the items of a set or a map, and the keys of a map's, are always there.
func validateKeys(s *apiextensions.JSONSchemaProps, kind string, path *field.Path) field.ErrorList {
	if kind != "set" && kind != "map" || s.Items == nil || s.Items.Schema == nil {
		return nil
	}
	var errs field.ErrorList
	items, at := s.Items.Schema, path.Child("items")
	if items.Nullable {
		errs = append(errs, field.Forbidden(at.Child("nullable"), "cannot be nullable when x-kubernetes-list-type is "+kind))
	}
	if kind == "set" {
		return errs
	}
	const key = "this property is in x-kubernetes-list-map-keys, so it "
	for _, k := range s.XListMapKeys {
		p, ok := items.Properties[k]
		if !ok {
			continue
		}
		if !slices.Contains(items.Required, k) && p.Default == nil {
			errs = append(errs, field.Required(at.Child("properties").Key(k).Child("default"),
				key+"must have a default or be a required property"))
		}
		if p.Nullable {
			errs = append(errs, field.Forbidden(at.Child("properties").Key(k).Child("nullable"), key+"cannot be nullable"))
		}
	}
	return errs
}

// leads reports whether a path as ".a['b'].c" leads to a field. Lists have none.
func leads(props *apiextensions.JSONSchemaProps, path string) bool {
	s, err := schema.NewStructural(props)
	if err != nil {
		return true // said about the schema
	}
	for path != "" {
		name := ""
		if rest, quoted := strings.CutPrefix(path, "['"); quoted {
			var closed bool
			if name, path, closed = strings.Cut(rest, "']"); !closed {
				return false
			}
		} else {
			rest, dotted := strings.CutPrefix(path, ".")
			if !dotted {
				return false
			}
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			name, path = rest[:end], rest[end:]
		}
		if s = at(s, name); s == nil {
			return false
		}
	}
	return true
}

// validateRule checks a rule but for its expressions.
func validateRule(r *apiextensions.ValidationRule, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	breaks := func(text string) bool { return strings.ContainsAny(text, "\n\r") }
	rule, message := strings.TrimSpace(r.Rule), strings.TrimSpace(r.Message)
	switch {
	case rule == "":
		errs = append(errs, field.Required(path.Child("rule"), "rule is not specified"))
	case r.Message != "" && message == "":
		errs = append(errs, field.Invalid(path.Child("message"), r.Message, "must be non-empty if specified"))
	case breaks(message):
		errs = append(errs, field.Invalid(path.Child("message"), r.Message, "must not contain line breaks"))
	case breaks(rule) && message == "":
		errs = append(errs, field.Required(path.Child("message"), "message must be specified if rule contains line breaks"))
	}
	if r.MessageExpression != "" && strings.TrimSpace(r.MessageExpression) == "" {
		errs = append(errs, field.Required(path.Child("messageExpression"), "messageExpression must be non-empty if specified"))
	}
	reasons := []string{
		string(apiextensions.FieldValueDuplicate), string(apiextensions.FieldValueForbidden),
		string(apiextensions.FieldValueInvalid), string(apiextensions.FieldValueRequired),
	}
	if r.Reason != nil && !slices.Contains(reasons, string(*r.Reason)) {
		errs = append(errs, field.NotSupported(path.Child("reason"), string(*r.Reason), reasons))
	}
	if r.FieldPath != "" && strings.TrimSpace(r.FieldPath) == "" {
		errs = append(errs, field.Invalid(path.Child("fieldPath"), r.FieldPath, "must be non-empty if specified"))
	}
	if breaks(r.FieldPath) {
		errs = append(errs, field.Invalid(path.Child("fieldPath"), r.FieldPath, "must not contain line breaks"))
	}
	return errs
}
