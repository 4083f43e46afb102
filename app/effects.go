package app

import (
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/state"
	"orrery/sim/wire"
)

// carryOut does what Update asked for.
func (r *Root) carryOut(effect state.Effect) {
	switch effect := effect.(type) {
	case state.Call:
		r.engine.Call(effect.Request, func(response wire.Response) {
			r.dispatch(state.Answered{Slot: effect.Slot, Request: effect.Request, Response: response})
		})
	case state.Later:
		r.later(effect)
	case state.Document:
		dress(effect)
	case state.Unlink:
		app.Window().Get("history").Call("replaceState", nil, "", r.model.Address)
	case state.Focus:
		r.ctx.Defer(func(app.Context) { focus(effect.ID) })
	case state.Copy:
		if clipboard := app.Window().Get("navigator").Get("clipboard"); clipboard.Truthy() {
			clipboard.Call("writeText", effect.Text)
		}
	case state.Download:
		download(effect)
	}
}

// later starts a timer, and stops the one of the same key that still waits.
func (r *Root) later(effect state.Later) {
	if timer := r.timers[effect.Key]; timer != nil {
		timer.Stop()
	}
	r.timers[effect.Key] = time.AfterFunc(effect.After, func() { r.dispatch(effect.Action) })
}

// dress sets the document's language and theme.
func dress(effect state.Document) {
	root := app.Window().Get("document").Get("documentElement")
	if !root.Truthy() {
		return
	}
	root.Call("setAttribute", "lang", effect.Lang)
	if effect.Theme == "" {
		root.Call("removeAttribute", "data-theme")
		return
	}
	root.Call("setAttribute", "data-theme", effect.Theme)
}

func focus(id string) {
	element := app.Window().GetElementByID(id)
	if !element.Truthy() {
		return
	}
	element.Call("focus")
	if element.Get("select").Truthy() {
		element.Call("select")
	}
}

// download gives the user a file by way of a link that is clicked and forgotten.
func download(effect state.Download) {
	window := app.Window()
	blob := window.Get("Blob").New([]any{effect.Text}, map[string]any{"type": effect.Type})
	address := window.Get("URL").Call("createObjectURL", blob)
	link := window.Get("document").Call("createElement", "a")
	link.Set("href", address)
	link.Set("download", effect.Name)
	link.Call("click")
	window.Get("URL").Call("revokeObjectURL", address)
}
