package controller

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/trace"
)

// answered takes the answer to a write of a job.
func (m *Manager) answered(t *engine.Turn, r *client.Response) {
	q := r.Request
	e := t.Entry
	e.Kind, e.User, e.Verb, e.Resource, e.Subresource = trace.Answer, q.User, string(q.Verb), q.Resource, q.Subresource
	e.Namespace, e.Name, e.Code = q.Namespace, q.Name, r.Code
	controller := controllerOf(r.ID)
	s := m.state(controller)
	p, ok := s.waiting[r.ID]
	if !ok && m.listed(t, r) {
		return
	}
	if !ok {
		return // an Event's
	}
	delete(s.waiting, r.ID)
	j := s.jobs[p.key]
	j.open--
	switch {
	case r.Error == nil:
		j.keep(r)
		s.wrote(p.key, r)
		if p.write.Event != nil {
			s.recorder.Send(t, &s.conn, 0, named(*p.write.Event, r.Object))
		}
	case terminating(r.Error):
		// Nothing can be created any more, and it is not tried again: what was expected stays so.
		j.stop = !p.write.Expect
	case p.write.tolerates(r.Error.Reason):
		s.unexpect(p.key, p.write)
	default:
		j.failed = r.Error
		s.unexpect(p.key, p.write)
		if p.write.Failure != nil {
			s.recorder.Send(t, &s.conn, 0, explained(*p.write.Failure, r.Error))
		}
	}
	if j.open == 0 {
		m.next(t, controller, j)
	}
}

// terminating reports whether a creation was refused because its namespace is being deleted.
func terminating(s *metav1.Status) bool {
	return s.Details != nil && slices.ContainsFunc(s.Details.Causes, func(c metav1.StatusCause) bool {
		return c.Type == corev1.NamespaceTerminatingCause
	})
}

func (w *Write) tolerates(reason metav1.StatusReason) bool {
	for _, r := range w.Tolerate {
		if r == reason {
			return true
		}
	}
	return false
}

// named fills in the name of the object that a write created: "%s" in the message.
func named(rec client.Record, o api.Object) client.Record {
	if o != nil {
		rec.Message = replace(rec.Message, "%s", o.GetName())
	}
	return rec
}

// explained fills in why a write failed: "%v" in the message.
func explained(rec client.Record, s *metav1.Status) client.Record {
	rec.Message = replace(rec.Message, "%v", s.Message)
	return rec
}
