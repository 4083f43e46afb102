package kubelet

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/node/cri"
	"orrery/sim/node/image"
)

// terminate begins to end a pod that is deleted. A call that cannot be broken off is waited for first.
func (k *Kubelet) terminate(t *engine.Turn, w *worker) {
	switch {
	case w.stage == finished && !w.removed && !w.gone:
		if !w.rejected {
			k.report(t, w)
		}
		k.remove(t, w)
	case w.stage == alive:
		w.stage = stopping
		w.timers++ // whatever was scheduled for the living pod is off
		if w.step != calling {
			w.step = idle
			k.after(t, w, t.Rand().Draw(k.config.Kill), timerKill)
		}
	}
}

// complete begins to end a pod whose containers have ended for good.
func (k *Kubelet) complete(t *engine.Turn, w *worker) {
	w.stage, w.completed = stopping, true
	w.timers++
	k.kill(t, w)
}

// kill stops every container of the pod that runs, then its sandbox.
func (k *Kubelet) kill(t *engine.Turn, w *worker) {
	k.complain(t, w)
	grace := w.grace(w.pod.DeletionGracePeriodSeconds)
	for i := range w.containers {
		if c := &w.containers[i]; c.state == running && !c.stopping {
			k.stop(t, w, i, grace, "Stopping container "+w.containers[i].spec.Name)
		}
	}
	k.report(t, w)
	if w.stops == 0 {
		k.stopSandbox(t, w)
	}
}

// stop has the runtime stop one container and says why.
func (k *Kubelet) stop(t *engine.Turn, w *worker, i int, grace time.Duration, why string) {
	c := &w.containers[i]
	k.record(t, w, i, corev1.EventTypeNormal, "Killing", why)
	w.stops++
	c.stopping = true
	if l := c.spec.Lifecycle; l != nil && l.PreStop != nil && grace > 0 {
		k.hook(t, w, i, l.PreStop, hook{stop: true, grace: grace})
		return
	}
	k.signal(t, w, i, grace)
}

// signal has the runtime end a container. A sidecar of a pod that ends waits for its turn, after all that started later.
func (k *Kubelet) signal(t *engine.Turn, w *worker, i int, grace time.Duration) {
	c := &w.containers[i]
	if w.stage == stopping && c.sidecar && !w.endedAfter(i) {
		c.turn = t.Now() + grace
		return
	}
	c.turn, c.signaled = 0, max(t.Now()-c.began, 1)
	k.call(t, w, cri.Call{
		Op: cri.StopContainer, Container: i, Sandbox: w.sandbox, ID: c.id, Name: c.spec.Name, Grace: max(grace, minimumGrace),
	})
}

// endedAfter reports whether none of the containers that started after one runs.
func (w *worker) endedAfter(i int) bool {
	for j := range w.containers[i+1:] {
		if w.containers[i+1+j].state == running {
			return false
		}
	}
	return true
}

// nextTurn stops the sidecars whose turn has come.
func (k *Kubelet) nextTurn(t *engine.Turn, w *worker) {
	for i := range w.containers {
		if c := &w.containers[i]; c.turn > 0 && w.endedAfter(i) {
			k.signal(t, w, i, c.turn-t.Now())
		}
	}
}

// minimumGrace is what a container gets even when its pod is deleted without a grace period.
const minimumGrace = 2 * time.Second

func (k *Kubelet) containerStopped(t *engine.Turn, a *cri.Answer) {
	w := k.edit(a.Call.Pod.UID)
	if w == nil {
		return
	}
	w.stops--
	if c := &w.containers[a.Call.Container]; c.id == a.ID && c.state == running {
		c.state, c.ended, c.code, c.reason, c.ready, c.started = exited, a.At, a.ExitCode, a.Reason, false, false
	}
	w.containers[a.Call.Container].stopping = false
	if w.stage == stopping {
		k.nextTurn(t, w)
	}
	switch {
	case w.stage == alive && w.step == killing:
		if w.stops == 0 {
			w.step = idle
			w.plan = w.missing()
			k.start(t, w)
		}
	case w.stage == alive:
		k.observeLater(t, w)
	case w.stage == stopping && w.stops == 0:
		k.stopSandbox(t, w)
	}
}

func (k *Kubelet) stopSandbox(t *engine.Turn, w *worker) {
	if w.sandbox == "" {
		k.stopped(t, w)
		return
	}
	k.call(t, w, cri.Call{Op: cri.StopPodSandbox, Sandbox: w.sandbox})
}

func (k *Kubelet) sandboxStopped(t *engine.Turn, a *cri.Answer) {
	if w := k.edit(a.Call.Pod.UID); w != nil && w.stage == stopping {
		w.live = false
		k.stopped(t, w)
	}
}

// stopped reports a pod of which nothing runs any more. The rest of its end waits for the next look at what runs; a pod
// that ended by itself is reported only then.
func (k *Kubelet) stopped(t *engine.Turn, w *worker) {
	w.step = idle
	k.complain(t, w)
	if !w.completed || w.expired {
		if w.expired || w.allEnded() {
			w.stage = stopped
		}
		k.report(t, w)
	}
	w.stage = stopped
	k.after(t, w, k.relisted(t.Now()), timerFinish)
}

// allEnded reports whether every container of the pod has run and ended.
func (w *worker) allEnded() bool {
	for i := range w.containers {
		if c := &w.containers[i]; c.state != exited && !(c.debug && c.state != running) {
			return false
		}
	}
	return true
}

// finish reports the pod's end in full, and removes a deleted pod from the API. Containers that should run and never did
// are lost.
func (k *Kubelet) finish(t *engine.Turn, w *worker) {
	k.complain(t, w)
	k.report(t, w)
	if w.completed || w.allEnded() {
		w.stage = finished
	} else {
		k.lose(t, w)
	}
	switch {
	case w.gone:
		k.forget(t, w)
	case w.pod.DeletionTimestamp != nil:
		k.remove(t, w)
	}
}

// lose reports the containers that should have run and never did as lost, and the pod as failed.
func (k *Kubelet) lose(t *engine.Turn, w *worker) {
	w.stage = finished
	if w.gone || w.status == nil {
		return
	}
	s := *w.status
	s.Phase = corev1.PodFailed
	s.ContainerStatuses = lost(s.ContainerStatuses)
	s.InitContainerStatuses = lost(s.InitContainerStatuses)
	k.write(t, w, &s)
}

func lost(list []corev1.ContainerStatus) []corev1.ContainerStatus {
	n := slices.Clone(list)
	for i := range n {
		if n[i].State.Terminated == nil {
			n[i].State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
				ExitCode: image.Killed, Reason: "ContainerStatusUnknown",
				Message: "The container could not be located when the pod was terminated",
			}}
		}
	}
	return n
}

// remove deletes the pod from the API, now that nothing of it is left on the node.
func (k *Kubelet) remove(t *engine.Turn, w *worker) {
	w.removed = true
	now := int64(0)
	k.conn.SendAfter(t, t.Rand().Draw(k.config.Delete), client.Request{
		Verb: client.Delete, Resource: "pods", Namespace: w.pod.Namespace, Name: w.pod.Name, UID: w.uid, Grace: &now,
	})
}

// forget clears up what is left of a pod that the API server has no more.
//
// Simplified: at once; Kubernetes collects dead containers and sandboxes once a minute.
func (k *Kubelet) forget(t *engine.Turn, w *worker) {
	if w.sandbox != "" {
		k.call(t, w, cri.Call{Op: cri.RemovePodSandbox, Sandbox: w.sandbox})
	}
	k.workers.Delete(w)
}
