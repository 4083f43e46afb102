package app

import "orrery/app/state"

// part is a part of the screen that can be drawn apart from the others.
type part int

// The parts, in the order of their turns.
const (
	middle part = iota
	left
	foot
	right
	parts
)

// turns is what each part of the screen is drawn from. While the world moves by itself the parts take turns, each in a
// task of its own: to draw all of a large world at once would hold up the page. A world that stands still is drawn whole,
// so that the screen shows one instant.
type turns struct {
	drawn   [parts]state.Model
	pending [parts]bool
	next    part // whose turn it is
	changes int  // of the Model, as far as the turns know of them
}

// take gives the Model to the parts whose turn it is, after so many changes of it. It reports whether other parts still
// wait for theirs.
func (t *turns) take(m state.Model, changes int) (more bool) {
	moving := m.Moving()
	for i := range t.drawn {
		moving = moving || t.drawn[i].Moving()
		t.pending[i] = t.pending[i] || changes != t.changes
	}
	first := t.drawn[middle].Files == nil
	t.changes = changes
	if !moving || first {
		for i := range t.drawn {
			t.drawn[i], t.pending[i] = m, false
		}
		return false
	}
	for range t.drawn {
		turn := t.next
		t.next = (t.next + 1) % parts
		if t.pending[turn] {
			t.drawn[turn], t.pending[turn] = m, false
			break
		}
	}
	return t.pending != [parts]bool{}
}
