package scheduler

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/scheduler/framework"
	"orrery/sim/trace"
)

// schedule tries the first pod of the queue.
func (s *Scheduler) schedule(t *engine.Turn) {
	p, ok := s.queue.Pop(t.Now())
	if !ok {
		return // the pod that the cycle began for is gone
	}
	pod := p.Pod.Pod
	t.Entry.Kind, t.Entry.Resource, t.Entry.Namespace, t.Entry.Name = trace.Decide, "pods", pod.Namespace, pod.Name
	if pod.DeletionTimestamp != nil {
		message := "skip schedule deleting pod: " + pod.Namespace + "/" + pod.Name
		t.Entry.Data = &Decision{
			Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID, Event: t.Entry.Number, At: t.Now(), Attempt: p.Attempts,
			Plugins: s.of(p.Pod).names, Message: message, Skipped: true,
		}
		s.recorder.send(t, pod, corev1.EventTypeWarning, "FailedScheduling", "Scheduling", message)
		return
	}
	d, rejectors := s.decide(t, &p)
	t.Entry.Data = d
	s.history.add(d)
	if d.Selected == "" {
		s.queue.Refused(p, rejectors, t.Now())
		nominated := ""
		if d.Preemption != nil {
			if nominated = d.Preemption.Node; d.Preemption.Keep {
				nominated = pod.Status.NominatedNodeName
			}
		}
		s.nominations.set(p.Pod, nominated)
		s.report(t, pod, corev1.PodReasonUnschedulable, d.Message, nominated)
		if d.Preemption != nil && d.Preemption.Node != "" {
			t.Foreground()
			s.preempt(t, pod, d.Preemption)
		}
		return
	}
	t.Foreground() // however the attempt came about: it leads to something
	s.nominations.drop(pod.UID)
	s.cache.Place(p.Pod, d.Selected, true)
	if !s.prebind(t, p, d.Selected) {
		s.bind(t, p, d.Selected)
	}
}

// bind assigns a pod to its node.
func (s *Scheduler) bind(t *engine.Turn, p framework.QueuedPod, node string) {
	id := s.conn.Send(t, s.of(p.Pod).binder.Bind(p.Pod.Pod, node))
	s.binding.ReplaceOrInsert(&binding{id: id, pod: p, node: node})
}

// report tells in an Event and in the pod's status why it was not scheduled, and for which node it is nominated. The next
// cycle waits for the answer.
func (s *Scheduler) report(t *engine.Turn, pod *corev1.Pod, reason, message, nominated string) {
	s.recorder.send(t, pod, corev1.EventTypeWarning, "FailedScheduling", "Scheduling", message)
	conditions, changed := withCondition(pod.Status.Conditions, corev1.PodCondition{
		Type: corev1.PodScheduled, Status: corev1.ConditionFalse, ObservedGeneration: pod.Generation, Reason: reason,
		Message: message, LastTransitionTime: metav1.NewTime(t.Wall().Truncate(time.Second)),
	})
	if !changed && pod.Status.NominatedNodeName == nominated {
		return
	}
	n := *pod
	n.Status.Conditions, n.Status.NominatedNodeName = conditions, nominated
	id := s.conn.Send(t, client.Request{
		Verb: client.Patch, Resource: "pods", Subresource: "status", Namespace: pod.Namespace, Name: pod.Name,
		PatchType: client.TypedStatus, Object: &n, UID: pod.UID,
	})
	if !t.Background() {
		s.patching = id
	}
}

// withCondition returns the conditions with one set; its transition time stays when its status does.
func withCondition(conditions []corev1.PodCondition, c corev1.PodCondition) (out []corev1.PodCondition, changed bool) {
	i := slices.IndexFunc(conditions, func(o corev1.PodCondition) bool { return o.Type == c.Type })
	if i < 0 {
		return append(slices.Clone(conditions), c), true
	}
	old := conditions[i]
	if old.Status == c.Status {
		c.LastTransitionTime = old.LastTransitionTime
	}
	c.LastProbeTime = old.LastProbeTime
	if old == c {
		return conditions, false
	}
	out = slices.Clone(conditions)
	out[i] = c
	return out, true
}

// answered takes in the answer to a request.
func (s *Scheduler) answered(t *engine.Turn, resp *client.Response) {
	e, r := t.Entry, resp.Request
	e.Kind, e.Verb, e.Resource, e.Subresource = trace.Answer, string(r.Verb), r.Resource, r.Subresource
	e.Namespace, e.Name, e.Code = r.Namespace, r.Name, resp.Code
	if resp.Error != nil {
		e.Message = resp.Error.Message
	}
	if r.Resource == "events.events.k8s.io" {
		s.recorder.answered(t, resp)
		return
	}
	if resp.ID == s.patching {
		s.patching = 0
	}
	if b, ok := s.binding.Delete(&binding{id: resp.ID}); ok {
		s.bound(t, b, resp.Error)
	}
	s.prepared(t, resp)
	if e, ok := s.evictions.Delete(eviction{id: resp.ID}); ok {
		s.evicted(t, e, resp)
	}
}

// bound ends the binding of a pod: with an Event, or by giving its place away and trying again later.
func (s *Scheduler) bound(t *engine.Turn, b *binding, failure *metav1.Status) {
	pod := b.pod.Pod.Pod
	if failure == nil {
		s.recorder.send(t, pod, corev1.EventTypeNormal, "Scheduled", "Binding",
			"Successfully assigned "+pod.Namespace+"/"+pod.Name+" to "+b.node)
		return
	}
	s.unbound(t, b.pod, "running Bind plugin \""+s.of(b.pod.Pod).binder.Name()+"\": "+failure.Message)
}

// unbound gives the place of a pod away that could not be bound, and has it tried again later.
func (s *Scheduler) unbound(t *engine.Turn, q framework.QueuedPod, message string) {
	pod := q.Pod.Pod
	p, known := s.cache.Get(pod.Namespace, pod.Name)
	if known && p.Pod.UID == pod.UID && p.Assumed {
		s.cache.Remove(p)
		s.queue.Move(framework.AssignedPodDelete, framework.Change{OldPod: p.Pod}, t.Now())
		q.Pod, pod = p.Pod, p.Pod.Pod
		s.queue.Refused(q, 0, t.Now())
	}
	s.report(t, pod, corev1.PodReasonSchedulerError, message, "")
}
