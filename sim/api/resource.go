package api

import (
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Resource is a kind as the API serves it in one version.
type Resource struct {
	// Name is the plural with its group, "pods" or "deployments.apps". Versions beside the one that the group prefers are
	// named between, as kubectl writes them: "horizontalpodautoscalers.v1.autoscaling".
	Name         string
	Plural       string
	Singular     string
	Short        []string
	Kind         schema.GroupVersionKind
	Namespaced   bool
	Categories   []string
	Verbs        []string // in the order of the alphabet
	Subresources []Subresource
	New          func() Object // an empty object of the served version
	Storage      string        // prefix of its keys in the store, without slashes at the ends; "" when nothing is stored
	Preferred    bool          // the group's version that clients choose
	Custom       any           // what serves the objects of a custom resource to the API server; nil for Kubernetes' own
	stored       *Resource
}

// Subresource is a part of a resource's objects with a path of its own, or something to be done to them.
type Subresource struct {
	Name  string
	Kind  schema.GroupVersionKind // of the body and the answer
	Verbs []string
}

// The verbs that most resources and the parts of objects have.
var (
	allVerbs  = []string{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}
	partVerbs = []string{"get", "patch", "update"}
)

// Stored returns the resource as which the objects are stored: itself, or the one of which it is another version.
func (r *Resource) Stored() *Resource {
	if r.stored != nil {
		return r.stored
	}
	return r
}

// Serves reports whether a verb can be asked of the resource, or of a subresource when one is named.
func (r *Resource) Serves(verb, subresource string) bool {
	if subresource == "" {
		return slices.Contains(r.Verbs, verb)
	}
	s := r.Subresource(subresource)
	return s != nil && slices.Contains(s.Verbs, verb)
}

// Subresource returns the subresource of a name, or nil.
func (r *Resource) Subresource(name string) *Subresource {
	for i := range r.Subresources {
		if r.Subresources[i].Name == name {
			return &r.Subresources[i]
		}
	}
	return nil
}

// Key returns where the store keeps an object of the resource.
func (r *Resource) Key(namespace, name string) string {
	if r.Namespaced {
		return "/registry/" + r.Storage + "/" + namespace + "/" + name
	}
	return "/registry/" + r.Storage + "/" + name
}

// Prefix returns the start of the keys of all the resource's objects, or of those in one namespace.
func (r *Resource) Prefix(namespace string) string {
	if r.Namespaced && namespace != "" {
		return "/registry/" + r.Storage + "/" + namespace + "/"
	}
	return "/registry/" + r.Storage + "/"
}

// Find returns the built-in resource of a name, or nil.
func Find(name string) *Resource { return byName[name] }

// FindKind returns the built-in resource that serves a kind, or nil.
func FindKind(gvk schema.GroupVersionKind) *Resource { return byKind[gvk] }

// FindVersion returns the built-in resource that is served as a group's version and plural, or nil.
func FindVersion(gvr schema.GroupVersionResource) *Resource { return byVersion[gvr] }

// FindObject returns the built-in resource that an object belongs to, by the object's Go type, or nil.
func FindObject(o Object) *Resource { return byType[reflect.TypeOf(o)] }

var (
	byName    = index(func(r *Resource) string { return r.Name })
	byKind    = index(func(r *Resource) schema.GroupVersionKind { return r.Kind })
	byVersion = index(func(r *Resource) schema.GroupVersionResource { return r.Kind.GroupVersion().WithResource(r.Plural) })
	byType    = index(func(r *Resource) reflect.Type { return reflect.TypeOf(r.New()) })
)

func index[K comparable](key func(*Resource) K) map[K]*Resource {
	m := make(map[K]*Resource, len(Resources))
	for _, r := range Resources {
		m[key(r)] = r
	}
	return m
}

// kind makes a namespaced resource with every verb. Its group and version are set by the list that it is in.
func kind[T any, P interface {
	*T
	Object
}](plural string, short ...string) *Resource {
	name := reflect.TypeFor[T]().Name()
	return &Resource{
		Plural: plural, Singular: strings.ToLower(name), Short: short, Kind: schema.GroupVersionKind{Kind: name},
		Namespaced: true, Verbs: allVerbs, New: func() Object { return P(new(T)) }, Storage: plural, Preferred: true,
	}
}

// group is the kinds of one version of a group.
func group(name, version string, kinds ...*Resource) []*Resource {
	for _, r := range kinds {
		r.Kind.Group, r.Kind.Version = name, version
		r.Name = r.Plural
		if !r.Preferred {
			r.Name += "." + version
		}
		if name != "" {
			r.Name += "." + name
		}
		r.Subresources = slices.Clone(r.Subresources)
		for i := range r.Subresources {
			if r.Subresources[i].Kind.Kind == "" {
				r.Subresources[i].Kind = r.Kind
			}
		}
	}
	return kinds
}

// list puts groups together and finds as what the versions of a kind are stored: as the first resource of their prefix.
func list(groups ...[]*Resource) []*Resource {
	all := slices.Concat(groups...)
	first := map[string]*Resource{}
	for _, r := range all {
		if at := first[r.Storage]; at != nil {
			r.stored = at
		} else if r.Storage != "" {
			first[r.Storage] = r
		}
	}
	return all
}

func (r *Resource) sub(s ...Subresource) *Resource { r.Subresources = s; return r }

// cluster makes the resource one of the whole cluster.
func (r *Resource) cluster() *Resource { r.Namespaced = false; return r }

// at says where the store keeps the objects when it is not under their plural.
func (r *Resource) at(prefix string) *Resource { r.Storage = prefix; return r }

func (r *Resource) in(categories ...string) *Resource { r.Categories = categories; return r }

func (r *Resource) verbs(v ...string) *Resource { r.Verbs = v; return r }

// other makes the resource one that the group serves beside the version that it prefers.
func (r *Resource) other() *Resource { r.Preferred = false; return r }
