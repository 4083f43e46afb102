package scheduler

import (
	"strconv"
	"strings"

	"orrery/sim/scheduler/framework"
)

// message says why no node fits, in Kubernetes' words: how many nodes each reason applies to, and what preemption could
// do about it; nothing of the latter when it does.
//
// Simplified: claims of devices are never deallocated, and it says that there are none; Kubernetes would look for them,
// and where a pod was refused before that plugin had a look at it, it says "not found".
func (f *filtering) message() string {
	var b strings.Builder
	b.WriteString("0/" + strconv.Itoa(len(f.nodes)) + " nodes are available: ")
	if f.refusal != nil {
		b.WriteString(strings.Join(f.refusal, ", ") + ". not found")
		return b.String()
	}
	var h framework.Histogram
	for i := range f.decision.Nodes {
		for _, r := range f.decision.Nodes[i].Reasons {
			h.Add(r, 1)
		}
	}
	b.WriteString(h.String())
	b.WriteByte('.')
	if p := f.decision.Preemption; p != nil && p.Node == "" {
		b.WriteString(" no new claims to deallocate, preemption: " + p.Message)
	}
	return b.String()
}
