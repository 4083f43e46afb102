// Package stage is the row of tabs over the middle of the screen with what is in flight.
package stage

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/tabs"
	"orrery/app/state"
	"orrery/app/text"
)

// Bar is the panel.
type Bar struct {
	app.Compo

	Port     *panel.Port
	Words    *text.Words
	Stage    state.Stage
	Known    bool // there is a world
	InFlight int
	Waiting  int
}

// Render draws the panel.
func (b *Bar) Render() app.UI {
	words := b.Words
	names := []string{words.Map, words.Sequence, words.Objects, words.Scheduling, words.Network, words.Containers}
	items := make([]tabs.Item, len(state.Stages))
	for i, stage := range state.Stages {
		items[i] = tabs.Item{ID: string(stage), Name: names[i], Action: state.ShowStage{Stage: stage}}
	}
	flight := words.InFlight
	if b.InFlight == 1 {
		flight = words.OneInFlight
	}
	return app.Div().Class("bar").Body(
		&tabs.Row{Port: b.Port, ID: "stage", Label: words.Stage, Panel: "staged", Active: string(b.Stage), Items: items},
		app.Span().Class("sp"),
		app.If(b.Known, func() app.UI {
			return app.Span().Class("t0 dim flight").Text("◈ " + text.Fill(flight, strconv.Itoa(b.InFlight), strconv.Itoa(b.Waiting)))
		}),
	)
}
