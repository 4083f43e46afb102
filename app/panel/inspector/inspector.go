// Package inspector is the right of the screen: the selected object as YAML with who wrote each line, every revision of
// its key, the store's keys, and the Kubernetes Events about it.
package inspector

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/icon"
	"orrery/app/panel/tabs"
	"orrery/app/state"
	"orrery/app/text"
	"orrery/sim/wire"
)

// Inspector is the panel. Its fields are those of state.Model.
type Inspector struct {
	app.Compo

	Port     *panel.Port
	Words    *text.Words
	Tab      state.Tab
	Follow   bool
	Ready    bool
	Selected wire.Ref
	Revision int64 // of the store at this instant

	Object   *wire.Object
	Missing  bool
	History  *wire.History
	DiffFrom int64
	DiffTo   int64
	Diff     []wire.DiffLine

	Keys      *wire.Store
	KeyFilter string

	Events    []wire.EventRow
	EventsAll bool
}

// Render draws the panel.
func (p *Inspector) Render() app.UI {
	words := p.Words
	return app.Section().Class("inspector").Aria("label", words.Inspector).Body(
		app.Div().Class("bar").Body(
			&tabs.Row{
				Port: p.Port, ID: "inspector", Label: words.Inspector, Panel: "inspected", Active: string(p.Tab),
				Items: []tabs.Item{
					{ID: "object", Name: words.Object, Action: state.ShowTab{Tab: state.Object}},
					{ID: "history", Name: words.History, Action: state.ShowTab{Tab: state.History}},
					{ID: "store", Name: words.Store, Action: state.ShowTab{Tab: state.Store}},
					{ID: "events", Name: words.KubernetesEvents, Action: state.ShowTab{Tab: state.Events}},
				},
			},
			app.Span().Class("sp"),
			app.Button().Type("button").Class("icon follow", panel.Classes("on", p.Follow)).Aria("pressed", p.Follow).
				Aria("label", words.Follow).Title(words.Follow).OnClick(p.Port.On(state.ToggleFollow{})).Body(icon.Follow()),
		),
		app.Div().Class("inspected").ID("inspected").Role("tabpanel").
			Aria("labelledby", "tab-inspector-"+string(p.Tab)).Body(p.body()),
	)
}

func (p *Inspector) body() app.UI {
	if p.Missing && (p.Tab == state.Object || p.Tab == state.History) {
		name := panel.Kind(p.Selected.Resource) + " " + p.Selected.Name
		return app.Div().Class("fill").Body(panel.Note(text.Fill(p.Words.Missing, name)))
	}
	switch p.Tab {
	case state.History:
		return &history{
			Port: p.Port, Words: p.Words, History: p.History, From: p.DiffFrom, To: p.DiffTo, Diff: p.Diff,
		}
	case state.Store:
		return &keys{Port: p.Port, Words: p.Words, Keys: p.Keys, Filter: p.KeyFilter, Selected: p.Selected, Object: p.shown()}
	case state.Events:
		return &happened{Port: p.Port, Words: p.Words, Events: p.Events, All: p.EventsAll, Selected: p.Selected}
	default:
		return &object{Port: p.Port, Words: p.Words, Object: p.shown(), Ready: p.Ready, Revision: p.Revision}
	}
}

// shown is the object as long as it is the selected one.
func (p *Inspector) shown() *wire.Object {
	if p.Object == nil || p.Object.Ref != p.Selected {
		return nil
	}
	return p.Object
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
