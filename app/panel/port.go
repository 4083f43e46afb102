// Package panel holds what the panels of the screen share: how they send actions, and a few ways to draw words. Each
// panel is a go-app component in a folder of its own.
//
// go-app updates a component when an exported field differs by reflect.DeepEqual. Panels therefore take pointers and
// slices of the Model, which are replaced and never written, and send actions through one Port that stays the same.
package panel

import (
	"fmt"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/state"
)

// Port is where panels send actions. The root makes one and keeps it.
type Port struct {
	Send func(state.Action)
}

// Do sends an action.
func (p *Port) Do(a state.Action) {
	if p != nil && p.Send != nil {
		p.Send(a)
	}
}

// On returns an event handler that sends an action, with the scope that go-app needs to tell it from the handler for
// another action.
func (p *Port) On(a state.Action) (app.EventHandler, app.EventOption) {
	return func(app.Context, app.Event) { p.Do(a) }, app.EventScope(fmt.Sprintf("%T%v", a, a))
}

// Prose draws text in which `words in backticks` are code.
func Prose(text string) []app.UI {
	var out []app.UI
	for i, part := range strings.Split(text, "`") {
		switch {
		case part == "":
		case i%2 == 1:
			out = append(out, app.Code().Text(part))
		default:
			out = append(out, app.Text(part))
		}
	}
	return out
}

// Data reads a data attribute of the nearest element around an event's target that has it.
func Data(e app.Event, name string) (string, bool) {
	target := e.Get("target")
	if !target.Truthy() || !target.Get("closest").Truthy() {
		return "", false
	}
	holder := target.Call("closest", "[data-"+name+"]")
	if !holder.Truthy() {
		return "", false
	}
	return holder.Call("getAttribute", "data-"+name).String(), true
}

// Classes joins the class names whose condition holds, given as name, condition, name, condition, ...
func Classes(pairs ...any) string {
	var out []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if on, _ := pairs[i+1].(bool); on {
			out = append(out, pairs[i].(string))
		}
	}
	return strings.Join(out, " ")
}

// Note draws a sentence in place of something that is empty.
func Note(text string) app.UI { return app.P().Class("note").Text(text) }
