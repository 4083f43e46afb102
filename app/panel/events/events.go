// Package events is the event list: what happened so far, newest last, and what kubectl printed.
package events

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/icon"
	"orrery/app/panel/rows"
	"orrery/app/state"
	"orrery/app/text"
	"orrery/sim/wire"
)

// rowHeight is that of a line, in CSS pixels, as the style sheet has it.
const rowHeight = 22

// Events is the panel. Version grows with every view; View and Log hold the lines as state.Model has them.
type Events struct {
	app.Compo

	Port     *panel.Port
	Words    *text.Words
	View     *wire.View
	Log      *wire.Log
	Filter   string
	Unfold   bool
	Tail     bool
	Selected wire.Ref
	Hidden   bool // what kubectl printed is not shown
	Problem  string
	Moving   bool
	Ready    bool

	typed   []string // commands, oldest first
	recall  int      // the one of typed that the prompt shows; its length for none
	window  rows.Window
	filter  string
	printed int // lines that were printed when they were last on screen
}

// OnMount shows the newest line.
func (e *Events) OnMount(ctx app.Context) { e.settle(ctx) }

// OnUpdate shows the newest line if the list was there, and empties the filter's field when something else did.
func (e *Events) OnUpdate(ctx app.Context) { e.settle(ctx) }

// OnResize shows the newest line of a list that was hidden.
func (e *Events) OnResize(ctx app.Context) { e.settle(ctx) }

func (e *Events) settle(ctx app.Context) {
	if e.View != nil && e.View.Position.Running {
		return // to scroll is to lay the page out, in the middle of a task: that waits for the end of a long step
	}
	ctx.Defer(func(app.Context) {
		list := app.Window().GetElementByID("log")
		if list.Truthy() && e.Tail {
			list.Set("scrollTop", list.Get("scrollHeight"))
		}
		if field := app.Window().GetElementByID("log-filter"); field.Truthy() && e.filter != e.Filter {
			field.Set("value", e.Filter)
		}
		e.filter = e.Filter
		e.showPrinted()
	})
}

// showPrinted scrolls to what kubectl printed last.
func (e *Events) showPrinted() {
	if e.View == nil || len(e.View.Output) == e.printed {
		return
	}
	e.printed = len(e.View.Output)
	if printed := app.Window().GetElementByID("printed"); printed.Truthy() {
		printed.Set("scrollTop", printed.Get("scrollHeight"))
	}
}

// model is as much of the Model as finding lines takes.
func (e *Events) model() state.Model {
	return state.Model{View: e.View, Log: e.Log, LogFilter: e.Filter, LogUnfold: e.Unfold}
}

// Render draws the panel.
func (e *Events) Render() app.UI {
	words, lines := e.Words, e.model()
	total := lines.LogTotal()
	e.window.Height = rowHeight
	e.window.SetTail(e.Tail)
	from, _ := e.window.Range(total)
	live := "polite"
	if e.Moving {
		live = "off"
	}
	return app.Section().Class("events").Body(
		app.Div().Class("bar low").Body(
			app.H2().Text(words.Events),
			app.Input().Type("search").ID("log-filter").Class("field").Aria("label", words.FilterEvents).
				Placeholder(words.FilterEvents).OnInput(e.onFilter),
			app.Button().Type("button").Class("toggle", panel.Classes("on", e.Unfold)).Aria("pressed", e.Unfold).
				OnClick(e.Port.On(state.ToggleUnfold{})).Text(words.Heartbeats),
		),
		app.Div().Class("log").ID("log").Role("log").Aria("label", words.Events).Aria("live", live).TabIndex(0).
			On("scroll", e.onScroll, app.PassiveEvent()).OnClick(e.onClick).OnKeyDown(e.onKey).
			On("pointerover", onHover, app.PassiveEvent()).Body(
			e.window.Body(total, func(i int) app.UI { return e.row(lines, i, i-from) })...,
		),
		app.If(total == 0, func() app.UI { return panel.Note(words.NoLines) }),
		e.answers(),
		e.prompt(),
	)
}

