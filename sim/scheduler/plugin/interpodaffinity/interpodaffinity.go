// Package interpodaffinity refuses nodes where pods are that the pod must not be with, or that must not be with it, and
// nodes without the pods that it must be with; and it prefers those where pods are that it would rather be with, or that
// would rather be with it. Where means: on nodes with the same value of a label.
//
// Simplified: a pod that must be with another is worth weight 1 to it when nodes are scored; in Kubernetes a scheduler's
// configuration can say another weight, and can have preferences of other pods ignored.
package interpodaffinity

import (
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/scheduler/framework"
)

var (
	noAffinity = framework.Status{
		Code: framework.UnschedulableAndUnresolvable, Reasons: []string{"node(s) didn't match pod affinity rules"},
	}
	antiAffinity = framework.Status{
		Code: framework.Unschedulable, Reasons: []string{"node(s) didn't match pod anti-affinity rules"},
	}
	existing = framework.Status{
		Code: framework.Unschedulable, Reasons: []string{"node(s) didn't satisfy existing pods anti-affinity rules"},
	}
	none = framework.Affinity{}
)

// Plugin is InterPodAffinity.
type Plugin struct{}

// Name implements framework.Plugin.
func (Plugin) Name() string { return "InterPodAffinity" }

// PreFilter implements framework.Filterer.
func (Plugin) PreFilter(pod *framework.Pod, c framework.Cluster) framework.Screen {
	s := &state{pod: pod, affinity: pod.Affinity, cluster: c}
	if s.affinity == nil {
		s.affinity = &none
	}
	own := framework.NamespaceLabels(c, pod.Namespace)
	c.Affine(func(p *framework.Pod, n *framework.Node) { s.countExisting(p, n, own, 1) })
	if len(s.affinity.Required)+len(s.affinity.RequiredAnti) > 0 {
		c.Pods("", func(p *framework.Pod, n *framework.Node) { s.countIncoming(p, n, 1) })
	} else if s.existing.empty() {
		return framework.Screen{}
	}
	return framework.Screen{
		Filter: s.fits,
		Count: func(p *framework.Pod, n *framework.Node, sign int64) {
			s.countExisting(p, n, own, sign)
			s.countIncoming(p, n, sign)
		},
	}
}

// state is what PreFilter found out about one pod.
type state struct {
	pod      *framework.Pod
	affinity *framework.Affinity
	cluster  framework.Cluster
	existing tally // pods that must not be with the pod
	with     tally // pods that the pod must be with
	against  tally // pods that the pod must not be with
}

// countExisting counts a pod that must not be with the pod.
func (s *state) countExisting(p *framework.Pod, n *framework.Node, own labels.Set, sign int64) {
	if p.Affinity == nil {
		return
	}
	for i := range p.Affinity.RequiredAnti {
		if term := &p.Affinity.RequiredAnti[i]; term.Matches(s.pod.Pod, own) {
			s.existing.add(n, term.TopologyKey, sign)
		}
	}
}

// countIncoming counts a pod that the pod must be with, or must not be with.
func (s *state) countIncoming(p *framework.Pod, n *framework.Node, sign int64) {
	if len(s.affinity.Required)+len(s.affinity.RequiredAnti) == 0 {
		return
	}
	names := framework.NamespaceLabels(s.cluster, p.Namespace)
	if matchesAll(s.affinity.Required, p, names) {
		for i := range s.affinity.Required {
			s.with.add(n, s.affinity.Required[i].TopologyKey, sign)
		}
	}
	for i := range s.affinity.RequiredAnti {
		if term := &s.affinity.RequiredAnti[i]; term.Matches(p.Pod, names) {
			s.against.add(n, term.TopologyKey, sign)
		}
	}
}

func (s *state) fits(n *framework.Node) framework.Status {
	switch {
	case !s.fitsAffinity(n):
		return noAffinity
	case s.against.sum(n) > 0: // its keys are those of the pod's terms
		return antiAffinity
	case s.existing.sum(n) > 0:
		return existing
	}
	return framework.Status{}
}

// fitsAffinity reports whether the pods that the pod must be with are at the node. The first of several pods that must be
// with each other may go anywhere.
func (s *state) fitsAffinity(n *framework.Node) bool {
	there := true
	for i := range s.affinity.Required {
		key := s.affinity.Required[i].TopologyKey
		value, ok := n.Label(key)
		if !ok {
			return false
		}
		there = there && s.with.counts[place{key, value}] > 0
	}
	return there || s.with.empty() &&
		matchesAll(s.affinity.Required, s.pod, framework.NamespaceLabels(s.cluster, s.pod.Namespace))
}

// matchesAll reports whether all of some terms select a pod; no terms select none.
func matchesAll(terms []framework.AffinityTerm, p *framework.Pod, namespace labels.Set) bool {
	for i := range terms {
		if !terms[i].Matches(p.Pod, namespace) {
			return false
		}
	}
	return len(terms) > 0
}
