package scheduler

import (
	"time"

	"github.com/google/btree"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/scheduler/framework"
)

// Decision is what the scheduler found out about one pod in one scheduling cycle. It is never changed.
type Decision struct {
	Namespace string        `json:"namespace"`
	Name      string        `json:"name"`
	UID       types.UID     `json:"uid"`
	Event     uint64        `json:"event"` // number of the trace entry
	At        time.Duration `json:"at"`
	Attempt   int           `json:"attempt"` // counts from 1
	// Plugins says which plugins filter and score; it is shared by all decisions.
	Plugins *Plugins `json:"plugins"`
	// Nodes are the nodes that were looked at, in that order.
	Nodes     []Node `json:"nodes"`
	Evaluated int    `json:"evaluated"` // nodes that were filtered
	Feasible  int    `json:"feasible"`  // nodes that passed
	// Best is how many nodes had the highest total; among several, chance decides. 0 when nothing was scored: with one
	// feasible node there is no choice.
	Best     int    `json:"best,omitempty"`
	Selected string `json:"selected,omitempty"` // the node, empty when none fits
	Message  string `json:"message"`            // what the scheduler reports in the Event
	Skipped  bool   `json:"skipped,omitempty"`  // the pod was being deleted: no node was looked at
	// Preemption is what was found out about making place for the pod; nil when it fits, or would fit nowhere anyway.
	Preemption *framework.Preemption `json:"preemption,omitempty"`
}

// Plugins names the plugins in the order in which they run.
type Plugins struct {
	Filters []string `json:"filters"`
	Scores  []Score  `json:"scores"`
}

// Score names a plugin that scores.
type Score struct {
	Name   string `json:"name"`
	Weight int64  `json:"weight"`
}

// Node is what the scheduler found of one node.
type Node struct {
	Name string `json:"name"`
	// FailedBy is the plugin that refused the node, empty when it passed; the plugins after it did not run.
	FailedBy     string   `json:"failedBy,omitempty"`
	Reasons      []string `json:"reasons,omitempty"`
	Unresolvable bool     `json:"unresolvable,omitempty"` // it would be refused without any pods too
	// Raw and Weighted hold a score for each of Plugins.Scores: 0 to 100, and that times the weight. They are empty
	// when nothing was scored.
	Raw      []int64 `json:"raw,omitempty"`
	Weighted []int64 `json:"weighted,omitempty"`
	Total    int64   `json:"total,omitempty"`
}

// How many pods' decisions are kept, and how much they may hold of single nodes.
const (
	historyMax  = 2000
	verdictsMax = 200_000
)

// history keeps the latest decision about each pod.
type history struct {
	byPod   *btree.BTreeG[*Decision]
	byEvent *btree.BTreeG[*Decision]
	// verdicts is how many nodes' verdicts the decisions hold.
	verdicts int
}

func newHistory() history {
	return history{
		byPod: btree.NewG(16, func(a, b *Decision) bool {
			return a.Namespace < b.Namespace || a.Namespace == b.Namespace && a.Name < b.Name
		}),
		byEvent: btree.NewG(16, func(a, b *Decision) bool { return a.Event < b.Event }),
	}
}

func (h *history) clone() history { return history{h.byPod.Clone(), h.byEvent.Clone(), h.verdicts} }

func (h *history) add(d *Decision) {
	if old, had := h.byPod.ReplaceOrInsert(d); had {
		h.byEvent.Delete(old)
		h.verdicts -= len(old.Nodes)
	}
	h.byEvent.ReplaceOrInsert(d)
	h.verdicts += len(d.Nodes)
	for n := h.byEvent.Len(); n > historyMax || n > 1 && h.verdicts > verdictsMax; n-- {
		oldest, _ := h.byEvent.DeleteMin()
		h.byPod.Delete(oldest)
		h.verdicts -= len(oldest.Nodes)
	}
}

// Decision returns the latest decision about a pod, also after it was deleted, or nil.
func (s *Scheduler) Decision(namespace, name string) *Decision {
	d, _ := s.history.byPod.Get(&Decision{Namespace: namespace, Name: name})
	return d
}

// Decided calls f for the latest decisions about different pods, newest first, until it returns false.
func (s *Scheduler) Decided(f func(*Decision) bool) { s.history.byEvent.Descend(f) }
