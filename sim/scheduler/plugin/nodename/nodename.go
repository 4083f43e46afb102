// Package nodename refuses every node but the one that the pod's spec names.
package nodename

import "orrery/sim/scheduler/framework"

var refused = framework.Status{
	Code: framework.UnschedulableAndUnresolvable, Reasons: []string{"node(s) didn't match the requested node name"},
}

// Plugin is NodeName.
type Plugin struct{}

// Name implements framework.Plugin.
func (Plugin) Name() string { return "NodeName" }

// PreFilter implements framework.Filterer.
func (Plugin) PreFilter(pod *framework.Pod, _ framework.Cluster) framework.Screen {
	if pod.Spec.NodeName == "" {
		return framework.Screen{}
	}
	return framework.Screen{Filter: func(n *framework.Node) framework.Status {
		if n.Node.Name != pod.Spec.NodeName {
			return refused
		}
		return framework.Status{}
	}}
}

// Hints implements framework.Hinter.
func (Plugin) Hints() []framework.Hint { return []framework.Hint{{Events: framework.NodeAdd}} }
