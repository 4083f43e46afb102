package managedfields

import (
	"errors"

	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kube-openapi/pkg/schemaconv"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/structured-merge-diff/v6/typed"

	"orrery/sim/apiserver/customresource"
)

// customTypes are how the lists and maps of a custom kind are merged, in each of its versions, by the schema that its user
// wrote.
type customTypes map[schema.GroupVersionKind]typed.ParseableType

// newCustomTypes reads the schemas of all versions of a kind: a manager of fields may have written another one.
func newCustomTypes(v *customresource.Version) customTypes {
	same := func(s *structural.Structural) *structural.Structural { return s }
	models := map[string]*spec.Schema{}
	for _, sibling := range v.Siblings() {
		models[sibling.Resource.Kind.Version] = sibling.OpenAPI("#/components/schemas/", same, false)
	}
	parser := newParser()
	own, err := schemaconv.ToSchemaFromOpenAPI(models, v.KeepsUnknown())
	if err != nil {
		panic("managedfields: a schema that was validated: " + err.Error())
	}
	parser.Schema.Types = append(parser.Schema.Types, own.Types...)
	types := customTypes{}
	for _, sibling := range v.Siblings() {
		types[sibling.Resource.Kind] = parser.Type(sibling.Resource.Kind.Version)
	}
	return types
}

// ObjectToTyped implements managedfields.TypeConverter.
func (c customTypes) ObjectToTyped(o runtime.Object, options ...typed.ValidationOptions) (*typed.TypedValue, error) {
	kind := o.GetObjectKind().GroupVersionKind()
	t, ok := c[kind]
	u, custom := o.(*unstructured.Unstructured)
	if !ok || !custom {
		return nil, runtime.NewNotRegisteredErrForKind("managedfields", kind)
	}
	return t.FromUnstructured(u.Object, options...)
}

// TypedToObject implements managedfields.TypeConverter.
func (customTypes) TypedToObject(value *typed.TypedValue) (runtime.Object, error) {
	fields, ok := value.AsValue().Unstructured().(map[string]any)
	if !ok {
		return nil, errors.New("the value is not an object")
	}
	return &unstructured.Unstructured{Object: fields}, nil
}
