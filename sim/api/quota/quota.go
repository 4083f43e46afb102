// Package quota is how much of a ResourceQuota an object uses: the arithmetic that the API server charges by and the
// controller of quotas adds up by. Models k8s.io/apiserver/pkg/quota and k8s.io/kubernetes/pkg/quota.
//
// Simplified: device claims and volume attributes classes are not counted; Kubernetes has evaluators for them too.
package quota

import (
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"orrery/sim/api"
)

// aliases are the older names under which some kinds are counted.
var aliases = map[string]corev1.ResourceName{
	"configmaps": corev1.ResourceConfigMaps, "resourcequotas": corev1.ResourceQuotas,
	"replicationcontrollers": corev1.ResourceReplicationControllers, "secrets": corev1.ResourceSecrets,
}

// Usage returns what an object uses at a time: its count and, by its kind, what it asks for.
func Usage(res *api.Resource, o api.Object, now time.Time) corev1.ResourceList {
	used := corev1.ResourceList{count(res): *resource.NewQuantity(1, resource.DecimalSI)}
	switch o := o.(type) {
	case *corev1.Pod:
		usePod(used, o, now)
	case *corev1.Service:
		useService(used, o)
	case *corev1.PersistentVolumeClaim:
		useClaim(used, o)
	default:
		if alias, ok := aliases[res.Name]; ok {
			used[alias] = *resource.NewQuantity(1, resource.DecimalSI)
		}
	}
	return used
}

func count(res *api.Resource) corev1.ResourceName { return corev1.ResourceName("count/" + res.Name) }

// Matching returns those of the names that the objects of a resource can use, in order.
func Matching(res *api.Resource, hard corev1.ResourceList) []corev1.ResourceName {
	var names []corev1.ResourceName
	for _, name := range Names(hard) {
		if uses(res, name) {
			names = append(names, name)
		}
	}
	return names
}

// uses reports whether objects of a resource can use what a quota calls by a name.
func uses(res *api.Resource, name corev1.ResourceName) bool {
	switch {
	case name == count(res):
		return true
	case res.Name == "pods":
		return slices.Contains(podResources, name) || strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix) ||
			strings.HasPrefix(string(name), corev1.ResourceRequestsHugePagesPrefix) || extended(name)
	case res.Name == "services":
		return slices.Contains(serviceResources, name)
	case res.Name == "persistentvolumeclaims":
		return slices.Contains(claimResources, name) || slices.ContainsFunc(claimResources, func(r corev1.ResourceName) bool {
			return strings.HasSuffix(string(name), storageClassSuffix+string(r))
		})
	}
	return aliases[res.Name] == name && name != ""
}

// Tracks reports whether a request to create or update an object can change what is used. Updates of most kinds cannot.
func Tracks(res *api.Resource, subresource string, o, old api.Object) bool {
	if old == nil {
		return subresource == ""
	}
	switch o := o.(type) {
	case *corev1.Pod:
		was := old.(*corev1.Pod)
		return subresource == "resize" || subresource == "" && terminating(o) != terminating(was)
	case *corev1.Service, *corev1.PersistentVolumeClaim:
		return subresource == ""
	}
	return false
}

// Matches reports whether a quota's scopes select an object. Only pods have scopes.
func Matches(q *corev1.ResourceQuota, o api.Object) bool {
	pod, isPod := o.(*corev1.Pod)
	for _, s := range scopes(q) {
		if !isPod || !inScope(pod, s) {
			return false
		}
	}
	return true
}

// scopes returns all that a quota selects by.
func scopes(q *corev1.ResourceQuota) []corev1.ScopedResourceSelectorRequirement {
	var all []corev1.ScopedResourceSelectorRequirement
	for _, s := range q.Spec.Scopes {
		all = append(all, corev1.ScopedResourceSelectorRequirement{ScopeName: s, Operator: corev1.ScopeSelectorOpExists})
	}
	if q.Spec.ScopeSelector != nil {
		all = append(all, q.Spec.ScopeSelector.MatchExpressions...)
	}
	return all
}

var serviceResources = []corev1.ResourceName{
	corev1.ResourceServices, corev1.ResourceServicesNodePorts, corev1.ResourceServicesLoadBalancers,
}

func useService(used corev1.ResourceList, svc *corev1.Service) {
	ports, balancers := int64(0), int64(0)
	switch svc.Spec.Type {
	case corev1.ServiceTypeNodePort:
		ports = int64(len(svc.Spec.Ports))
	case corev1.ServiceTypeLoadBalancer:
		balancers = 1
		for _, p := range svc.Spec.Ports {
			if allocate := svc.Spec.AllocateLoadBalancerNodePorts; allocate == nil || *allocate || p.NodePort != 0 {
				ports++
			}
		}
	}
	used[corev1.ResourceServices] = *resource.NewQuantity(1, resource.DecimalSI)
	used[corev1.ResourceServicesNodePorts] = *resource.NewQuantity(ports, resource.DecimalSI)
	used[corev1.ResourceServicesLoadBalancers] = *resource.NewQuantity(balancers, resource.DecimalSI)
}

const storageClassSuffix = ".storageclass.storage.k8s.io/"

var claimResources = []corev1.ResourceName{corev1.ResourcePersistentVolumeClaims, corev1.ResourceRequestsStorage}

func useClaim(used corev1.ResourceList, claim *corev1.PersistentVolumeClaim) {
	one := *resource.NewQuantity(1, resource.DecimalSI)
	used[corev1.ResourcePersistentVolumeClaims] = one
	class := claim.Annotations[corev1.BetaStorageClassAnnotation]
	if class == "" && claim.Spec.StorageClassName != nil {
		class = *claim.Spec.StorageClassName
	}
	byClass := func(name corev1.ResourceName) corev1.ResourceName {
		return corev1.ResourceName(class+storageClassSuffix) + name
	}
	if class != "" {
		used[byClass(corev1.ResourcePersistentVolumeClaims)] = one
	}
	request, ok := claim.Spec.Resources.Requests[corev1.ResourceStorage]
	if !ok {
		return
	}
	if given := claim.Status.AllocatedResources[corev1.ResourceStorage]; given.Cmp(request) > 0 {
		request = given
	}
	used[corev1.ResourceRequestsStorage] = request
	if class != "" {
		used[byClass(corev1.ResourceRequestsStorage)] = request
	}
}
