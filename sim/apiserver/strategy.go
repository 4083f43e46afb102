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
	validateCreate  func(c *converter, o api.Object) field.ErrorList
	prepareUpdate   func(o, old api.Object)
	validateUpdate  func(c *converter, o, old api.Object) field.ErrorList
	prepareStatus   func(o, old api.Object)
	validateStatus  func(c *converter, o, old api.Object) field.ErrorList
	prepareFinalize func(o, old api.Object)
	// validateFinalize is set for the kinds that have the finalize subresource.
	validateFinalize func(c *converter, o, old api.Object) field.ErrorList
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
	"clusterrolebindings.rbac.authorization.k8s.io": &clusterRoleBindings,
	"clusterroles.rbac.authorization.k8s.io":        &clusterRoles,
	"rolebindings.rbac.authorization.k8s.io":        &roleBindings,
	"roles.rbac.authorization.k8s.io":               &roles,
}

func strategyOf(res *api.Resource) *strategy {
	st := strategies[res.Name]
	if st == nil {
		panic("apiserver: no strategy for " + res.Name)
	}
	return st
}

// converter turns objects into their internal version for validation and remembers those that it turned last: what a write
// is validated against is mostly what the write before it stored. It is a pure function's memory, so that clones of a
// server may share it.
type converter struct{ known map[api.Object]runtime.Object }

// knownMax bounds the memory of a converter.
const knownMax = 4096

// internal converts an object. The conversion cannot fail for an object that was decoded.
func internal[T runtime.Object](c *converter, o api.Object) T {
	if i, ok := c.known[o]; ok {
		return i.(T)
	}
	i, err := api.Internal(o)
	if err != nil {
		panic("apiserver: converting " + o.GetName() + ": " + err.Error())
	}
	c.remember(o, i)
	return i.(T)
}

func (c *converter) remember(o api.Object, i runtime.Object) {
	if c.known == nil || len(c.known) >= knownMax {
		c.known = map[api.Object]runtime.Object{}
	}
	c.known[o] = i
}

// forget drops what is not going to be asked for: the version of an object before its latest.
func (c *converter) forget(o api.Object) { delete(c.known, o) }

// onCreate makes a validation of internal objects one of served objects.
func onCreate[T runtime.Object](validate func(T) field.ErrorList) func(*converter, api.Object) field.ErrorList {
	return func(c *converter, o api.Object) field.ErrorList { return validate(internal[T](c, o)) }
}

// onUpdate is onCreate for a change from one object to another.
func onUpdate[T runtime.Object](validate func(o, old T) field.ErrorList) func(c *converter, o, old api.Object) field.ErrorList {
	return func(c *converter, o, old api.Object) field.ErrorList {
		was := internal[T](c, old)
		c.forget(old)
		return validate(internal[T](c, o), was)
	}
}
