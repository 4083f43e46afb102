package framework

import "k8s.io/apimachinery/pkg/types"

// PostFilterer may make place for a pod that fits nowhere.
type PostFilterer interface {
	Plugin
	PostFilter(*Pod, Trial) *Preemption
}

// Trial lets a PostFilterer try out what would be if some pods were not there. What it counts it must undo.
type Trial interface {
	Cluster
	// Refused returns the nodes that were refused although that might be different with fewer pods, in the order in which
	// they were looked at.
	Refused() []*Node
	// Unresolvable reports whether a node would be refused whatever pods it had.
	Unresolvable(node string) bool
	// Fits returns what the filters say of a version of a node, with the pods that are nominated for it.
	Fits(*Node) Status
	// Count has the filters take into account that a pod came to a node (1) or left it (-1).
	Count(p *Pod, n *Node, sign int64)
	// Chance returns a random number from 0 to n-1.
	Chance(n int) int
}

// Preemption is what a PostFilterer found out, and decided. It is never changed.
type Preemption struct {
	// Node is where pods are deleted to make place; empty for nowhere.
	Node string `json:"node,omitempty"`
	// Message says why there is no such node.
	Message string `json:"message,omitempty"`
	// Keep says that a node for which the pod was nominated earlier stays its.
	Keep bool `json:"keep,omitempty"`
	// Candidates are the nodes that were tried, in that order.
	Candidates []Candidate `json:"candidates,omitempty"`
}

// Candidate is a node on which a preemption was tried out.
type Candidate struct {
	Node string `json:"node"`
	// Reasons say why no preemption helps there.
	Reasons []string `json:"reasons,omitempty"`
	// Considered are the pods that may have to go, in the order in which they were considered.
	Considered []Victim `json:"considered,omitempty"`
	// Violations is how many victims their disruption budgets would keep.
	Violations int `json:"violations,omitempty"`
}

// Victim is a pod that may have to go.
type Victim struct {
	Namespace string    `json:"namespace"`
	Name      string    `json:"name"`
	UID       types.UID `json:"uid"`
	Priority  int32     `json:"priority"`
	// Protected says that a disruption budget would keep it.
	Protected bool `json:"protected,omitempty"`
	// Spared says that the pod fits without its going.
	Spared bool `json:"spared,omitempty"`
}

// Victims returns the pods of a candidate that have to go.
func (c *Candidate) Victims() []Victim {
	var gone []Victim
	for _, v := range c.Considered {
		if !v.Spared {
			gone = append(gone, v)
		}
	}
	return gone
}

// Chosen returns the candidate whose pods are deleted, or nil.
func (p *Preemption) Chosen() *Candidate {
	for i := range p.Candidates {
		if p.Node != "" && p.Candidates[i].Node == p.Node {
			return &p.Candidates[i]
		}
	}
	return nil
}
