package customresource

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation/field"
	openapierrors "k8s.io/kube-openapi/pkg/validation/errors"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"k8s.io/kube-openapi/pkg/validation/strfmt"
	"k8s.io/kube-openapi/pkg/validation/validate"
)

// validator checks values against a schema. A nil validator finds nothing.
type validator struct{ schema *spec.Schema }

func newValidator(s *schema.Structural) *validator {
	v := &validator{s.ToKubeOpenAPI()}
	adapt(v.schema)
	return v
}

// adapt makes a schema one for validation: int-or-string is of two types, and formats that are not known count for nothing.
func adapt(s *spec.Schema) {
	if s == nil {
		return
	}
	if is, ok := s.Extensions["x-kubernetes-int-or-string"].(bool); ok && is {
		s.Type = spec.StringOrArray{"integer", "string"}
	}
	if s.Format != "" && !knowsFormat(s.Type, s.Format) {
		s.Format = ""
	}
	for k, p := range s.Properties { // any order
		adapt(&p)
		s.Properties[k] = p
	}
	if s.AdditionalProperties != nil {
		adapt(s.AdditionalProperties.Schema)
	}
	if s.Items != nil {
		adapt(s.Items.Schema)
	}
	for _, some := range [][]spec.Schema{s.AllOf, s.AnyOf, s.OneOf} {
		for i := range some {
			adapt(&some[i])
		}
	}
	adapt(s.Not)
}

// formats are those of strings that are checked.
var formats = []string{
	"bsonobjectid", "uri", "email", "hostname", "ipv4", "ipv6", "cidr", "mac", "uuid", "uuid3", "uuid4", "uuid5", "isbn",
	"isbn10", "isbn13", "creditcard", "ssn", "hexcolor", "rgbcolor", "byte", "password", "date", "duration", "datetime",
	"k8sshortname", "k8slongname",
}

func knowsFormat(types []string, format string) bool {
	switch {
	case len(types) != 1 || types[0] == "string":
		return slices.Contains(formats, strings.ReplaceAll(format, "-", ""))
	case types[0] == "integer":
		return format == "int32" || format == "int64"
	case types[0] == "number":
		return format == "float" || format == "double"
	}
	return false
}

// validate checks a new value.
func (v *validator) validate(path *field.Path, value any) field.ErrorList {
	if v == nil {
		return nil
	}
	return fieldErrors(path, validate.NewSchemaValidator(v.schema, nil, "", strfmt.Default).Validate(value))
}

// validateUpdate checks a value that replaces another. What was wrong before and has not changed is tolerated.
func (v *validator) validateUpdate(path *field.Path, value, old any) field.ErrorList {
	if v == nil {
		return nil
	}
	return fieldErrors(path, (&ratchet{schema: v.schema, root: v.schema, formats: strfmt.Default, old: old}).Validate(value))
}

// ratchet validates a value of which an earlier one is known, and all values below it. Models pkg/apiserver/validation's
// RatchetingSchemaValidator.
type ratchet struct {
	schema  *spec.Schema
	root    any
	path    string
	formats strfmt.Registry
	options []validate.Option
	old     any
	now     any
}

// Validate implements validate.ValueValidator.
func (r *ratchet) Validate(value any) *validate.Result {
	r.now = value
	below := func(o *validate.SchemaValidatorOptions) {
		o.NewValidatorForField, o.NewValidatorForIndex = r.field, r.index
	}
	options := append([]validate.Option{below}, r.options...)
	res := validate.NewSchemaValidator(r.schema, r.root, r.path, r.formats, options...).Validate(value)
	if res.IsValid() || !apiequality.Semantic.DeepEqual(value, r.old) {
		return res
	}
	tolerated := &validate.Result{}
	tolerated.MergeAsWarnings(res)
	return tolerated
}

// SetPath implements validate.ValueValidator.
func (r *ratchet) SetPath(string) {}

// Applies implements validate.ValueValidator.
func (r *ratchet) Applies(any, reflect.Kind) bool { return true }

func (r *ratchet) field(
	name string, s *spec.Schema, root any, path string, formats strfmt.Registry, options ...validate.Option,
) validate.ValueValidator {
	old, ok := r.old.(map[string]any)
	value, had := old[name]
	if !ok || !had || r.path == "" && (name == "kind" || name == "apiVersion") {
		return validate.NewSchemaValidator(s, root, path, formats, options...)
	}
	return &ratchet{schema: s, root: root, path: path, formats: formats, options: options, old: value}
}

func (r *ratchet) index(
	i int, s *spec.Schema, root any, path string, formats strfmt.Registry, options ...validate.Option,
) validate.ValueValidator {
	if value, ok := r.counterpart(i); ok {
		return &ratchet{schema: s, root: root, path: path, formats: formats, options: options, old: value}
	}
	return validate.NewSchemaValidator(s, root, path, formats, options...)
}

// counterpart returns the old item of the same keys as the item at an index, in a list that is a map.
func (r *ratchet) counterpart(index int) (any, bool) {
	keys, _ := r.schema.Extensions["x-kubernetes-list-map-keys"].([]string)
	now, _ := r.now.([]any)
	old, _ := r.old.([]any)
	if r.schema.Extensions["x-kubernetes-list-type"] != "map" || index >= len(now) {
		return nil, false
	}
	item, _ := now[index].(map[string]any)
	i := slices.IndexFunc(old, func(o any) bool {
		was, ok := o.(map[string]any)
		return ok && !slices.ContainsFunc(keys, func(k string) bool { return !reflect.DeepEqual(was[k], item[k]) })
	})
	if i < 0 {
		return nil, false
	}
	return old[i], true
}

// fieldErrors returns what a validation found as the API server says it, in the order of the fields: the validation goes
// through maps as Go does, in another order each time.
func fieldErrors(path *field.Path, res *validate.Result) field.ErrorList {
	var errs field.ErrorList
	for _, err := range res.Errors {
		errs = append(errs, fieldError(path, err))
	}
	slices.SortStableFunc(errs, func(a, b *field.Error) int {
		if c := strings.Compare(a.Field, b.Field); c != 0 {
			return c
		}
		return strings.Compare(a.Error(), b.Error())
	})
	return errs
}

func fieldError(path *field.Path, err error) *field.Error {
	e, ok := err.(*openapierrors.Validation)
	if !ok {
		return field.Invalid(path, "", err.Error())
	}
	if e.Name != "" && e.Name != "." {
		path = path.Child(strings.TrimPrefix(e.Name, "."))
	}
	value := e.Value
	if value == nil {
		value = ""
	}
	switch e.Code() {
	case openapierrors.RequiredFailCode:
		return field.Required(path, "")
	case openapierrors.EnumFailCode:
		return field.NotSupported(path, e.Value, enumText(e.Values))
	case openapierrors.TooLongFailCode:
		return field.TooLong(path, "", count(e.Valid))
	case openapierrors.MaxItemsFailCode, openapierrors.TooManyPropertiesCode:
		return field.TooMany(path, count(e.Value), count(e.Valid))
	case openapierrors.InvalidTypeCode:
		return field.TypeInvalid(path, value, e.Error())
	}
	return field.Invalid(path, value, e.Error())
}

func count(n any) int {
	if n, ok := n.(int64); ok {
		return int(n)
	}
	return -1
}

func enumText(values []any) []string {
	text := make([]string, len(values))
	for i, v := range values {
		if s, ok := v.(string); ok {
			text[i] = s
			continue
		}
		data, _ := json.Marshal(v)
		text[i] = string(data)
	}
	return text
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
