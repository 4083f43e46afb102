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
	return app.Div().Class("answers").Role("status").Body(
		app.If(command != "" || e.Problem != "", func() app.UI {
			return app.Div().Class("answer").Body(
				app.Div().Class("printed").ID("printed").TabIndex(0).Role("group").Aria("label", e.Words.Output).Body(
					app.If(command != "", func() app.UI { return app.Div().Class("prompt").Text("$ " + command) }),
					app.Range(output).Slice(func(i int) app.UI {
						return app.Div().Class(tone(output, i)).Text(output[i])
					}),
					app.If(e.Problem != "", func() app.UI { return app.Div().Class("problem").Text(e.Problem) }),
				),
				app.Button().Type("button").Class("icon").Aria("label", e.Words.Dismiss).Title(e.Words.Dismiss).
					OnClick(e.Port.On(state.Dismiss{})).Body(icon.Close()),
			)
		}),
	)
}

// tone is the class of a printed line. kubectl prints its errors last, so all lines from the first error on belong to
// errors.
func tone(output []string, i int) string {
	for _, line := range output[:i+1] {
		for _, start := range []string{"error", "Error ", "The "} {
			if strings.HasPrefix(line, start) {
				return "problem"
			}
		}
	}
	if strings.HasPrefix(output[i], "Warning:") {
		return "warning"
	}
	return "done"
}
