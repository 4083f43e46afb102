package kubelet

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/engine"
	"orrery/sim/node/cri"
	"orrery/sim/node/image"
)

// start goes on with the next container of the sync's plan: its wait after a crash, its image, its creation, its start.
func (k *Kubelet) start(t *engine.Turn, w *worker) {
	if w.stage != alive {
		return
	}
	for len(w.plan) > 0 {
		i := w.plan[0]
		c := &w.containers[i]
		ref, message := image.Parse(c.spec.Image)
		switch {
		case k.holdsBack(t, w, i):
		case message != "":
			message = `Failed to apply default image tag "` + c.spec.Image + `": ` + message
			k.record(t, w, i, corev1.EventTypeWarning, "InspectFailed", message)
			k.refuse(t, w, i, "InvalidImageName", message)
		case c.spec.ImagePullPolicy == corev1.PullAlways, c.spec.ImagePullPolicy == "" && ref.Latest():
			if k.pull(t, w, i) {
				return
			}
		default:
			w.step = calling
			w.tag = k.call(t, w, cri.Call{Op: cri.ImageStatus, Container: i, Name: c.spec.Name, Image: c.spec.Image})
			return
		}
		w.plan = w.plan[1:]
	}
	k.end(t, w)
}

// holdsBack reports whether a container that ended must wait before it is started again.
func (k *Kubelet) holdsBack(t *engine.Turn, w *worker, i int) bool {
	c := &w.containers[i]
	if c.state != exited {
		return false
	}
	ended := c.ended
	if c.killed { // this sync has not seen its end; it goes by the one before
		if ended = c.earlier.ended; c.earlier.id == "" {
			return false
		}
	}
	if c.wait > 0 && t.Now()-c.waitSet <= 2*k.config.Most && t.Now()-ended < c.wait {
		who := w.pod.Name + "_" + w.pod.Namespace + "(" + string(w.uid) + ")"
		k.record(t, w, i, corev1.EventTypeWarning, "BackOff", "Back-off restarting failed container "+c.spec.Name+" in pod "+who)
		c.waits, c.waitMessage = "CrashLoopBackOff", "back-off "+c.wait.String()+" restarting failed container="+c.spec.Name+" pod="+who
		w.failed = true
		if may := ended + c.wait; w.until == 0 || may < w.until {
			w.until = may
		}
		return true
	}
	c.wait, c.waitSet = k.config.next(c.wait, ended-c.waitSet), t.Now()
	return false
}

// refuse remembers why a container could not be started, and says so.
func (k *Kubelet) refuse(t *engine.Turn, w *worker, i int, reason, message string) {
	c := &w.containers[i]
	c.waits, c.waitMessage = reason, message
	w.failed = true
	k.record(t, w, i, corev1.EventTypeWarning, "Failed", "Error: "+reason)
}

// skip goes on with the next container after one that could not be started.
func (k *Kubelet) skip(t *engine.Turn, w *worker) {
	w.step = idle
	w.plan = w.plan[1:]
	k.start(t, w)
}

// present goes on after ImageStatus.
func (k *Kubelet) present(t *engine.Turn, w *worker, a *cri.Answer) {
	i := a.Call.Container
	c := &w.containers[i]
	switch {
	case a.Image != nil:
		k.record(t, w, i, corev1.EventTypeNormal, "Pulled",
			`Container image "`+c.spec.Image+`" already present on machine and can be accessed by the pod`)
		k.create(t, w, i, a.Image)
	case c.spec.ImagePullPolicy == corev1.PullNever:
		message := `Container image "` + c.spec.Image + `" is not present with pull policy of Never`
		k.record(t, w, i, corev1.EventTypeWarning, "ErrImageNeverPull", message)
		k.refuse(t, w, i, "ErrImageNeverPull", message)
		k.skip(t, w)
	default:
		if !k.pull(t, w, i) {
			k.skip(t, w)
		}
	}
}

// create has the runtime create a container now that its image is there. What its environment refers to is asked for
// first.
func (k *Kubelet) create(t *engine.Turn, w *worker, i int, img *image.Image) {
	c := &w.containers[i]
	c.image, w.finds = img, nil
	if refs := environment(c.spec); refs != nil {
		w.step, w.asks = asking, k.ask(t, w, -1, refs)
		return
	}
	k.createWith(t, w, i)
}

// configured goes on once all is known of what a container's environment refers to.
func (k *Kubelet) configured(t *engine.Turn, w *worker) {
	i := w.plan[0]
	c := &w.containers[i]
	wrong := missing(w.finds, bare(environment(c.spec)))
	if wrong == "" {
		_, wrong = w.variables(k, c.spec)
	}
	if wrong != "" {
		c.waits, c.waitMessage, w.failed = "CreateContainerConfigError", wrong, true
		k.record(t, w, i, corev1.EventTypeWarning, "Failed", "Error: "+wrong)
		k.skip(t, w)
		return
	}
	k.createWith(t, w, i)
}

func (k *Kubelet) createWith(t *engine.Turn, w *worker, i int) {
	c := &w.containers[i]
	attempt := c.restarts
	if c.id != "" {
		attempt++
	}
	w.step = calling
	w.tag = k.call(t, w, cri.Call{
		Op: cri.CreateContainer, Container: i, Sandbox: w.sandbox, Name: c.spec.Name, Attempt: attempt, Image: c.spec.Image,
		Start: k.startOf(w, c),
	})
}

