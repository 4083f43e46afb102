//go:build unix

package sim_test

import "syscall"

// cpuSeconds returns the processor time that this process has used, all its threads together.
func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(u.Utime) + seconds(u.Stime)
}

// settleDown waits until nothing runs that was begun before: natively there is no such thing.
func settleDown() {}
