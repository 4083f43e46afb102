// Package app is the page: one screen like a debugger's, drawn by go-app from a state.Model.
//
// Root holds the Model, sends every action through state.Update and carries out the effects. It runs in the browser and,
// without an engine, natively to pre-render the page. It never imports the simulation, only sim/wire.
package app

import (
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/state"
	"orrery/sim/wire"
)

// Root is the component that holds everything.
type Root struct {
	app.Compo

	engine wire.Engine
	model  state.Model
	port   *panel.Port
	ctx    app.Context
	timers map[string]*time.Timer
	turns  turns
	funcs  []app.Func

	changes   int  // of the model so far
	rehearsed bool // a large world has been drawn out of sight
	pointed   bool // the focus was last moved by a pointer, not by the keyboard
}

// New returns the page for an engine. With a nil engine it stays as it is before an engine has answered.
func New(engine wire.Engine) *Root {
	r := &Root{engine: engine, model: state.New(), timers: map[string]*time.Timer{}}
	r.port = &panel.Port{Send: r.send}
	return r
}

// OnMount starts the session.
func (r *Root) OnMount(ctx app.Context) {
	r.ctx = ctx
	r.listen()
	if r.engine == nil {
		return
	}
	r.engine.Listen(func(notice wire.Notice) {
		r.dispatch(state.Heard{Notice: notice})
	})
	address, link := place()
	r.send(state.Start{Lang: preferredLang(), Dark: prefersDark(), Address: address, Link: link})
}

// OnDismount ends what would outlive the page.
func (r *Root) OnDismount() {
	for _, timer := range r.timers {
		timer.Stop()
	}
	for _, function := range r.funcs {
		function.Release()
	}
}

// send takes an action in. It runs where go-app draws, and go-app draws the root anew afterwards.
func (r *Root) send(a state.Action) {
	before := r.model
	var effects []state.Effect
	r.model, effects = state.Update(r.model, a)
	r.changes++
	for _, effect := range effects {
		r.carryOut(effect)
	}
	if r.model.Ready {
		r.rehearse()
	}
	if before.Section != r.model.Section || before.Stage != r.model.Stage {
		r.ctx.ResizeContent() // panels that were hidden measure themselves
	}
}

// dispatch takes an action in from wherever it comes.
func (r *Root) dispatch(a state.Action) {
	r.ctx.Dispatch(func(app.Context) { r.send(a) })
}
