// Package say is the card that tells what the latest event was and why.
package say

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/state"
	"orrery/app/text"
	"orrery/sim/wire"
)

// Say is the panel. Quiet keeps screen readers from reading every event of a playing world.
type Say struct {
	app.Compo

	Port  *panel.Port
	Words *text.Words
	Told  wire.Narrative
	Quiet bool
}

// Render draws the panel.
func (s *Say) Render() app.UI {
	told, words := s.Told, s.Words
	if told.Title == "" {
		told.Title, told.Text = words.AtRest, words.AtRestText
	}
	live := "polite"
	if s.Quiet {
		live = "off"
	}
	return app.Div().Class("say", panel.Classes("stepless", told.Step == 0)).Body(
		app.Div().Class("count").Body(
			s.number(told),
			app.If(told.Step > 0, func() app.UI { return pips(told.Step) }),
		),
		app.Div().Class("told").Aria("live", live).Aria("atomic", true).Body(
			app.H2().Title(told.Title).Text(told.Title),
			app.P().Title(strings.ReplaceAll(told.Text, "`", "")).Body(panel.Prose(told.Text)...),
		),
		app.Div().Class("side").Body(
			app.If(told.Ask != "", func() app.UI {
				return app.Button().Type("button").Class("q").OnClick(s.Port.On(state.Ask{})).Text(told.Ask)
			}),
		),
		app.If(len(told.Request) > 0, func() app.UI { return s.way(told.Request) }),
	)
}

// way draws the phases of the request that the event is part of. Those of other events lead there.
func (s *Say) way(phases []wire.Phase) app.UI {
	return app.Ol().Class("way").Aria("label", s.Words.Way).TabIndex(0).Body( // it scrolls where there is little room
		app.Range(phases).Slice(func(i int) app.UI {
			p := phases[i]
			name := app.Span().Body(app.Text(s.phase(p)), app.If(p.Detail != "", func() app.UI {
				return app.Span().Class("sr").Text(": " + p.Detail)
			}))
			if p.Event == 0 || p.Event == s.Told.Event {
				return app.Li().Class(string(p.State)).Title(p.Detail).Body(name)
			}
			return app.Li().Class(string(p.State)).Title(p.Detail).Body(
				app.Button().Type("button").Title(text.Fill(s.Words.GoTo, strconv.Itoa(p.Event))).
					OnClick(s.Port.On(state.Seek{Event: p.Event})).Body(name),
			)
		}),
	)
}

// phase returns a phase's name with what is short enough to stand beside it.
func (s *Say) phase(p wire.Phase) string {
	w := s.Words
	name := map[wire.PhaseName]string{
		wire.Received: w.Received, wire.Authenticated: w.Authenticated, wire.Authorised: w.Authorised, wire.Read: w.ReadStore,
		wire.Admitted: w.Admitted, wire.Validated: w.Validated, wire.Committed: w.Committed, wire.Answered: w.Answered,
	}[p.Name]
	if p.Detail != "" && (p.Name == wire.Committed || p.Name == wire.Answered) && p.State != wire.Refused {
		return name + " " + p.Detail
	}
	return name
}

func (s *Say) number(told wire.Narrative) app.UI {
	if told.Step == 0 {
		return app.Span().Class("big small").Body(
			app.Text(strconv.Itoa(told.Event)),
			app.Small().Text(s.Words.EventNumber),
		)
	}
	return app.Span().Class("big").Body(app.Text(strconv.Itoa(told.Step)), app.Small().Text(s.Words.OfTen))
}

// pips show how far the ten steps are.
func pips(step int) app.UI {
	return app.Div().Class("pips").Aria("hidden", true).Body(
		app.Range(make([]struct{}, 10)).Slice(func(i int) app.UI {
			return app.I().Class(panel.Classes("pip", true, "d", i+1 < step, "on", i+1 == step))
		}),
	)
}
