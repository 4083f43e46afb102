// Package tainttoleration refuses nodes with a NoSchedule or NoExecute taint that the pod does not tolerate, and prefers
// nodes with fewer PreferNoSchedule taints that it does not tolerate.
package tainttoleration

import (
	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/framework"
)

var refused = framework.Status{
	Code: framework.UnschedulableAndUnresolvable, Reasons: []string{"node(s) had untolerated taint(s)"},
}

// Plugin is TaintToleration.
type Plugin struct{}

// Name implements framework.Plugin.
func (Plugin) Name() string { return "TaintToleration" }

// PreFilter implements framework.Filterer.
func (Plugin) PreFilter(pod *framework.Pod, _ framework.Cluster) framework.Screen {
	return framework.Screen{Filter: func(n *framework.Node) framework.Status {
		if framework.Untolerated(pod.Spec.Tolerations, n.Node) {
			return refused
		}
		return framework.Status{}
	}}
}

// PreScore implements framework.Scorer.
func (Plugin) PreScore(pod *framework.Pod, _ framework.Cluster, _ []*framework.Node) framework.Scoring {
	var soft []corev1.Toleration
	for _, t := range pod.Spec.Tolerations {
		if t.Effect == "" || t.Effect == corev1.TaintEffectPreferNoSchedule {
			soft = append(soft, t)
		}
	}
	return framework.Scoring{
		Score: func(n *framework.Node) (count int64) {
			for i := range n.Node.Spec.Taints {
				taint := &n.Node.Spec.Taints[i]
				if taint.Effect == corev1.TaintEffectPreferNoSchedule && !framework.Tolerates(soft, taint) {
					count++
				}
			}
			return count
		},
		Normalize: func(scores []int64) { framework.Normalize(scores, true) },
	}
}

// Hints implements framework.Hinter.
func (Plugin) Hints() []framework.Hint {
	return []framework.Hint{
		{Events: framework.NodeAdd | framework.NodeTaint, Worth: func(pod *framework.Pod, c framework.Change) bool {
			return (c.OldNode == nil || framework.Untolerated(pod.Spec.Tolerations, c.OldNode)) && !framework.Untolerated(pod.Spec.Tolerations, c.NewNode)
		}},
		{Events: framework.PodToleration},
	}
}
