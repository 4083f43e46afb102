package kubelet

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/engine"
	"orrery/sim/node/cri"
	"orrery/sim/trace"
)

// hook is a lifecycle hook of a container that runs: before it is stopped, or after it was started.
type hook struct {
	tag   uint64 // of the hook, which what ends it says; 0 when none runs
	stop  bool   // it is a preStop hook
	began time.Duration
	grace time.Duration // of the stop that waits for it
}

// hookTimer ends a hook that sleeps, that is answered, or that takes too long.
type hookTimer struct {
	pod       types.UID
	container int
	tag       uint64
	failed    bool
}

// serves is how long it takes a container to answer a hook's request.
var serves = engine.Latency{Min: 2 * time.Millisecond, Max: 6 * time.Millisecond}

// hook runs a lifecycle hook of a container. What follows is done when it has ended.
func (k *Kubelet) hook(t *engine.Turn, w *worker, i int, h *corev1.LifecycleHandler, how hook) {
	c := &w.containers[i]
	k.tag++
	how.tag, how.began = k.tag, t.Now()
	c.hook = how
	ends := func(d time.Duration, failed bool) {
		t.After(d, hookTimer{w.uid, i, how.tag, failed})
	}
	switch {
	case h.Exec != nil:
		c.hook.tag = k.call(t, w, cri.Call{
			Op: cri.ExecSync, Container: i, Sandbox: w.sandbox, ID: c.id, Name: c.spec.Name, Line: h.Exec.Command,
		})
	case h.Sleep != nil:
		ends(time.Duration(h.Sleep.Seconds)*time.Second, false)
	case h.HTTPGet != nil:
		ran := t.Now() - c.began
		code, took := c.program.Get(h.HTTPGet.Path, ran)
		ends(took+t.Rand().Draw(serves), !c.program.Listens(c.port(h.HTTPGet.Port.String()), ran) || code >= 400)
	default:
		ends(0, true)
	}
	if how.stop {
		t.After(how.grace, hookTimer{w.uid, i, c.hook.tag, false})
	}
}

// hookAnswered takes the end of a hook that is a command.
func (k *Kubelet) hookAnswered(t *engine.Turn, a *cri.Answer) {
	w := k.edit(a.Call.Pod.UID)
	if w == nil {
		return
	}
	c := &w.containers[a.Call.Container]
	if a.Program != nil && c.id == a.ID {
		c.program = a.Program
	}
	k.hookEnded(t, w, a.Call.Container, a.Call.Tag, a.Error != "" || a.ExitCode != 0)
}

func (k *Kubelet) hookTimer(t *engine.Turn, b hookTimer) {
	t.Entry.Kind, t.Entry.User, t.Entry.Verb = trace.Timer, k.conn.User, "hook"
	w := k.edit(b.pod)
	if w == nil {
		return
	}
	t.Entry.Resource, t.Entry.Namespace, t.Entry.Name = "pods", w.pod.Namespace, w.pod.Name
	k.hookEnded(t, w, b.container, b.tag, b.failed)
}

// hookEnded goes on after a hook: with the stop of the container, or with the next container of the sync.
func (k *Kubelet) hookEnded(t *engine.Turn, w *worker, i int, tag uint64, failed bool) {
	c := &w.containers[i]
	how := c.hook
	if how.tag != tag || tag == 0 {
		return
	}
	c.hook = hook{}
	if how.stop {
		if failed {
			k.record(t, w, i, corev1.EventTypeWarning, "FailedPreStopHook", "PreStopHook failed")
		}
		k.signal(t, w, i, how.grace-(t.Now()-how.began).Truncate(time.Second))
		return
	}
	if w.step != hooking {
		return
	}
	if failed && c.state == running {
		k.record(t, w, i, corev1.EventTypeWarning, "FailedPostStartHook", "PostStartHook failed")
		c.waits, c.waitMessage, w.failed = "PostStartHookError", "PostStartHook failed", true
		k.stop(t, w, i, w.grace(nil), "FailedPostStartHook")
	}
	if w.stage != alive {
		w.step = idle
		return
	}
	k.skip(t, w)
}

// grace returns how long the pod's containers have between SIGTERM and SIGKILL: what is said for the occasion, or what
// the pod says.
func (w *worker) grace(override *int64) time.Duration {
	switch {
	case override != nil:
		return time.Duration(*override) * time.Second
	case w.pod.Spec.TerminationGracePeriodSeconds != nil:
		return time.Duration(*w.pod.Spec.TerminationGracePeriodSeconds) * time.Second
	}
	return time.Duration(corev1.DefaultTerminationGracePeriodSeconds) * time.Second
}
