package sim_test

import "syscall/js"

// cpuSeconds returns the processor time that this process has used, all its threads together.
func cpuSeconds() float64 {
	usage := js.Global().Get("process").Call("cpuUsage")
	return (usage.Get("user").Float() + usage.Get("system").Float()) / 1e6
}
