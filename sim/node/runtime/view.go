package runtime

import (
	"slices"
	"time"

	"orrery/sim/engine"
	"orrery/sim/node/cri"
	"orrery/sim/node/image"
)

// State is what a runtime holds at one instant, for people to look at.
type State struct {
	Images    []*image.Image // on the node, by the time they came
	Pulls     []Pull         // under way
	Sandboxes []Sandbox      // oldest first
	Calls     []Call         // the latest, oldest first
}

// Sandbox is a sandbox with its containers.
type Sandbox struct {
	ID         string
	Pod        cri.Pod
	IP         string
	Ready      bool
	Containers []Container // by the time they were created
}

// Container is one container. Started and Ended are virtual times, 0 before.
type Container struct {
	ID       string
	Name     string
	Image    string // full name
	Attempt  int32
	Started  time.Duration
	Ended    time.Duration
	ExitCode int32
}

// State returns the container's state by CRI's name.
func (c *Container) State() string {
	switch {
	case c.Ended > 0:
		return "CONTAINER_EXITED"
	case c.Started > 0:
		return "CONTAINER_RUNNING"
	}
	return "CONTAINER_CREATED"
}

// Call is a call as it is remembered.
type Call struct {
	Event uint64 // number of the event
	At    time.Duration
	Op    cri.Op
	Pod   cri.Pod
	Data  cri.Data
}

// callsMax is how many calls are remembered.
const callsMax = 100

func (r *Runtime) record(t *engine.Turn, c *cri.Call, data *cri.Data) {
	if len(r.calls) >= 2*callsMax {
		r.calls = append(make([]Call, 0, 2*callsMax), r.calls[len(r.calls)-callsMax+1:]...)
	}
	r.calls = append(r.calls, Call{Event: t.Entry.Number, At: t.Now(), Op: c.Op, Pod: c.Pod, Data: *data})
}

// State returns what the runtime holds at virtual time now.
func (r *Runtime) State(now time.Duration) State {
	s := State{Images: r.images, Pulls: r.pulls, Calls: r.calls[max(0, len(r.calls)-callsMax):]}
	var all []*sandbox
	r.sandboxes.Ascend(func(b *sandbox) bool {
		all = append(all, b)
		return true
	})
	slices.SortFunc(all, func(a, b *sandbox) int { return int(a.number) - int(b.number) })
	for _, b := range all {
		v := Sandbox{ID: b.id, Pod: b.pod, IP: b.ip, Ready: !b.stopped && b.ready <= now}
		for _, c := range b.containers {
			w := Container{ID: c.id, Name: c.name, Image: c.image.Reference.String(), Attempt: c.attempt}
			if c.started > 0 && c.started <= now {
				w.Started, w.Ended, w.ExitCode = c.started, c.ended, c.code
			}
			v.Containers = append(v.Containers, w)
		}
		s.Sandboxes = append(s.Sandboxes, v)
	}
	return s
}

// Addresses returns how many pod addresses are given out.
func (r *Runtime) Addresses() int { return r.pool.Used() }

// Images returns the images on the node. The slice must not be changed.
func (r *Runtime) Images() []*image.Image { return r.images }
