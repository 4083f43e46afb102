//go:build js && wasm

// The page: the program on the browser's main thread. It draws the screen and talks to the engine's worker.
package main

import (
	goapp "github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app"
)

func main() {
	engine := newWorker()
	goapp.RouteWithRegexp(".*", func() goapp.Composer { return app.New(engine) })
	goapp.RunWhenOnBrowser()
}
