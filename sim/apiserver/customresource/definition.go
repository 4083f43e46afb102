// Package customresource is the kinds that users bring themselves: a CustomResourceDefinition made ready to serve its
// objects, with everything that hangs on its schema: pruning, defaulting, validation, subresources, columns and selectable
// fields.
//
// Everything here is a pure function of the definitions. Models k8s.io/apiextensions-apiserver: pkg/apiserver,
// pkg/registry/customresource, pkg/apis/apiextensions/validation and the controllers that set a definition's conditions.
//
// Simplified: rules in CEL (x-kubernetes-validations) are stored and not evaluated, because cel-go is larger than all of
// the simulation, and conversion is None; Kubernetes evaluates them, and converts by webhook.
package customresource

import (
	"fmt"
	"slices"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/version"

	"orrery/sim/api"
)

// Object is a custom resource's object: a JSON object with its apiVersion and kind.
type Object = unstructured.Unstructured

// Definition is a CustomResourceDefinition made ready.
type Definition struct {
	CRD      *apiextensionsv1.CustomResourceDefinition
	Versions []*Version // as the definition lists them
	storage  *Version
}

// Version is one version of a custom resource.
type Version struct {
	Resource *api.Resource
	Served   bool
	// Warning is what those who use a deprecated version are told.
	Warning string

	definition *Definition
	schema     *schema.Structural // nil for none
	defaults   bool               // whether the schema has any
	validator  *validator         // of whole objects
	status     *validator         // of their status
	hasStatus  bool               // whether the status is a subresource
	scale      *apiextensionsv1.CustomResourceSubresourceScale
	columns    []apiextensionsv1.CustomResourceColumnDefinition
	selectable []selectable
}

// Of returns the version of a custom resource that a resource is, or nil.
func Of(res *api.Resource) *Version {
	v, _ := res.Custom.(*Version)
	return v
}

// Storage returns the version in which objects are stored.
func (d *Definition) Storage() *Version { return d.storage }

// Is reports whether a condition of the definition is true.
func (d *Definition) Is(condition apiextensionsv1.CustomResourceDefinitionConditionType) bool {
	return is(d.CRD, condition)
}

// Serves reports whether requests for the definition's objects are answered.
func (d *Definition) Serves() bool {
	return d.Is(apiextensionsv1.NamesAccepted) || d.Is(apiextensionsv1.Established)
}

// Define makes a definition ready. It fails for one that validation would refuse.
func Define(crd *apiextensionsv1.CustomResourceDefinition) (*Definition, error) {
	d := &Definition{CRD: crd}
	for i, r := range api.Custom(crd) {
		v := &crd.Spec.Versions[i]
		made, err := d.version(v, r)
		if err != nil {
			return nil, fmt.Errorf("the schema of %s in version %s: %w", crd.Name, v.Name, err)
		}
		d.Versions = append(d.Versions, made)
		if v.Storage {
			d.storage = made
		}
	}
	if d.storage == nil {
		return nil, fmt.Errorf("%s has no storage version", crd.Name)
	}
	return d, nil
}

func (d *Definition) version(v *apiextensionsv1.CustomResourceDefinitionVersion, r *api.Resource) (*Version, error) {
	made := &Version{
		Resource: r, Served: v.Served, Warning: deprecation(d.CRD, v), definition: d,
		columns: columns(v), selectable: selectables(v),
	}
	r.Custom = made
	if sub := v.Subresources; sub != nil {
		made.hasStatus, made.scale = sub.Status != nil, sub.Scale
	}
	if v.Schema == nil || v.Schema.OpenAPIV3Schema == nil {
		return made, nil
	}
	props, err := internalSchema(v.Schema.OpenAPIV3Schema)
	if err != nil {
		return nil, err
	}
	if made.schema, err = schema.NewStructural(props); err != nil {
		return nil, err
	}
	made.schema = made.schema.DeepCopy()
	made.defaults = hasDefaults(made.schema)
	made.validator = newValidator(made.schema)
	if status, ok := made.schema.Properties["status"]; ok && made.hasStatus {
		made.status = newValidator(&status)
	}
	return made, nil
}

func internalSchema(props *apiextensionsv1.JSONSchemaProps) (*apiextensions.JSONSchemaProps, error) {
	in := &apiextensions.JSONSchemaProps{}
	return in, apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(props, in, nil)
}

// deprecation returns the warning for a deprecated version: the definition's own, or one that names the newest version
// that is not deprecated.
func deprecation(crd *apiextensionsv1.CustomResourceDefinition, v *apiextensionsv1.CustomResourceDefinitionVersion) string {
	switch {
	case !v.Deprecated:
		return ""
	case v.DeprecationWarning != nil:
		return *v.DeprecationWarning
	}
	group, kind := crd.Spec.Group, crd.Spec.Names.Kind
	text := group + "/" + v.Name + " " + kind + " is deprecated"
	var newer []string
	for _, other := range crd.Spec.Versions {
		if other.Served && !other.Deprecated && version.CompareKubeAwareVersionStrings(v.Name, other.Name) < 0 {
			newer = append(newer, other.Name)
		}
	}
	if len(newer) == 0 {
		return text
	}
	return text + "; use " + group + "/" + slices.MaxFunc(newer, version.CompareKubeAwareVersionStrings) + " " + kind
}

// Terminating reports whether the definition is being deleted.
func (v *Version) Terminating() bool { return v.definition.Is(apiextensionsv1.Terminating) }

// ListKind returns the kind of a list of objects.
func (v *Version) ListKind() string { return v.definition.CRD.Status.AcceptedNames.ListKind }

// Schema returns the schema of the version's objects, which must not be changed; nil for none.
func (v *Version) Schema() *schema.Structural { return v.schema }

// Siblings returns all versions of the version's definition, itself among them.
func (v *Version) Siblings() []*Version { return v.definition.Versions }

// KeepsUnknown reports whether fields that the schema does not know are kept everywhere.
func (v *Version) KeepsUnknown() bool { return v.definition.CRD.Spec.PreserveUnknownFields }

// Selectable returns the names of the fields by which objects can be selected.
func (v *Version) Selectable() []string {
	names := make([]string, len(v.selectable))
	for i, f := range v.selectable {
		names[i] = f.name
	}
	return names
}
