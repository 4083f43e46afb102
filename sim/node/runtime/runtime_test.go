package runtime

import (
	"testing"
	"time"

	"orrery/sim/engine"
	"orrery/sim/node/cri"
	"orrery/sim/node/image"
)

// caller stands for the kubelet: it keeps what it is told.
type caller struct {
	answers []*cri.Answer
	exits   []*cri.Exited
}

func (c *caller) Handle(t *engine.Turn, body any) {
	switch b := body.(type) {
	case *cri.Answer:
		c.answers = append(c.answers, b)
	case *cri.Exited:
		c.exits = append(c.exits, b)
	}
}

func (c *caller) Clone() engine.Component {
	return &caller{append([]*cri.Answer(nil), c.answers...), append([]*cri.Exited(nil), c.exits...)}
}

type node struct {
	*engine.Engine
	caller  *caller
	runtime *Runtime
}

func newNode() node {
	e := engine.New(1)
	n := node{e, &caller{}, New(&DefaultConfig, "kubelet", "10.244.0.0/24")}
	e.Add("kubelet", n.caller)
	e.Add("runtime", n.runtime)
	return n
}

// call makes a call and runs until it is answered.
func (n node) call(t *testing.T, c cri.Call) *cri.Answer {
	t.Helper()
	c.Pod = cri.Pod{UID: "u", Namespace: "demo", Name: "web"}
	n.Post(0, "runtime", &c)
	for before := len(n.caller.answers); len(n.caller.answers) == before; {
		if _, ok := n.Step(); !ok {
			t.Fatalf("%s is not answered", c.Op)
		}
	}
	return n.caller.answers[len(n.caller.answers)-1]
}

// started returns a node with a container that runs a command.
func started(t *testing.T, name string, command ...string) (n node, sandbox, id string) {
	n = newNode()
	sandbox = n.call(t, cri.Call{Op: cri.RunPodSandbox}).Sandbox
	n.call(t, cri.Call{Op: cri.PullImage, Image: name})
	id = n.call(t, cri.Call{Op: cri.CreateContainer, Sandbox: sandbox, Name: "c", Image: name, Start: &image.Start{Command: command}}).ID
	if a := n.call(t, cri.Call{Op: cri.StartContainer, Sandbox: sandbox, ID: id}); a.Error != "" || a.At != n.Now() {
		t.Fatalf("started at %v, now %v: %s", a.At, n.Now(), a.Error)
	}
	return n, sandbox, id
}

func TestStop(t *testing.T) {
	for _, test := range []struct {
		image   string
		command []string
		least   time.Duration
		most    time.Duration
		code    int32
	}{
		{"nginx:1.27", nil, 98 * time.Millisecond, 110 * time.Millisecond, 0},
		{"busybox", []string{"sleep", "3600"}, 30 * time.Second, 30*time.Second + 10*time.Millisecond, 137},
	} {
		n, sandbox, id := started(t, test.image, test.command...)
		begin := n.Now()
		a := n.call(t, cri.Call{Op: cri.StopContainer, Sandbox: sandbox, ID: id, Grace: 30 * time.Second})
		if took := n.Now() - begin; took < test.least || took > test.most || a.ExitCode != test.code {
			t.Errorf("%s %v ended after %v with %d", test.image, test.command, took, a.ExitCode)
		}
		if n.call(t, cri.Call{Op: cri.StopPodSandbox, Sandbox: sandbox}); n.runtime.Addresses() != 0 {
			t.Error("the sandbox's address is still given out")
		}
		n.call(t, cri.Call{Op: cri.RemovePodSandbox, Sandbox: sandbox})
		if s := n.runtime.State(n.Now()); len(s.Sandboxes) != 0 || len(s.Images) != 2 || len(s.Calls) != 7 {
			t.Errorf("left: %+v", s)
		}
	}
}

func TestExit(t *testing.T) {
	n, _, id := started(t, "busybox", "sh", "-c", "sleep 2; exit 3")
	begin := n.Now()
	for len(n.caller.exits) == 0 {
		n.Step()
	}
	x := n.caller.exits[0]
	if x.ID != id || x.ExitCode != 3 || x.At-begin < 2*time.Second {
		t.Errorf("ended: %+v", x)
	}
	if c := n.runtime.State(n.Now()).Sandboxes[0].Containers[0]; c.State() != "CONTAINER_EXITED" || c.ExitCode != 3 {
		t.Errorf("container: %+v", c)
	}
}

func TestPull(t *testing.T) {
	n := newNode()
	n.Post(0, "runtime", &cri.Call{Op: cri.PullImage, Image: "nginx:1.27"})
	n.Step()
	c := n.Engine.Clone()
	p := n.runtime.State(n.Now()).Pulls
	if len(p) != 1 || p[0].Start != 0 || p[0].Due < 900*time.Millisecond || p[0].Image.Bytes != 23856050 {
		t.Fatalf("pulls: %+v", p)
	}
	n.Step()
	if s := n.runtime.State(n.Now()); len(s.Pulls) != 0 || len(s.Images) != 2 {
		t.Errorf("after the pull: %+v", s)
	}
	n.Step() // the answer
	if s := c.Component("runtime").(*Runtime).State(c.Now()); len(s.Pulls) != 1 || len(s.Images) != 1 {
		t.Errorf("the pull changed a clone made before its end: %+v", s)
	}
	if a := n.call(t, cri.Call{Op: cri.PullImage, Image: "nginx:nonexistent"}); a.Error == "" || a.Image != nil {
		t.Errorf("an image that does not exist was pulled: %+v", a)
	}
}

func TestCalls(t *testing.T) {
	n := newNode()
	for range 450 {
		n.call(t, cri.Call{Op: cri.ImageStatus, Image: "nginx"})
	}
	calls := n.runtime.State(n.Now()).Calls
	if len(calls) != callsMax || cap(n.runtime.calls) > 2*callsMax {
		t.Errorf("%d calls are remembered, in room for %d", len(calls), cap(n.runtime.calls))
	}
	for i := 1; i < len(calls); i++ {
		if calls[i].Event <= calls[i-1].Event {
			t.Fatalf("calls %d and %d are out of order", calls[i-1].Event, calls[i].Event)
		}
	}
}
