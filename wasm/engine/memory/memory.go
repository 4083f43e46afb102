// Package memory is how the engine program has Go use memory: under WebAssembly the collector shares the one thread with
// the simulation, and memory comes from the browser in steps of half a megabyte, each of which is a call of JavaScript.
package memory

import (
	"runtime"
	"runtime/debug"
)

const (
	// collectorPercent lets the heap grow to five times its live size before Go collects.
	collectorPercent = 400
	// reserved is how many bytes are taken from the browser at once: as much as 1,000 pods need. They are addresses only
	// until something is put there.
	reserved = 192 << 20
)

// Prepare sets how lazily Go collects, and takes memory for a large world in one step.
func Prepare() {
	debug.SetGCPercent(collectorPercent)
	runtime.KeepAlive(make([]byte, reserved))
	runtime.GC()
}
