// Package nodeports refuses nodes on which a host port that the pod wants is taken.
package nodeports

import "orrery/sim/scheduler/framework"

var refused = framework.Status{
	Code: framework.Unschedulable, Reasons: []string{"node(s) didn't have free ports for the requested pod ports"},
}

// Plugin is NodePorts.
type Plugin struct{}

// Name implements framework.Plugin.
func (Plugin) Name() string { return "NodePorts" }

// PreFilter implements framework.Filterer.
func (Plugin) PreFilter(pod *framework.Pod, _ framework.Cluster) framework.Screen {
	if len(pod.Ports) == 0 {
		return framework.Screen{}
	}
	return framework.Screen{Filter: func(n *framework.Node) framework.Status {
		if framework.Conflict(pod.Ports, n.Ports) {
			return refused
		}
		return framework.Status{}
	}}
}

// Hints implements framework.Hinter.
func (Plugin) Hints() []framework.Hint {
	return []framework.Hint{
		{Events: framework.AssignedPodDelete, Worth: func(pod *framework.Pod, c framework.Change) bool {
			return framework.Conflict(pod.Ports, c.OldPod.Ports)
		}},
		{Events: framework.NodeAdd},
	}
}
