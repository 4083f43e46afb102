// Package timeline is an index over a world's trace: where a step can end, which events fold into one line of the event
// list, and the timeline's marks. It grows with every event that is run for the first time, so that a view of a world
// with a hundred thousand events costs no more than one of a world with ten.
package timeline

import (
	"sort"

	"orrery/sim/trace"
	"orrery/sim/wire"
)

// Index is the index. The zero Index is that of a world that has run no event.
type Index struct {
	count  uint64 // events known
	quiet  bool   // after the last of them
	ten    int    // the last step of ten since the latest command
	folds  []Fold
	marks  []wire.Mark
	places map[wire.Until][]uint32
	orders []uint32 // the commands
}

// Fold is a line of the event list: one event, or a run of background events without any other in between.
type Fold struct {
	First, Last uint32
	Background  bool
}

// Count returns how many events the line stands for as long as event is the latest.
func (f Fold) Count(event uint64) int { return int(min(uint64(f.Last), event)) - int(f.First) + 1 }

// Add takes in the next event. quiet says whether the world was quiet after it. An event that is known already is
// passed over.
func (x *Index) Add(e *trace.Entry, quiet bool) {
	if e.Number <= x.count {
		return
	}
	before := x.quiet || x.count == 0
	n := uint32(e.Number)
	x.count, x.quiet = e.Number, quiet
	x.fold(n, e.Background)
	if e.Kind == trace.Command {
		x.orders = append(x.orders, n)
		x.ten = 0
	}
	if e.Background && !before {
		return
	}
	x.place(wire.UntilEvent, n)
	if e.Kind == trace.Commit {
		x.place(wire.UntilWrite, n)
	}
	if quiet && !(e.Background && before) {
		x.place(wire.UntilQuiet, n)
	}
	if e.Background {
		return
	}
	if ten := e.Ten(); ten != 0 && ten != x.ten {
		x.ten = ten
		x.place(wire.UntilTen, n)
	}
	if m, ok := mark(e); ok && !x.crowded(m) {
		x.marks = append(x.marks, m)
	}
}

func (x *Index) fold(n uint32, background bool) {
	if last := len(x.folds) - 1; background && last >= 0 && x.folds[last].Background {
		x.folds[last].Last = n
		return
	}
	x.folds = append(x.folds, Fold{n, n, background})
}

func (x *Index) place(u wire.Until, n uint32) {
	if x.places == nil {
		x.places = map[wire.Until][]uint32{}
	}
	x.places[u] = append(x.places[u], n)
}

// Truncate forgets the events after one. quiet says whether the world is quiet after that one.
func (x *Index) Truncate(event uint64, quiet bool, entries []*trace.Entry) {
	if event >= x.count {
		return
	}
	x.count, x.quiet, x.ten = event, quiet, 0
	for u, p := range x.places { // any order
		x.places[u] = p[:upTo(p, event)]
	}
	x.orders = x.orders[:upTo(x.orders, event)]
	kept := sort.Search(len(x.marks), func(i int) bool { return uint64(x.marks[i].Event) > event })
	x.marks = x.marks[:kept:kept] // views may still hold those that follow
	x.folds = x.folds[:x.Folds(event)]
	if last := len(x.folds) - 1; last >= 0 {
		x.folds[last].Last = uint32(min(uint64(x.folds[last].Last), event))
	}
	if tens := x.places[wire.UntilTen]; len(tens) > 0 && tens[len(tens)-1] > uint32(x.Order(event)) {
		x.ten = entries[tens[len(tens)-1]-1].Ten()
	}
}

// IsPlace reports whether a step to u that passes event ends there. The event must be known.
func (x *Index) IsPlace(u wire.Until, event uint64) bool {
	p := x.places[u]
	i := upTo(p, event)
	return i > 0 && uint64(p[i-1]) == event
}

// Before returns the last place of a kind before an event, or 0, the beginning, which is a place of every kind.
func (x *Index) Before(u wire.Until, event uint64) uint64 {
	p := x.places[u]
	if event == 0 {
		return 0
	}
	if i := upTo(p, event-1); i > 0 {
		return uint64(p[i-1])
	}
	return 0
}

// Order returns the latest command up to an event, or 0.
func (x *Index) Order(event uint64) uint64 {
	if i := upTo(x.orders, event); i > 0 {
		return uint64(x.orders[i-1])
	}
	return 0
}

// Folds returns how many lines the event list has when event is the latest.
func (x *Index) Folds(event uint64) int {
	return sort.Search(len(x.folds), func(i int) bool { return uint64(x.folds[i].First) > event })
}

// Fold returns a line of the event list, from 0.
func (x *Index) Fold(i int) Fold { return x.folds[i] }

// Marks returns the marks of the events from one on, at most limit of them, and whether there are more. The slice must
// not be changed.
func (x *Index) Marks(from uint64, limit int) (marks []wire.Mark, more bool) {
	i := sort.Search(len(x.marks), func(i int) bool { return uint64(x.marks[i].Event) >= from })
	marks = x.marks[i:]
	if len(marks) > limit {
		return marks[:limit:limit], true
	}
	return marks[:len(marks):len(marks)], false
}

// upTo returns how many of the events are at or before one.
func upTo(events []uint32, event uint64) int {
	return sort.Search(len(events), func(i int) bool { return uint64(events[i]) > event })
}
