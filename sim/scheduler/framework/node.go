package framework

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// Node is a node with the resources of its pods added up. Pods that are only assumed to be on it count too.
type Node struct {
	// ID is a small number that no other node of the cluster has, or ever had.
	ID          int
	Node        *corev1.Node
	Allocatable Resource
	MaxPods     int64
	Requested   Resource // by its pods
	NonZero     Resource // cpu and memory by its pods, with defaults for containers that request none
	Pods        int64
	Ports       []HostPort       // that its pods take
	Images      map[string]int64 // bytes of each image that it has, by all its names

	zone, host       string // values of the labels that are asked for most
	hasZone, hasHost bool
}

// NewNode returns a node without pods.
func NewNode(node *corev1.Node) *Node { return (&Node{}).Renew(node) }

// Renew returns n for a newer version of the same node.
func (n *Node) Renew(node *corev1.Node) *Node {
	c := *n
	c.Node = node
	c.Allocatable = newResource(node.Status.Allocatable)
	c.MaxPods = node.Status.Allocatable.Pods().Value()
	c.zone, c.hasZone = node.Labels[corev1.LabelTopologyZone]
	c.host, c.hasHost = node.Labels[corev1.LabelHostname]
	if n.Node == nil || !SameImages(n.Node, node) {
		c.Images = images(node)
	}
	return &c
}

// Label returns the value of a label of the node, and whether there is one.
func (n *Node) Label(name string) (string, bool) {
	switch name {
	case corev1.LabelTopologyZone:
		return n.zone, n.hasZone
	case corev1.LabelHostname:
		return n.host, n.hasHost
	}
	value, ok := n.Node.Labels[name]
	return value, ok
}

// SameImages reports whether two versions of a node share their list of images, as all do between which no image came
// or went.
func SameImages(a, b *corev1.Node) bool {
	x, y := a.Status.Images, b.Status.Images
	return len(x) == len(y) && (len(x) == 0 || &x[0] == &y[0])
}

func images(node *corev1.Node) map[string]int64 {
	all := map[string]int64{}
	for _, i := range node.Status.Images {
		for _, name := range i.Names {
			all[name] = i.SizeBytes
		}
	}
	return all
}

// With returns the node with one more pod.
func (n *Node) With(p *Pod) *Node {
	c := n.plus(p, 1)
	if len(p.Ports) > 0 {
		c.Ports = append(slices.Clone(n.Ports), p.Ports...)
	}
	return c
}

// Without returns the node with one pod less.
func (n *Node) Without(p *Pod) *Node {
	c := n.plus(p, -1)
	if len(p.Ports) > 0 {
		c.Ports = slices.Clone(n.Ports)
		for _, port := range p.Ports {
			if i := slices.Index(c.Ports, port); i >= 0 {
				c.Ports = slices.Delete(c.Ports, i, i+1)
			}
		}
	}
	return c
}

func (n *Node) plus(p *Pod, sign int64) *Node {
	c := *n
	c.Pods += sign
	c.Requested = n.Requested.plus(&p.Requests, sign)
	c.NonZero = n.NonZero.plus(&p.NonZero, sign)
	return &c
}
