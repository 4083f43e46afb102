package session

import (
	"errors"
	"time"

	"orrery/sim/wire"
)

// goal is what the user has set going: playing, or a long step. The zero goal is nothing.
type goal struct {
	until   wire.Until    // where a long step ends; empty while playing
	left    int           // events that the step may still run
	speed   float64       // of play: virtual time by wall time
	clock   time.Duration // of play: the virtual time to be reached
	onQuiet bool          // play ends when the world becomes quiet: it was not when play began
}

func (g *goal) active() bool { return g.until != "" || g.speed > 0 }

// Bounds of a goal.
const (
	stepMax   = 1_000_000 // events of one step
	stepNow   = 256       // events of a step that are run before it is answered
	speedMin  = 0.1
	speedMax  = 100
	checkEach = 4                      // events between two looks at the budget
	lagMax    = 100 * time.Millisecond // wall time that play makes up for when the machine is too slow
)

// play sets the world going at a speed.
func (s *Session) play(speed float64) {
	if speed == 0 {
		speed = 1
	}
	s.goal = goal{
		speed: min(max(speed, speedMin), speedMax), clock: s.world.Now(), onQuiet: !s.world.Quiet() || s.ahead(),
	}
}

// playOn lets wall time pass.
func (s *Session) playOn(wall time.Duration, budget func() bool) (more bool) {
	g := &s.goal
	g.clock += time.Duration(float64(wall) * g.speed)
	for i := 0; i%checkEach != 0 || budget(); i++ {
		next, ok := s.world.Next()
		if !ok || next > g.clock {
			s.world.Idle(g.clock)
			return false
		}
		if entry, err := s.world.Step(); err != nil || entry == nil || g.onQuiet && s.world.Quiet() && !s.ahead() {
			s.goal = goal{}
			return false
		}
	}
	g.clock = min(g.clock, s.world.Now()+time.Duration(float64(lagMax)*g.speed))
	return true
}

// step goes forward to the next place of a kind. A step that takes long goes on in Run.
func (s *Session) step(until wire.Until) error {
	if !known(until) {
		return errors.New("a step ends at an event, a write, one of the ten, or when it is quiet: not at " + string(until))
	}
	s.goal = goal{until: until, left: stepMax}
	runs := 0
	s.stepOn(func() bool { runs += checkEach; return runs <= stepNow })
	return nil
}

// stepOn runs events until the step's end.
func (s *Session) stepOn(budget func() bool) (more bool) {
	for i := 0; i%checkEach != 0 || budget(); i++ {
		until := s.goal.until
		if s.goal.left == 0 || s.over(until) {
			s.goal = goal{}
			return false
		}
		s.goal.left--
		entry, err := s.world.Step()
		if err != nil || entry == nil || s.index.IsPlace(until, entry.Number) {
			s.goal = goal{}
			return false
		}
	}
	return true
}

// over reports whether no such place lies ahead, because the world is quiet.
func (s *Session) over(until wire.Until) bool {
	return (until == wire.UntilTen || until == wire.UntilQuiet) && s.world.Quiet() && !s.ahead()
}

// back goes to the last place of a kind before this one.
func (s *Session) back(until wire.Until) error {
	if !known(until) {
		return errors.New("a step back ends at an event, a write, one of the ten, or when it was quiet: not at " + string(until))
	}
	return s.seek(s.index.Before(until, s.world.Number()))
}

// seek goes to the moment after an event.
func (s *Session) seek(event uint64) error {
	s.goal = goal{}
	s.shown.jumped = true
	return s.world.Seek(min(event, s.world.Last()))
}

// ahead reports whether a command lies in the known future.
func (s *Session) ahead() bool {
	commands := s.world.Commands()
	return len(commands) > 0 && commands[len(commands)-1].After >= s.world.Number()
}

func known(u wire.Until) bool {
	switch u {
	case wire.UntilEvent, wire.UntilWrite, wire.UntilTen, wire.UntilQuiet:
		return true
	}
	return false
}
