package managedfields

import (
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"orrery/sim/api"
)

// statusKeeps are the fields outside the spec that a write of the status leaves as they were, by the kind's resource.
// Models the GetResetFields of pkg/registry.
var statusKeeps = map[string][]fieldpath.Path{
	"deployments.apps": {fieldpath.MakePathOrDie("metadata", "labels")},
	"pods": {
		fieldpath.MakePathOrDie("metadata", "deletionTimestamp"), fieldpath.MakePathOrDie("metadata", "ownerReferences"),
	},
	"servicecidrs.networking.k8s.io":                           {fieldpath.MakePathOrDie("metadata")},
	"volumeattachments.storage.k8s.io":                         {fieldpath.MakePathOrDie("metadata")},
	"flowschemas.flowcontrol.apiserver.k8s.io":                 {fieldpath.MakePathOrDie("metadata")},
	"prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": {fieldpath.MakePathOrDie("metadata")},
	"validatingadmissionpolicies.admissionregistration.k8s.io": {fieldpath.MakePathOrDie("metadata")},
	"resourceclaims.resource.k8s.io":                           {fieldpath.MakePathOrDie("metadata")},
	"certificatesigningrequests.certificates.k8s.io":           {fieldpath.MakePathOrDie("status", "conditions")},
}

// resetFields are the fields that a write at an endpoint cannot change, so that nobody manages them by it.
func resetFields(e endpoint) map[fieldpath.APIVersion]fieldpath.Filter {
	reset := fieldpath.NewSet(fieldpath.MakePathOrDie("status"))
	if e.subresource == "status" {
		reset = fieldpath.NewSet(fieldpath.MakePathOrDie("spec"))
		if res := api.FindKind(e.kind); res != nil {
			for _, p := range statusKeeps[res.Name] {
				reset.Insert(p)
			}
		}
	}
	out := map[fieldpath.APIVersion]fieldpath.Filter{
		fieldpath.APIVersion(e.kind.GroupVersion().String()): fieldpath.NewExcludeSetFilter(reset),
	}
	for _, res := range api.Resources {
		if res.Kind.GroupKind() == e.kind.GroupKind() {
			out[fieldpath.APIVersion(res.Kind.GroupVersion().String())] = fieldpath.NewExcludeSetFilter(reset)
		}
	}
	return out
}
