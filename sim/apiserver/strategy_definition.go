package apiserver

import (
	"slices"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"orrery/sim/apiserver/customresource"
)

var customResourceDefinitions = strategy{
	spec: partOf(func(d *apiextensionsv1.CustomResourceDefinition) *apiextensionsv1.CustomResourceDefinitionSpec {
		return &d.Spec
	}),
	status: partOf(func(d *apiextensionsv1.CustomResourceDefinition) *apiextensionsv1.CustomResourceDefinitionStatus {
		return &d.Status
	}),
	generation:     true,
	conditional:    true,
	prepareCreate:  creating(noteStorageVersion),
	validateCreate: onCreate(customresource.Validate),
	change: change{
		prepare:  changing(func(d, _ *apiextensionsv1.CustomResourceDefinition) { noteStorageVersion(d) }),
		validate: onUpdate(customresource.ValidateChange),
	},
	subresources: statusOnly(onUpdate(customresource.ValidateStatusChange)),
}

// noteStorageVersion notes the version in which a definition's objects are stored from now on.
func noteStorageVersion(d *apiextensionsv1.CustomResourceDefinition) {
	for _, v := range d.Spec.Versions {
		if v.Storage && !slices.Contains(d.Status.StoredVersions, v.Name) {
			d.Status.StoredVersions = append(slices.Clone(d.Status.StoredVersions), v.Name)
		}
	}
}
