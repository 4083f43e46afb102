package session_test

import (
	"strings"
	"testing"

	"orrery/sim/session"
	"orrery/sim/wire"
)

func TestSaveLoadAndGoOn(t *testing.T) {
	s := founding(t)
	for range 40 {
		step(t, s, wire.UntilEvent)
	}
	ask(t, s, wire.Request{Op: wire.OpLanguage, Lang: "zh"})
	if !s.Dirty() {
		t.Error("a session that was stepped has nothing to save")
	}
	file := s.Save()
	if s.Dirty() {
		t.Error("a session that was saved has something to save")
	}
	loaded, err := session.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if loaded.Dirty() {
		t.Error("a session that was loaded has something to save")
	}
	for range 60 {
		if a, b := scene(t, step(t, s, wire.UntilEvent)), scene(t, step(t, loaded, wire.UntilEvent)); a != b {
			t.Fatalf("the loaded session goes on as\n%s\nwant\n%s", b, a)
		}
	}
}

func TestSaveKeepsThePastAndTheFuture(t *testing.T) {
	s := founding(t)
	step(t, s, wire.UntilQuiet)
	ask(t, s, wire.Request{Op: wire.OpDelete, Ref: wire.Ref{Resource: "services", Namespace: "default", Name: "nginx-service"}})
	end := step(t, s, wire.UntilQuiet).Position
	seek(t, s, 50)
	loaded, err := session.Load(s.Save())
	if err != nil {
		t.Fatal(err)
	}
	if a, b := scene(t, s.View()), scene(t, loaded.View()); a != b {
		t.Fatalf("loaded:\n%s\nwant\n%s", b, a)
	}
	if p := loaded.View().Position; p.Last != end.Last {
		t.Errorf("%d events are known after loading, want %d", p.Last, end.Last)
	}
	if a, b := scene(t, seek(t, s, end.Last)), scene(t, seek(t, loaded, end.Last)); a != b {
		t.Errorf("the end is\n%s\nwant\n%s", b, a)
	}
}

func TestSavedAtRestInTheMiddleOfTime(t *testing.T) {
	s := session.New()
	ask(t, s, wire.Request{Op: wire.OpPlay, Speed: 1})
	s.Run(1234567, func() bool { return true })
	now := ask(t, s, wire.Request{Op: wire.OpPause}).View.Position.Now
	loaded, err := session.Load(s.Save())
	if err != nil {
		t.Fatal(err)
	}
	if got := loaded.View().Position.Now; got != now || now != 1234567 {
		t.Errorf("saved at %d ns, loaded at %d", now, got)
	}
}

func TestFilesOutliveAReset(t *testing.T) {
	s := founding(t)
	w := &wire.Workspace{Files: []wire.File{{Name: "mine.yaml", Text: "a: b"}}, Layout: map[string]string{"theme": "dark"}}
	ask(t, s, wire.Request{Op: wire.OpSave, Workspace: w})
	a := ask(t, s, wire.Request{Op: wire.OpReset})
	if a.View.Position.Event != 0 || a.Workspace.Files[0].Name != "mine.yaml" || a.Workspace.Layout["theme"] != "dark" {
		t.Errorf("after a reset: %+v, %+v", a.View.Position, a.Workspace)
	}
	loaded, err := session.Load(s.Save())
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(t, loaded, wire.Request{Op: wire.OpOpen}).Workspace; got.Files[0].Text != "a: b" {
		t.Errorf("the loaded workspace is %+v", got)
	}
}

