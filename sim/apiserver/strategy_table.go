package apiserver

import (
	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
)

// strategies is the strategy of every resource whose objects are stored.
var strategies = map[string]*strategy{
	"configmaps":             &configMaps,
	"endpoints":              &endpoints,
	"events":                 &events,
	"limitranges":            &limitRanges,
	"namespaces":             &namespaces,
	"nodes":                  &nodes,
	"persistentvolumeclaims": &persistentVolumeClaims,
	"persistentvolumes":      &persistentVolumes,
	"pods":                   &pods,
	"podtemplates":           &podTemplates,
	"replicationcontrollers": &replicationControllers,
	"resourcequotas":         &resourceQuotas,
	"secrets":                &secrets,
	"serviceaccounts":        &serviceAccounts,
	"services":               &services,

	"apiservices.apiregistration.k8s.io": &apiServices,

	"controllerrevisions.apps": &controllerRevisions,
	"daemonsets.apps":          &daemonSets,
	"deployments.apps":         &deployments,
	"replicasets.apps":         &replicaSets,
	"statefulsets.apps":        &statefulSets,

	"cronjobs.batch":                       &cronJobs,
	"horizontalpodautoscalers.autoscaling": &horizontalPodAutoscalers,
	"jobs.batch":                           &jobs,
	"poddisruptionbudgets.policy":          &podDisruptionBudgets,

	"endpointslices.discovery.k8s.io":   &endpointSlices,
	"ingressclasses.networking.k8s.io":  &ingressClasses,
	"ingresses.networking.k8s.io":       &ingresses,
	"ipaddresses.networking.k8s.io":     &ipAddresses,
	"networkpolicies.networking.k8s.io": &networkPolicies,
	"servicecidrs.networking.k8s.io":    &serviceCIDRs,

	"csidrivers.storage.k8s.io":              &csiDrivers,
	"csinodes.storage.k8s.io":                &csiNodes,
	"csistoragecapacities.storage.k8s.io":    &csiStorageCapacities,
	"storageclasses.storage.k8s.io":          &storageClasses,
	"volumeattachments.storage.k8s.io":       &volumeAttachments,
	"volumeattributesclasses.storage.k8s.io": &volumeAttributesClasses,

	"clusterrolebindings.rbac.authorization.k8s.io": &clusterRoleBindings,
	"clusterroles.rbac.authorization.k8s.io":        &clusterRoles,
	"rolebindings.rbac.authorization.k8s.io":        &roleBindings,
	"roles.rbac.authorization.k8s.io":               &roles,

	"certificatesigningrequests.certificates.k8s.io": &certificateSigningRequests,
	"leases.coordination.k8s.io":                     &leases,
	"priorityclasses.scheduling.k8s.io":              &priorityClasses,
	"runtimeclasses.node.k8s.io":                     &runtimeClasses,

	"customresourcedefinitions.apiextensions.k8s.io": &customResourceDefinitions,

	"mutatingadmissionpolicies.admissionregistration.k8s.io":         &mutatingAdmissionPolicies,
	"mutatingadmissionpolicybindings.admissionregistration.k8s.io":   &mutatingAdmissionPolicyBindings,
	"mutatingwebhookconfigurations.admissionregistration.k8s.io":     &mutatingWebhookConfigurations,
	"validatingadmissionpolicies.admissionregistration.k8s.io":       &validatingAdmissionPolicies,
	"validatingadmissionpolicybindings.admissionregistration.k8s.io": &validatingAdmissionPolicyBindings,
	"validatingwebhookconfigurations.admissionregistration.k8s.io":   &validatingWebhookConfigurations,
}

// strategyOf returns the strategy of a resource as which objects are stored, or of a custom one in any version.
func strategyOf(res *api.Resource) *strategy {
	if v := customresource.Of(res); v != nil {
		return customStrategy(v)
	}
	st := strategies[res.Name]
	if st == nil {
		panic("apiserver: no strategy for " + res.Name)
	}
	return st
}
