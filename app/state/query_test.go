package state

import (
	"slices"
	"testing"

	"orrery/sim/wire"
)

func TestSelectionFollowsChanges(t *testing.T) {
	changed := view(2, 6)
	changed.Changed = []wire.Ref{pod("a"), pod("b")}
	m, effects := run(opened(), Heard{wire.Notice{View: changed}})
	if m.Selected != pod("a") || !slices.Contains(ops(effects), wire.OpObject) {
		t.Errorf("selected %v, asked %v", m.Selected, ops(effects))
	}
	later := view(3, 7)
	later.Changed = []wire.Ref{pod("c")}
	if m, _ = run(m, Select{pod("b")}, Heard{wire.Notice{View: later}}); m.Selected != pod("b") {
		t.Errorf("the user's selection moved to %v", m.Selected)
	}
	if m, _ = run(m, ToggleFollow{}); m.Selected != pod("c") {
		t.Errorf("following again selects %v, want the latest change", m.Selected)
	}
}

// However many views come, a slot has one question under way, and is asked once more when its answer comes.
func TestQuestionsDoNotPileUp(t *testing.T) {
	m, effects := run(opened(), Select{pod("a")})
	asked := calls(effects)
	for version := 2; version < 50; version++ {
		m, effects = run(m, Heard{wire.Notice{View: view(version, version)}})
		asked = append(asked, calls(effects)...)
	}
	if len(asked) != 1 {
		t.Fatalf("%d questions under way, want 1", len(asked))
	}
	answer := Answered{SlotObject, asked[0], wire.Response{Object: &wire.Object{Ref: pod("a")}}}
	m, effects = run(m, answer)
	if !slices.Equal(ops(effects), []wire.Op{wire.OpObject}) {
		t.Errorf("after the answer: %v, want one more", ops(effects))
	}
	if _, effects = run(m, answer); len(effects) != 0 {
		t.Errorf("after the second answer: %v", ops(effects))
	}
}

func TestAnswersForWhatWasSelectedBefore(t *testing.T) {
	m, _ := run(opened(), Select{pod("a")}, Select{pod("b")})
	m, _ = run(m, Answered{SlotObject, wire.Request{Op: wire.OpObject, Ref: pod("a")}, wire.Response{Object: &wire.Object{Ref: pod("a")}}})
	if m.Object != nil {
		t.Errorf("showing %v while %v is selected", m.Object.Ref, m.Selected)
	}
}

// history opens the history of pod a with revisions and returns the page and the last effects.
func historyOf(m Model, revisions ...int64) (Model, []Effect) {
	m, _ = run(m, Answered{SlotObject, wire.Request{Ref: pod("a")}, wire.Response{Object: &wire.Object{Ref: pod("a"), Key: "/k"}}})
	history := &wire.History{Key: "/k"}
	for _, revision := range revisions {
		history.Revisions = append(history.Revisions, wire.Revision{Revision: revision})
	}
	return run(m, Answered{SlotHistory, wire.Request{Key: "/k"}, wire.Response{History: history}})
}

func TestHistoryComparesTheNewestTwo(t *testing.T) {
	m, _ := run(opened(), ShowTab{History}, Select{pod("a")})
	m, effects := historyOf(m, 3, 5, 8)
	if got := calls(effects); len(got) != 1 || got[0].From != 5 || got[0].To != 8 || got[0].Key != "/k" {
		t.Errorf("asked %+v, want the diff from 5 to 8", got)
	}
	m, _ = run(m, Answered{SlotDiff, calls(effects)[0], wire.Response{Diff: []wire.DiffLine{{Op: "+", Text: "x"}}}})
	if len(m.Diff) != 1 {
		t.Errorf("diff = %v", m.Diff)
	}
	m, _ = historyOf(m, 3, 5, 8, 9)
	if m.DiffFrom != 8 || m.DiffTo != 9 {
		t.Errorf("after another write: %d to %d, want 8 to 9", m.DiffFrom, m.DiffTo)
	}
	m, _ = run(m, PickDiff{To: 5}, PickDiff{From: 3})
	if m, _ = historyOf(m, 3, 5, 8, 9, 11); m.DiffFrom != 3 || m.DiffTo != 5 {
		t.Errorf("the user's choice became %d to %d", m.DiffFrom, m.DiffTo)
	}
	if m, _ = historyOf(m, 3); m.DiffFrom != 0 || m.DiffTo != 3 {
		t.Errorf("back in time: %d to %d, want nothing to compare", m.DiffFrom, m.DiffTo)
	}
}

