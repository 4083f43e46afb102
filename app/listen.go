package app

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/state"
	"orrery/sim/wire"
)

// listen hears what happens to the window as a whole: keys, the system's theme, and the page going out of sight.
func (r *Root) listen() {
	window := app.Window()
	r.on(window, "keydown", r.onKey)
	r.on(window, "pointerdown", func(app.Value) { r.pointed = true })
	r.on(window.Get("document"), "visibilitychange", func(app.Value) {
		if window.Get("document").Get("hidden").Truthy() {
			r.dispatch(state.Save{})
		}
	})
	r.on(window, "hashchange", func(app.Value) {
		if _, link := place(); link != "" {
			window.Get("location").Call("reload")
		}
	})
	if scheme := colorScheme(); scheme != nil && scheme.Truthy() {
		r.on(scheme, "change", func(event app.Value) {
			r.dispatch(state.SystemTheme{Dark: event.Get("matches").Truthy()})
		})
	}
}

func (r *Root) on(target app.Value, event string, do func(app.Value)) {
	if !target.Truthy() {
		return
	}
	function := app.FuncOf(func(_ app.Value, args []app.Value) any {
		if len(args) == 1 {
			do(args[0])
		}
		return nil
	})
	r.funcs = append(r.funcs, function)
	target.Call("addEventListener", event, function)
}

func colorScheme() app.Value {
	if !app.Window().Get("matchMedia").Truthy() {
		return nil
	}
	return app.Window().Call("matchMedia", "(prefers-color-scheme: dark)")
}

func prefersDark() bool {
	scheme := colorScheme()
	return scheme != nil && scheme.Get("matches").Truthy()
}

// preferredLang is the browser's language if the page speaks it.
func preferredLang() string {
	language := app.Window().Get("navigator").Get("language")
	if language.Truthy() && strings.HasPrefix(language.String(), "zh") {
		return "zh"
	}
	return "en"
}

// place is the page's address, and the link in it if there is one.
func place() (address, link string) {
	location := app.Window().Get("location")
	if !location.Truthy() {
		return "", ""
	}
	address, _, _ = strings.Cut(location.Get("href").String(), "#")
	link, ok := strings.CutPrefix(location.Get("hash").String(), state.LinkMark)
	if !ok {
		return address, ""
	}
	return address, link
}

// onKey handles the keys that work wherever the focus is, except where one types.
func (r *Root) onKey(event app.Value) {
	if event.Get("defaultPrevented").Truthy() || event.Get("ctrlKey").Truthy() || event.Get("metaKey").Truthy() || event.Get("altKey").Truthy() {
		return
	}
	key := event.Get("key").String()
	if key == "Tab" || strings.HasPrefix(key, "Arrow") {
		r.pointed = false
		return
	}
	if key == "Escape" {
		r.dispatch(state.ToggleMenu{})
		return
	}
	if holds(event.Get("target"), "input:not([type=range]):not([type=radio]),textarea,select,[contenteditable=true],dialog") {
		return
	}
	switch key {
	case ".":
		r.dispatch(state.Step{Until: wire.UntilEvent})
	case ",":
		r.dispatch(state.Step{Until: wire.UntilEvent, Back: true})
	case " ":
		if !r.pointed && holds(event.Get("target"), "button,input,[role=button]") {
			return // the space bar presses what the keyboard reached
		}
		r.dispatch(state.TogglePlay{})
	default:
		return
	}
	event.Call("preventDefault")
}

// holds says whether an element is in one that a selector names.
func holds(element app.Value, selector string) bool {
	return element.Truthy() && element.Get("closest").Truthy() && element.Call("closest", selector).Truthy()
}
