package managedfields

import (
	"reflect"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"orrery/sim/api"
)

// converter converts between the served versions of a kind. An object that is in the version already is not copied.
type converter struct{}

// ConvertToVersion implements runtime.ObjectConvertor. The result has its kind filled in.
func (converter) ConvertToVersion(o runtime.Object, to runtime.GroupVersioner) (runtime.Object, error) {
	version, ok := to.(schema.GroupVersion)
	if !ok {
		return api.Scheme.ConvertToVersion(o, to)
	}
	if u, ok := o.(*unstructured.Unstructured); ok {
		typed, err := api.Scheme.New(u.GroupVersionKind())
		if err != nil {
			return nil, err
		}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, typed); err != nil {
			return nil, err
		}
		o = typed
	}
	kind, err := api.KindOf(o)
	if err != nil {
		return nil, err
	}
	if kind.GroupVersion() == version {
		o.GetObjectKind().SetGroupVersionKind(kind)
		return o, nil
	}
	internal, err := api.Scheme.ConvertToVersion(o, schema.GroupVersion{Group: kind.Group, Version: runtime.APIVersionInternal})
	if err != nil {
		return nil, err
	}
	return api.Scheme.ConvertToVersion(internal, version)
}

// Convert implements runtime.ObjectConvertor.
func (converter) Convert(in, out, context any) error { return api.Scheme.Convert(in, out, context) }

// ConvertFieldLabel implements runtime.ObjectConvertor.
func (converter) ConvertFieldLabel(kind schema.GroupVersionKind, label, value string) (string, string, error) {
	return api.Scheme.ConvertFieldLabel(kind, label, value)
}

// withEntries returns a shallow copy of an object with its kind and these entries.
func withEntries(o api.Object, entries []metav1.ManagedFieldsEntry) api.Object {
	c := reflect.New(reflect.TypeOf(o).Elem())
	c.Elem().Set(reflect.ValueOf(o).Elem())
	shallow := c.Interface().(api.Object)
	if kind, err := api.KindOf(o); err == nil {
		shallow.GetObjectKind().SetGroupVersionKind(kind)
	}
	shallow.SetManagedFields(entries)
	return shallow
}

// With returns a shallow copy of an object with these entries, as it is answered.
func With(o api.Object, entries []metav1.ManagedFieldsEntry) api.Object {
	c := withEntries(o, entries)
	c.GetObjectKind().SetGroupVersionKind(schema.GroupVersionKind{})
	return c
}
