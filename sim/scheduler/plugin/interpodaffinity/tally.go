package interpodaffinity

import (
	"slices"

	"orrery/sim/scheduler/framework"
)

// tally counts pods, or weighs them, by where they are.
type tally struct {
	counts map[place]int64
	keys   []string // of the places, each once
}

// place is a label of nodes with its value.
type place struct{ key, value string }

func (t *tally) add(n *framework.Node, key string, count int64) {
	value, ok := n.Label(key)
	if !ok {
		return
	}
	if t.counts == nil {
		t.counts = map[place]int64{}
	}
	if !slices.Contains(t.keys, key) {
		t.keys = append(t.keys, key)
	}
	at := place{key, value}
	if t.counts[at] += count; t.counts[at] == 0 {
		delete(t.counts, at)
	}
}

// sum adds up the places where a node is.
func (t *tally) sum(n *framework.Node) (sum int64) {
	for _, key := range t.keys {
		if value, ok := n.Label(key); ok {
			sum += t.counts[place{key, value}]
		}
	}
	return sum
}

// empty reports whether there is nothing anywhere.
func (t *tally) empty() bool { return len(t.counts) == 0 }
