package app

import (
	"testing"

	"orrery/app/state"
	"orrery/sim/wire"
)

func at(event int, running bool) state.Model {
	m := state.New()
	m.View = &wire.View{Position: wire.Position{Event: event, Running: running}}
	return m
}

func shown(t *turns) (events [parts]int) {
	for i := range t.drawn {
		events[i] = t.drawn[i].Position().Event
	}
	return events
}

// A world at rest is drawn whole; one that moves part by part, its end included, until every part shows the same.
func TestPartsTakeTurnsWhileTheWorldMoves(t *testing.T) {
	var turns turns
	steps := []struct {
		event, changes int
		running, more  bool
		want           [parts]int
	}{
		{1, 1, true, false, [parts]int{1, 1, 1, 1}}, // nothing is on screen yet
		{2, 2, true, true, [parts]int{2, 1, 1, 1}},
		{2, 2, true, true, [parts]int{2, 2, 1, 1}},
		{3, 3, true, true, [parts]int{2, 2, 3, 1}}, // nobody waits longer for the changes in between
		{3, 3, true, true, [parts]int{2, 2, 3, 3}},
		{3, 3, true, true, [parts]int{3, 2, 3, 3}},
		{4, 4, false, true, [parts]int{3, 4, 3, 3}},
		{4, 4, false, true, [parts]int{3, 4, 4, 3}},
		{4, 4, false, true, [parts]int{3, 4, 4, 4}},
		{4, 4, false, false, [parts]int{4, 4, 4, 4}},
		{5, 5, false, false, [parts]int{5, 5, 5, 5}},
	}
	for i, step := range steps {
		if more := turns.take(at(step.event, step.running), step.changes); more != step.more || shown(&turns) != step.want {
			t.Errorf("turn %d: %v, more %v; want %v, more %v", i, shown(&turns), more, step.want, step.more)
		}
	}
}
