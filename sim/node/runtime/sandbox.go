package runtime

import (
	"time"

	"orrery/sim/engine"
	"orrery/sim/node/cri"
)

// sandbox is a pod's sandbox. It is immutable: a change puts a new one into the tree.
type sandbox struct {
	id         string
	pod        cri.Pod
	ip         string // empty in the host's network
	number     uint64 // order of creation
	ready      time.Duration
	stopped    bool
	containers []container
}

func (r *Runtime) sandbox(id string) *sandbox {
	s, _ := r.sandboxes.Get(&sandbox{id: id})
	return s
}

// put replaces a sandbox by a changed copy.
func (r *Runtime) put(s *sandbox) { r.sandboxes.ReplaceOrInsert(s) }

func (r *Runtime) runSandbox(t *engine.Turn, c *cri.Call, data *cri.Data) {
	ip := ""
	if !c.Host {
		var ok bool
		if ip, ok = r.pool.Allocate(); !ok {
			r.fail(t, c, data, `rpc error: code = Unknown desc = failed to setup network for sandbox: plugin type="host-local" `+
				"failed (add): no IP addresses available in range set")
			return
		}
	}
	d := t.Rand().Draw(r.config.RunPodSandbox)
	r.started++
	s := &sandbox{id: t.Rand().Hex(64), pod: c.Pod, ip: ip, number: r.started, ready: t.Now() + d}
	r.put(s)
	data.IP, data.ID = ip, s.id
	r.answer(t, d, &cri.Answer{Call: c, Sandbox: s.id, IP: ip})
}

func (r *Runtime) stopSandbox(t *engine.Turn, c *cri.Call, data *cri.Data) {
	if s := r.sandbox(c.Sandbox); s != nil && !s.stopped {
		n := *s
		n.stopped = true
		n.containers = killed(s.containers, t.Now())
		r.put(&n)
		if s.ip != "" {
			r.pool.Release(s.ip)
		}
		data.ID, data.IP = s.id, s.ip
	}
	r.answer(t, t.Rand().Draw(r.config.StopPodSandbox), &cri.Answer{Call: c, Sandbox: c.Sandbox})
}

func (r *Runtime) removeSandbox(t *engine.Turn, c *cri.Call) {
	if s := r.sandbox(c.Sandbox); s != nil {
		if !s.stopped && s.ip != "" {
			r.pool.Release(s.ip)
		}
		r.sandboxes.Delete(s)
	}
	r.answer(t, t.Rand().Draw(r.config.RemovePodSandbox), &cri.Answer{Call: c, Sandbox: c.Sandbox})
}
