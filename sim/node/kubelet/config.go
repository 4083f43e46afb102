package kubelet

import (
	"time"

	"orrery/sim/engine"
)

// Config holds a kubelet's knobs. QPS and Burst limit requests and, apart from them, Events: --kube-api-qps and
// --event-qps with their bursts.
type Config struct {
	QPS   int // requests a second
	Burst int

	Accept  engine.Latency // from seeing a pod to its first status
	Token   engine.Latency // from there to the request for the token that its volumes need
	Mount   time.Duration  // between two looks at whether the volumes are mounted
	Status  engine.Latency // from a change of a pod's status to the patch
	Resync  engine.Latency // from the end of a sync to the next, when it started something
	Kill    engine.Latency // from seeing that a pod is to go to stopping its containers
	Relist  time.Duration  // between two looks at what runs: when ends and new sandboxes are noticed
	Retry   time.Duration  // from the end of a sync that failed to the next, and up to half as much more
	Probe   engine.Latency // how long a probe takes
	Delete  engine.Latency // from a pod's end to the request that removes it
	Backoff time.Duration  // the first wait before a restart or another pull; it doubles
	Most    time.Duration  // the longest wait
	Sweep   time.Duration  // the longest time between two syncs of a pod whose sync failed

	Lease  time.Duration // between two renewals of the node's Lease
	Sync   time.Duration // between two looks at whether the node's status changed
	Report time.Duration // between two node statuses when nothing changed
}

// DefaultConfig is calibrated to recordings of a real cluster.
var DefaultConfig = Config{
	QPS: 50, Burst: 100,
	Accept:  engine.Latency{Min: 6 * time.Millisecond, Max: 18 * time.Millisecond},
	Token:   engine.Latency{Min: 110 * time.Millisecond, Max: 250 * time.Millisecond},
	Mount:   300 * time.Millisecond,
	Status:  engine.Latency{Min: 2 * time.Millisecond, Max: 5 * time.Millisecond},
	Resync:  engine.Latency{Min: 1 * time.Millisecond, Max: 3 * time.Millisecond},
	Kill:    engine.Latency{Min: 3 * time.Millisecond, Max: 8 * time.Millisecond},
	Relist:  time.Second,
	Retry:   10 * time.Second,
	Probe:   engine.Latency{Min: 5 * time.Millisecond, Max: 15 * time.Millisecond},
	Delete:  engine.Latency{Min: 5 * time.Millisecond, Max: 9 * time.Millisecond},
	Backoff: 10 * time.Second, Most: 5 * time.Minute, Sweep: time.Minute,
	Lease: 10 * time.Second, Sync: 10 * time.Second, Report: 5 * time.Minute,
}

// next returns how long a wait follows a wait that began some time ago: the double, or the first again when all has been
// well for long.
func (c *Config) next(wait, ago time.Duration) time.Duration {
	if wait == 0 || ago > 2*c.Most {
		return c.Backoff
	}
	return min(2*wait, c.Most)
}
