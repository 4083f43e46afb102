package sim_test

import (
	"syscall/js"
	"time"
)

// cpuSeconds returns the processor time that this process has used, all its threads together.
func cpuSeconds() float64 {
	usage := js.Global().Get("process").Call("cpuUsage")
	return (usage.Get("user").Float() + usage.Get("system").Float()) / 1e6
}

// settleDown waits until the process is idle: the JavaScript engine goes on compiling what ran at the start, the
// initialisation of packages, for some time on threads of its own. It would be counted as cost of what comes next.
func settleDown() {
	const pause, idle = 250 * time.Millisecond, 0.01
	for range 100 {
		before := cpuSeconds()
		time.Sleep(pause)
		if cpuSeconds()-before < idle {
			return
		}
	}
}
