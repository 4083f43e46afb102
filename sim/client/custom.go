package client

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"orrery/sim/api"
)

// Kinds are the custom resources that a client knows, by name. They are replaced, never changed.
type Kinds []*api.Resource

// With returns the kinds with a resource added, or in place of an earlier one of its name.
func (k Kinds) With(r *api.Resource) Kinds {
	n := append(k.Without(r.Name), r)
	slices.SortFunc(n, func(a, b *api.Resource) int { return strings.Compare(a.Name, b.Name) })
	return n
}

// Without returns the kinds without the resource of a name.
func (k Kinds) Without(name string) Kinds {
	return slices.DeleteFunc(slices.Clone(k), func(r *api.Resource) bool { return r.Name == name })
}

// Resource returns the resource of a name, of Kubernetes or a custom one, or nil.
func (k Kinds) Resource(name string) *api.Resource {
	if r := api.Find(name); r != nil {
		return r
	}
	return k.find(func(r *api.Resource) bool { return r.Name == name })
}

// Kind returns the resource that serves a kind, of Kubernetes or a custom one, or nil.
func (k Kinds) Kind(gvk schema.GroupVersionKind) *api.Resource {
	if r := api.FindKind(gvk); r != nil {
		return r
	}
	return k.find(func(r *api.Resource) bool { return r.Kind == gvk })
}

// GroupKind is Kind for any version of a custom resource.
func (k Kinds) GroupKind(gvk schema.GroupVersionKind) *api.Resource {
	if r := k.Kind(gvk); r != nil {
		return r
	}
	return k.find(func(r *api.Resource) bool { return r.Kind.GroupKind() == gvk.GroupKind() })
}

func (k Kinds) find(is func(*api.Resource) bool) *api.Resource {
	if i := slices.IndexFunc(k, is); i >= 0 {
		return k[i]
	}
	return nil
}

// Add lets the cache keep the objects of a custom resource too. It reports whether it did not yet; an earlier resource of
// the name is replaced.
func (c *Cache) Add(r *api.Resource) bool {
	had := c.kinds[r.Name] != nil
	if !had {
		c.kinds[r.Name] = newKindCache()
	}
	c.custom = c.custom.With(r)
	return !had
}

// Drop forgets a custom resource and its objects.
func (c *Cache) Drop(name string) {
	if c.custom = c.custom.Without(name); api.Find(name) == nil {
		delete(c.kinds, name)
	}
}

// Custom returns the custom resources whose objects the cache keeps.
func (c *Cache) Custom() Kinds { return c.custom }
