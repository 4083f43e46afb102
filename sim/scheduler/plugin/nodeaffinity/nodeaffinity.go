// Package nodeaffinity refuses nodes that do not match the pod's node selector and required node affinity, and prefers
// those that match its preferred terms. The matching is Kubernetes' own.
//
// Simplified: a scheduler's configuration cannot add affinity to all pods; in Kubernetes it can.
package nodeaffinity

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"

	"orrery/sim/scheduler/framework"
)

var (
	refused = framework.Status{
		Code: framework.UnschedulableAndUnresolvable, Reasons: []string{"node(s) didn't match Pod's node affinity/selector"},
	}
	conflicting = framework.Status{
		Code: framework.UnschedulableAndUnresolvable, Reasons: []string{"pod affinity terms conflict"},
	}
)

// Plugin is NodeAffinity.
type Plugin struct{}

// Name implements framework.Plugin.
func (Plugin) Name() string { return "NodeAffinity" }

// PreFilter implements framework.Filterer.
func (Plugin) PreFilter(pod *framework.Pod, _ framework.Cluster) framework.Screen {
	required := requiredTerms(pod.Pod)
	if required == nil && pod.Spec.NodeSelector == nil {
		return framework.Screen{}
	}
	match := nodeaffinity.GetRequiredNodeAffinity(pod.Pod)
	screen := framework.Screen{Filter: func(n *framework.Node) framework.Status {
		if ok, err := match.Match(n.Node); !ok || err != nil {
			return refused
		}
		return framework.Status{}
	}}
	if required != nil {
		screen.Nodes = named(required.NodeSelectorTerms)
		if screen.Nodes != nil && len(screen.Nodes) == 0 {
			screen.Refusal = conflicting
		}
	}
	return screen
}

// PreScore implements framework.Scorer.
func (Plugin) PreScore(pod *framework.Pod, _ framework.Cluster, _ []*framework.Node) framework.Scoring {
	a := pod.Spec.Affinity
	if a == nil || a.NodeAffinity == nil || len(a.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution) == 0 {
		return framework.Scoring{}
	}
	terms, err := nodeaffinity.NewPreferredSchedulingTerms(a.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution)
	if err != nil { // validation lets none of these through
		return framework.Scoring{}
	}
	return framework.Scoring{
		Score:     func(n *framework.Node) int64 { return terms.Score(n.Node) },
		Normalize: func(scores []int64) { framework.Normalize(scores, false) },
	}
}

// Hints implements framework.Hinter.
func (Plugin) Hints() []framework.Hint {
	return []framework.Hint{
		{Events: framework.NodeAdd | framework.NodeLabel, Worth: func(pod *framework.Pod, c framework.Change) bool {
			required := nodeaffinity.GetRequiredNodeAffinity(pod.Pod)
			now, err := required.Match(c.NewNode)
			if err != nil || !now || c.OldNode == nil {
				return err != nil || now
			}
			before, err := required.Match(c.OldNode)
			return err != nil || !before
		}},
	}
}

func requiredTerms(pod *corev1.Pod) *corev1.NodeSelector {
	if pod.Spec.Affinity == nil || pod.Spec.Affinity.NodeAffinity == nil {
		return nil
	}
	return pod.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
}

// named returns the only nodes that the terms allow by name; nil when a term allows others, empty when none is left.
func named(terms []corev1.NodeSelectorTerm) []string {
	var all []string
	for _, term := range terms {
		var names []string
		found := false
		for _, r := range term.MatchFields {
			if r.Key != metav1.ObjectNameField || r.Operator != corev1.NodeSelectorOpIn {
				continue
			}
			if !found {
				names, found = slices.Clone(r.Values), true
				continue
			}
			names = slices.DeleteFunc(names, func(n string) bool { return !slices.Contains(r.Values, n) })
		}
		if !found {
			return nil
		}
		all = append(all, names...)
	}
	if all == nil && len(terms) > 0 {
		return []string{}
	}
	return all
}
