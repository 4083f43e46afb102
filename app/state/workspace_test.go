package state

import (
	"testing"

	"orrery/sim/wire"
)

func TestTypingIsCheckedAndKept(t *testing.T) {
	m, effects := run(opened(), Edited{"kind: Pod\n"})
	if !m.Current().Dirty || m.Current().Text != "kind: Pod\n" {
		t.Errorf("file = %+v", m.Current())
	}
	if len(effects) != 2 || effects[0] != (Later{"check", checkAfter, Check{}}) || effects[1] != (Later{"save", saveAfter, Save{}}) {
		t.Errorf("effects = %v", effects)
	}
	if _, effects = run(m, Edited{"kind: Pod\n"}); len(effects) != 0 {
		t.Errorf("the same text again: %v", effects)
	}
	_, effects = run(m, Check{})
	if got := calls(effects); len(got) != 1 || got[0].Op != wire.OpCheck || got[0].Text != "kind: Pod\n" || got[0].File != "nginx.yaml" {
		t.Errorf("check = %+v", got)
	}
}

func TestDiagnosticsOfOlderTextAreDropped(t *testing.T) {
	m, _ := run(opened(), Edited{"a"}, Edited{"b"})
	bad := wire.Response{Diagnostics: []wire.Diagnostic{{Line: 1, Severity: "error", Message: "no"}}}
	m, _ = run(m, Answered{SlotCheck, wire.Request{File: "nginx.yaml", Text: "a"}, bad})
	if len(m.Current().Diagnostics) != 0 {
		t.Error("diagnostics of text that is no longer there")
	}
	m, _ = run(m, Answered{SlotCheck, wire.Request{File: "nginx.yaml", Text: "b"}, bad})
	if m.Current().Errors() != 1 {
		t.Errorf("errors = %d, want 1", m.Current().Errors())
	}
}

func TestApplyCleansWhatItSent(t *testing.T) {
	m, _ := run(opened(), Edited{"a: 1"})
	m, effects := run(m, Apply{})
	request := calls(effects)[0]
	m, _ = run(m, Edited{"a: 2"})
	m, _ = run(m, Dismiss{})
	m, _ = run(m, Answered{SlotWorld, request, wire.Response{View: view(2, 6)}})
	if !m.Current().Dirty {
		t.Error("what was typed after Apply counts as applied")
	}
	if m.Hidden {
		t.Error("what kubectl prints stays hidden after another command")
	}
	_, effects = run(m, Apply{})
	m, _ = run(m, Answered{SlotWorld, calls(effects)[0], wire.Response{View: view(3, 7)}})
	if m.Current().Dirty {
		t.Error("still dirty after Apply")
	}
}

func TestRefusedApplySaysWhyAndStaysDirty(t *testing.T) {
	m, _ := run(opened(), Edited{"a: 1"})
	_, effects := run(m, Apply{})
	m, _ = run(m, Answered{SlotWorld, calls(effects)[0], wire.Response{Error: "nginx.yaml:1:1: no kind"}})
	if m.Problem == "" || !m.Current().Dirty {
		t.Errorf("problem %q, dirty %v", m.Problem, m.Current().Dirty)
	}
}

func TestFiles(t *testing.T) {
	m, _ := run(opened(), AddFile{})
	if m.Active != 2 || m.Current().Name != "manifest.yaml" {
		t.Fatalf("active %d, %q", m.Active, m.Current().Name)
	}
	m, _ = run(m, StartRename{}, Rename{"service.yaml"})
	if m.Current().Name != "service-2.yaml" || m.Renaming {
		t.Errorf("renamed to %q", m.Current().Name)
	}
	m, _ = run(m, CloseFile{})
	if len(m.Files) != 2 || m.Active != 1 {
		t.Errorf("%d files, active %d", len(m.Files), m.Active)
	}
	m, _ = run(m, CloseFile{}, CloseFile{})
	if len(m.Files) != 1 || m.Current().Text != "" {
		t.Errorf("files = %+v", m.Files)
	}
	if _, effects := run(m, Apply{}); len(effects) != 0 {
		t.Errorf("applied nothing: %v", effects)
	}
}

// A reset keeps the user's files, typed text included; a lesson brings its own.
func TestResetKeepsFilesAndALessonBringsItsOwn(t *testing.T) {
	m, _ := run(opened(), Edited{"mine"}, Select{pod("a")}, Reset{})
	other := &wire.Workspace{Files: []wire.File{{Name: "x.yaml", Text: "theirs"}}}
	m, _ = run(m, Answered{SlotWorld, wire.Request{Op: wire.OpReset}, wire.Response{View: view(2, 0), Workspace: other}})
	if m.Current().Text != "mine" || m.Selected != (wire.Ref{}) {
		t.Errorf("text %q, selected %v", m.Current().Text, m.Selected)
	}
	m, _ = run(m, Answered{SlotWorld, wire.Request{Op: wire.OpLesson}, wire.Response{View: view(3, 0), Workspace: other}})
	if m.Current().Text != "theirs" {
		t.Errorf("the lesson's file is %q", m.Current().Text)
	}
}
