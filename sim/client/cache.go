package client

import (
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
}

// kindCache holds the objects of one resource by namespace and name, and by controlling owner.
type kindCache struct {
	objects *btree.BTreeG[entry]
	owned   *btree.BTreeG[ownedEntry]
}

type entry struct {
	namespace, name string
	object          api.Object
}

type ownedEntry struct {
	owner           types.UID
	namespace, name string
	object          api.Object
}

// NewCache returns an empty cache for some resources.
func NewCache(resources ...string) *Cache {
	c := &Cache{kinds: map[string]*kindCache{}}
	for _, r := range resources {
		c.kinds[r] = newKindCache()
	}
	return c
}

func newKindCache() *kindCache {
	return &kindCache{
		objects: btree.NewG(16, func(a, b entry) bool {
			return a.namespace < b.namespace || a.namespace == b.namespace && a.name < b.name
		}),
		owned: btree.NewG(16, func(a, b ownedEntry) bool {
			if a.owner != b.owner {
				return a.owner < b.owner
			}
			return a.namespace < b.namespace || a.namespace == b.namespace && a.name < b.name
		}),
	}
}

// Get returns an object, or nil. The namespace of cluster-wide kinds is empty.
func (c *Cache) Get(resource, namespace, name string) api.Object {
	e, _ := c.kind(resource).objects.Get(entry{namespace: namespace, name: name})
	return e.object
}

// Each calls f for the objects of a resource, in one namespace or in all when it is empty, by namespace and name, until
// f returns false.
func (c *Cache) Each(resource, namespace string, f func(api.Object) bool) {
	c.kind(resource).objects.AscendGreaterOrEqual(entry{namespace: namespace}, func(e entry) bool {
		return (namespace == "" || e.namespace == namespace) && f(e.object)
	})
}

// Owned calls f for the objects of a resource that the owner controls, or that nobody controls when it is empty, by
// namespace and name, until f returns false.
func (c *Cache) Owned(resource string, owner types.UID, f func(api.Object) bool) {
	c.kind(resource).owned.AscendGreaterOrEqual(ownedEntry{owner: owner}, func(e ownedEntry) bool {
		return e.owner == owner && f(e.object)
	})
}

// Len returns the number of objects of a resource.
func (c *Cache) Len(resource string) int { return c.kind(resource).objects.Len() }

// Apply takes in a change and returns the object that it replaced, or nil.
func (c *Cache) Apply(ch Change) (old api.Object) {
	k := c.kind(ch.Resource)
	e := entry{namespace: ch.Object.GetNamespace(), name: ch.Object.GetName(), object: ch.Object}
	var was entry
	var had bool
	if ch.Type == Deleted {
		was, had = k.objects.Delete(e)
	} else {
		was, had = k.objects.ReplaceOrInsert(e)
	}
	owner := ownerOf(ch.Object)
	if had && (ch.Type == Deleted || ownerOf(was.object) != owner) {
		k.unown(was)
	}
	if ch.Type != Deleted {
		k.owned.ReplaceOrInsert(ownedEntry{owner, e.namespace, e.name, e.object})
	}
	return was.object
}

func (k *kindCache) unown(e entry) {
	k.owned.Delete(ownedEntry{ownerOf(e.object), e.namespace, e.name, nil})
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
	n := &Cache{kinds: make(map[string]*kindCache, len(c.kinds)), custom: c.custom}
	for r, k := range c.kinds { // any order
		n.kinds[r] = &kindCache{objects: k.objects.Clone(), owned: k.owned.Clone()}
	}
	return n
}

func (c *Cache) kind(resource string) *kindCache {
	k := c.kinds[resource]
	if k == nil {
		panic("client: this component does not watch " + resource)
	}
	return k
}
