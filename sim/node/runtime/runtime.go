// Package runtime is a node's container runtime: sandboxes with an IP each, containers, images, and the processes in
// them, which do what package image says. The kubelet calls it; see package cri for the messages.
//
// It leaves out file systems but for what scripts and commands write, and cgroups. Models containerd with its CRI plugin.
package runtime

import (
	"slices"
	"time"

	"github.com/google/btree"

	"orrery/sim/engine"
	"orrery/sim/node/cni"
	"orrery/sim/node/cri"
	"orrery/sim/node/image"
	"orrery/sim/trace"
)

// Config holds a runtime's knobs: how long each call takes. Pulls are the images' own.
type Config struct {
	RunPodSandbox    engine.Latency // network included
	StopPodSandbox   engine.Latency
	RemovePodSandbox engine.Latency
	ImageStatus      engine.Latency
	PullPresent      engine.Latency // a pull of an image that the node has: only its manifest is looked up
	CreateContainer  engine.Latency
	StartContainer   engine.Latency
	RemoveContainer  engine.Latency
}

// DefaultConfig is calibrated to recordings of a real cluster.
var DefaultConfig = Config{
	RunPodSandbox:    engine.Latency{Min: 155 * time.Millisecond, Max: 175 * time.Millisecond},
	StopPodSandbox:   engine.Latency{Min: 34 * time.Millisecond, Max: 42 * time.Millisecond},
	RemovePodSandbox: engine.Latency{Min: 10 * time.Millisecond, Max: 30 * time.Millisecond},
	ImageStatus:      engine.Latency{Min: 200 * time.Microsecond, Max: 600 * time.Microsecond},
	PullPresent:      engine.Latency{Min: 900 * time.Millisecond, Max: 905 * time.Millisecond},
	CreateContainer:  engine.Latency{Min: 40 * time.Millisecond, Max: 46 * time.Millisecond},
	StartContainer:   engine.Latency{Min: 59 * time.Millisecond, Max: 63 * time.Millisecond},
	RemoveContainer:  engine.Latency{Min: 5 * time.Millisecond, Max: 15 * time.Millisecond},
}

// Runtime is the container runtime of one node.
type Runtime struct {
	config    *Config
	kubelet   engine.Address
	pool      cni.Pool
	images    []*image.Image // by the time they came; the slice is replaced, never changed
	pulls     []Pull         // under way; replaced, never changed
	sandboxes *btree.BTreeG[*sandbox]
	started   uint64 // sandboxes so far
	calls     []Call // only ever appended to; see Clone
}

// New returns the runtime of a node at rest, which has the sandboxes' image and those given.
func New(config *Config, kubelet engine.Address, podCIDR string, images ...*image.Image) *Runtime {
	return &Runtime{
		config: config, kubelet: kubelet, pool: cni.New(podCIDR),
		images:    append([]*image.Image{image.Pause}, images...),
		sandboxes: btree.NewG(16, func(a, b *sandbox) bool { return a.id < b.id }),
	}
}

// Clone implements engine.Component. Sandboxes are immutable values, and the calls in common are never written again.
func (r *Runtime) Clone() engine.Component {
	c := *r
	c.pool = r.pool.Clone()
	c.sandboxes = r.sandboxes.Clone()
	c.calls = slices.Clip(r.calls)
	return &c
}

// exit is the end of a container's process, by itself or asked to.
type exit struct {
	sandbox, id string
	stop        *cri.Call // the StopContainer that brought it about, or nil
	code        int32
	reason      string
	changes     int // of the program when this was scheduled
}

// Handle implements engine.Component.
func (r *Runtime) Handle(t *engine.Turn, body any) {
	t.Entry.Kind, t.Entry.User = trace.Runtime, string(t.Self())
	switch b := body.(type) {
	case *cri.Call:
		r.call(t, b)
	case pulled:
		r.pulled(t, b)
	case exit:
		r.exit(t, b)
	default:
		panic("runtime: unknown message")
	}
}

func (r *Runtime) call(t *engine.Turn, c *cri.Call) {
	describe(t, c.Pod)
	t.Entry.Verb = string(c.Op)
	data := &cri.Data{Call: string(c.Op), Name: c.Name, ID: c.ID, Image: c.Image}
	t.Entry.Data = data
	switch c.Op {
	case cri.RunPodSandbox:
		r.runSandbox(t, c, data)
	case cri.StopPodSandbox:
		r.stopSandbox(t, c, data)
	case cri.RemovePodSandbox:
		r.removeSandbox(t, c)
	case cri.ImageStatus:
		r.imageStatus(t, c, data)
	case cri.PullImage:
		r.pull(t, c, data)
	case cri.CreateContainer:
		r.createContainer(t, c, data)
	case cri.StartContainer:
		r.startContainer(t, c, data)
	case cri.StopContainer:
		r.stopContainer(t, c, data)
	case cri.RemoveContainer:
		r.removeContainer(t, c)
	case cri.ExecSync:
		r.execSync(t, c, data)
	default:
		panic("runtime: unknown call " + string(c.Op))
	}
	r.record(t, c, data)
}

// describe fills in which pod the event is about.
func describe(t *engine.Turn, p cri.Pod) {
	t.Entry.Resource, t.Entry.Namespace, t.Entry.Name = "pods", p.Namespace, p.Name
}

// answer sends the answer to a call after a delay.
func (r *Runtime) answer(t *engine.Turn, d time.Duration, a *cri.Answer) {
	t.Send(r.kubelet, d, a)
}

// fail answers that a call failed.
func (r *Runtime) fail(t *engine.Turn, c *cri.Call, data *cri.Data, message string) {
	data.Error = message
	r.answer(t, t.Rand().Draw(r.config.ImageStatus), &cri.Answer{Call: c, Error: message})
}
