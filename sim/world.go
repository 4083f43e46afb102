// Package sim is the door to the simulation: a World can be made, told what to do, wound forwards and backwards, forked,
// and read.
//
// A World is determined by its Config and its Commands, byte for byte, on every machine. It keeps the whole trace of
// what happened and checkpoints of its state, so that going back is a clone of the nearest checkpoint and a short replay.
package sim

import (
	"errors"
	"time"

	"orrery/sim/apiserver"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/apiserver/door"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/kubectl"
	"orrery/sim/trace"
)

// EventsMax is how many events a world may have. It bounds the memory of a runaway one.
const EventsMax = 4_000_000

// ErrFull says that a world has run EventsMax events.
var ErrFull = errors.New("this world has run 4,000,000 events, which is as far as it goes: go back or reset")

// Command is something from outside, given after so many events had been run, at a point of virtual time. It is either
// a command of the user's kubectl or a call of the API.
type Command struct {
	After   uint64           `json:"after"`
	At      time.Duration    `json:"at"` // since the world began
	Kubectl *kubectl.Command `json:"kubectl,omitempty"`
	Call    *door.Call       `json:"call,omitempty"`
}

// World is a simulated cluster with its history. See New.
type World struct {
	config      Config
	engine      *engine.Engine
	entries     []*trace.Entry // of all events ever run, the known future included
	commands    []Command      // in their order, those of the known future included
	posted      int            // commands that the engine has been given
	checkpoints []checkpoint   // by number; the first is the beginning
	live        bool           // keeps none of these three
	observe     func(*World, *trace.Entry)
}

// checkpoint is the state after some number of events.
type checkpoint struct {
	engine *engine.Engine
	posted int
}

const (
	checkpointEvery = 128
	checkpointsMax  = 96
)

// New returns a new world at rest. It returns an error when the config cannot be.
func New(c Config) (*World, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	w := &World{config: c, engine: build(c)}
	w.checkpoints = []checkpoint{{engine: w.engine.Clone()}}
	return w, nil
}

// NewLive returns a new world that only goes forward, for as long as anybody likes: it keeps no trace, no commands and no
// checkpoints, so that its memory is that of its present.
func NewLive(c Config) (*World, error) {
	w, err := New(c)
	if err != nil {
		return nil, err
	}
	w.live, w.checkpoints = true, nil
	return w, nil
}

// Replay returns the world of a config and its commands, at an event.
func Replay(c Config, commands []Command, event uint64) (*World, error) {
	w, err := New(c)
	if err != nil {
		return nil, err
	}
	w.commands = commands
	return w, w.Seek(event)
}

// Config returns the config with its defaults filled in.
func (w *World) Config() Config { return w.config }

// Commands returns all commands, those of the known future included. The slice must not be changed.
func (w *World) Commands() []Command { return w.commands }

// Number returns how many events lie behind the present.
func (w *World) Number() uint64 { return w.engine.Number() }

// Last returns how many events are known.
func (w *World) Last() uint64 { return max(uint64(len(w.entries)), w.engine.Number()) }

// Now returns the virtual time of the present, since the world began.
func (w *World) Now() time.Duration { return w.engine.Now() }

// Trace returns the entries of all known events; the first Number are the past. The slice must not be changed.
func (w *World) Trace() []*trace.Entry { return w.entries }

// Quiet reports whether nothing but heartbeats and distant timers is due and no known command lies ahead.
func (w *World) Quiet() bool { return w.engine.Quiet() && !w.due() }

// Custom returns the kinds that users brought to the world.
func (w *World) Custom() *customresource.Catalog {
	return w.engine.Component(client.Server).(*apiserver.Server).Custom()
}

// Engine returns the engine of the present, for looking.
func (w *World) Engine() *engine.Engine { return w.engine }

// Observe has f called after every event that is run.
func (w *World) Observe(f func(*World, *trace.Entry)) { w.observe = f }

// Do gives kubectl a command at the present. What was known of the future is forgotten.
func (w *World) Do(c kubectl.Command) { w.do(Command{Kubectl: &c}) }

// Call makes a call of the API at the present. What was known of the future is forgotten.
func (w *World) Call(c door.Call) { w.do(Command{Call: &c}) }

func (w *World) do(c Command) {
	if w.live {
		w.send(&c)
		return
	}
	w.forget()
	c.After, c.At = w.Number(), w.Now()
	w.commands = append(w.commands[:w.posted:w.posted], c)
	w.post()
}

// Step runs one event and returns its entry, or nil when nothing will ever happen again.
func (w *World) Step() (*trace.Entry, error) {
	if w.Number() >= EventsMax && !w.live {
		return nil, ErrFull
	}
	for w.due() {
		w.post()
	}
	entry, ok := w.engine.Step()
	if !ok {
		return nil, nil
	}
	if w.live {
		if w.observe != nil {
			w.observe(w, entry)
		}
		return entry, nil
	}
	n := int(entry.Number)
	if n > len(w.entries) {
		w.entries = append(w.entries, entry)
	}
	if n%spacing(n) == 0 {
		w.remember()
	}
	if w.observe != nil {
		w.observe(w, w.entries[n-1])
	}
	return w.entries[n-1], nil
}

