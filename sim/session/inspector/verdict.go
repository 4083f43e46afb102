package inspector

import (
	"orrery/sim/scheduler"
	"orrery/sim/session/instant"
	"orrery/sim/wire"
)

// decidedMax is how many pods with a verdict are listed.
const decidedMax = 50

// Verdict answers what the scheduler found about a pod; a zero Ref asks for its latest decision.
func (p *Inspector) Verdict(i *instant.Instant, ref wire.Ref) *wire.Verdict {
	s := i.Scheduler()
	var latest *scheduler.Decision
	var decided []wire.Ref
	s.Decided(func(d *scheduler.Decision) bool {
		if latest == nil {
			latest = d
		}
		decided = append(decided, wire.Ref{Resource: "pods", Namespace: d.Namespace, Name: d.Name})
		return len(decided) < decidedMax
	})
	d := latest
	if ref.Name != "" {
		d = s.Decision(ref.Namespace, ref.Name)
	}
	if d == nil {
		return &wire.Verdict{Decided: decided}
	}
	v := &wire.Verdict{
		Pod: wire.Ref{Resource: "pods", Namespace: d.Namespace, Name: d.Name}, Event: int(d.Event), At: int64(d.At),
		Selected: d.Selected, Message: d.Message, Filters: d.Plugins.Filters, Decided: decided,
	}
	for _, score := range d.Plugins.Scores {
		v.Scores = append(v.Scores, wire.ScorePlugin{Name: score.Name, Weight: score.Weight})
	}
	for k := range d.Nodes {
		n := &d.Nodes[k]
		v.Nodes = append(v.Nodes, wire.NodeVerdict{
			Node: n.Name, Fits: n.FailedBy == "", FailedBy: n.FailedBy, Reasons: n.Reasons, Raw: n.Raw, Weighted: n.Weighted,
			Total: n.Total,
		})
	}
	return v
}
