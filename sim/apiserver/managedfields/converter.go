package managedfields

import (
	"maps"
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
		if !api.Scheme.Recognizes(u.GroupVersionKind()) {
			return inVersion(u, version), nil
		}
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

// inVersion returns a custom resource in another version, which has the same fields.
func inVersion(u *unstructured.Unstructured, version schema.GroupVersion) *unstructured.Unstructured {
	if u.GroupVersionKind().GroupVersion() == version {
		return u
	}
	c := &unstructured.Unstructured{Object: maps.Clone(u.Object)}
	c.SetAPIVersion(version.String())
	return c
}

// withEntries returns a shallow copy of an object with its kind and these entries.
func withEntries(o api.Object, entries []metav1.ManagedFieldsEntry) api.Object {
	shallow := shallowCopy(o)
	if kind, err := api.KindOf(o); err == nil {
		shallow.GetObjectKind().SetGroupVersionKind(kind)
	}
	shallow.SetManagedFields(entries)
	return shallow
}

// shallowCopy returns a copy of an object whose metadata can be changed.
func shallowCopy(o api.Object) api.Object {
	if u, ok := o.(*unstructured.Unstructured); ok {
		c := &unstructured.Unstructured{Object: maps.Clone(u.Object)}
		if meta, ok := c.Object["metadata"].(map[string]any); ok {
			c.Object["metadata"] = maps.Clone(meta)
		}
		return c
	}
	c := reflect.New(reflect.TypeOf(o).Elem())
	c.Elem().Set(reflect.ValueOf(o).Elem())
	return c.Interface().(api.Object)
}

// With returns a shallow copy of an object with these entries, as it is answered.
func With(o api.Object, entries []metav1.ManagedFieldsEntry) api.Object {
	c := shallowCopy(o)
	c.SetManagedFields(entries)
	return c
}
