package events

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/state"
)

// promptID is the ID of the field in which commands are typed.
const promptID = "prompt"

// typedMax is how many commands the prompt remembers.
const typedMax = 100

// prompt is where a command is typed; the arrow keys bring back those that were.
func (e *Events) prompt() app.UI {
	return app.Form().Class("type").On("submit", e.onSubmit).Body(
		app.Label().For(promptID).Text("$ kubectl"),
		app.Input().Type("text").ID(promptID).Aria("label", e.Words.Prompt).Placeholder(e.Words.PromptExample).
			AutoComplete(false).Spellcheck(false).Attr("autocapitalize", "none").Disabled(!e.Ready).OnKeyDown(e.onPromptKey),
	)
}

func (e *Events) onSubmit(_ app.Context, event app.Event) {
	event.PreventDefault()
	field := app.Window().GetElementByID(promptID)
	line := strings.TrimSpace(field.Get("value").String())
	if line == "" {
		return
	}
	if n := len(e.typed); n == 0 || e.typed[n-1] != line {
		e.typed = append(e.typed[max(0, n+1-typedMax):], line)
	}
	e.recall = len(e.typed)
	field.Set("value", "")
	e.Port.Do(state.Run{Line: line})
}

func (e *Events) onPromptKey(ctx app.Context, event app.Event) {
	next := e.recall
	switch event.Get("key").String() {
	case "ArrowUp":
		next--
	case "ArrowDown":
		next++
	default:
		return
	}
	event.PreventDefault()
	ctx.PreventUpdate()
	if next < 0 || next > len(e.typed) {
		return
	}
	e.recall = next
	line := ""
	if next < len(e.typed) {
		line = e.typed[next]
	}
	ctx.JSSrc().Set("value", line)
}
