package customresource

import (
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"

	"orrery/sim/api"
)

// Catalog is the definitions of one world at one moment. It never changes, so that clones of a world share it, and anybody
// may keep one. A nil Catalog is empty.
type Catalog struct {
	definitions []*Definition // by name
	names       map[string]*Version
	versions    map[schema.GroupVersionResource]*Version
	kinds       map[schema.GroupKind]*Definition
}

// With returns a catalog with a definition added, or in place of an earlier one of its name. It fails for a definition
// that validation would refuse.
func (c *Catalog) With(crd *apiextensionsv1.CustomResourceDefinition) (*Catalog, error) {
	d, err := Define(crd)
	if err != nil {
		return nil, err
	}
	rest := c.without(crd.Name)
	return newCatalog(append(rest, d)), nil
}

// Without returns a catalog without the definition of a name.
func (c *Catalog) Without(name string) *Catalog { return newCatalog(c.without(name)) }

func (c *Catalog) without(name string) []*Definition {
	if c == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(c.definitions), func(d *Definition) bool { return d.CRD.Name == name })
}

func newCatalog(definitions []*Definition) *Catalog {
	slices.SortFunc(definitions, func(a, b *Definition) int { return strings.Compare(a.CRD.Name, b.CRD.Name) })
	c := &Catalog{
		definitions: definitions, names: map[string]*Version{}, versions: map[schema.GroupVersionResource]*Version{},
		kinds: map[schema.GroupKind]*Definition{},
	}
	for _, d := range definitions {
		if !d.Serves() {
			continue
		}
		c.kinds[d.storage.Resource.Kind.GroupKind()] = d
		for _, v := range d.Versions {
			c.names[v.Resource.Name] = v
			if v.Served {
				c.versions[v.Resource.Kind.GroupVersion().WithResource(v.Resource.Plural)] = v
			}
		}
	}
	return c
}

// Definitions returns all definitions, whether they are served or not, by name.
func (c *Catalog) Definitions() []*Definition {
	if c == nil {
		return nil
	}
	return c.definitions
}

// Find returns the version of a custom resource of a resource's name: "crontabs.stable.example.com", with the version
// between for those that clients do not choose; or nil.
func (c *Catalog) Find(name string) *Version {
	if c == nil {
		return nil
	}
	return c.names[name]
}

// FindVersion returns what is served as a group's version and plural, or nil.
func (c *Catalog) FindVersion(gvr schema.GroupVersionResource) *Version {
	if c == nil {
		return nil
	}
	return c.versions[gvr]
}

// FindKind returns what serves a kind, or nil.
func (c *Catalog) FindKind(gvk schema.GroupVersionKind) *Version {
	d := c.Defines(gvk.GroupKind())
	if d == nil {
		return nil
	}
	for _, v := range d.Versions {
		if v.Served && v.Resource.Kind.Version == gvk.Version {
			return v
		}
	}
	return nil
}

// Defines returns the definition of a kind, or nil.
func (c *Catalog) Defines(kind schema.GroupKind) *Definition {
	if c == nil {
		return nil
	}
	return c.kinds[kind]
}

// Resources returns what discovery lists: the served versions of all established definitions, by group, the version that
// clients choose first, and name.
func (c *Catalog) Resources() []*api.Resource {
	var all []*api.Resource
	for _, d := range c.Definitions() {
		if !d.Is(apiextensionsv1.Established) {
			continue
		}
		for _, v := range d.Versions {
			if v.Served {
				all = append(all, v.Resource)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *api.Resource) int {
		if c := strings.Compare(a.Kind.Group, b.Kind.Group); c != 0 {
			return c
		}
		return -version.CompareKubeAwareVersionStrings(a.Kind.Version, b.Kind.Version)
	})
	return all
}
