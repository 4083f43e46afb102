package runtime

import (
	"slices"
	"time"

	"orrery/sim/engine"
	"orrery/sim/node/cri"
	"orrery/sim/node/image"
)

// container is a container of a sandbox.
type container struct {
	id      string
	index   int // in the pod; see cri.Call
	name    string
	image   *image.Image
	attempt int32
	program image.Program
	started time.Duration // 0 before
	ended   time.Duration // 0 before
	stop    *cri.Call     // under way
	code    int32
}

// killed returns the containers with those that ran ended.
func killed(cs []container, now time.Duration) []container {
	n := slices.Clone(cs)
	for i := range n {
		if n[i].started > 0 && n[i].ended == 0 {
			n[i].ended, n[i].code = now, image.Killed
		}
	}
	return n
}

// find returns the sandbox with a copy of its containers that may be changed, and the container; nil when there is none.
func (r *Runtime) find(sandboxID, id string) (*sandbox, *container) {
	s := r.sandbox(sandboxID)
	if s == nil {
		return nil, nil
	}
	i := slices.IndexFunc(s.containers, func(c container) bool { return c.id == id })
	if i < 0 {
		return nil, nil
	}
	n := *s
	n.containers = slices.Clone(s.containers)
	return &n, &n.containers[i]
}

func (r *Runtime) createContainer(t *engine.Turn, c *cri.Call, data *cri.Data) {
	s := r.sandbox(c.Sandbox)
	img := r.image(c.Image)
	if s == nil || s.stopped || img == nil {
		r.fail(t, c, data, "rpc error: code = NotFound desc = failed to create container: sandbox or image is gone")
		return
	}
	n := *s
	n.containers = append(slices.Clip(s.containers), container{
		id: t.Rand().Hex(64), index: c.Container, name: c.Name, image: img, attempt: c.Attempt, program: img.Run(c.Command, c.Args),
	})
	r.put(&n)
	id := n.containers[len(n.containers)-1].id
	data.ID = id
	r.answer(t, t.Rand().Draw(r.config.CreateContainer), &cri.Answer{Call: c, ID: id})
}

func (r *Runtime) startContainer(t *engine.Turn, c *cri.Call, data *cri.Data) {
	s, p := r.find(c.Sandbox, c.ID)
	if p == nil {
		r.fail(t, c, data, "rpc error: code = NotFound desc = container is gone")
		return
	}
	data.Name = p.name
	d := t.Rand().Draw(r.config.StartContainer)
	p.started = t.Now() + d
	if missing := p.program.Missing; missing != "" {
		p.ended, p.code = p.started, cannotStart
		r.put(s)
		data.Error = "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create " +
			`failed: unable to start container process: error during container init: exec: "` + missing + `": stat ` + missing +
			": no such file or directory"
		r.answer(t, d, &cri.Answer{Call: c, ID: c.ID, Error: data.Error, At: p.started, ExitCode: cannotStart})
		return
	}
	r.put(s)
	r.answer(t, d, &cri.Answer{Call: c, ID: c.ID, At: p.started})
	if p.program.Ends {
		e := exit{sandbox: s.id, id: p.id, code: p.program.Code}
		if p.program.Runs > distant {
			t.Later(d+p.program.Runs, e)
		} else {
			t.After(d+p.program.Runs, e)
		}
	}
}

const (
	cannotStart = 128             // exit code of a container whose executable does not exist
	distant     = 2 * time.Minute // a program that runs longer does not keep the world from being quiet
)

func (r *Runtime) stopContainer(t *engine.Turn, c *cri.Call, data *cri.Data) {
	s, p := r.find(c.Sandbox, c.ID)
	if p == nil || p.started == 0 || p.ended > 0 {
		a := &cri.Answer{Call: c, ID: c.ID}
		if p != nil {
			a.At, a.ExitCode = p.ended, p.code
		}
		r.answer(t, t.Rand().Draw(r.config.ImageStatus), a)
		return
	}
	data.Name = p.name
	p.stop = c
	r.put(s)
	e := exit{sandbox: s.id, id: p.id, stop: c, code: p.program.StopCode}
	d := t.Rand().Draw(p.program.Stop)
	if p.program.Deaf || d > c.Grace {
		d, e.code = c.Grace, image.Killed
	}
	t.After(d, e)
}

// exit ends a container's process, and tells the kubelet: as the answer to its StopContainer if there is one under way.
func (r *Runtime) exit(t *engine.Turn, e exit) {
	t.Entry.Verb = "exit"
	s, p := r.find(e.sandbox, e.id)
	if p == nil || p.ended > 0 {
		return // the sandbox was stopped or removed in the meantime, or the process ended by itself
	}
	t.Foreground()
	describe(t, s.pod)
	t.Entry.Data = &cri.Data{Name: p.name, ID: p.id, Image: p.image.Reference.String(), ExitCode: e.code, Done: true}
	p.ended, p.code = t.Now(), e.code
	stop := p.stop
	p.stop = nil
	r.put(s)
	if stop != nil {
		r.answer(t, t.Rand().Draw(r.config.ImageStatus), &cri.Answer{Call: stop, ID: p.id, At: p.ended, ExitCode: p.code})
		return
	}
	t.Send(r.kubelet, t.Rand().Draw(r.config.ImageStatus), &cri.Exited{
		Pod: s.pod, Container: p.index, ID: p.id, Name: p.name, At: p.ended, ExitCode: p.code,
	})
}

func (r *Runtime) removeContainer(t *engine.Turn, c *cri.Call) {
	if s := r.sandbox(c.Sandbox); s != nil {
		n := *s
		n.containers = slices.DeleteFunc(slices.Clone(s.containers), func(p container) bool { return p.id == c.ID })
		r.put(&n)
	}
	r.answer(t, t.Rand().Draw(r.config.RemoveContainer), &cri.Answer{Call: c, ID: c.ID})
}
