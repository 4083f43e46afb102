package scheduler

import (
	"slices"
	"strings"

	"github.com/google/btree"
	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/framework"
)

// cache is what the scheduler believes of the cluster: the nodes with the resources of their pods added up, and which pod
// is on which node. A pod is assumed on its node from the decision on until its binding is seen or failed.
type cache struct {
	nodes []*framework.Node // by name
	pods  *btree.BTreeG[placed]
}

// placed is a pod with a node.
type placed struct {
	namespace, name string
	pod             *framework.Pod
	node            string // "" for an assumed pod whose deletion was seen: its place is free, its binding still under way
	assumed         bool
}

func newCache() cache {
	return cache{pods: btree.NewG(16, func(a, b placed) bool {
		return a.namespace < b.namespace || a.namespace == b.namespace && a.name < b.name
	})}
}

func (c *cache) clone() cache { return cache{slices.Clone(c.nodes), c.pods.Clone()} }

// get returns a pod that has a node, or is assumed to have one.
func (c *cache) get(namespace, name string) (placed, bool) {
	return c.pods.Get(placed{namespace: namespace, name: name})
}

// place puts a pod on a node. A version of it that was there before is replaced.
func (c *cache) place(pod *framework.Pod, node string, assumed bool) {
	now := placed{pod.Namespace, pod.Name, pod, node, assumed}
	old, had := c.pods.ReplaceOrInsert(now)
	if had && old.node == node && sameResources(old.pod, pod) {
		return
	}
	if had {
		c.leave(old)
	}
	if i, ok := c.find(node); ok {
		c.nodes[i] = c.nodes[i].With(pod)
	}
}

// sameResources reports whether two versions of a pod take the same of a node, as far as that is cheap to see.
func sameResources(a, b *framework.Pod) bool { return a.UID == b.UID && a.Generation == b.Generation }

// remove forgets a pod.
func (c *cache) remove(p placed) {
	if _, had := c.pods.Delete(p); had {
		c.leave(p)
	}
}

// free gives an assumed pod's place away while its binding is under way.
func (c *cache) free(namespace, name string) {
	if p, ok := c.get(namespace, name); ok {
		c.leave(p)
		p.node = ""
		c.pods.ReplaceOrInsert(p)
	}
}

func (c *cache) leave(p placed) {
	if i, ok := c.find(p.node); ok {
		c.nodes[i] = c.nodes[i].Without(p.pod)
	}
}

// setNode adds a node or replaces it by a newer version, and returns the one before.
func (c *cache) setNode(node *corev1.Node) (old *corev1.Node) {
	i, found := c.find(node.Name)
	if found {
		old = c.nodes[i].Node
		c.nodes[i] = c.nodes[i].Renew(node)
		return old
	}
	n := framework.NewNode(node)
	c.pods.Ascend(func(p placed) bool {
		if p.node == node.Name {
			n = n.With(p.pod)
		}
		return true
	})
	c.nodes = slices.Insert(c.nodes, i, n)
	return nil
}

func (c *cache) removeNode(name string) {
	if i, ok := c.find(name); ok {
		c.nodes = slices.Delete(c.nodes, i, i+1)
	}
}

func (c *cache) find(name string) (int, bool) {
	return slices.BinarySearchFunc(c.nodes, name, func(n *framework.Node, name string) int {
		return strings.Compare(n.Node.Name, name)
	})
}
