package app

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/cluster"
	"orrery/app/panel/containers"
	"orrery/app/panel/editor"
	"orrery/app/panel/events"
	"orrery/app/panel/header"
	"orrery/app/panel/inspector"
	"orrery/app/panel/network"
	"orrery/app/panel/newcluster"
	"orrery/app/panel/objects"
	"orrery/app/panel/say"
	"orrery/app/panel/scheduling"
	"orrery/app/panel/sequence"
	"orrery/app/panel/share"
	"orrery/app/panel/stage"
	"orrery/app/panel/transport"
	"orrery/app/state"
	"orrery/app/text"
)

// Render draws the screen: all of it from one Model, or in turns while the world moves.
func (r *Root) Render() app.UI {
	m, words := r.model, text.For(r.model.Lang)
	if r.turns.take(m, r.changes) {
		r.ctx.Dispatch(func(app.Context) {}) // draw again, in a task of its own
	}
	return app.Div().Class("orrery", "show-"+string(m.Section)).OnClick(r.onClick).Body(
		app.Button().Type("button").Class("skip").OnClick(r.onSkip).Text(words.Skip),
		r.header(words),
		app.Main().Class("main").Body(
			r.left(r.turns.drawn[left], words),
			r.stage(r.turns.drawn[middle], words),
			app.Div().Class("right").Body(r.inspector(r.turns.drawn[right], words)),
		),
		r.transport(r.turns.drawn[foot], words),
		r.sections(words),
		r.status(words),
		&newcluster.Dialog{
			Port: r.port, Words: words, Open: m.Dialog == state.ClusterDialog, Nodes: m.Position().Nodes, Seed: m.Position().Seed,
		},
		&share.Dialog{
			Port: r.port, Words: words, Open: m.Dialog == state.ShareDialog, Link: m.Link, Embed: m.Embed(), Copied: m.Copied,
		},
	)
}

func (r *Root) header(words *text.Words) app.UI {
	m, at := r.model, r.model.Position()
	return &header.Header{
		Port: r.port, Words: words, Title: at.Title, Version: at.Version, Nodes: at.Nodes, Seed: at.Seed,
		Kept: m.Kept, Needs: at.Needs, Lessons: m.Lessons, Open: m.Menu == "lessons", Ready: m.Ready,
	}
}

// left is the files, the editor and the event list.
func (r *Root) left(m state.Model, words *text.Words) app.UI {
	return app.Div().Class("left").Body(
		&editor.Editor{
			Port: r.port, Words: words, Files: m.Files, Active: m.Active, Loads: m.Loads, Renaming: m.Renaming,
			MenuOpen: m.Menu == "file", Ready: m.Ready, Dark: m.Dark(),
		},
		&events.Events{
			Port: r.port, Words: words, View: m.View, Log: m.Log, Filter: m.LogFilter, Unfold: m.LogUnfold,
			Tail: m.LogTail, Selected: m.Selected, Hidden: m.Hidden, Problem: m.Problem, Moving: m.Moving(), Ready: m.Ready,
		},
	)
}

// transport is the bottom of the screen.
func (r *Root) transport(m state.Model, words *text.Words) app.UI {
	return &transport.Transport{Port: r.port, Words: words, Ready: m.Ready, At: m.Position(), Speed: m.Speed, Marks: m.Marks}
}

// stage is the middle of the screen.
func (r *Root) stage(m state.Model, words *text.Words) app.UI {
	bar := &stage.Bar{Port: r.port, Words: words, Stage: m.Stage, Known: m.View != nil}
	told := &say.Say{Port: r.port, Words: words, Quiet: m.Moving()}
	if m.View != nil {
		bar.InFlight, bar.Waiting = m.View.Cluster.InFlight, m.View.Cluster.Waiting
		told.Told = m.View.Say
	}
	return app.Section().Class("stage").Aria("label", words.Stage).Body(
		bar,
		told,
		app.Div().Class("staged").ID("staged").Role("tabpanel").TabIndex(-1).
			Aria("labelledby", "tab-stage-"+string(m.Stage)).Body(r.staged(m, words)),
	)
}

