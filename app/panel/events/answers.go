package events

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel/icon"
	"orrery/app/state"
)

// answers are the latest command with what it has printed so far, and what went wrong with the latest order.
func (e *Events) answers() app.UI {
	command, output := "", []string(nil)
	if e.View != nil && !e.Hidden {
		command, output = e.View.Command, e.View.Output
	}
	classes := tones(output)
	return app.Div().Class("answers").Role("status").Body(
		app.If(command != "" || e.Problem != "", func() app.UI {
			return app.Div().Class("answer").Body(
				app.Div().Class("printed").ID("printed").TabIndex(0).Role("group").Aria("label", e.Words.Output).Body(
					app.If(command != "", func() app.UI { return app.Div().Class("prompt").Text("$ " + command) }),
					app.Range(output).Slice(func(i int) app.UI { return app.Div().Class(classes[i]).Text(output[i]) }),
					app.If(e.Problem != "", func() app.UI { return app.Div().Class("problem").Text(e.Problem) }),
				),
				app.Button().Type("button").Class("icon").Aria("label", e.Words.Dismiss).Title(e.Words.Dismiss).
					OnClick(e.Port.On(state.Dismiss{})).Body(icon.Close()),
			)
		}),
	)
}

// tones are the classes of printed lines. kubectl prints its errors last, so every line from the first error on belongs to
// errors.
func tones(output []string) []string {
	classes, failed := make([]string, len(output)), false
	for i, line := range output {
		for _, start := range []string{"error", "Error ", "The "} {
			failed = failed || strings.HasPrefix(line, start)
		}
		switch {
		case failed:
			classes[i] = "problem"
		case strings.HasPrefix(line, "Warning:"):
			classes[i] = "warned"
		default:
			classes[i] = "printed-line"
		}
	}
	return classes
}
