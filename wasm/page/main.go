//go:build js && wasm

// The page: the program on the browser's main thread. It draws the screen and talks to the engine's worker.
package main

import (
	"runtime/debug"

	goapp "github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app"
)

// collectorPercent lets the heap grow to five times its live size before Go collects: under wasm the collector runs on
// the main thread.
const collectorPercent = 400

func main() {
	debug.SetGCPercent(collectorPercent)
	engine := newWorker()
	goapp.RouteWithRegexp(".*", func() goapp.Composer { return app.New(engine) })
	goapp.RunWhenOnBrowser()
}
