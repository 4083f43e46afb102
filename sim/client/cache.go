package client

import (
	"maps"

	"github.com/google/btree"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
)

// Cache is what an informer keeps: the objects of the watched resources as this client has seen them so far, which lags
// behind the store. Objects in it are shared with the store and must not be changed.
type Cache struct {
	kinds  map[string]*kindCache
	custom Kinds // whose objects are kept too
	probe  entry // what trees are searched for
}

// kindCache holds the objects of one resource by namespace and name, and by controlling owner. It is shared by clones of a
// Cache until one of them changes it: most of what is watched hardly changes.
type kindCache struct {
	objects *btree.BTreeG[*entry]
	owned   *btree.BTreeG[*entry]
	shared  bool
}

// entry is an object with what it is found by. Entries are replaced, never changed.
type entry struct {
	owner           types.UID
	namespace, name string
	object          api.Object
}

func byName(a, b *entry) bool {
	return a.namespace < b.namespace || a.namespace == b.namespace && a.name < b.name
}

func byOwner(a, b *entry) bool { return a.owner < b.owner || a.owner == b.owner && byName(a, b) }

// NewCache returns an empty cache for some resources.
func NewCache(resources ...string) *Cache {
	c := &Cache{kinds: map[string]*kindCache{}}
	for _, r := range resources {
		c.kinds[r] = newKindCache()
	}
	return c
}

func newKindCache() *kindCache {
	const degree = 16
	return &kindCache{objects: btree.NewG(degree, byName), owned: btree.NewG(degree, byOwner)}
}

// Get returns an object, or nil.
func (c *Cache) Get(resource, namespace, name string) api.Object {
	c.probe.namespace, c.probe.name = namespace, name
	if e, ok := c.kind(resource).objects.Get(&c.probe); ok {
		return e.object
	}
	return nil
}

// Each calls f for the objects of a resource, in one namespace or in all when it is empty, by namespace and name, until
// f returns false.
func (c *Cache) Each(resource, namespace string, f func(api.Object) bool) {
	c.kind(resource).objects.AscendGreaterOrEqual(&entry{namespace: namespace}, func(e *entry) bool {
		return (namespace == "" || e.namespace == namespace) && f(e.object)
	})
}

// Owned calls f for the objects of a resource that the owner controls, or that nobody controls when it is empty, by
// namespace and name, until f returns false.
func (c *Cache) Owned(resource string, owner types.UID, f func(api.Object) bool) {
	c.kind(resource).owned.AscendGreaterOrEqual(&entry{owner: owner}, func(e *entry) bool {
		return e.owner == owner && f(e.object)
	})
}

// Len returns the number of objects of a resource.
func (c *Cache) Len(resource string) int { return c.kind(resource).objects.Len() }

// Apply takes in a change and returns the object that it replaced, or nil.
func (c *Cache) Apply(ch Change) (old api.Object) {
	k := c.kind(ch.Resource)
	if k.shared {
		k = &kindCache{objects: k.objects.Clone(), owned: k.owned.Clone()}
		c.kinds[ch.Resource] = k
	}
	e := &entry{ownerOf(ch.Object), ch.Object.GetNamespace(), ch.Object.GetName(), ch.Object}
	var was *entry
	if ch.Type == Deleted {
		was, _ = k.objects.Delete(e)
	} else {
		was, _ = k.objects.ReplaceOrInsert(e)
	}
	if was != nil && (ch.Type == Deleted || was.owner != e.owner) {
		k.owned.Delete(was)
	}
	if ch.Type != Deleted {
		k.owned.ReplaceOrInsert(e)
	}
	if was == nil {
		return nil
	}
	return was.object
}

// ownerOf returns the UID of an object's controlling owner; empty when it has none.
func ownerOf(o api.Object) types.UID {
	if ref := metav1.GetControllerOfNoCopy(o); ref != nil {
		return ref.UID
	}
	return ""
}

// Clone returns a copy that shares with the original only what neither changes.
func (c *Cache) Clone() *Cache {
	for _, k := range c.kinds { // any order
		k.shared = true
	}
	return &Cache{kinds: maps.Clone(c.kinds), custom: c.custom}
}

func (c *Cache) kind(resource string) *kindCache {
	k := c.kinds[resource]
	if k == nil {
		panic("client: this component does not watch " + resource)
	}
	return k
}