// staged is what the stage's chosen tab shows.
func (r *Root) staged(m state.Model, words *text.Words) app.UI {
	switch m.Stage {
	case state.Sequence:
		return &sequence.Sequence{Port: r.port, Words: words, Sequence: m.Sequence, At: m.Position().Event}
	case state.Objects:
		return &objects.Objects{Port: r.port, Words: words, Table: m.Table, Filter: m.TableFilter, Selected: m.Selected}
	case state.Scheduling:
		return &scheduling.Scheduling{Port: r.port, Words: words, Verdict: m.Verdict, Pod: m.VerdictPod}
	case state.Network:
		return &network.Network{Port: r.port, Words: words, Nodes: nodes(m), Node: m.ShownNode(), Rules: m.Rules}
	case state.Containers:
		return &containers.Containers{Port: r.port, Words: words, Nodes: nodes(m), Node: m.ShownNode(), Runtime: m.Runtime}
	default:
		return &cluster.Cluster{Port: r.port, Words: words, View: m.View, Selected: m.Selected, Component: m.Component}
	}
}

func nodes(m state.Model) []string {
	if m.View == nil {
		return nil
	}
	names := make([]string, len(m.View.Cluster.Nodes))
	for i, node := range m.View.Cluster.Nodes {
		names[i] = node.Name
	}
	return names
}

func (r *Root) inspector(m state.Model, words *text.Words) app.UI {
	revision := int64(0)
	if m.View != nil {
		revision = m.View.Cluster.Revision
	}
	return &inspector.Inspector{
		Port: r.port, Words: words, Tab: m.Tab, Follow: m.Follow, Ready: m.Ready, Selected: m.Selected, Revision: revision,
		Object: m.Object, Missing: m.Missing, History: m.History, DiffFrom: m.DiffFrom, DiffTo: m.DiffTo, Diff: m.Diff,
		Keys: m.Keys, KeyFilter: m.KeyFilter, Events: m.Events, EventsAll: m.EventsAll,
	}
}

// sections is the switch between the parts of the screen that narrow windows show one at a time.
func (r *Root) sections(words *text.Words) app.UI {
	shown := []string{words.Edit, words.Picture, words.Inspect}
	names := []string{words.ShowEdit, words.ShowPicture, words.ShowInspect}
	return app.Nav().Class("sections").Aria("label", words.Sections).Body(
		app.Range(state.Sections).Slice(func(i int) app.UI {
			on := state.Sections[i] == r.model.Section
			return app.Button().Type("button").Class("section", panel.Classes("on", on)).Aria("label", names[i]).
				Aria("pressed", on).OnClick(r.port.On(state.ShowSection{Section: state.Sections[i]})).Text(shown[i])
		}),
	)
}

// status shows how far the engine's download is, or why the engine stopped.
func (r *Root) status(words *text.Words) app.UI {
	m := r.model
	switch {
	case m.Failed != "":
		return app.Div().Class("failed").Role("alert").Body(app.B().Text(words.Failed), app.Span().Text(m.Failed))
	case m.Ready || m.Loading.Done == 0:
		return app.Div().Class("loaded")
	}
	share, said := 0, panel.Bytes(m.Loading.Done)
	if m.Loading.Total > 0 {
		share = int(100 * m.Loading.Done / m.Loading.Total)
		said = text.Fill(words.LoadingOf, said, panel.Bytes(m.Loading.Total))
	}
	said = text.Fill(words.Loading, m.Loading.What) + " · " + said
	return app.Div().Class("loading").Role("progressbar").Aria("label", said).
		Aria("valuemin", 0).Aria("valuemax", 100).Aria("valuenow", share).Body(
		app.Span().Class("how-far").Text(said),
		app.Div().Class("done").Style("width", strconv.Itoa(share)+"%"),
	)
}

// onSkip moves the focus to the map.
func (r *Root) onSkip(app.Context, app.Event) { focus("staged") }

// onClick closes an open menu when the click was elsewhere.
func (r *Root) onClick(ctx app.Context, e app.Event) {
	if r.model.Menu == "" || holds(e.Get("target"), ".menu-host") {
		ctx.PreventUpdate()
		return
	}
	r.send(state.ToggleMenu{})
}
