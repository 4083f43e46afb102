// Package cache is what the scheduler believes of the cluster: the nodes with the resources of their pods added up, which
// pod is on which node, and what its informers have seen of other kinds. Models
// k8s.io/kubernetes/pkg/scheduler/backend/cache.
//
// A pod is assumed on its node from the decision on until its binding is seen or failed.
package cache

import (
	"maps"
	"slices"
	"strings"

	"github.com/google/btree"
	corev1 "k8s.io/api/core/v1"

	"orrery/sim/client"
	"orrery/sim/scheduler/framework"
)

// Cache implements framework.Cluster. See New.
type Cache struct {
	nodes   []*framework.Node // by name
	pods    *btree.BTreeG[*Placed]
	affine  *btree.BTreeG[*Placed] // those of pods with affinity to other pods or against them
	objects *client.Cache
	ids     int   // of nodes that were given out
	memo    *memo // never nil
}

// Placed is a pod with a node. The cache replaces it, and never changes it.
type Placed struct {
	namespace, name string
	Pod             *framework.Pod
	Node            string // "" for an assumed pod whose deletion was seen: its place is free, its binding still under way
	Assumed         bool
}

const degree = 16

// New returns an empty cache, which keeps the objects of some resources beside nodes and pods.
func New(resources ...string) *Cache {
	less := func(a, b *Placed) bool {
		return a.namespace < b.namespace || a.namespace == b.namespace && a.name < b.name
	}
	return &Cache{
		pods: btree.NewG(degree, less), affine: btree.NewG(degree, less), objects: client.NewCache(resources...), memo: &memo{},
	}
}

// Clone returns a copy that shares with the original only what neither changes.
func (c *Cache) Clone() *Cache {
	return &Cache{slices.Clone(c.nodes), c.pods.Clone(), c.affine.Clone(), c.objects.Clone(), c.ids, &memo{}}
}

// Nodes implements framework.Cluster.
func (c *Cache) Nodes() []*framework.Node { return c.nodes }

// Objects implements framework.Cluster.
func (c *Cache) Objects() *client.Cache { return c.objects }

// Pods implements framework.Cluster.
func (c *Cache) Pods(namespace string, f func(*framework.Pod, *framework.Node)) {
	c.pods.AscendGreaterOrEqual(&Placed{namespace: namespace}, func(p *Placed) bool {
		if namespace != "" && p.namespace != namespace {
			return false
		}
		if i, ok := c.find(p.Node); ok {
			f(p.Pod, c.nodes[i])
		}
		return true
	})
}

// Affine implements framework.Cluster.
func (c *Cache) Affine(f func(*framework.Pod, *framework.Node)) {
	c.affine.Ascend(func(p *Placed) bool {
		if i, ok := c.find(p.Node); ok {
			f(p.Pod, c.nodes[i])
		}
		return true
	})
}

// Get returns a pod that has a node, or is assumed to have one.
func (c *Cache) Get(namespace, name string) (Placed, bool) {
	p, ok := c.pods.Get(&Placed{namespace: namespace, name: name})
	if !ok {
		return Placed{}, false
	}
	return *p, true
}

// Place puts a pod on a node. A version of it that was there before is replaced.
func (c *Cache) Place(pod *framework.Pod, node string, assumed bool) {
	now := &Placed{pod.Namespace, pod.Name, pod, node, assumed}
	old, had := c.pods.ReplaceOrInsert(now)
	if pod.Affinity != nil {
		c.affine.ReplaceOrInsert(now)
	} else if had && old.Pod.Affinity != nil {
		c.affine.Delete(now)
	}
	if had && old.Node == node && sameResources(old.Pod, pod) {
		if !sameLabels(old.Pod, pod) {
			c.memo.count(c.node(node), old.Pod, -1)
			c.memo.count(c.node(node), pod, 1)
		}
		return
	}
	if had {
		c.leave(old)
	}
	if i, ok := c.find(node); ok {
		c.nodes[i] = c.nodes[i].With(pod)
		c.memo.count(c.nodes[i], pod, 1)
	}
}

// sameResources reports whether two versions of a pod take the same of a node, as far as that is cheap to see.
func sameResources(a, b *framework.Pod) bool { return a.UID == b.UID && a.Generation == b.Generation }

// sameLabels reports whether the same selectors count two versions of a pod.
func sameLabels(a, b *framework.Pod) bool {
	return (a.DeletionTimestamp == nil) == (b.DeletionTimestamp == nil) && maps.Equal(a.Labels, b.Labels)
}

// Remove forgets a pod.
func (c *Cache) Remove(p Placed) {
	c.affine.Delete(&p)
	if old, had := c.pods.Delete(&p); had {
		c.leave(old)
	}
}

// Free gives an assumed pod's place away while its binding is under way.
func (c *Cache) Free(namespace, name string) {
	if p, ok := c.Get(namespace, name); ok {
		c.leave(&p)
		c.affine.Delete(&p)
		c.pods.ReplaceOrInsert(&Placed{p.namespace, p.name, p.Pod, "", p.Assumed})
	}
}

func (c *Cache) leave(p *Placed) {
	if i, ok := c.find(p.Node); ok {
		c.nodes[i] = c.nodes[i].Without(p.Pod)
		c.memo.count(c.nodes[i], p.Pod, -1)
	}
}

// SetNode adds a node or replaces it by a newer version, and returns the one before.
func (c *Cache) SetNode(node *corev1.Node) (old *corev1.Node) {
	i, found := c.find(node.Name)
	if found {
		old = c.nodes[i].Node
		c.nodes[i] = c.nodes[i].Renew(node)
		if !maps.Equal(old.Labels, node.Labels) || !framework.SameImages(old, node) {
			c.memo = &memo{}
		}
		return old
	}
	n := framework.NewNode(node)
	n.ID = c.ids
	c.ids++
	c.pods.Ascend(func(p *Placed) bool {
		if p.Node == node.Name {
			n = n.With(p.Pod)
		}
		return true
	})
	c.nodes = slices.Insert(c.nodes, i, n)
	c.memo = &memo{}
	return nil
}

// RemoveNode forgets a node.
func (c *Cache) RemoveNode(name string) {
	if i, ok := c.find(name); ok {
		c.nodes = slices.Delete(c.nodes, i, i+1)
		c.memo = &memo{}
	}
}

// Node returns a node, or nil.
func (c *Cache) Node(name string) *framework.Node { return c.node(name) }

func (c *Cache) node(name string) *framework.Node {
	if i, ok := c.find(name); ok {
		return c.nodes[i]
	}
	return nil
}

func (c *Cache) find(name string) (int, bool) {
	return slices.BinarySearchFunc(c.nodes, name, func(n *framework.Node, name string) int {
		return strings.Compare(n.Node.Name, name)
	})
}
