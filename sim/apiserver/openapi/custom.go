package openapi

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	openapiv2 "k8s.io/apiextensions-apiserver/pkg/controller/openapi/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kube-openapi/pkg/builder3/util"
	"k8s.io/kube-openapi/pkg/validation/spec"

	"orrery/sim/apiserver/customresource"
)

// With returns the documents with those of the custom resources that a catalog serves.
func (d *Documents) With(c *customresource.Catalog) (*Documents, error) {
	n := New(d.bundle)
	for k, doc := range d.made { // any order
		if d.bundle.V3[k.path].Paths != nil {
			n.made[k] = doc
		}
	}
	for _, r := range c.Resources() {
		v := c.Find(r.Name)
		path := "apis/" + r.Kind.Group
		if n.groups[path] == nil {
			n.groups[path] = &Group{Paths: map[string]json.RawMessage{}}
		}
		path += "/" + r.Kind.Version
		if n.groups[path] == nil {
			n.groups[path] = &Group{Paths: map[string]json.RawMessage{}, Own: map[string]json.RawMessage{}}
		}
		if err := n.add(n.groups[path], v); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// The names of the schemas that those of every custom resource refer to.
const (
	listMeta      = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta"
	deleteOptions = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions"
)

// add adds a version of a custom resource to its group's document and to the one of all.
func (d *Documents) add(g *Group, v *customresource.Version) error {
	k := v.Resource.Kind
	name, list := model(k.Group, k.Version, k.Kind), model(k.Group, k.Version, v.ListKind())
	for _, old := range []bool{false, true} {
		ref := schemaRef
		paths, schemas := g.Paths, g.Own
		if old {
			ref, paths, schemas = definitionRef, d.v2.Paths, d.v2.Own
		}
		for path, s := range map[string]*spec.Schema{name: kindSchema(v, ref, old), list: listSchema(v, ref, old)} { // any order
			if !old {
				s = util.WrapRefs(s) // a reference in v3 has nothing beside it
			}
			text, err := json.Marshal(s)
			if err != nil {
				return err
			}
			schemas[path] = text
		}
		if err := d.addPaths(paths, v, old); err != nil {
			return err
		}
	}
	g.Security = d.bundle.V3[templateGroup].Security
	g.Uses = d.reach(g)
	g.Own[deleteOptions] = d.bundle.V3[templateGroup].schema(d.bundle, deleteOptions)
	return nil
}

func (g Group) schema(b *Bundle, name string) json.RawMessage {
	if s, ok := g.Own[name]; ok {
		return s
	}
	return b.Schemas[name]
}

// reach returns the names of Kubernetes' own schemas that a group's document refers to, directly or through others.
func (d *Documents) reach(g *Group) []string {
	found := map[string]bool{}
	var follow func(text json.RawMessage)
	follow = func(text json.RawMessage) {
		rest := string(text)
		for {
			_, after, ok := strings.Cut(rest, schemaRef)
			if !ok {
				return
			}
			name, _, _ := strings.Cut(after, `"`)
			rest = after
			if s, own := d.bundle.Schemas[name]; own && !found[name] && name != deleteOptions {
				found[name] = true
				follow(s)
			}
		}
	}
	for _, m := range []map[string]json.RawMessage{g.Paths, g.Own} {
		for _, text := range m { // any order
			follow(text)
		}
	}
	follow(d.bundle.V3[templateGroup].schema(d.bundle, deleteOptions))
	return slices.Sorted(maps.Keys(found))
}

// model returns the name of a kind's schema: "com.example.stable.v1.CronTab".
func model(group, version, kind string) string {
	parts := strings.Split(group, ".")
	slices.Reverse(parts)
	return strings.Join(append(parts, version, kind), ".")
}

// kindSchema returns the schema of a custom resource's objects. Old asks for the v2 form, in which what kubectl would
// misunderstand is left out.
func kindSchema(v *customresource.Version, ref string, old bool) *spec.Schema {
	form := func(s *schema.Structural) *schema.Structural { return s }
	if old {
		form = openapiv2.ToStructuralOpenAPIV2
	}
	var out *spec.Schema
	if s := v.Schema(); old && s != nil && (s.XPreserveUnknownFields || v.KeepsUnknown()) {
		out = &spec.Schema{SchemaProps: spec.SchemaProps{Type: []string{"object"}}}
	} else {
		out = v.OpenAPI(ref, form, old)
	}
	return own(out, v, v.Resource.Kind.Kind, old)
}

func listSchema(v *customresource.Version, ref string, old bool) *spec.Schema {
	k := v.Resource.Kind
	items := spec.ArrayProperty(spec.RefSchema(ref + model(k.Group, k.Version, k.Kind)))
	s := new(spec.Schema).Typed("object", "").WithDescription(v.ListKind()+" is a list of "+k.Kind).WithRequired("items").
		SetProperty("items", *items.WithDescription("List of " + v.Resource.Plural +
			". More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md")).
		SetProperty("metadata", *spec.RefSchema(ref + listMeta).WithDescription(metav1.PartialObjectMetadataList{}.SwaggerDoc()["metadata"]))
	customresource.TypeMeta(s)
	return own(s, v, v.ListKind(), old)
}

// own marks a schema as a kind's.
func own(s *spec.Schema, v *customresource.Version, kind string, old bool) *spec.Schema {
	k := v.Resource.Kind
	s.AddExtension("x-kubernetes-group-version-kind", []any{map[string]any{"group": k.Group, "version": k.Version, "kind": kind}})
	if fields := v.Selectable(); len(fields) > 0 && !old {
		all := make([]any, len(fields))
		for i, f := range fields {
			all[i] = map[string]any{"fieldPath": f}
		}
		s.AddExtension("x-kubernetes-selectable-fields", all)
	}
	return s
}
