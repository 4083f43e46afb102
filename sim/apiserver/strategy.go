package apiserver

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"orrery/sim/api"
)

// strategy is how one kind is created and updated. Objects are of the served version; validation converts them to the
// internal one itself. A function that is nil does nothing. Models the strategy.go files of pkg/registry.
type strategy struct {
	generation      bool // metadata.generation counts changes of what is wanted
	prepareCreate   func(o api.Object)
	validateCreate  func(o api.Object) field.ErrorList
	prepareUpdate   func(o, old api.Object)
	validateUpdate  func(o, old api.Object) field.ErrorList
	prepareStatus   func(o, old api.Object)
	validateStatus  func(o, old api.Object) field.ErrorList
	prepareFinalize func(o, old api.Object)
	// validateFinalize is set for the kinds that have the finalize subresource.
	validateFinalize func(o, old api.Object) field.ErrorList
}

var strategies = map[string]*strategy{
	"configmaps":                      &configMaps,
	"endpoints":                       &endpoints,
	"events":                          &events,
	"namespaces":                      &namespaces,
	"nodes":                           &nodes,
	"pods":                            &pods,
	"serviceaccounts":                 &serviceAccounts,
	"services":                        &services,
	"deployments.apps":                &deployments,
	"replicasets.apps":                &replicaSets,
	"leases.coordination.k8s.io":      &leases,
	"endpointslices.discovery.k8s.io": &endpointSlices,
	"ipaddresses.networking.k8s.io":   &ipAddresses,
}

func strategyOf(res *api.Resource) *strategy {
	st := strategies[res.Name]
	if st == nil {
		panic("apiserver: no strategy for " + res.Name)
	}
	return st
}

// internal converts an object for validation. The conversion cannot fail for an object that was decoded.
func internal[T runtime.Object](o api.Object) T {
	i, err := api.Internal(o)
	if err != nil {
		panic("apiserver: converting " + o.GetName() + ": " + err.Error())
	}
	return i.(T)
}

// onCreate makes a validation of internal objects one of served objects.
func onCreate[T runtime.Object](validate func(T) field.ErrorList) func(api.Object) field.ErrorList {
	return func(o api.Object) field.ErrorList { return validate(internal[T](o)) }
}

// onUpdate is onCreate for a change from one object to another.
func onUpdate[T runtime.Object](validate func(o, old T) field.ErrorList) func(o, old api.Object) field.ErrorList {
	return func(o, old api.Object) field.ErrorList { return validate(internal[T](o), internal[T](old)) }
}
