package session_test

import (
	"testing"
	"time"

	"orrery/sim/session"
	"orrery/sim/wire"
)

// run lets a session work until it has nothing to do, as a driver would.
func run(t *testing.T, s *session.Session) *wire.View {
	t.Helper()
	for range 100_000 {
		if !s.Busy() {
			return s.View()
		}
		chunk := 0
		s.Run(20*time.Millisecond, func() bool { chunk++; return chunk < 1000 })
		s.View()
	}
	t.Fatal("the session never comes to rest")
	return nil
}

// ask sends a request that must be carried out.
func ask(t *testing.T, s *session.Session, r wire.Request) wire.Response {
	t.Helper()
	a := s.Handle(r)
	if a.Error != "" {
		t.Fatalf("%s: %s", r.Op, a.Error)
	}
	return a
}

// founding opens a new session and applies its files.
func founding(t *testing.T) *session.Session {
	t.Helper()
	s := session.New()
	w := ask(t, s, wire.Request{Op: wire.OpOpen}).Workspace
	ask(t, s, wire.Request{Op: wire.OpApply, Files: w.Files})
	return s
}

func step(t *testing.T, s *session.Session, u wire.Until) *wire.View {
	t.Helper()
	ask(t, s, wire.Request{Op: wire.OpStep, Until: u})
	return run(t, s)
}

func back(t *testing.T, s *session.Session, u wire.Until) *wire.View {
	t.Helper()
	return ask(t, s, wire.Request{Op: wire.OpStep, Until: u, Back: true}).View
}

func TestStory(t *testing.T) {
	s := founding(t)
	v := s.View()
	for !v.Position.Quiet {
		v = step(t, s, wire.UntilEvent)
		t.Logf("%d %-3d %-30s | %s | %s", v.Position.Event, v.Say.Step, v.Lines[len(v.Lines)-1].Text, v.Say.Title, v.Say.Text)
	}
	t.Log(v.Output)
}