func lines(from, to int) []wire.LogLine {
	var out []wire.LogLine
	for i := from; i < to; i++ {
		out = append(out, wire.LogLine{Event: i})
	}
	return out
}

func TestLogComesFromTheViewAndFromPages(t *testing.T) {
	long := view(2, 900)
	long.Lines, long.LinesTotal = lines(700, 900), 900
	m, _ := run(opened(), Heard{wire.Notice{View: long}})
	if line, ok := m.LogLine(899); !ok || line.Event != 899 {
		t.Errorf("newest line %v %v", line, ok)
	}
	if _, ok := m.LogLine(10); ok {
		t.Error("a line that was never loaded")
	}
	m, effects := run(m, ScrollLog{First: 300, Last: 320})
	asked := calls(effects)
	if len(asked) != 1 || asked[0].Op != wire.OpLog || asked[0].Offset > 300 || asked[0].Offset+asked[0].Limit < 320 {
		t.Fatalf("asked %+v", asked)
	}
	page := &wire.Log{Total: 900, Offset: asked[0].Offset, Lines: lines(asked[0].Offset, asked[0].Offset+200)}
	m, _ = run(m, Answered{SlotLog, asked[0], wire.Response{Log: page}})
	if line, ok := m.LogLine(310); !ok || line.Event != 310 {
		t.Errorf("older line %v %v", line, ok)
	}
	if _, effects = run(m, ScrollLog{First: 301, Last: 321}); len(effects) != 0 {
		t.Errorf("asked for loaded lines: %v", effects)
	}
}

// A filtered list that stays at its end asks until it has the end.
func TestFilteredLogReachesItsEnd(t *testing.T) {
	m, effects := run(opened(), FilterLog{"scheduler"})
	m, effects = run(m, Answered{SlotLog, calls(effects)[0], wire.Response{Log: &wire.Log{Total: 1000, Lines: lines(0, 200)}}})
	asked := calls(effects)
	if len(asked) != 1 || asked[0].Offset+asked[0].Limit < 1000 {
		t.Fatalf("asked %+v", asked)
	}
	m, effects = run(m, Answered{SlotLog, asked[0], wire.Response{Log: &wire.Log{Total: 1000, Offset: asked[0].Offset, Lines: lines(asked[0].Offset, 1000)}}})
	if len(effects) != 0 || m.LogTotal() != 1000 {
		t.Errorf("effects %v, total %d", effects, m.LogTotal())
	}
}

func TestEtcdOpensTheStore(t *testing.T) {
	m, effects := run(opened(), SelectComponent{"etcd"})
	if m.Tab != Store || m.LogFilter != "etcd" || !slices.Contains(ops(effects), wire.OpStore) {
		t.Errorf("tab %v, filter %q, asked %v", m.Tab, m.LogFilter, ops(effects))
	}
	if m, _ = run(m, SelectComponent{"etcd"}); m.Component != "" || m.LogFilter != "" {
		t.Errorf("selecting again leaves %q, %q", m.Component, m.LogFilter)
	}
}

// Before an object was there, the inspector says so instead of showing what it became.
func TestObjectThatIsNotThereYet(t *testing.T) {
	m, effects := run(opened(), Select{pod("a")})
	request := calls(effects)[0]
	m, _ = run(m, Answered{SlotObject, request, wire.Response{Object: &wire.Object{Ref: pod("a")}}})
	m, _ = run(m, Heard{wire.Notice{View: view(2, 6)}}, Answered{SlotObject, request, wire.Response{Error: "not found"}})
	if m.Object != nil || !m.Missing {
		t.Errorf("showing %v, missing %v", m.Object, m.Missing)
	}
	if m, _ = run(m, Select{pod("b")}); m.Missing {
		t.Error("another selection is missing before it was asked for")
	}
}

func TestSelectionIsKept(t *testing.T) {
	m, _ := run(opened(), Select{pod("a")})
	if got := opened().arranged(m.layout()).Selected; got != pod("a") {
		t.Errorf("restored selection %v", got)
	}
	if got := opened().arranged(opened().layout()).Selected; got != (wire.Ref{}) {
		t.Errorf("restored selection %v, of none", got)
	}
}
