// Package noderesourcesbalancedallocation prefers nodes whose cpu and memory the pod brings closer to being used to the
// same degree.
//
// Kubernetes computes with floating point; here it is integers, so that every machine agrees. The result is the same
// but for rounding: at most one point apart.
package noderesourcesbalancedallocation

import (
	"math/bits"

	"orrery/sim/scheduler/framework"
)

// Plugin is NodeResourcesBalancedAllocation.
type Plugin struct{}

// Name implements framework.Plugin.
func (Plugin) Name() string { return "NodeResourcesBalancedAllocation" }

// PreScore implements framework.Scorer. Pods that request nothing are left to the other plugins.
func (Plugin) PreScore(pod *framework.Pod, _ framework.Cluster, _ []*framework.Node) framework.Scoring {
	if pod.Requests.MilliCPU == 0 && pod.Requests.Memory == 0 {
		return framework.Scoring{}
	}
	return framework.Scoring{Score: func(n *framework.Node) int64 {
		before := balance(n.Requested.MilliCPU, n.Requested.Memory, &n.Allocatable)
		after := balance(n.Requested.MilliCPU+pod.Requests.MilliCPU, n.Requested.Memory+pod.Requests.Memory, &n.Allocatable)
		const half = framework.MaxNodeScore / 2
		return half + (half+after-before)/2
	}}
}

// one is the fraction 1 in fixed point.
const one = 1 << 52

// balance returns 100 when cpu and memory are used to the same degree, down to 50 when only one of them is used.
func balance(milliCPU, memory int64, all *framework.Resource) int64 {
	if all.MilliCPU == 0 || all.Memory == 0 {
		return framework.MaxNodeScore
	}
	difference := fraction(milliCPU, all.MilliCPU) - fraction(memory, all.Memory)
	if difference < 0 {
		difference = -difference
	}
	// The fractions were rounded down, so that the difference may be one too large: that must not take a score that is a
	// whole number below it.
	return framework.MaxNodeScore * (2*one - difference + 1) / (2 * one)
}

// fraction returns a/b in fixed point, at most one.
func fraction(a, b int64) int64 {
	if a >= b {
		return one
	}
	high, low := bits.Mul64(uint64(a), one)
	quotient, _ := bits.Div64(high, low, uint64(b))
	return int64(quotient)
}
