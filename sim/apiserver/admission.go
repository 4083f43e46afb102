package apiserver

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/apiserver/admission"
	"orrery/sim/client"
	"orrery/sim/engine"
)

// admission returns a request as admission plugins see it. Old is nil for a create, and the object for a delete.
func (s *Server) admission(t *engine.Turn, res *api.Resource, r *client.Request, o, old api.Object) *admission.Attributes {
	a := &admission.Attributes{
		Request: r, Verb: r.Verb, Resource: res, Subresource: r.Subresource, Namespace: r.Namespace, Name: r.Name,
		Object: o, Old: old, DryRun: r.DryRun, Store: s.store, Names: t.Stream("names"), Now: t.Wall(),
	}
	switch {
	case r.Verb == client.Patch:
		a.Verb = client.Update
	case r.Verb == client.Create && r.Subresource == "" && r.Object != nil:
		a.Name = r.Object.GetName()
	}
	return a
}

// admit lets the plugins change what a request is to store, and notes in the trace which of them did.
func (s *Server) admit(t *engine.Turn, a *admission.Attributes) *metav1.Status {
	changed, err := admission.Admit(a)
	if err != nil {
		return statusOf(err)
	}
	if changed != 0 {
		t.Entry.Data = admission.Changed(changed)
	}
	return nil
}

// admitValid lets the plugins refuse what was found valid.
func (s *Server) admitValid(a *admission.Attributes) *metav1.Status {
	if err := admission.Validate(a); err != nil {
		return statusOf(err)
	}
	return nil
}

// admitDelete lets the plugins refuse a deletion.
func (s *Server) admitDelete(t *engine.Turn, res *api.Resource, r *client.Request, old api.Object) *metav1.Status {
	a := s.admission(t, res, r, nil, old)
	if status := s.admit(t, a); status != nil {
		return status
	}
	return s.admitValid(a)
}

type stringError string

func (e stringError) Error() string { return string(e) }

// tokenSeconds is how long the tokens are good for that the ServiceAccount plugin mounts.
const tokenSeconds = 3607