// TestNewClusters makes a world of another size and seed: a reset and the save keep them, a lesson has its own.
func TestNewClusters(t *testing.T) {
	s := founding(t)
	stands := func(s *session.Session, a wire.Response, nodes int, seed uint64) {
		t.Helper()
		if p := a.View.Position; p.Event != 0 || p.Nodes != nodes || p.Seed != seed || len(a.View.Cluster.Nodes) != nodes {
			t.Errorf("the world has %d nodes (%d on the picture) and seed %d at event %d, want %d and %d at its beginning",
				p.Nodes, len(a.View.Cluster.Nodes), p.Seed, p.Event, nodes, seed)
		}
	}
	stands(s, ask(t, s, wire.Request{Op: wire.OpReset, Nodes: 10, Seed: 99}), 10, 99)
	if last := s.View().Cluster.Nodes[9].Name; last != "node-10" {
		t.Errorf("the last of ten nodes is %s", last)
	}
	stands(s, ask(t, s, wire.Request{Op: wire.OpReset}), 10, 99)
	if a := s.Handle(wire.Request{Op: wire.OpReset, Nodes: 251}); !strings.Contains(a.Error, "1 to 250 nodes") {
		t.Errorf("251 nodes: %q", a.Error)
	}
	stands(s, wire.Response{View: s.View()}, 10, 99)
	ask(t, s, wire.Request{Op: wire.OpLesson, Lesson: ask(t, s, wire.Request{Op: wire.OpOpen}).Lessons[0].ID})
	stands(s, wire.Response{View: s.View()}, 3, 7)
	loaded, err := session.Load(s.Save())
	if err != nil {
		t.Fatal(err)
	}
	stands(loaded, ask(t, loaded, wire.Request{Op: wire.OpLesson}), 10, 99)
	if loaded, err = session.Load(loaded.Save()); err != nil {
		t.Fatal(err)
	}
	stands(loaded, wire.Response{View: loaded.View()}, 10, 99)
}

func TestBadSavesAreRefused(t *testing.T) {
	for file, want := range map[string]string{
		"":   "read the saved session",
		"{}": "format 0",
		`{"format": 1, "config": {"nodes": 9999}}`:       "1 to 250 nodes",
		`{"format": 1, "event": 7, "last": 3}`:           "stands where it cannot",
		`{"format": 1, "event": 7, "last": 9000000000}`:  "stands where it cannot",
		`{"format": 1, "commands": "all", "config": {}}`: "read the saved session",
	} {
		if _, err := session.Load([]byte(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
	}
}

func TestLessons(t *testing.T) {
	s := session.New()
	lessons := ask(t, s, wire.Request{Op: wire.OpOpen}).Lessons
	if len(lessons) == 0 {
		t.Fatal("there are no lessons")
	}
	own := ask(t, s, wire.Request{Op: wire.OpOpen}).Workspace.Files
	for _, l := range lessons {
		a := ask(t, s, wire.Request{Op: wire.OpLesson, Lesson: l.ID})
		if a.View.Position.Event != 0 || a.View.Position.Title != l.Title {
			t.Errorf("lesson %s opens at %+v", l.ID, a.View.Position)
		}
		if len(a.Workspace.Files) > 0 {
			ask(t, s, wire.Request{Op: wire.OpApply, Files: a.Workspace.Files})
		}
		if v := step(t, s, wire.UntilQuiet); !v.Position.Quiet {
			t.Errorf("lesson %s never comes to rest", l.ID)
		}
	}
	if got := ask(t, s, wire.Request{Op: wire.OpLesson}).Workspace.Files; len(got) != len(own) || got[0] != own[0] {
		t.Errorf("leaving the lessons brings back %+v", got)
	}
	if a := s.Handle(wire.Request{Op: wire.OpLesson, Lesson: "nosuch"}); a.Error == "" {
		t.Error("a lesson that does not exist was opened")
	}
}

// TestALongWorldIsLoadedBitByBit loads more events than Load runs at once.
func TestALongWorldIsLoadedBitByBit(t *testing.T) {
	s := session.New()
	files := ask(t, s, wire.Request{Op: wire.OpOpen}).Workspace.Files[:1]
	files[0].Text = strings.Replace(files[0].Text, "replicas: 2", "replicas: 600", 1)
	ask(t, s, wire.Request{Op: wire.OpApply, Files: files})
	end := step(t, s, wire.UntilQuiet)
	if end.Position.Event < 21_000 {
		t.Fatalf("a world of %d events is not long", end.Position.Event)
	}
	file := s.Save()
	loaded, err := session.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	v := loaded.View()
	if !v.Position.Running || !loaded.Busy() || v.Position.Event >= end.Position.Event {
		t.Fatalf("just loaded: %+v", v.Position)
	}
	if string(loaded.Save()) != string(file) {
		t.Error("a session saved while it is loaded is not what was loaded")
	}
	if a, b := scene(t, s.View()), scene(t, run(t, loaded)); a != b {
		t.Errorf("loaded:\n%s\nwant\n%s", b, a)
	}
	impatient, err := session.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := scene(t, back(t, s, wire.UntilWrite)), scene(t, back(t, impatient, wire.UntilWrite)); a != b {
		t.Errorf("a step back while it is loaded leads to\n%s\nwant\n%s", b, a)
	}
}
