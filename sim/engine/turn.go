package engine

import (
	"time"

	"orrery/sim/trace"
)

// Epoch is the wall-clock time at which every world begins.
var Epoch = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// Turn is one component's turn: the running event and what the component may do while it runs. Entry is the event's
// trace entry, which the component fills in.
type Turn struct {
	Entry  *trace.Entry
	engine *Engine
	event  Event
}

// Now returns the virtual time since the world began.
func (t *Turn) Now() time.Duration { return t.engine.now }

// Wall returns the virtual time as the clocks of the simulated machines show it, in UTC.
func (t *Turn) Wall() time.Time { return Epoch.Add(t.engine.now) }

// From returns who sent the running event.
func (t *Turn) From() Address { return t.event.From }

// Self returns the component whose turn it is.
func (t *Turn) Self() Address { return t.event.To }

// Background reports whether the running event is a background one; what it schedules then is too, unless Foreground
// was called.
func (t *Turn) Background() bool { return t.event.Background }

// Foreground says that the running event turned out to matter, though it began as a heartbeat or a distant timer.
func (t *Turn) Foreground() {
	t.event.Background = false
	t.Entry.Background = false
}

// Send schedules a message to another component after d.
func (t *Turn) Send(to Address, d time.Duration, body any) {
	t.engine.schedule(Event{
		At: t.engine.now + d, Cause: t.engine.number, From: t.event.To, To: to, Background: t.event.Background, Body: body,
	})
}

// SendAs is Send on behalf of another component: of the one whose part this address is.
func (t *Turn) SendAs(from, to Address, d time.Duration, body any) {
	t.engine.schedule(Event{
		At: t.engine.now + d, Cause: t.engine.number, From: from, To: to, Background: t.event.Background, Body: body,
	})
}

// SendAt schedules a message for a point of virtual time, at once when that has passed.
func (t *Turn) SendAt(to Address, at time.Duration, body any) {
	t.Send(to, max(0, at-t.engine.now), body)
}

// Knows reports whether a component is there to be sent to.
func (t *Turn) Knows(a Address) bool {
	return t.engine.components[a] != nil || t.engine.components[t.engine.aliases[a]] != nil
}

// After schedules an event for the component itself: work that keeps the world from being quiet.
func (t *Turn) After(d time.Duration, body any) {
	t.engine.schedule(Event{
		At: t.engine.now + d, Cause: t.engine.number, From: t.event.To, To: t.event.To, Body: body,
	})
}

// Later schedules a background event for the component itself: a heartbeat, a resync, a distant deadline.
func (t *Turn) Later(d time.Duration, body any) {
	t.engine.schedule(Event{
		At: t.engine.now + d, Cause: t.engine.number, From: t.event.To, To: t.event.To, Background: true, Body: body,
	})
}

// Rand returns the component's own random stream.
func (t *Turn) Rand() *Stream { return t.engine.Stream(t.event.To) }

// Stream returns the random stream of a part of the component.
func (t *Turn) Stream(part string) *Stream { return t.engine.stream(owner{t.event.To, part}) }
