package customresource

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// rootFields are what a schema's root may say when the status is a subresource, so that the status' schema says all.
var rootFields = []string{
	"Description", "Type", "Format", "Title", "Maximum", "ExclusiveMaximum", "Minimum", "ExclusiveMinimum", "MaxLength",
	"MinLength", "Pattern", "MaxItems", "MinItems", "UniqueItems", "MultipleOf", "Required", "Items", "Properties",
	"ExternalDocs", "Example", "XPreserveUnknownFields", "XValidations",
}

// validateSchema checks the schema of a version, or of all versions.
func validateSchema(v *apiextensions.CustomResourceValidation, hasStatus bool, path *field.Path) field.ErrorList {
	if v == nil || v.OpenAPIV3Schema == nil {
		return nil
	}
	s := v.OpenAPIV3Schema
	var errs, late field.ErrorList
	if hasStatus {
		errs = append(errs, validateRoot(s, path)...)
	}
	if s.Nullable {
		errs = append(errs, field.Forbidden(path.Child("openAPIV3Schema.nullable"), "nullable cannot be true at the root"))
	}
	path = path.Child("openAPIV3Schema")
	structural, err := schema.NewStructural(s)
	if err != nil {
		// The rules below say the same and more; this is for what they do not know.
		late = append(late, field.Invalid(path, "", err.Error()))
	} else if wrong := schema.ValidateStructural(path, structural); len(wrong) > 0 {
		errs = append(errs, wrong...)
	} else {
		root := *structural
		root.XEmbeddedResource = true
		errs = append(errs, validateDefaults(&root, path)...)
	}
	errs = append(errs, validateProps(s, path, place{root: true})...)
	if len(errs) == 0 {
		errs = late
	}
	slices.SortStableFunc(errs, func(a, b *field.Error) int { return strings.Compare(a.Field, b.Field) })
	return errs
}

func validateRoot(s *apiextensions.JSONSchemaProps, path *field.Path) field.ErrorList {
	v := reflect.ValueOf(s).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		switch {
		case v.Field(i).IsZero():
		case name == "Type" && s.Type != "object":
			return field.ErrorList{field.Invalid(path.Child("openAPIV3Schema.type"), s.Type,
				`only "object" is allowed as the type at the root of the schema if the status subresource is enabled`)}
		case !slices.Contains(rootFields, name):
			return field.ErrorList{field.Invalid(path.Child("openAPIV3Schema"), *s, fmt.Sprintf(
				"only %v fields are allowed at the root of the schema if the status subresource is enabled", rootFields))}
		}
	}
	return nil
}

// place says where in a schema a part of it stands.
type place struct {
	root       bool
	meta       bool   // inside of metadata, apiVersion or kind
	noDefaults string // why there may be none; empty when there may
}

// validateProps checks a part of a schema and all below it.
func validateProps(s *apiextensions.JSONSchemaProps, path *field.Path, at place) field.ErrorList {
	if s == nil {
		return nil
	}
	errs := validateWords(s, path, at)
	if s.UniqueItems {
		errs = append(errs, field.Forbidden(path.Child("uniqueItems"),
			"uniqueItems cannot be set to true since the runtime complexity becomes quadratic"))
	}
	below := at
	below.root = false
	if more := s.AdditionalProperties; more != nil {
		if len(s.Properties) != 0 && (!more.Allows || more.Schema != nil) {
			errs = append(errs, field.Forbidden(path.Child("additionalProperties"),
				"additionalProperties and properties are mutual exclusive"))
		}
		inside := below
		if at.meta {
			inside.noDefaults = "inside additionalProperties applying to object metadata"
		}
		errs = append(errs, validateProps(more.Schema, path.Child("additionalProperties"), inside)...)
	}
	for _, name := range sortedKeys(s.Properties) {
		inside := below
		if (at.root || s.XEmbeddedResource) && (name == "metadata" || name == "kind" || name == "apiVersion") {
			inside.meta = true
			if at.root {
				inside.noDefaults = "in top-level " + name
			}
		}
		p := s.Properties[name]
		errs = append(errs, validateProps(&p, path.Child("properties").Key(name), inside)...)
	}
	errs = append(errs, validateProps(s.Not, path.Child("not"), below)...)
	for _, some := range []struct {
		name string
		all  []apiextensions.JSONSchemaProps
	}{{"allOf", s.AllOf}, {"oneOf", s.OneOf}, {"anyOf", s.AnyOf}} {
		for i := range some.all {
			errs = append(errs, validateProps(&some.all[i], path.Child(some.name).Index(i), below)...)
		}
	}
	if s.Items != nil {
		errs = append(errs, validateProps(s.Items.Schema, path.Child("items"), below)...)
	}
	return append(errs, validateExtensions(s, path)...)
}

