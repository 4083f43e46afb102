//go:build js && wasm

// The page: the program on the browser's main thread. It draws the screen and talks to the engine's worker.
package main

import (
	"runtime/debug"

	goapp "github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app"
)

// collectorPercent is how much garbage there may be, by what is live, before Go collects. Under wasm the collector runs on
// the main thread, and every value of JavaScript's that was let go takes a finalizer: rather little and often.
const collectorPercent = 100

func main() {
	debug.SetGCPercent(collectorPercent)
	engine := newWorker()
	goapp.RouteWithRegexp(".*", func() goapp.Composer { return app.New(engine) })
	goapp.RunWhenOnBrowser()
}
