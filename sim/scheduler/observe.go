package scheduler

import (
	corev1 "k8s.io/api/core/v1"

	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/scheduler/framework"
	"orrery/sim/trace"
)

// observe takes in what a watch reports.
func (s *Scheduler) observe(t *engine.Turn, ch *client.Change) {
	e := t.Entry
	e.Kind, e.User, e.Verb, e.Resource, e.Subresource = trace.Watch, ch.User, string(ch.Type), ch.Resource, ch.Subresource
	e.Namespace, e.Name, e.Revision = ch.Object.GetNamespace(), ch.Object.GetName(), ch.Revision
	switch o := ch.Object.(type) {
	case *corev1.Node:
		s.observeNode(t, ch.Type, o)
	case *corev1.Pod:
		switch {
		case ch.Type == client.Deleted || terminal(o):
			s.podGone(t, o)
		case o.Spec.NodeName != "":
			s.podPlaced(t, o)
		case s.profileOf(o.Spec.SchedulerName) != nil:
			s.podWaits(t, o)
		}
	default:
		old := s.cache.Objects().Apply(*ch)
		if event := framework.ObjectEvent(ch.Resource, old == nil); event != 0 && ch.Type != client.Deleted {
			s.queue.Move(event, framework.Change{Old: old, New: ch.Object}, t.Now())
		}
	}
}

func (s *Scheduler) observeNode(t *engine.Turn, change client.ChangeType, node *corev1.Node) {
	if change == client.Deleted {
		s.queue.Move(framework.NodeDelete, framework.Change{OldNode: node}, t.Now())
		s.cache.RemoveNode(node.Name)
		return
	}
	old := s.cache.SetNode(node)
	if old == nil {
		s.queue.Move(framework.NodeAdd, framework.Change{NewNode: node}, t.Now())
		return
	}
	for _, e := range framework.NodeEvents(old, node) {
		s.queue.Move(e, framework.Change{OldNode: old, NewNode: node}, t.Now())
	}
}

// podGone forgets a pod that was deleted or has ended, which may make place for others.
func (s *Scheduler) podGone(t *engine.Turn, pod *corev1.Pod) {
	s.queue.Delete(pod.Namespace, pod.Name)
	if i := s.nominations.find(pod.UID); i >= 0 {
		gone := s.nominations[i].pod
		s.nominations.drop(pod.UID)
		s.queue.Move(framework.AssignedPodDelete, framework.Change{OldPod: gone}, t.Now())
	}
	if p, ok := s.cache.Get(pod.Namespace, pod.Name); ok && p.Pod.UID == pod.UID {
		s.cache.Remove(p)
		s.queue.Move(framework.AssignedPodDelete, framework.Change{OldPod: p.Pod}, t.Now())
	}
}

// podPlaced takes in a pod that has a node: whoever gave it to it.
func (s *Scheduler) podPlaced(t *engine.Turn, pod *corev1.Pod) {
	s.queue.Delete(pod.Namespace, pod.Name)
	s.nominations.drop(pod.UID)
	old, had := s.cache.Get(pod.Namespace, pod.Name)
	if !had || old.Pod.UID != pod.UID {
		p := framework.NewPod(pod)
		s.cache.Place(p, pod.Spec.NodeName, false)
		s.queue.Move(framework.AssignedPodAdd, framework.Change{NewPod: p}, t.Now())
		return
	}
	p := old.Pod.Renew(pod)
	s.cache.Place(p, pod.Spec.NodeName, false)
	change := framework.Change{OldPod: old.Pod, NewPod: p}
	if old.Assumed {
		s.queue.Move(framework.AssignedPodAdd, change, t.Now())
		return
	}
	for _, e := range framework.PodEvents(old.Pod, p) {
		s.queue.Move(e, change, t.Now())
	}
}

// podWaits takes in a pod without a node. One that is assumed on a node is left alone, unless it is being deleted.
func (s *Scheduler) podWaits(t *engine.Turn, pod *corev1.Pod) {
	p, assumed := s.cache.Get(pod.Namespace, pod.Name)
	if !assumed || p.Pod.UID != pod.UID {
		if assumed {
			s.podGone(t, p.Pod.Pod)
		}
		if q, ok := s.queue.Get(pod.Namespace, pod.Name); ok {
			if q.Pod.UID == pod.UID {
				p := q.Pod.Renew(pod)
				s.nominations.update(q.Pod.Pod, p)
				s.queue.Update(p, t.Now())
				return
			}
			s.queue.Delete(pod.Namespace, pod.Name)
		}
		p := framework.NewPod(pod)
		s.nominations.update(nil, p)
		s.queue.Add(p, t.Now())
		return
	}
	s.cache.Place(p.Pod.Renew(pod), p.Node, true)
	if pod.DeletionTimestamp != nil && p.Node != "" {
		s.cache.Free(pod.Namespace, pod.Name)
		s.queue.Move(framework.AssignedPodDelete, framework.Change{OldPod: p.Pod}, t.Now())
	}
}
