package scheduler

import (
	"orrery/sim/engine"
	"orrery/sim/scheduler/framework"
)

// trial implements framework.Trial with the filtering that refused all nodes.
type trial struct {
	framework.Cluster
	*filtering
	chance *engine.Stream
}

// Refused implements framework.Trial.
func (t *trial) Refused() []*framework.Node {
	byName := make(map[string]*framework.Node, len(t.nodes))
	for _, n := range t.nodes {
		byName[n.Node.Name] = n
	}
	var out []*framework.Node
	for i := range t.decision.Nodes {
		if v := &t.decision.Nodes[i]; v.FailedBy != "" && !v.Unresolvable {
			out = append(out, byName[v.Name])
		}
	}
	return out
}

// Unresolvable implements framework.Trial.
func (t *trial) Unresolvable(node string) bool {
	for i := range t.decision.Nodes {
		if v := &t.decision.Nodes[i]; v.Name == node {
			return v.Unresolvable
		}
	}
	return true
}

// Fits implements framework.Trial.
func (t *trial) Fits(n *framework.Node) framework.Status {
	rejectors := t.rejectors // only what was refused counts, not what is tried out
	verdict := t.check(n)
	t.rejectors = rejectors
	if verdict.FailedBy == "" {
		return framework.Status{}
	}
	return framework.Status{Code: framework.Unschedulable, Reasons: verdict.Reasons}
}

// Count implements framework.Trial.
func (t *trial) Count(p *framework.Pod, n *framework.Node, sign int64) { t.count(p, n, sign) }

// Chance implements framework.Trial.
func (t *trial) Chance(n int) int { return t.chance.IntN(n) }
