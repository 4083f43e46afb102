package app

import (
	"strings"
	"testing"

	goapp "github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/state"
	"orrery/sim/wire"
)

// show draws the page after some actions as HTML. go-app mounts natively too, but without a browser calls no OnMount.
func show(t *testing.T, actions ...state.Action) string {
	t.Helper()
	root := New(nil)
	for _, action := range actions {
		root.model, _ = state.Update(root.model, action)
	}
	screen := goapp.NewTestEngine()
	if err := screen.Load(root); err != nil {
		t.Fatal(err)
	}
	screen.ConsumeAll()
	return goapp.HTMLString(root)
}

// The page before any engine is whole: every name that tests and screen readers use, the files' text, and nothing that
// can be pressed in vain.
func TestPageBeforeTheEngine(t *testing.T) {
	html := show(t)
	for _, want := range []string{
		">Apply<", `aria-label="Step"`, `aria-label="Step back"`, `aria-label="Play"`, ">Next write<", ">Next of ten<",
		">Run until quiet<", ">Reset<", `aria-label="Events"`, `aria-label="Inspector"`, `aria-label="Map"`,
		`aria-label="Time"`, `role="log"`, "nginx-demo", "service.yaml", ">Sequence<", ">History<",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("%s is missing", want)
		}
	}
	for _, absent := range []string{">Faults<", ">Share<", ">Embed<", ">Lessons<"} {
		if strings.Contains(html, absent) {
			t.Errorf("%s is there", absent)
		}
	}
	if got := strings.Count(html, " disabled"); got < 11 {
		t.Errorf("%d controls are disabled before the engine answers", got)
	}
}

// What is rehearsed is all that a large world takes: nodes with cards and crowds, messages, lines and marks.
func TestRehearsal(t *testing.T) {
	for _, act := range rehearsal() {
		act()
	}
	if v := crowded(40); len(v.Cluster.Nodes) != 10 || len(v.Cluster.Nodes[9].Pods) != 40 || len(v.Marks) == 0 || len(v.Lines) == 0 {
		t.Errorf("the rehearsed world is %+v", v)
	}
}

func world() *wire.View {
	return &wire.View{
		Version:  3,
		Position: wire.Position{Event: 41, Last: 41, Now: 26e6, Speed: 1, Seed: 7, Nodes: 3, Version: "1.36", Title: "A Deployment in ten steps"},
		Say:      wire.Narrative{Event: 41, Step: 7, Title: "The scheduler binds the pod to node-2", Text: "It writes `spec.nodeName`.", Ask: "Why node-2?"},
		Cluster: wire.Cluster{
			Requests: 1, Watches: 9, Revision: 878, Keys: 41, InFlight: 1, Waiting: 4,
			Nodes:    []wire.Node{{Name: "node-2", Ready: true, CPU: 100, CPUAll: 4000, PodsAll: 1, Pods: []wire.Pod{{Namespace: "default", Name: "web-1", Tone: "wait", Ready: "0/1", Score: 287, Changed: true}}}},
			Messages: []wire.Message{{From: "kube-scheduler", To: "kube-apiserver", Kind: "request", Label: "POST …/binding", Arrived: true}},
		},
		Lines:      []wire.LogLine{{Event: 41, At: 26e6, Actor: "scheduler", Kind: "bind", Step: 7, Text: "binds web-1 <&> node-2"}},
		LinesTotal: 1,
	}
}

func TestPageShowsTheWorld(t *testing.T) {
	opened := state.Answered{Slot: state.SlotOpen, Response: wire.Response{
		View: world(), Workspace: &wire.Workspace{Kept: "memory"}, Lessons: []wire.Lesson{{ID: "a", Title: "First"}},
	}}
	html := show(t, opened)
	for _, want := range []string{
		"The scheduler binds the pod to node-2", "<code>spec.nodeName</code>", "Why node-2?", "T+0.026 s", "event 41 of 41",
		"1 message in flight · 4 waiting", "1 request · 9 watches open", "revision 878", "arriving · score 287",
		"POST …/binding", "binds web-1 &lt;&amp;&gt; node-2", "in memory only", ">Lessons<", "0.1 / 4",
		`aria-valuetext="T+0.026 s, event 41 of 41"`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

// Every tab draws with data and without, in both languages.
func TestEveryTabDraws(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		for _, stage := range state.Stages {
			for _, tab := range state.Tabs {
				actions := []state.Action{
					state.Answered{Slot: state.SlotOpen, Response: wire.Response{View: world()}},
					state.ShowStage{Stage: stage},
					state.ShowTab{Tab: tab},
				}
				if lang == "zh" {
					actions = append(actions, state.ToggleLanguage{})
				}
				html := show(t, actions...)
				if !strings.Contains(html, `aria-labelledby="tab-stage-`+string(stage)+`"`) || !strings.Contains(html, `aria-labelledby="tab-inspector-`+string(tab)+`"`) {
					t.Errorf("%s %s %s: a panel is missing", lang, stage, tab)
				}
			}
		}
	}
}
