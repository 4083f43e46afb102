package engine

import (
	"slices"
	"time"
)

// queue is a binary heap of events by (At, Seq). The heap holds places without pointers, and the events stay where they
// are: moving events about would cost the collector's write barriers at every step. It is written out rather than built
// on container/heap, which would allocate for every event.
type queue struct {
	heap   []place
	events []Event // by slot
	free   []int32 // slots of events that have run
}

// place is where an event stands in the order of things.
type place struct {
	at   time.Duration
	seq  uint64
	slot int32
}

func (p place) before(q place) bool {
	if p.at != q.at {
		return p.at < q.at
	}
	return p.seq < q.seq
}

func (q *queue) len() int { return len(q.heap) }

// first returns the next event. There must be one.
func (q *queue) first() *Event { return &q.events[q.heap[0].slot] }

func (q *queue) push(e Event) {
	p := place{e.At, e.Seq, q.keep(e)}
	q.heap = append(q.heap, p)
	h := q.heap
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !p.before(h[parent]) {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = p
}

// keep puts an event into a free slot.
func (q *queue) keep(e Event) int32 {
	last := len(q.free) - 1
	if last < 0 {
		q.events = append(q.events, e)
		return int32(len(q.events) - 1)
	}
	slot := q.free[last]
	q.free = q.free[:last]
	q.events[slot] = e
	return slot
}

func (q *queue) pop() Event {
	slot, last := q.heap[0].slot, len(q.heap)-1
	q.sink(q.heap[last], last)
	q.heap = q.heap[:last]
	e := q.events[slot]
	q.events[slot] = Event{}
	q.free = append(q.free, slot)
	return e
}

// sink lets p sink from the top of the first n places of the heap.
func (q *queue) sink(p place, n int) {
	h, i := q.heap[:n], 0
	for child := 1; child < n; child = 2*i + 1 {
		if child+1 < n && h[child+1].before(h[child]) {
			child++
		}
		if !h[child].before(p) {
			break
		}
		h[i] = h[child]
		i = child
	}
	if n > 0 {
		h[i] = p
	}
}

func (q *queue) clone() queue {
	return queue{heap: slices.Clone(q.heap), events: slices.Clone(q.events), free: slices.Clone(q.free)}
}
