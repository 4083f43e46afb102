package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"orrery/sim"
	"orrery/sim/wire"
)

// format is the version of a save file. A file of another version is not opened.
const format = 1

// saved is a save file: everything that determines a world, and where in it the user stood.
type saved struct {
	Format    int            `json:"format"`
	Workspace wire.Workspace `json:"workspace"`
	Lang      string         `json:"lang"`
	Own       []wire.File    `json:"own,omitempty"`
	Lesson    string         `json:"lesson,omitempty"`
	Title     string         `json:"title,omitempty"`
	Config    sim.Config     `json:"config"`
	Cluster   sim.Config     `json:"cluster"` // of the user's own worlds
	Commands  []sim.Command  `json:"commands"`
	Event     uint64         `json:"event"`
	Last      uint64         `json:"last"` // event that was known
	Now       time.Duration  `json:"now"`
	// A link's: who made it, and what had happened up to Event.
	Version string `json:"version,omitempty"`
	Digest  string `json:"digest,omitempty"`
}

// Save returns the session as a file for Load.
func (s *Session) Save() []byte {
	s.dirty = false
	data, err := json.Marshal(s.saved())
	if err != nil {
		panic("session: what is saved must be plain data: " + err.Error())
	}
	return data
}

// saved is what determines the session.
func (s *Session) saved() saved {
	f := saved{
		Format: format, Workspace: s.workspace, Lang: s.lang, Own: s.own, Lesson: s.lesson, Title: s.lessonTitle,
		Config: s.world.Config(), Cluster: s.cluster, Commands: s.world.Commands(), Event: s.world.Number(), Last: s.world.Last(), Now: s.world.Now(),
	}
	if s.replay != nil {
		f.Commands, f.Event, f.Last, f.Now = s.replay.Commands, s.replay.Event, s.replay.Last, s.replay.Now
	}
	return f
}

// replayNow is how many events Load runs before it returns; what is left is run by Run.
const replayNow = 20_000

// Load returns the session of a file that Save wrote. It says what is wrong with any other file.
func Load(file []byte) (*Session, error) {
	var f saved
	if err := json.Unmarshal(file, &f); err != nil {
		return nil, fmt.Errorf("read the saved session: %w", err)
	}
	if f.Format != format {
		return nil, fmt.Errorf("the saved session has format %d, and this version reads format %d: start a new one", f.Format, format)
	}
	if f.Event > f.Last || f.Last > sim.EventsMax {
		return nil, errors.New("the saved session stands where it cannot: start a new one")
	}
	s := &Session{workspace: f.Workspace, cluster: f.Cluster, lang: f.Lang, own: f.Own, lesson: f.Lesson, lessonTitle: f.Title}
	if err := s.begin(f.Config); err != nil {
		return nil, fmt.Errorf("make the saved world: %w", err)
	}
	s.replay = &replay{saved: f}
	left := replayNow
	s.replayOn(func() bool { left -= checkEach; return left >= 0 })
	return s, nil
}

// replay is a saved world that is being run again up to where its user stood.
type replay struct {
	saved
	given int // commands so far
}

// replayOn runs the saved world further. It reports whether there is more to do.
func (s *Session) replayOn(budget func() bool) (more bool) {
	r, w := s.replay, s.world
	for i := 0; i%checkEach != 0 || budget(); i++ {
		if r.given < len(r.Commands) && r.Commands[r.given].After <= w.Number() {
			c := &r.Commands[r.given]
			w.Idle(c.At)
			if c.Call != nil {
				w.Call(*c.Call)
			} else if c.Kubectl != nil {
				w.Do(*c.Kubectl)
			}
			r.given++
			continue
		}
		if w.Number() >= r.Last && r.given == len(r.Commands) {
			s.replayed()
			return false
		}
		if entry, err := w.Step(); err != nil || entry == nil {
			s.replayed()
			return false
		}
	}
	return true
}

// replayed ends a replay where the user stood.
func (s *Session) replayed() {
	r := s.replay
	s.replay = nil
	if s.seek(r.Event) == nil {
		s.world.Idle(r.Now)
		s.checkDigest(&r.saved)
	}
	s.shown.jumped = true
}

// finishReplay runs what is left of a replay: whoever changes the world must not do so in the middle of it.
func (s *Session) finishReplay() {
	for s.replay != nil {
		s.replayOn(func() bool { return true })
	}
}
