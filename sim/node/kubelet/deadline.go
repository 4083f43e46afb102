package kubelet

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/engine"
)

// overdue is what is said of a pod that runs longer than its activeDeadlineSeconds.
const (
	overdueReason  = "DeadlineExceeded"
	overdueMessage = "Pod was active on the node longer than the specified deadline"
)

// limit sees to it that a pod with a deadline is noticed when it is over, at the next of the looks at all pods.
func (k *Kubelet) limit(t *engine.Turn, w *worker) {
	s := w.pod.Spec.ActiveDeadlineSeconds
	if s == nil || w.status == nil || w.status.StartTime == nil {
		return
	}
	left := w.status.StartTime.Add(time.Duration(*s) * time.Second).Sub(t.Wall())
	t.Later(max(0, left)+time.Duration(t.Rand().IntN(int(k.config.Relist))), timer{pod: w.uid, what: timerDeadline, timers: w.timers})
}

// expire ends a pod that is over its deadline: it has failed from now on, and its containers are stopped soon.
func (k *Kubelet) expire(t *engine.Turn, w *worker) {
	if w.stage != alive || isTerminal(w.phase()) {
		return
	}
	t.Foreground()
	w.expired = true
	k.complain(t, w)
	w.stage, w.completed = stopping, true
	k.report(t, w)
	w.timers++
	if w.step != calling {
		w.step = idle
		k.after(t, w, k.relisted(t.Now()), timerKill)
	}
}

// complain tells that a pod is over its deadline: each time its status is made.
func (k *Kubelet) complain(t *engine.Turn, w *worker) {
	if w.expired {
		k.record(t, w, -1, corev1.EventTypeNormal, overdueReason, overdueMessage)
	}
}
