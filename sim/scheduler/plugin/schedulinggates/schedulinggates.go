// Package schedulinggates holds a pod back while its spec has scheduling gates.
package schedulinggates

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/framework"
)

// Plugin is SchedulingGates.
type Plugin struct{}

// Name implements framework.Plugin.
func (Plugin) Name() string { return "SchedulingGates" }

// PreEnqueue implements framework.PreEnqueuer.
func (Plugin) PreEnqueue(pod *corev1.Pod) framework.Status {
	if len(pod.Spec.SchedulingGates) == 0 {
		return framework.Status{}
	}
	names := make([]string, len(pod.Spec.SchedulingGates))
	for i, g := range pod.Spec.SchedulingGates {
		names[i] = g.Name
	}
	return framework.Status{
		Code: framework.UnschedulableAndUnresolvable, Reasons: []string{fmt.Sprintf("waiting for scheduling gates: %v", names)},
	}
}

// Hints implements framework.Hinter.
func (Plugin) Hints() []framework.Hint {
	return []framework.Hint{{Events: framework.PodGatesEliminated}}
}
