package runtime

import (
	"slices"
	"strings"
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
	program *image.Program
	changes int           // of the program, by commands in the container
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
		id: t.Rand().Hex(64), index: c.Container, name: c.Name, image: img, attempt: c.Attempt, program: img.Run(*c.Start),
	})
	r.put(&n)
	made := &n.containers[len(n.containers)-1]
	data.ID = made.id
	r.answer(t, t.Rand().Draw(r.config.CreateContainer), &cri.Answer{Call: c, ID: made.id, Program: made.program})
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
			"failed: unable to start container process: error during container init: " + notFound(missing)
		r.answer(t, d, &cri.Answer{Call: c, ID: c.ID, Error: data.Error, At: p.started, ExitCode: cannotStart})
		return
	}
	r.put(s)
	r.answer(t, d, &cri.Answer{Call: c, ID: c.ID, At: p.started})
	r.end(t, s, p)
}

// end schedules the end of a program that ends by itself.
func (r *Runtime) end(t *engine.Turn, s *sandbox, p *container) {
	if !p.program.Ends {
		return
	}
	e := exit{sandbox: s.id, id: p.id, code: p.program.Code, reason: p.program.Reason, changes: p.changes}
	d := max(0, p.started+p.program.Runs-t.Now())
	if p.program.Runs > distant {
		t.Later(d, e)
	} else {
		t.After(d, e)
	}
}

// notFound says of an executable that it does not exist.
func notFound(name string) string {
	if strings.Contains(name, "/") {
		return `exec: "` + name + `": stat ` + name + ": no such file or directory"
	}
	return `exec: "` + name + `": executable file not found in $PATH`
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
	d, code, ends := p.program.Asked(t.Now()-p.started, t.Rand().Draw)
	e := exit{sandbox: s.id, id: p.id, stop: c, code: code, changes: p.changes}
	if !ends || d > c.Grace {
		d, e.code = c.Grace, image.Killed
	}
	t.After(d, e)
}

// exit ends a container's process, and tells the kubelet: as the answer to its StopContainer if there is one under way.
func (r *Runtime) exit(t *engine.Turn, e exit) {
	t.Entry.Verb = "exit"
	s, p := r.find(e.sandbox, e.id)
	if p == nil || p.ended > 0 || e.changes != p.changes && e.stop == nil {
		return // the sandbox was stopped or removed in the meantime, the process ended by itself, or it ends at another time
	}
	t.Foreground()
	describe(t, s.pod)
	t.Entry.Data = &cri.Data{Name: p.name, ID: p.id, Image: p.image.Reference.String(), ExitCode: e.code, Done: true}
	p.ended, p.code = t.Now(), e.code
	stop := p.stop
	p.stop = nil
	r.put(s)
	if stop != nil {
		r.answer(t, t.Rand().Draw(r.config.ImageStatus), &cri.Answer{Call: stop, ID: p.id, At: p.ended, ExitCode: p.code, Reason: e.reason})
		return
	}
	t.Send(r.kubelet, t.Rand().Draw(r.config.ImageStatus), &cri.Exited{
		Pod: s.pod, Container: p.index, ID: p.id, Name: p.name, At: p.ended, ExitCode: p.code, Reason: e.reason,
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
