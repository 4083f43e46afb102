// Package session is what a page talks to: one World, the user's files, and what the user has set going.
//
// A Session answers wire.Requests and makes wire.Views. It runs nothing by itself: what takes long, play and long steps,
// is a goal that Run advances in pieces as small as its caller likes. It knows no clock, no files and no JavaScript.
package session

import (
	"cmp"
	"fmt"
	"time"

	"orrery/sim"
	"orrery/sim/session/inspector"
	"orrery/sim/session/instant"
	"orrery/sim/session/timeline"
	"orrery/sim/trace"
	"orrery/sim/wire"
)

// Session is the state behind one page. See New and Load.
type Session struct {
	world       *sim.World
	index       *timeline.Index
	workspace   wire.Workspace
	cluster     sim.Config  // of the worlds that the user makes; a lesson's has its own
	own         []wire.File // the user's files while a lesson's are in the workspace
	lang        string
	lesson      string // the open one's ID, or ""
	lessonTitle string
	goal        goal
	replay      *replay // the saved world that is being run again, or nil
	needs       string  // the version that a shared world needs to be what it was; "" when this one will do
	log         eventLog
	inspector   inspector.Inspector
	dirty       bool

	version int       // of the latest View
	marked  uint64    // events whose marks the page has been sent
	behind  bool      // there are marks that it has not been sent yet
	shown   shownView // what the latest View showed
}

// New returns a session with the founding documents' files and a cluster at rest.
func New() *Session {
	s := &Session{lang: "en", workspace: wire.Workspace{Files: foundingFiles()}}
	if err := s.begin(sim.Config{}); err != nil {
		panic("session: the default world: " + err.Error())
	}
	return s
}

// reset begins a new world: of the size and with the seed that are asked for, or else like the one there is.
func (s *Session) reset(r *wire.Request, a *wire.Response) error {
	now := s.world.Config()
	next := sim.Config{Nodes: cmp.Or(r.Nodes, now.Nodes), Seed: cmp.Or(r.Seed, now.Seed)}
	if err := s.begin(next); err != nil {
		return fmt.Errorf("make a new cluster: %w", err)
	}
	if s.lesson == "" {
		s.cluster = next
	}
	a.Workspace = s.files()
	return nil
}

// begin makes a new world the session's.
func (s *Session) begin(c sim.Config) error {
	w, err := sim.New(c)
	if err != nil {
		return err
	}
	s.adopt(w)
	return nil
}

// adopt makes a world that has run no event the session's.
func (s *Session) adopt(w *sim.World) {
	x := &timeline.Index{}
	w.Observe(func(w *sim.World, e *trace.Entry) { x.Add(e, w.Engine().Quiet()) })
	s.world, s.index, s.goal, s.replay, s.needs = w, x, goal{}, nil, ""
	s.log, s.inspector, s.marked, s.behind, s.shown = eventLog{}, inspector.Inspector{}, 0, false, shownView{jumped: true}
}

// Dirty reports whether something changed since the latest Save.
func (s *Session) Dirty() bool { return s.dirty }

// Busy reports whether there is something for Run to do: a goal, or a View that did not have room for everything.
func (s *Session) Busy() bool { return s.moving() || s.behind }

// moving reports whether the world is going on by itself.
func (s *Session) moving() bool { return s.goal.active() || s.replay != nil }

// Run advances what was set going by a stretch of wall time, for as long as budget is true. It reports whether there is
// more to do at once.
func (s *Session) Run(wall time.Duration, budget func() bool) (more bool) {
	if s.replay != nil {
		return s.replayOn(budget)
	}
	if !s.goal.active() {
		return s.behind
	}
	s.dirty = true
	if s.goal.until != "" {
		return s.stepOn(budget)
	}
	return s.playOn(wall, budget)
}

// now returns the present of the world.
func (s *Session) now() *instant.Instant {
	return &instant.Instant{Engine: s.world.Engine(), Trace: s.world.Trace()[:s.world.Number()]}
}
