package state

import (
	"reflect"
	"slices"
	"testing"

	"orrery/sim/wire"
)

// run feeds actions to a Model and returns it with the effects of the last one.
func run(m Model, actions ...Action) (Model, []Effect) {
	var effects []Effect
	for _, a := range actions {
		m, effects = Update(m, a)
	}
	return m, effects
}

// opened is a page whose engine has answered with a small world.
func opened() Model {
	m, _ := run(New(), Start{Lang: "en"}, Answered{
		Slot:     SlotOpen,
		Response: wire.Response{View: view(1, 5), Workspace: &wire.Workspace{Kept: "indexeddb"}},
	})
	return m
}

func view(version, event int) *wire.View {
	return &wire.View{Version: version, Position: wire.Position{Event: event, Last: 10}}
}

func pod(name string) wire.Ref {
	return wire.Ref{Resource: "pods", Namespace: "default", Name: name}
}

// calls are the requests among effects.
func calls(effects []Effect) []wire.Request {
	var out []wire.Request
	for _, effect := range effects {
		if call, ok := effect.(Call); ok {
			out = append(out, call.Request)
		}
	}
	return out
}

func ops(effects []Effect) []wire.Op {
	var out []wire.Op
	for _, request := range calls(effects) {
		out = append(out, request.Op)
	}
	return out
}

func TestStartOpensTheSession(t *testing.T) {
	m, effects := run(New(), Start{Lang: "zh", Dark: true})
	if !slices.Equal(ops(effects), []wire.Op{wire.OpOpen}) || calls(effects)[0].Lang != "zh" {
		t.Errorf("effects = %v", effects)
	}
	if !m.Dark() {
		t.Error("the page does not follow the system's theme")
	}
	if m, _ := run(m, Step{Until: wire.UntilEvent}); !reflect.DeepEqual(m.Files, founding()) || m.Ready {
		t.Error("the page took orders before the engine answered")
	}
}

func TestOrdersBeforeTheEngineAnswersDoNothing(t *testing.T) {
	for _, a := range []Action{Step{}, Seek{1}, TogglePlay{}, Reset{}, Apply{}, Delete{pod("a")}, Save{}, Check{}} {
		if _, effects := run(New(), a); len(calls(effects)) != 0 {
			t.Errorf("%T called the engine: %v", a, effects)
		}
	}
}

func TestOrdersBecomeRequests(t *testing.T) {
	for _, test := range []struct {
		action Action
		want   wire.Request
	}{
		{Step{Until: wire.UntilWrite}, wire.Request{Op: wire.OpStep, Until: wire.UntilWrite}},
		{Step{Until: wire.UntilTen, Back: true}, wire.Request{Op: wire.OpStep, Until: wire.UntilTen, Back: true}},
		{Seek{99}, wire.Request{Op: wire.OpSeek, Event: 10}},
		{TogglePlay{}, wire.Request{Op: wire.OpPlay, Speed: 1}},
		{Reset{}, wire.Request{Op: wire.OpReset, Lang: "en"}},
		{NewCluster{Nodes: 10, Seed: 3}, wire.Request{Op: wire.OpReset, Nodes: 10, Seed: 3, Lang: "en"}},
		{NewCluster{Nodes: 900, Seed: 0}, wire.Request{Op: wire.OpReset, Nodes: NodesMax, Seed: 1, Lang: "en"}},
		{Delete{pod("a")}, wire.Request{Op: wire.OpDelete, Ref: pod("a")}},
		{Apply{}, wire.Request{Op: wire.OpApply, Files: plain(founding())}},
	} {
		_, effects := run(opened(), test.action)
		if got := calls(effects); len(got) != 1 || !reflect.DeepEqual(got[0], test.want) {
			t.Errorf("%T: requests %+v, want %+v", test.action, got, test.want)
		}
	}
}

func TestNewClusterClosesItsDialog(t *testing.T) {
	m, _ := run(opened(), ToggleMenu{"file"}, ShowDialog{ClusterDialog})
	if m.Dialog != ClusterDialog || m.Menu != "" {
		t.Errorf("dialog %q, menu %q", m.Dialog, m.Menu)
	}
	if m, _ = run(m, NewCluster{Nodes: 1, Seed: 1}); m.Dialog != "" {
		t.Errorf("the dialog %q stays open", m.Dialog)
	}
}

func TestPlayingWorldIsPaused(t *testing.T) {
	playing := view(2, 6)
	playing.Position.Playing = true
	m, _ := run(opened(), Heard{wire.Notice{View: playing}})
	if _, effects := run(m, TogglePlay{}); !slices.Equal(ops(effects), []wire.Op{wire.OpPause}) {
		t.Errorf("effects = %v", effects)
	}
	if _, effects := run(m, SetSpeed{10}); !slices.Contains(ops(effects), wire.OpPlay) {
		t.Error("a new speed does not reach the playing world")
	}
	if _, effects := run(opened(), SetSpeed{10}); slices.Contains(ops(effects), wire.OpPlay) {
		t.Error("choosing a speed starts a paused world")
	}
}

