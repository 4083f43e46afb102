package daemonset

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// count writes the counts of nodes, when they changed. Of several pods on a node the oldest counts. The generation is only
// said to be observed when the pods have been seen to.
func (s *sync) count(observed bool) {
	status := s.ds.Status
	status.DesiredNumberScheduled, status.CurrentNumberScheduled, status.NumberMisscheduled = 0, 0, 0
	status.NumberReady, status.NumberAvailable, status.UpdatedNumberScheduled = 0, 0, 0
	for _, node := range s.nodes {
		switch {
		case node.run:
			status.DesiredNumberScheduled++
			s.countNode(&status, node.name)
		case len(s.pods[node.name]) > 0:
			status.NumberMisscheduled++
		}
	}
	status.NumberUnavailable = status.DesiredNumberScheduled - status.NumberAvailable
	if s.ds.Spec.MinReadySeconds > 0 && status.NumberReady != status.NumberAvailable {
		s.again(time.Duration(s.ds.Spec.MinReadySeconds) * time.Second)
	}
	if equal(&status, &s.ds.Status) && s.ds.Status.ObservedGeneration >= s.ds.Generation {
		return
	}
	if observed {
		status.ObservedGeneration = s.ds.Generation
	}
	ds := *s.ds
	ds.Status = status
	s.note.Status = true
	s.plan.Then(s.statusWrite(&ds))
}

// countNode adds a node that should have a pod.
func (s *sync) countNode(status *appsv1.DaemonSetStatus, node string) {
	pods := s.pods[node]
	if len(pods) == 0 {
		return
	}
	status.CurrentNumberScheduled++
	pod := byAge(pods)[0]
	if controller.IsReady(pod) {
		status.NumberReady++
	}
	if s.available(pod) {
		status.NumberAvailable++
	}
	if s.updated(pod) {
		status.UpdatedNumberScheduled++
	}
}

func equal(a, b *appsv1.DaemonSetStatus) bool {
	return a.DesiredNumberScheduled == b.DesiredNumberScheduled && a.CurrentNumberScheduled == b.CurrentNumberScheduled &&
		a.NumberMisscheduled == b.NumberMisscheduled && a.NumberReady == b.NumberReady &&
		a.UpdatedNumberScheduled == b.UpdatedNumberScheduled && a.NumberAvailable == b.NumberAvailable &&
		a.NumberUnavailable == b.NumberUnavailable
}

func (s *sync) statusWrite(ds *appsv1.DaemonSet) controller.Write {
	return controller.Write{Request: client.Request{
		Verb: client.Update, Resource: resource, Subresource: "status", Namespace: ds.Namespace, Name: ds.Name, Object: ds,
	}}
}
