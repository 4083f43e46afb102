// Package tabs is a row of tabs with the keyboard behaviour of the ARIA practices: arrows, Home and End.
package tabs

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/state"
)

// Item is one tab.
type Item struct {
	ID     string
	Name   string
	Mark   string // a sign after the name, read out as Hint
	Hint   string
	Bad    bool
	Action state.Action // when it is chosen
}

// Row is the row of tabs. Active is the ID of the chosen one; every tab controls the element Panel.
type Row struct {
	app.Compo

	Port   *panel.Port
	ID     string
	Label  string
	Panel  string
	Active string
	Items  []Item
}

// Render draws the row.
func (r *Row) Render() app.UI {
	return app.Div().Class("tabs").Role("tablist").Aria("label", r.Label).OnKeyDown(r.onKey).Body(
		app.Range(r.Items).Slice(func(i int) app.UI { return r.tab(r.Items[i]) }),
	)
}

func (r *Row) tab(item Item) app.UI {
	on := item.ID == r.Active
	index := -1
	if on {
		index = 0
	}
	body := []app.UI{app.Text(item.Name)}
	if item.Mark != "" {
		body = append(body,
			app.Span().Class("mark").Aria("hidden", true).Text(item.Mark),
			app.Span().Class("sr").Text(item.Hint))
	}
	return app.Button().Type("button").Class("tab", panel.Classes("on", on, "bad", item.Bad)).
		Role("tab").ID("%s", r.tabID(item.ID)).Aria("selected", on).Aria("controls", r.Panel).TabIndex(index).
		OnClick(r.Port.On(item.Action)).Body(body...)
}

func (r *Row) tabID(item string) string { return "tab-" + r.ID + "-" + item }

// onKey moves between tabs. The row is one stop of the Tab key.
func (r *Row) onKey(ctx app.Context, e app.Event) {
	at := 0
	for i, item := range r.Items {
		if item.ID == r.Active {
			at = i
		}
	}
	switch e.Get("key").String() {
	case "ArrowRight":
		at = (at + 1) % len(r.Items)
	case "ArrowLeft":
		at = (at + len(r.Items) - 1) % len(r.Items)
	case "Home":
		at = 0
	case "End":
		at = len(r.Items) - 1
	default:
		return
	}
	e.PreventDefault()
	r.Port.Do(r.Items[at].Action)
	if tab := app.Window().GetElementByID(r.tabID(r.Items[at].ID)); tab.Truthy() {
		tab.Call("focus")
	}
}