// row draws line i in a row of the list. As a world moves, every line moves through every row: a row has few attributes
// that follow its line.
func (e *Events) row(lines state.Model, i, row int) app.UI {
	line, ok := lines.LogLine(i)
	if !ok {
		return app.Div().Class("line wait").Text("…")
	}
	now := e.View != nil && line.Event == e.View.Position.Event
	count := ""
	if line.Count > 1 {
		count = "×" + strconv.Itoa(line.Count)
	}
	step := ""
	if line.Step > 0 {
		step = strconv.Itoa(line.Step)
	}
	return app.Div().Class("line", "k-"+line.Kind, panel.Classes("now", now, "sel", line.Ref.Name != "" && line.Ref == e.Selected)).
		DataSet("row", row).Body(
		app.Span().Class("at").Text(panel.Clock(line.At)),
		app.Span().Class("step", panel.Classes("on", step != "")).Text(step),
		app.Span().Class("actor").Text(line.Actor),
		app.Span().Class("words").Text(line.Text),
		app.Span().Class("count").Text(count),
		app.Button().Type("button").Class("goto").DataSet("seek", "").TabIndex(-1).
			Aria("label", e.Words.GoToThis).Title(e.Words.GoToThis).Body(icon.GoTo()),
	)
}

// onHover lets a line tell what of its words there is no room for.
func onHover(ctx app.Context, event app.Event) {
	ctx.PreventUpdate()
	if line := event.Get("target").Call("closest", ".line"); line.Truthy() {
		if words := line.Call("querySelector", ".words"); words.Truthy() {
			line.Set("title", words.Get("textContent"))
		}
	}
}

func (e *Events) onFilter(ctx app.Context, _ app.Event) {
	e.filter = ctx.JSSrc().Get("value").String()
	e.Port.Do(state.FilterLog{Text: e.filter})
}

func (e *Events) onScroll(ctx app.Context, _ app.Event) {
	changed, tail := e.window.Measure(ctx.JSSrc())
	if !changed && tail == e.Tail {
		ctx.PreventUpdate()
		return
	}
	first, last := e.window.Visible()
	e.Port.Do(state.ScrollLog{First: first, Last: last, Tail: tail})
}

// onClick selects the object of a line, or goes to its instant.
func (e *Events) onClick(_ app.Context, event app.Event) {
	at, _ := panel.Data(event, "row")
	row, err := strconv.Atoi(at)
	if err != nil {
		return
	}
	lines := e.model()
	from, _ := e.window.Range(lines.LogTotal())
	line, loaded := lines.LogLine(from + row)
	if !loaded {
		return
	}
	if _, ok := panel.Data(event, "seek"); ok {
		e.Port.Do(state.Seek{Event: line.Event})
		return
	}
	if line.Ref.Name != "" {
		e.Port.Do(state.Select{Ref: line.Ref})
	}
}

// onKey goes from line to line with the arrows, as the world stands at the newest line, and selects its object with Enter.
func (e *Events) onKey(_ app.Context, event app.Event) {
	lines := e.model()
	if e.View == nil || lines.LogTotal() == 0 {
		return
	}
	at := e.View.Position
	switch event.Get("key").String() {
	case "ArrowUp":
		if line, loaded := lines.LogLine(lines.LogTotal() - 2); loaded {
			e.Port.Do(state.Seek{Event: line.Event})
		}
	case "ArrowDown":
		if at.Event < at.Last {
			e.Port.Do(state.Seek{Event: at.Event + 1})
		}
	case "Enter":
		if line, loaded := lines.LogLine(lines.LogTotal() - 1); loaded && line.Ref.Name != "" {
			e.Port.Do(state.Select{Ref: line.Ref})
		}
	default:
		return
	}
	event.PreventDefault()
}
