// Package prioritysort orders waiting pods by priority, then by how long they have waited.
package prioritysort

import "orrery/sim/scheduler/framework"

// Plugin is PrioritySort.
type Plugin struct{}

// Name implements framework.Plugin.
func (Plugin) Name() string { return "PrioritySort" }

// Less implements framework.Sorter.
func (Plugin) Less(a, b *framework.QueuedPod) bool {
	if p, q := a.Pod.Priority(), b.Pod.Priority(); p != q {
		return p > q
	}
	return a.Timestamp < b.Timestamp
}