// Next returns when the next event is due.
func (w *World) Next() (time.Duration, bool) {
	if w.due() {
		return w.commands[w.posted].At, true
	}
	ev, ok := w.engine.Next()
	return ev.At, ok
}

// Idle lets virtual time pass up to t, or to the next event.
func (w *World) Idle(t time.Duration) {
	if next, ok := w.Next(); ok {
		t = min(t, next)
	}
	w.engine.Idle(t)
}

// RunUntilQuiet runs until nothing but heartbeats and distant timers is due, or the limit of events is reached, and
// reports whether it became quiet.
func (w *World) RunUntilQuiet(limit int) (bool, error) {
	for range limit {
		if w.Quiet() {
			return true, nil
		}
		if entry, err := w.Step(); err != nil || entry == nil {
			return entry == nil, err
		}
	}
	return w.Quiet(), nil
}

// Advance runs everything that is due within d and lets the rest of it pass.
func (w *World) Advance(d time.Duration) error {
	end := w.Now() + d
	for {
		next, ok := w.Next()
		if !ok || next > end {
			w.Idle(end)
			return nil
		}
		if _, err := w.Step(); err != nil {
			return err
		}
	}
}

// Seek goes to the moment right after an event, in the past or in the future.
func (w *World) Seek(event uint64) error {
	if event != w.Number() || w.Now() != w.at(event) {
		w.restore(event)
	}
	for w.Number() < event {
		if entry, err := w.Step(); err != nil || entry == nil {
			return err
		}
	}
	return nil
}

// Fork returns a world with the same past, which then goes its own way.
func (w *World) Fork() *World {
	f := *w
	f.engine = w.engine.Clone()
	f.entries = w.entries[:w.Number():w.Number()]
	f.commands = w.commands[:w.posted:w.posted]
	f.checkpoints = append([]checkpoint(nil), w.until(w.Number())...)
	f.observe = nil
	return &f
}

// due reports whether a known command comes before the next event.
func (w *World) due() bool {
	return w.posted < len(w.commands) && w.commands[w.posted].After == w.Number()
}

func (w *World) post() {
	c := &w.commands[w.posted]
	w.engine.Idle(c.At)
	w.send(c)
	w.posted++
}

// send gives the engine a command for the present.
func (w *World) send(c *Command) {
	if c.Call != nil {
		w.engine.Post(0, door.Address, c.Call)
	} else {
		w.engine.Post(0, kubectl.Address, c.Kubectl)
	}
}

// spacing returns how many events lie between checkpoints: more in a long world, where each costs more.
func spacing(n int) int { return checkpointEvery << min(n/4096, 3) }

// at returns the virtual time of a known event, and the present's for the one just run.
func (w *World) at(event uint64) time.Duration {
	if event == 0 || event > uint64(len(w.entries)) {
		return 0
	}
	return w.entries[event-1].At
}

// forget drops what is known of the future.
func (w *World) forget() {
	w.entries = w.entries[:w.Number():w.Number()]
	w.checkpoints = w.until(w.Number())
}

// until returns the checkpoints up to an event.
func (w *World) until(event uint64) []checkpoint {
	n := len(w.checkpoints)
	for n > 1 && w.checkpoints[n-1].engine.Number() > event {
		n--
	}
	return w.checkpoints[:n:n]
}

// restore makes the nearest checkpoint at or before an event the present, unless the present is nearer.
func (w *World) restore(event uint64) {
	kept := w.until(event)
	c := kept[len(kept)-1]
	if w.Number() < event && w.Number() >= c.engine.Number() {
		return
	}
	w.engine, w.posted = c.engine.Clone(), c.posted
}

// remember takes a checkpoint of the present, if there is none, and thins out the old ones.
func (w *World) remember() {
	last := w.checkpoints[len(w.checkpoints)-1]
	if last.engine.Number() >= w.Number() {
		return
	}
	w.checkpoints = append(w.checkpoints, checkpoint{w.engine.Clone(), w.posted})
	if len(w.checkpoints) > checkpointsMax {
		w.thin()
	}
}

// thin drops the checkpoint whose neighbours are nearest to each other, measured by how long ago they are: far back the
// checkpoints may be far apart.
func (w *World) thin() {
	now, best, least := w.Number(), 1, 0.0
	for i := 1; i+1 < len(w.checkpoints)-1; i++ {
		gap := float64(w.checkpoints[i+1].engine.Number() - w.checkpoints[i-1].engine.Number())
		cost := gap / float64(now-w.checkpoints[i].engine.Number()+checkpointEvery)
		if i == 1 || cost < least {
			best, least = i, cost
		}
	}
	w.checkpoints = append(w.checkpoints[:best:best], w.checkpoints[best+1:]...)
}
