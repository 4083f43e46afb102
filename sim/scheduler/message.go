package scheduler

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/framework"
)

// message says why no node fits, in Kubernetes' words: how many nodes each reason applies to, and what preemption could
// do about it.
//
// Simplified: pods are never preempted and claims never deallocated, so that the message says of every node that it does
// not help; Kubernetes would look for pods of lower priority.
func (f *filtering) message(pod *framework.Pod) string {
	var b strings.Builder
	available := "0/" + strconv.Itoa(len(f.nodes)) + " nodes are available: "
	b.WriteString(available)
	if f.refusal != nil {
		b.WriteString(strings.Join(f.refusal, ", "))
	} else {
		var h histogram
		for i := range f.decision.Nodes {
			for _, r := range f.decision.Nodes[i].Reasons {
				h.add(r, 1)
			}
		}
		b.WriteString(h.String())
	}
	b.WriteString(". no new claims to deallocate, preemption: ")
	if pod.Spec.PreemptionPolicy != nil && *pod.Spec.PreemptionPolicy == corev1.PreemptNever {
		b.WriteString("not eligible due to preemptionPolicy=Never.")
		return b.String()
	}
	b.WriteString(available)
	var h histogram
	for i := range f.decision.Nodes {
		if f.decision.Nodes[i].Unresolvable {
			h.add("Preemption is not helpful for scheduling", 1)
		} else {
			h.add("No preemption victims found for incoming pod", 1)
		}
	}
	b.WriteString(h.String())
	b.WriteByte('.')
	return b.String()
}

// histogram counts reasons.
type histogram []reason

type reason struct {
	text  string
	count int
}

func (h *histogram) add(text string, n int) {
	i := slices.IndexFunc(*h, func(r reason) bool { return r.text == text })
	if i < 0 {
		*h = append(*h, reason{text: text})
		i = len(*h) - 1
	}
	(*h)[i].count += n
}

// String lists the reasons with their counts, sorted as text.
func (h histogram) String() string {
	lines := make([]string, len(h))
	for i, r := range h {
		lines[i] = strconv.Itoa(r.count) + " " + r.text
	}
	slices.Sort(lines)
	return strings.Join(lines, ", ")
}
