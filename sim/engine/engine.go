// Package engine is the clockwork: a virtual clock, a queue of events and the components they are addressed to.
//
// It is a deterministic discrete-event simulation. The state is the components, the queue and the random streams; one
// Step takes the first event by (virtual time, sequence), hands it to its component, and returns what happened. There
// are no goroutines, no wall clock and no global randomness. The event that runs is the cause of all that it schedules,
// so that causality costs the components nothing. It knows nothing of Kubernetes.
package engine

import (
	"time"

	"orrery/sim/trace"
)

// Address names a component: "kube-apiserver", "kubelet/node-1".
type Address string

// Component is something that events are addressed to. Handle may change only the component's own state and schedule
// through the Turn. Clone returns a copy that shares nothing that either will change.
type Component interface {
	Handle(*Turn, any)
	Clone() Component
}

// Event is a message or a timer that is due. Body is plain data and is never changed after it was scheduled.
type Event struct {
	At         time.Duration // virtual time since the world began
	Seq        uint64        // order of scheduling, which decides among events of one instant
	Cause      uint64        // number of the event that scheduled it
	From, To   Address
	Background bool // a heartbeat or a distant timer: it does not keep a world from being quiet
	Body       any
}

// Engine runs events. The zero value is not usable; see New.
type Engine struct {
	now        time.Duration
	number     uint64 // of the latest event run
	seq        uint64
	foreground int // events in the queue that are not in the background
	queue      queue
	components map[Address]Component
	aliases    map[Address]Address
	streams    map[owner]*Stream
	seed       uint64
	turn       Turn          // of the running event: one for all, for it would be allocated anew for each
	spare      []trace.Entry // entries are allocated by the hundred
}

// entriesAtOnce is how many trace entries are allocated together.
const entriesAtOnce = 128

// New returns an engine at virtual time 0 with no components.
func New(seed uint64) *Engine {
	return &Engine{
		components: map[Address]Component{}, aliases: map[Address]Address{}, streams: map[owner]*Stream{}, seed: seed,
	}
}

// Add registers a component under an address that nothing else has.
func (e *Engine) Add(a Address, c Component) { e.components[a] = c }

// Alias lets events for a second address go to a component that is registered under another.
func (e *Engine) Alias(a, component Address) { e.aliases[a] = component }

// Component returns what is registered under an address, or nil. It is for looking, not for changing.
func (e *Engine) Component(a Address) Component { return e.components[a] }

// Now returns the virtual time of the latest event run, since the world began.
func (e *Engine) Now() time.Duration { return e.now }

// Number returns how many events have been run.
func (e *Engine) Number() uint64 { return e.number }

// Quiet reports whether nothing but background events is due.
func (e *Engine) Quiet() bool { return e.foreground == 0 }

// Next returns the event that Step would run.
func (e *Engine) Next() (Event, bool) {
	if e.queue.len() == 0 {
		return Event{}, false
	}
	return *e.queue.first(), true
}

// Pending calls f for every event in the queue until it returns false, in no particular order.
func (e *Engine) Pending(f func(Event) bool) {
	for _, p := range e.queue.heap {
		if !f(e.queue.events[p.slot]) {
			return
		}
	}
}

// Post schedules a message from outside, after d of virtual time.
func (e *Engine) Post(d time.Duration, to Address, body any) {
	e.schedule(Event{At: e.now + d, To: to, Body: body})
}

// Idle moves the clock forward to t without running anything; it does nothing when an event is due before t.
func (e *Engine) Idle(t time.Duration) {
	if t > e.now && (e.queue.len() == 0 || e.queue.first().At > t) {
		e.now = t
	}
}

// Step runs the next event and returns its entry; false when there is none.
func (e *Engine) Step() (*trace.Entry, bool) {
	if e.queue.len() == 0 {
		return nil, false
	}
	ev := e.queue.pop()
	if !ev.Background {
		e.foreground--
	}
	e.now = max(e.now, ev.At)
	e.number++
	entry := e.entry()
	entry.Number, entry.At, entry.Cause = e.number, e.now, ev.Cause
	entry.Actor, entry.From, entry.Background = string(ev.To), string(ev.From), ev.Background
	e.turn = Turn{Entry: entry, engine: e, event: ev}
	c := e.components[ev.To]
	if c == nil {
		c = e.components[e.aliases[ev.To]]
	}
	if c == nil {
		panic("engine: event for unknown component " + string(ev.To))
	}
	c.Handle(&e.turn, ev.Body)
	e.turn = Turn{}
	return entry, true
}

// entry returns an empty trace entry.
func (e *Engine) entry() *trace.Entry {
	if len(e.spare) == 0 {
		e.spare = make([]trace.Entry, entriesAtOnce)
	}
	entry := &e.spare[0]
	e.spare = e.spare[1:]
	return entry
}

// owner is whose a random stream is: a component, or a part of one when it is named.
type owner struct {
	component Address
	part      string
}

// Stream returns the random stream of a component. Streams of different owners are independent of each other.
func (e *Engine) Stream(a Address) *Stream { return e.stream(owner{component: a}) }

func (e *Engine) stream(o owner) *Stream {
	s := e.streams[o]
	if s == nil {
		s = newStream(e.seed, o)
		e.streams[o] = s
	}
	return s
}

// Clone returns a copy of the engine and everything in it.
func (e *Engine) Clone() *Engine {
	c := *e
	c.queue, c.spare = e.queue.clone(), nil
	c.components = make(map[Address]Component, len(e.components))
	for a, p := range e.components { // any order
		c.components[a] = p.Clone()
	}
	c.streams = make(map[owner]*Stream, len(e.streams))
	for o, s := range e.streams { // any order
		copied := *s
		c.streams[o] = &copied
	}
	return &c
}

func (e *Engine) schedule(ev Event) {
	e.seq++
	ev.Seq = e.seq
	if !ev.Background {
		e.foreground++
	}
	e.queue.push(ev)
}

// PostLater schedules a background event from outside, after d of virtual time.
func (e *Engine) PostLater(d time.Duration, to Address, body any) {
	e.schedule(Event{At: e.now + d, To: to, Background: true, Body: body})
}
