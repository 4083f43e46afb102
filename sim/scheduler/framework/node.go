package framework

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// Node is a node with the resources of its pods added up. Pods that are only assumed to be on it count too.
type Node struct {
	Node        *corev1.Node
	Allocatable Resource
	MaxPods     int64
	Requested   Resource // by its pods
	NonZero     Resource // cpu and memory by its pods, with defaults for containers that request none
	Pods        int64
	Ports       []HostPort // that its pods take
}

// NewNode returns a node without pods.
func NewNode(node *corev1.Node) *Node { return (&Node{}).Renew(node) }

// Renew returns n for a newer version of the same node.
func (n *Node) Renew(node *corev1.Node) *Node {
	c := *n
	c.Node = node
	c.Allocatable = newResource(node.Status.Allocatable)
	c.MaxPods = node.Status.Allocatable.Pods().Value()
	return &c
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
