// Package noderesourcesfit refuses nodes that have less left than the pod requests, and prefers those that have the most
// left (LeastAllocated).
package noderesourcesfit

import (
	"orrery/sim/scheduler/framework"
)

var (
	tooManyPods  = []string{"Too many pods"}
	insufficient = map[string][]string{
		"cpu": {"Insufficient cpu"}, "memory": {"Insufficient memory"}, "ephemeral-storage": {"Insufficient ephemeral-storage"},
	}
)

// Plugin is NodeResourcesFit.
type Plugin struct{}

// Name implements framework.Plugin.
func (Plugin) Name() string { return "NodeResourcesFit" }

// PreFilter implements framework.Filterer.
func (Plugin) PreFilter(pod *framework.Pod, _ framework.Cluster) framework.Screen {
	return framework.Screen{Filter: func(n *framework.Node) framework.Status { return fits(pod, n) }}
}

// fits compares what the pod requests with what the node has left.
func fits(pod *framework.Pod, n *framework.Node) framework.Status {
	var s framework.Status
	if n.Pods+1 > n.MaxPods {
		s.Code, s.Reasons = framework.Unschedulable, tooManyPods
	}
	if pod.Requests.IsZero() {
		return s
	}
	r, used, all := &pod.Requests, &n.Requested, &n.Allocatable
	s = check(s, "cpu", r.MilliCPU, used.MilliCPU, all.MilliCPU)
	s = check(s, "memory", r.Memory, used.Memory, all.Memory)
	s = check(s, "ephemeral-storage", r.EphemeralStorage, used.EphemeralStorage, all.EphemeralStorage)
	for _, scalar := range r.Scalars {
		s = check(s, string(scalar.Name), scalar.Value, used.Scalar(scalar.Name), all.Scalar(scalar.Name))
	}
	return s
}

// check adds a reason to the status when too little of one resource is left.
func check(s framework.Status, name string, wanted, used, allocatable int64) framework.Status {
	if wanted == 0 || wanted <= allocatable-used {
		return s
	}
	s.Code = max(s.Code, framework.Unschedulable)
	if wanted > allocatable {
		s.Code = framework.UnschedulableAndUnresolvable
	}
	reasons, known := insufficient[name]
	if !known {
		reasons = []string{"Insufficient " + name}
	}
	if s.Reasons == nil {
		s.Reasons = reasons
		return s
	}
	s.Reasons = append(s.Reasons[:len(s.Reasons):len(s.Reasons)], reasons...)
	return s
}

// PreScore implements framework.Scorer.
func (Plugin) PreScore(pod *framework.Pod, _ framework.Cluster, _ []*framework.Node) framework.Scoring {
	return framework.Scoring{Score: func(n *framework.Node) int64 {
		var sum, weights int64
		for _, r := range [...]struct{ requested, allocatable int64 }{
			{n.NonZero.MilliCPU + pod.NonZero.MilliCPU, n.Allocatable.MilliCPU},
			{n.NonZero.Memory + pod.NonZero.Memory, n.Allocatable.Memory},
		} {
			if r.allocatable == 0 {
				continue
			}
			weights++
			if r.requested <= r.allocatable {
				sum += (r.allocatable - r.requested) * framework.MaxNodeScore / r.allocatable
			}
		}
		if weights == 0 {
			return 0
		}
		return sum / weights
	}}
}

// Hints implements framework.Hinter.
func (Plugin) Hints() []framework.Hint {
	return []framework.Hint{
		{Events: framework.AssignedPodDelete | framework.PodScaleDown},
		{Events: framework.AssignedPodScaleDown, Worth: func(pod *framework.Pod, c framework.Change) bool {
			return increased(pod, &c.NewPod.Requests, &c.OldPod.Requests)
		}},
		{Events: framework.NodeAdd | framework.NodeAllocatable, Worth: worthNode},
	}
}

// worthNode reports whether the pod would fit the node if it were empty, and a change gave it more of what the pod wants.
func worthNode(pod *framework.Pod, c framework.Change) bool {
	now := framework.NewNode(c.NewNode)
	if fits(pod, now).Code != framework.Success {
		return false
	}
	if c.OldNode == nil {
		return true
	}
	old := framework.NewNode(c.OldNode)
	return now.MaxPods > old.MaxPods || increased(pod, &old.Allocatable, &now.Allocatable)
}

// increased reports whether there is more now of any resource that the pod requests.
func increased(pod *framework.Pod, old, now *framework.Resource) bool {
	r := &pod.Requests
	if r.MilliCPU > 0 && now.MilliCPU > old.MilliCPU || r.Memory > 0 && now.Memory > old.Memory ||
		r.EphemeralStorage > 0 && now.EphemeralStorage > old.EphemeralStorage {
		return true
	}
	for _, s := range r.Scalars {
		if s.Value > 0 && now.Scalar(s.Name) > old.Scalar(s.Name) {
			return true
		}
	}
	return false
}