// Dragging the slider asks for one instant at a time and ends at the last one asked for.
func TestSeeksDoNotPileUp(t *testing.T) {
	m, effects := run(opened(), Seek{2})
	if len(calls(effects)) != 1 {
		t.Fatalf("effects = %v", effects)
	}
	m, effects = run(m, Seek{3}, Seek{4})
	if len(effects) != 0 {
		t.Errorf("a seek was sent while another was under way: %v", effects)
	}
	answer := Answered{SlotWorld, wire.Request{Op: wire.OpSeek, Event: 2}, wire.Response{View: view(2, 2)}}
	m, effects = run(m, answer)
	if got := calls(effects); len(got) != 1 || got[0].Event != 4 {
		t.Errorf("after the answer: %v, want a seek to 4", got)
	}
	answer.Response.View = view(3, 4)
	if _, effects = run(m, answer); len(calls(effects)) != 0 {
		t.Errorf("after the last answer: %v", effects)
	}
}

func TestOlderViewsAreIgnored(t *testing.T) {
	m, _ := run(opened(), Heard{wire.Notice{View: view(5, 9)}}, Heard{wire.Notice{View: view(4, 8)}})
	if m.Position().Event != 9 {
		t.Errorf("event %d, want 9", m.Position().Event)
	}
}

// Marks from MarksFrom on are replaced, and what an earlier Model holds stays as it was.
func TestMarks(t *testing.T) {
	first := view(2, 3)
	first.MarksFrom, first.Marks = 1, []wire.Mark{{Event: 1}, {Event: 2}, {Event: 3}}
	before, _ := run(opened(), Heard{wire.Notice{View: first}})
	second := view(3, 3)
	second.MarksFrom, second.Marks = 2, []wire.Mark{{Event: 2, Kind: "write"}, {Event: 3}, {Event: 4}}
	after, _ := run(before, Heard{wire.Notice{View: second}})
	want := []wire.Mark{{Event: 1}, {Event: 2, Kind: "write"}, {Event: 3}, {Event: 4}}
	if !slices.Equal(after.Marks, want) {
		t.Errorf("marks = %v, want %v", after.Marks, want)
	}
	if !slices.Equal(before.Marks, first.Marks) {
		t.Errorf("the earlier marks changed: %v", before.Marks)
	}
}

func TestFailureEndsTheSession(t *testing.T) {
	m, _ := run(opened(), Heard{wire.Notice{Failed: "invariant broken"}})
	if m.Failed != "invariant broken" || m.Ready {
		t.Errorf("failed %q, ready %v", m.Failed, m.Ready)
	}
}

func TestLayoutIsKeptAndRestored(t *testing.T) {
	m, _ := run(opened(), ShowStage{Network}, ShowTab{Store}, ToggleTheme{}, ToggleLanguage{}, SetSpeed{25})
	_, effects := run(m, Save{})
	kept := calls(effects)[0].Workspace
	again, _ := run(New(), Start{Lang: "en"}, Answered{Slot: SlotOpen, Response: wire.Response{View: view(1, 5), Workspace: kept}})
	if again.Stage != Network || again.Tab != Store || again.Theme != "dark" || again.Lang != "zh" || again.Speed != 25 {
		t.Errorf("restored %v %v %q %q %v", again.Stage, again.Tab, again.Theme, again.Lang, again.Speed)
	}
}

// A layout of another version, or one that was tampered with, changes nothing it should not.
func TestUnknownLayoutIsLeftOut(t *testing.T) {
	layout := map[string]string{"lang": "xx", "theme": "pink", "stage": "faults", "tab": "", "speed": "1e9", "follow": "?"}
	m := New().arranged(layout)
	want := New()
	if m.Lang != want.Lang || m.Theme != "" || m.Stage != Map || m.Tab != Object || m.Speed != 1 || !m.Follow {
		t.Errorf("arranged = %+v", m)
	}
}

func TestNarrativeQuestion(t *testing.T) {
	asking := view(2, 6)
	asking.Say = wire.Narrative{Ask: "Why node-2?", About: pod("a"), Tab: "scheduling"}
	m, effects := run(opened(), Heard{wire.Notice{View: asking}}, Ask{})
	if m.Stage != Scheduling || m.Selected != pod("a") || m.VerdictPod != pod("a") {
		t.Errorf("stage %v, selected %v", m.Stage, m.Selected)
	}
	if !slices.Contains(ops(effects), wire.OpVerdict) {
		t.Errorf("no verdict asked: %v", ops(effects))
	}
}
