// Package transport is the bottom of the screen: the buttons that move the world, and the timeline.
package transport

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/icon"
	"orrery/app/state"
	"orrery/app/text"
	"orrery/sim/wire"
)

// Transport is the panel.
type Transport struct {
	app.Compo

	Port  *panel.Port
	Words *text.Words
	Ready bool
	At    wire.Position
	Speed float64
	Marks []wire.Mark
}

// Render draws the panel.
func (t *Transport) Render() app.UI {
	words := t.Words
	return app.Section().Class("transport").Aria("label", words.Transport).Body(
		app.Div().Class("ctl").Body(
			t.button("q back", words.StepBack, ",", state.Step{Until: wire.UntilEvent, Back: true}, icon.Back()),
			t.play(),
			t.button("q", words.Step, ".", state.Step{Until: wire.UntilEvent}, icon.Step()),
			app.Span().Class("rule").Aria("hidden", true),
			app.Div().Class("jumps").Body(
				t.pair(words.NextWrite, words.LastWrite, wire.UntilWrite),
				t.pair(words.NextOfTen, words.LastOfTen, wire.UntilTen),
				t.pair(words.UntilQuiet, words.LastQuiet, wire.UntilQuiet),
			),
			app.Span().Class("sp"),
			app.Span().Class("clock").Body(
				app.Span().Class("m").Text("T+"+panel.Clock(t.At.Now)+" s"),
				app.Span().Class("dim").Text(text.Fill(words.EventOf, strconv.Itoa(t.At.Event), strconv.Itoa(t.At.Last))),
				app.If(t.At.Quiet, func() app.UI { return app.Span().Class("chip").Text(words.Quiet) }),
			),
			t.speeds(),
			app.Div().Class("pair anew").Body(
				app.Button().Type("button").Class("reset").Aria("label", words.Reset).Disabled(!t.Ready).
					OnClick(t.Port.On(state.Reset{})).
					Body(icon.Reset(), app.Span().Text(words.Reset)),
				app.Button().Type("button").Class("other").Aria("label", words.NewCluster).Title(words.NewCluster+"…").
					Aria("haspopup", "dialog").Disabled(!t.Ready).OnClick(t.Port.On(state.ShowDialog{Dialog: state.ClusterDialog})).
					Body(icon.Nodes()),
			),
		),
		&timeline{Port: t.Port, Words: words, Ready: t.Ready, At: t.At, Marks: t.Marks},
	)
}

func (t *Transport) button(class, label, key string, action state.Action, sign app.UI) app.UI {
	return app.Button().Type("button").Class(class).Aria("label", label).Aria("keyshortcuts", key).
		Title(label + " (" + key + ")").Disabled(!t.Ready).OnClick(t.Port.On(action)).Body(sign)
}

func (t *Transport) play() app.UI {
	if t.At.Playing || t.At.Running {
		return t.button("p play", t.Words.Pause, "Space", state.TogglePlay{}, icon.Pause())
	}
	return t.button("p play", t.Words.Play, "Space", state.TogglePlay{}, icon.Play())
}

// pair is a way to go forwards and the same way back.
func (t *Transport) pair(forth, back string, until wire.Until) app.UI {
	return app.Div().Class("pair").Body(
		app.Button().Type("button").Class("less").Aria("label", back).Title(back).Disabled(!t.Ready).
			OnClick(t.Port.On(state.Step{Until: until, Back: true})).Body(icon.Previous()),
		app.Button().Type("button").Class("more").Disabled(!t.Ready).
			OnClick(t.Port.On(state.Step{Until: until})).Text(forth),
	)
}

func (t *Transport) speeds() app.UI {
	return app.Select().Class("chip speed").Aria("label", t.Words.Speed).Title(t.Words.Speed).OnChange(t.onSpeed).Body(
		app.Range(state.Speeds).Slice(func(i int) app.UI {
			value := strconv.FormatFloat(state.Speeds[i], 'g', -1, 64)
			return panel.Option(value, value+"×", state.Speeds[i] == t.Speed)
		}),
	)
}

func (t *Transport) onSpeed(ctx app.Context, _ app.Event) {
	if speed, err := strconv.ParseFloat(ctx.JSSrc().Get("value").String(), 64); err == nil {
		t.Port.Do(state.SetSpeed{Speed: speed})
	}
}
