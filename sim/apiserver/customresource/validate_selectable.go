package customresource

import (
	"slices"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const selectableMax = 8

func validateSelectable(
	fields []apiextensions.SelectableField, validation *apiextensions.CustomResourceValidation, path *field.Path,
) field.ErrorList {
	if len(fields) == 0 || validation == nil || validation.OpenAPIV3Schema == nil {
		return nil
	}
	s, err := schema.NewStructural(validation.OpenAPIV3Schema)
	if err != nil {
		return nil // said about the schema
	}
	var errs field.ErrorList
	seen := map[string]bool{}
	for i, f := range fields {
		at, text := path.Index(i).Child("jsonPath"), f.JSONPath
		if text == "" {
			errs = append(errs, field.Required(at, ""))
			continue
		}
		found, why := findField(s, text)
		if why != "" {
			errs = append(errs, field.Invalid(at, text, "is an invalid path: "+why))
			continue
		}
		if text == ".metadata" || strings.HasPrefix(text, ".metadata.") {
			errs = append(errs, field.Invalid(at, text, "must not point to fields in metadata"))
		}
		if !slices.Contains([]string{"string", "boolean", "integer"}, found.Type) {
			errs = append(errs, field.Invalid(at, text,
				"must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed."))
		}
		if seen[text] {
			errs = append(errs, field.Duplicate(at, text))
		}
		seen[text] = true
	}
	if len(seen) > selectableMax {
		errs = append(errs, field.TooMany(path, len(seen), selectableMax))
	}
	return errs
}

// findField returns the schema that a path as ".spec.color" leads to, or why it leads nowhere.
func findField(s *schema.Structural, text string) (*schema.Structural, string) {
	if strings.ContainsAny(text, "[]") {
		return nil, "array notation is not allowed"
	}
	rest, ok := strings.CutPrefix(text, ".")
	if !ok {
		return nil, "expected [ or . but got: " + strings.Split(text, ".")[0]
	}
	for name := range strings.SplitSeq(rest, ".") {
		if s = at(s, name); s == nil {
			return nil, "does not refer to a valid field"
		}
	}
	return s, ""
}
