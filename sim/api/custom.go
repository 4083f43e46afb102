package api

import (
	"slices"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"
)

// Custom returns the resources of a CustomResourceDefinition, one for each version as it lists them, whether they are
// served or not. Their objects are unstructured.
func Custom(crd *apiextensionsv1.CustomResourceDefinition) []*Resource {
	preferred := preferredVersion(crd)
	all := make([]*Resource, len(crd.Spec.Versions))
	for i := range crd.Spec.Versions {
		v := &crd.Spec.Versions[i]
		all[i] = customVersion(crd, v)
		if all[i].Preferred = v.Name == preferred; !all[i].Preferred {
			all[i].Name = all[i].Plural + "." + v.Name + "." + crd.Spec.Group
		}
	}
	storage := slices.IndexFunc(crd.Spec.Versions, func(v apiextensionsv1.CustomResourceDefinitionVersion) bool { return v.Storage })
	for i, r := range all {
		if storage >= 0 && i != storage {
			r.stored = all[storage]
		}
	}
	return all
}

// CustomServed returns the resources of a definition that are served: none until it is established.
func CustomServed(crd *apiextensionsv1.CustomResourceDefinition) []*Resource {
	if !hasCondition(crd, apiextensionsv1.Established) {
		return nil
	}
	var served []*Resource
	for i, r := range Custom(crd) {
		if crd.Spec.Versions[i].Served {
			served = append(served, r)
		}
	}
	return served
}

// CustomPreferred returns the resource of a definition that clients choose when it is served; nil when it is not.
func CustomPreferred(crd *apiextensionsv1.CustomResourceDefinition) *Resource {
	all := CustomServed(crd)
	if i := slices.IndexFunc(all, func(r *Resource) bool { return r.Preferred }); i >= 0 {
		return all[i]
	}
	return nil
}

// preferredVersion returns the version that clients choose: the most stable one, and of those the newest.
func preferredVersion(crd *apiextensionsv1.CustomResourceDefinition) string {
	best := ""
	for _, v := range crd.Spec.Versions {
		if v.Served && (best == "" || version.CompareKubeAwareVersionStrings(v.Name, best) > 0) {
			best = v.Name
		}
	}
	return best
}

func customVersion(crd *apiextensionsv1.CustomResourceDefinition, v *apiextensionsv1.CustomResourceDefinitionVersion) *Resource {
	names, group := &crd.Status.AcceptedNames, crd.Spec.Group
	if names.Plural == "" {
		names = &crd.Spec.Names
	}
	gvk := schema.GroupVersionKind{Group: group, Version: v.Name, Kind: names.Kind}
	r := &Resource{
		Name: names.Plural + "." + group, Plural: names.Plural, Singular: names.Singular, Short: names.ShortNames, Kind: gvk,
		Namespaced: crd.Spec.Scope == apiextensionsv1.NamespaceScoped, Categories: names.Categories,
		Verbs:   []string{"delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"},
		Storage: group + "/" + names.Plural,
		New: func() Object {
			o := &unstructured.Unstructured{}
			o.SetGroupVersionKind(gvk)
			return o
		},
	}
	if hasCondition(crd, apiextensionsv1.Terminating) {
		r.Verbs = []string{"delete", "deletecollection", "get", "list", "watch"}
	}
	if sub := v.Subresources; sub != nil && sub.Status != nil {
		r.Subresources = append(r.Subresources, Subresource{Name: "status", Kind: gvk, Verbs: partVerbs})
	}
	if sub := v.Subresources; sub != nil && sub.Scale != nil {
		r.Subresources = append(r.Subresources, scale)
	}
	return r
}

func hasCondition(crd *apiextensionsv1.CustomResourceDefinition, t apiextensionsv1.CustomResourceDefinitionConditionType) bool {
	return slices.ContainsFunc(crd.Status.Conditions, func(c apiextensionsv1.CustomResourceDefinitionCondition) bool {
		return c.Type == t && c.Status == apiextensionsv1.ConditionTrue
	})
}
