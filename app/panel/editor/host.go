package editor

import (
	"html"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/state"
	"orrery/sim/wire"
)

// host holds the CodeMirror editor that the page's script offers as OrreryEditor. Before the script runs it shows the
// text as it is, and where the script never comes, a plain text field.
type host struct {
	app.Compo

	Port        *panel.Port
	Label       string
	Text        string
	Loads       int
	Dark        bool
	Diagnostics []wire.Diagnostic

	handle   app.Value // of the mounted editor
	onChange app.Func
	plain    bool // the script did not come
	leaving  bool // the editor is being taken down

	loads       int
	dark        bool
	label       string
	diagnostics []wire.Diagnostic
}

// OnMount mounts the editor, or waits for its script.
func (h *host) OnMount(ctx app.Context) {
	if h.mount(ctx) {
		return
	}
	if app.Window().Get("document").Get("readyState").String() == "complete" {
		h.plain = true
		return
	}
	var loaded app.Func
	loaded = app.FuncOf(func(app.Value, []app.Value) any {
		ctx.Dispatch(func(ctx app.Context) {
			h.plain = !h.mount(ctx)
			loaded.Release()
		})
		return nil
	})
	app.Window().Call("addEventListener", "load", loaded, map[string]any{"once": true})
}

// OnUpdate passes on to the editor what changed. Another text gets an editor of its own, so that undoing never brings
// one file's text into another.
func (h *host) OnUpdate(ctx app.Context) {
	if h.handle != nil && h.loads != h.Loads {
		h.unmount()
		h.mount(ctx)
		return
	}
	h.pass()
}

// OnDismount takes the editor down.
func (h *host) OnDismount() { h.unmount() }

func (h *host) unmount() {
	if h.handle == nil {
		return
	}
	h.leaving = true // what it still reports belongs to a file that is no longer the active one
	h.handle.Call("destroy")
	h.onChange.Release()
	h.handle, h.onChange, h.leaving = nil, nil, false
}

func (h *host) mount(ctx app.Context) bool {
	maker, place := app.Window().Get("OrreryEditor"), app.Window().GetElementByID("editor")
	if !maker.Truthy() || !place.Truthy() {
		return false
	}
	h.onChange = app.FuncOf(func(_ app.Value, args []app.Value) any {
		if len(args) == 1 && !h.leaving {
			text := args[0].String()
			ctx.Dispatch(func(app.Context) { h.Port.Do(state.Edited{Text: text}) })
		}
		return nil
	})
	h.loads, h.dark, h.label, h.diagnostics = h.Loads, h.Dark, h.Label, nil
	h.handle = maker.Call("mount", place, map[string]any{
		"text": h.Text, "dark": h.Dark, "label": h.Label, "onChange": h.onChange,
	})
	h.pass()
	return true
}

func (h *host) pass() {
	if h.handle == nil {
		return
	}
	if h.dark != h.Dark {
		h.dark = h.Dark
		h.handle.Call("setTheme", h.Dark)
	}
	if h.label != h.Label {
		h.label = h.Label
		h.relabel()
	}
	if !same(h.diagnostics, h.Diagnostics) {
		h.diagnostics = h.Diagnostics
		h.handle.Call("setDiagnostics", plainDiagnostics(h.Diagnostics))
	}
}

// relabel gives the editor its name in another language.
func (h *host) relabel() {
	box := app.Window().GetElementByID("editor").Call("querySelector", "[role=textbox]")
	if box.Truthy() {
		box.Call("setAttribute", "aria-label", h.Label)
	}
}

// same reports whether two lists are of one check. What another check finds is passed on even if it is the same: the
// editor has moved its marks with the text since.
func same(a, b []wire.Diagnostic) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

func plainDiagnostics(diagnostics []wire.Diagnostic) []any {
	out := make([]any, len(diagnostics))
	for i, d := range diagnostics {
		out[i] = map[string]any{
			"line": d.Line, "column": d.Column, "endCol": d.EndCol, "severity": d.Severity, "message": d.Message,
		}
	}
	return out
}

// Render draws the place of the editor. go-app leaves its inside alone.
func (h *host) Render() app.UI {
	body := []app.UI{app.Div().ID("editor").Class("editor")}
	switch {
	case h.plain:
		body = append(body, app.Textarea().Class("plain").Aria("label", h.Label).Spellcheck(false).
			OnInput(h.onInput).Attr("value", h.Text))
	case h.handle == nil:
		body = append(body, app.Raw(preview(h.Text)))
	}
	return app.Div().Class("host").Body(body...)
}

func (h *host) onInput(ctx app.Context, _ app.Event) {
	h.Port.Do(state.Edited{Text: ctx.JSSrc().Get("value").String()})
}

// preview draws a manifest with line numbers, as the editor will.
func preview(text string) string {
	var out strings.Builder
	out.WriteString(`<div class="preview" aria-hidden="true">`)
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		out.WriteString("<div><i>" + strconv.Itoa(i+1) + "</i><span>" + highlight(line) + "</span></div>")
	}
	out.WriteString("</div>")
	return out.String()
}

// highlight colours the key and the value of a line.
func highlight(line string) string {
	rest := strings.TrimLeft(line, " -")
	indent := line[:len(line)-len(rest)]
	key, value, ok := strings.Cut(rest, ":")
	if !ok {
		return html.EscapeString(line)
	}
	class := "s"
	trimmed := strings.TrimSpace(value)
	if _, err := strconv.ParseFloat(trimmed, 64); err == nil {
		class = "n"
	}
	if strings.HasPrefix(trimmed, "{") {
		class = ""
	}
	return html.EscapeString(indent) + `<span class="k">` + html.EscapeString(key) + `</span>:<span class="` + class + `">` + html.EscapeString(value) + "</span>"
}
