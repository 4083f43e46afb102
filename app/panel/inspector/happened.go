package inspector

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/state"
	"orrery/app/text"
	"orrery/sim/wire"
)

// eventsShown bounds how many Events are drawn.
const eventsShown = 300

// happened is the tab of Kubernetes Events, newest last as kubectl prints them.
type happened struct {
	app.Compo

	Port     *panel.Port
	Words    *text.Words
	Events   []wire.EventRow
	All      bool
	Selected wire.Ref
}

// Render draws the tab.
func (h *happened) Render() app.UI {
	shown := h.Events[max(0, len(h.Events)-eventsShown):]
	about := ""
	if !h.All && h.Selected.Name != "" {
		about = text.Fill(h.Words.NotFor, h.Selected.Name)
	}
	return app.Div().Class("fill").Body(
		app.Div().Class("bar low").Body(
			app.Button().Type("button").Class("toggle", panel.Classes("on", h.All)).Aria("pressed", h.All).
				OnClick(h.Port.On(state.ToggleAllEvents{})).Text(h.Words.AllObjects),
			app.Span().Class("dim t0 clip").Text(about),
		),
		app.If(len(shown) == 0, func() app.UI { return panel.Note(h.Words.NoEvents) }),
		app.Ul().Class("k8s-events").Body(app.Range(shown).Slice(func(i int) app.UI { return h.row(shown[i]) })),
	)
}

func (h *happened) row(event wire.EventRow) app.UI {
	count := ""
	if event.Count > 1 {
		count = "×" + strconv.Itoa(event.Count)
	}
	return app.Li().Class(panel.Classes("warning", event.Type == "Warning")).Body(
		app.Div().Class("first").Body(
			app.B().Text(event.Reason),
			app.Button().Type("button").Class("link").OnClick(h.Port.On(state.Select{Ref: event.Ref})).Text(event.Object),
			app.Span().Class("dim").Text(count),
			app.Span().Class("sp"),
			app.Span().Class("dim").Text(event.Age),
		),
		app.Div().Text(event.Message),
		app.Div().Class("faint t0").Text(event.Type+" · "+event.Source),
	)
}
