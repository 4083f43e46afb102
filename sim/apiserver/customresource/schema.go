package customresource

import (
	"strconv"

	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apimachinery/pkg/runtime"
)

// Decode makes what a user sent an object of the version: without fields that the schema does not know, whose paths it
// returns, with metadata of the right types, and with defaults. The object is changed.
func (v *Version) Decode(o *Object) (unknown []string, err error) {
	unknown, err = v.coerce(o, false)
	if err == nil && v.schema != nil {
		setDefaults(o.Object, v.schema)
	}
	return unknown, err
}

// Serve returns an object from the store as the version serves it; the same object when that is how it is stored.
func (v *Version) Serve(stored *Object) *Object {
	is := v.Resource.Kind.GroupVersion().String()
	was := v
	if stored.GetAPIVersion() != is {
		if was = v.definition.stored(stored); was == nil {
			was = v.definition.storage // the version has been removed since
		}
	}
	if was == v && !v.defaults {
		return stored
	}
	o := stored.DeepCopy()
	for _, step := range []*Version{was, v} {
		// What was valid when it was stored stays readable: what does not fit any longer is dropped.
		o.SetAPIVersion(step.Resource.Kind.GroupVersion().String())
		step.coerce(o, true)
		if step.schema != nil && step == was {
			setDefaults(o.Object, step.schema)
		}
	}
	return o
}

// Stored returns an object of the version as it is stored. It is changed.
func (v *Version) Stored(o *Object) *Object {
	o.SetAPIVersion(v.definition.storage.Resource.Kind.GroupVersion().String())
	return o
}

func (d *Definition) stored(o *Object) *Version {
	for _, v := range d.Versions {
		if v.Resource.Kind.GroupVersion().String() == o.GetAPIVersion() {
			return v
		}
	}
	return nil
}

// coerce drops what the schema does not know and nulls that it does not allow, and gives metadata its types; drop says
// what becomes of metadata of other types. It fails when there is some and it is not dropped.
func (v *Version) coerce(o *Object, drop bool) (unknown []string, err error) {
	kind, apiVersion := o.GetKind(), o.GetAPIVersion()
	meta, found, unknown, err := objectmeta.GetObjectMetaWithOptions(o.Object, objectmeta.ObjectMetaOptions{
		DropMalformedFields: drop, ReturnUnknownFieldPaths: true,
	})
	if err != nil {
		return nil, err
	}
	if !v.definition.CRD.Spec.PreserveUnknownFields {
		unknown = append(unknown, pruning.PruneWithOptions(o.Object, v.schema, true, schema.UnknownFieldPathOptions{
			TrackUnknownFieldPaths: true,
		})...)
		dropNulls(o.Object, v.schema)
	}
	wrong, more := objectmeta.CoerceWithOptions(nil, o.Object, v.schema, false, objectmeta.CoerceOptions{
		DropInvalidFields: drop, ReturnUnknownFieldPaths: true,
	})
	if wrong != nil {
		return nil, wrong
	}
	o.SetKind(kind)
	o.SetAPIVersion(apiVersion)
	if found {
		err = objectmeta.SetObjectMeta(o.Object, meta)
	}
	return append(unknown, more...), err
}

// setDefaults fills in what is missing, or null where that is not allowed, and has a default.
func setDefaults(x any, s *schema.Structural) {
	if s == nil {
		return
	}
	switch x := x.(type) {
	case map[string]any:
		for k, p := range s.Properties { // any order
			if value, ok := x[k]; p.Default.Object != nil && (!ok || refusesNull(value, &p)) {
				x[k] = runtime.DeepCopyJSONValue(p.Default.Object)
			}
		}
		for k := range x { // any order
			below := at(s, k)
			if _, known := s.Properties[k]; !known && refusesNull(x[k], below) {
				x[k] = runtime.DeepCopyJSONValue(below.Default.Object)
			}
			setDefaults(x[k], below)
		}
	case []any:
		for i := range x {
			if refusesNull(x[i], s.Items) {
				x[i] = runtime.DeepCopyJSONValue(s.Items.Default.Object)
			}
			setDefaults(x[i], s.Items)
		}
	}
}

// dropNulls removes the nulls of fields that may not be null and have no default.
func dropNulls(x any, s *schema.Structural) {
	switch x := x.(type) {
	case map[string]any:
		for k, value := range x { // any order
			below := at(s, k)
			if refusesNull(value, below) && below.Default.Object == nil {
				delete(x, k)
				continue
			}
			dropNulls(value, below)
		}
	case []any:
		for i := range x {
			var items *schema.Structural
			if s != nil {
				items = s.Items
			}
			dropNulls(x[i], items)
		}
	}
}

func refusesNull(x any, s *schema.Structural) bool { return x == nil && s != nil && !s.Nullable }

// at returns the schema of a field of an object, or nil.
func at(s *schema.Structural, field string) *schema.Structural {
	if s == nil {
		return nil
	}
	if p, ok := s.Properties[field]; ok {
		return &p
	}
	if s.AdditionalProperties != nil {
		return s.AdditionalProperties.Structural
	}
	return nil
}

func hasDefaults(s *schema.Structural) bool {
	found := false
	visit(s, "", func(_ string, s *schema.Structural) { found = found || s.Default.Object != nil })
	return found
}

// visit calls f for a schema and all schemas below it, with the path of fields that leads to each.
func visit(s *schema.Structural, path string, f func(path string, s *schema.Structural)) {
	if s == nil {
		return
	}
	f(path, s)
	for _, k := range sortedKeys(s.Properties) {
		p := s.Properties[k]
		visit(&p, path+"."+strconv.Quote(k), f)
	}
	if s.AdditionalProperties != nil {
		visit(s.AdditionalProperties.Structural, path+"[*]", f)
	}
	visit(s.Items, path+"[]", f)
}