// validateWords checks that a part of a schema says only what a definition may say.
func validateWords(s *apiextensions.JSONSchemaProps, path *field.Path, at place) field.ErrorList {
	var errs field.ErrorList
	types := []string{"array", "boolean", "integer", "number", "object", "string"}
	if s.Type != "" && !slices.Contains(types, s.Type) {
		errs = append(errs, field.NotSupported(path.Child("type"), s.Type, types))
	}
	if s.Default != nil && at.noDefaults != "" {
		errs = append(errs, field.Forbidden(path.Child("default"), "must not be set "+at.noDefaults))
	}
	for _, word := range []struct {
		name string
		said bool
	}{
		{"id", s.ID != ""},
		{"additionalItems", s.AdditionalItems != nil},
		{"patternProperties", len(s.PatternProperties) != 0},
		{"definitions", len(s.Definitions) != 0},
		{"dependencies", s.Dependencies != nil},
		{"$ref", s.Ref != nil},
	} {
		if word.said {
			errs = append(errs, field.Forbidden(path.Child(word.name), word.name+" is not supported"))
		}
	}
	if s.Type == "null" {
		errs = append(errs, field.Forbidden(path.Child("type"), "type cannot be set to null, use nullable as an alternative"))
	}
	if s.Items != nil && len(s.Items.JSONSchemas) != 0 {
		errs = append(errs, field.Forbidden(path.Child("items"), "items must be a schema object and not an array"))
	}
	if at.meta && s.XEmbeddedResource {
		errs = append(errs, field.Forbidden(path.Child("x-kubernetes-embedded-resource"), "must not be used inside of resource meta"))
	}
	return errs
}

// validateDefaults checks that every default is a value that its schema allows, without unknown fields.
//
// Simplified: defaults of an embedded object's metadata are not checked; Kubernetes checks them in a whole object.
func validateDefaults(s *schema.Structural, path *field.Path) field.ErrorList {
	if s == nil {
		return nil
	}
	var errs field.ErrorList
	if value := s.Default.Object; value != nil {
		at := path.Child("default")
		pruned := runtime.DeepCopyJSONValue(value)
		pruning.Prune(pruned, s, s.XEmbeddedResource)
		if !reflect.DeepEqual(pruned, value) {
			errs = append(errs, field.Invalid(at, value, "must not have unknown fields"))
		}
		if wrong := objectmeta.Coerce(at, runtime.DeepCopyJSONValue(value), s, s.XEmbeddedResource, false); wrong != nil {
			errs = append(errs, wrong)
		} else if wrong := objectmeta.Validate(at, value, s, s.XEmbeddedResource); len(wrong) > 0 {
			errs = append(errs, wrong...)
		} else {
			errs = append(errs, newValidator(s).validate(at, value)...)
		}
	}
	errs = append(errs, validateDefaults(s.Items, path.Child("items"))...)
	for _, name := range sortedKeys(s.Properties) {
		if s.XEmbeddedResource && (name == "metadata" || name == "apiVersion" || name == "kind") {
			continue
		}
		p := s.Properties[name]
		errs = append(errs, validateDefaults(&p, path.Child("properties").Key(name))...)
	}
	return errs
}
