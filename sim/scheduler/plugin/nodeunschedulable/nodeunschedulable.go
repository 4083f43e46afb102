// Package nodeunschedulable refuses nodes that are cordoned, unless the pod tolerates the taint that stands for it.
package nodeunschedulable

import (
	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/framework"
)

var (
	refused = framework.Status{
		Code: framework.UnschedulableAndUnresolvable, Reasons: []string{"node(s) were unschedulable"},
	}
	taint = corev1.Taint{Key: corev1.TaintNodeUnschedulable, Effect: corev1.TaintEffectNoSchedule}
)

// Plugin is NodeUnschedulable.
type Plugin struct{}

// Name implements framework.Plugin.
func (Plugin) Name() string { return "NodeUnschedulable" }

// PreFilter implements framework.Filterer.
func (Plugin) PreFilter(pod *framework.Pod, _ framework.Cluster) framework.Screen {
	return framework.Screen{Filter: func(n *framework.Node) framework.Status {
		if n.Node.Spec.Unschedulable && !framework.Tolerates(pod.Spec.Tolerations, &taint) {
			return refused
		}
		return framework.Status{}
	}}
}

// Hints implements framework.Hinter.
func (Plugin) Hints() []framework.Hint {
	return []framework.Hint{
		{Events: framework.NodeAdd | framework.NodeTaint, Worth: func(_ *framework.Pod, c framework.Change) bool {
			return !c.NewNode.Spec.Unschedulable && (c.OldNode == nil || c.OldNode.Spec.Unschedulable)
		}},
		{Events: framework.PodToleration, Worth: func(pod *framework.Pod, _ framework.Change) bool {
			return framework.Tolerates(pod.Spec.Tolerations, &taint)
		}},
	}
}