// created starts a container that was created. Of one that ran before, its end is remembered.
func (k *Kubelet) created(t *engine.Turn, w *worker, a *cri.Answer) {
	i := a.Call.Container
	c := &w.containers[i]
	if a.Error != "" {
		k.refuse(t, w, i, "CreateContainerError", a.Error)
		k.skip(t, w)
		return
	}
	k.record(t, w, i, corev1.EventTypeNormal, "Created", "Container created")
	if c.state == exited {
		c.last = &corev1.ContainerState{Terminated: c.terminated()}
		if c.dead != "" {
			k.call(t, w, cri.Call{Op: cri.RemoveContainer, Container: i, Sandbox: w.sandbox, ID: c.dead, Name: c.spec.Name})
		}
		c.dead = c.id
		c.earlier = life{c.id, c.program, c.began, c.ended, c.signaled}
	}
	w.changed = true
	c.id, c.restarts, c.state, c.program, c.signaled = a.ID, a.Call.Attempt, created, a.Program, 0
	c.began, c.ended, c.code, c.reason, c.message, c.started, c.ready = 0, 0, 0, "", "", false, false
	c.killed, c.ill, c.hook = false, "", hook{}
	c.probes = [3]probe{}
	w.tag = k.call(t, w, cri.Call{Op: cri.StartContainer, Container: i, Sandbox: w.sandbox, ID: a.ID, Name: c.spec.Name})
}

// began takes in that a container was started, or could not be.
func (k *Kubelet) began(t *engine.Turn, w *worker, a *cri.Answer) {
	i := a.Call.Container
	c := &w.containers[i]
	c.began = a.At
	if a.Error != "" {
		c.state, c.ended, c.code, c.reason, c.message = exited, a.At, a.ExitCode, "StartError", a.Error
		c.waits, c.waitMessage = "RunContainerError", a.Error
		w.failed = true
		k.record(t, w, i, corev1.EventTypeWarning, "Failed", "Error: "+a.Error)
	} else {
		c.state, c.waits, c.waitMessage = running, "", ""
		c.started = c.spec.StartupProbe == nil
		c.ready = c.started && c.spec.ReadinessProbe == nil
		k.record(t, w, i, corev1.EventTypeNormal, "Started", "Container started")
		if l := c.spec.Lifecycle; l != nil && l.PostStart != nil && w.stage == alive {
			w.step = hooking
			k.hook(t, w, i, l.PostStart, hook{})
			return
		}
	}
	k.skip(t, w)
}

// done takes an answer of the runtime.
func (k *Kubelet) done(t *engine.Turn, a *cri.Answer) {
	describe(t, a)
	switch a.Call.Op {
	case cri.PullImage:
		k.pulled(t, a)
		return
	case cri.StopContainer:
		k.containerStopped(t, a)
		return
	case cri.StopPodSandbox:
		k.sandboxStopped(t, a)
		return
	case cri.ExecSync:
		if !k.execAnswered(t, a) {
			k.hookAnswered(t, a)
		}
		return
	}
	w := k.edit(a.Call.Pod.UID)
	if w == nil || w.step != calling || w.tag != a.Call.Tag {
		return
	}
	switch a.Call.Op {
	case cri.RunPodSandbox:
		k.sandboxed(t, w, a)
	case cri.ImageStatus:
		if w.stage == alive {
			k.present(t, w, a)
		}
	case cri.CreateContainer:
		if w.stage == alive {
			k.created(t, w, a)
		}
	case cri.StartContainer:
		k.began(t, w, a)
	}
	if w.stage == stopping {
		w.step = idle
		k.kill(t, w)
	}
}

// sandboxed takes in the sandbox and its address, and begins to start containers.
func (k *Kubelet) sandboxed(t *engine.Turn, w *worker, a *cri.Answer) {
	if a.Error != "" {
		k.record(t, w, -1, corev1.EventTypeWarning, "FailedCreatePodSandBox", "Failed to create pod sandbox: "+a.Error)
		w.step, w.failed = idle, true
		k.end(t, w)
		return
	}
	w.sandbox, w.ip, w.live, w.changed = a.Sandbox, a.IP, true, true
	if w.stage == alive {
		k.reportSandbox(t, w)
		w.plan = w.missing()
		k.start(t, w)
	}
}

// exited takes in that a container ended by itself; it is noticed at the next look at what runs.
func (k *Kubelet) exited(t *engine.Turn, x *cri.Exited) {
	describeExit(t, x)
	w := k.edit(x.Pod.UID)
	if w == nil || w.containers[x.Container].id != x.ID || w.containers[x.Container].state == exited {
		return
	}
	c := &w.containers[x.Container]
	c.state, c.ended, c.code, c.reason, c.ready, c.started = exited, x.At, x.ExitCode, x.Reason, false, false
	if w.stage == alive {
		k.observeLater(t, w)
	}
}

// terminated returns how a container ended, as its status says.
func (c *container) terminated() *corev1.ContainerStateTerminated {
	reason := c.reason
	if reason == "" {
		reason = "Completed"
		if c.code != 0 {
			reason = "Error"
		}
	}
	return &corev1.ContainerStateTerminated{
		ExitCode: c.code, Reason: reason, Message: c.message, StartedAt: clock(c.began), FinishedAt: clock(c.ended),
		ContainerID: containerID(c.id),
	}
}

// truncated prints a duration as Events do, to the millisecond.
func truncated(d time.Duration) string { return d.Truncate(time.Millisecond).String() }
