package apiserver

import (
	"slices"
	"strings"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/authentication/user"

	"orrery/sim/api"
	"orrery/sim/apiserver/authentication"
	"orrery/sim/apiserver/authorization"
	"orrery/sim/client"
	"orrery/sim/trace"
)

// currentPolicy returns what RBAC says now.
func (s *Server) currentPolicy() *authorization.Policy {
	if s.policy == nil {
		s.policy = authorization.New(s.store)
	}
	return s.policy
}

// authorize refuses a request that its user may not make. Components ask the same again and again: what they may do to
// every object of a resource is remembered.
func (s *Server) authorize(r *client.Request) *metav1.Status {
	p := s.currentPolicy()
	if r.Groups == nil && s.mayAlways(p, r) {
		return nil
	}
	a := attributes(r)
	if allowed, reason := p.Authorize(s.store, a); !allowed {
		return statusOf(authorization.Forbidden(a, reason))
	}
	return nil
}

// mayAlways reports whether a user may do this in the whole cluster, or to all objects of the namespace.
func (s *Server) mayAlways(p *authorization.Policy, r *client.Request) bool {
	q := authorization.Question{User: r.User, Verb: string(r.Verb), Resource: r.Resource, Subresource: r.Subresource}
	if allowed, known := p.Known(q); allowed || !known && s.ask(p, q) {
		return true
	}
	if r.Namespace == "" {
		return false
	}
	q.Namespace = r.Namespace
	allowed, known := p.Known(q)
	return allowed || !known && s.ask(p, q)
}

// ask finds the answer to a question and remembers it.
func (s *Server) ask(p *authorization.Policy, q authorization.Question) bool {
	u := authentication.Named(q.User)
	if _, node := authentication.Node(u); node && !authorization.Fixed(&q) {
		return false
	}
	a := attributes(&client.Request{
		User: q.User, Verb: client.Verb(q.Verb), Resource: q.Resource, Subresource: q.Subresource, Namespace: q.Namespace,
	})
	allowed, _ := p.Authorize(s.store, a)
	p.Learn(q, allowed)
	return allowed
}

// attributes returns what a request asks for.
func attributes(r *client.Request) *authorization.Attributes {
	a := &authorization.Attributes{
		User: authentication.Of(r), Verb: string(r.Verb), Subresource: r.Subresource, Namespace: r.Namespace, Name: r.Name,
		Fields: r.Fields,
	}
	if res := api.Find(r.Resource); res != nil {
		a.Resource, a.Group = res.Plural, res.Kind.Group
	} else {
		a.Resource, a.Group, _ = strings.Cut(r.Resource, ".")
	}
	if r.Verb == client.Create && r.Subresource == "" {
		a.Name = "" // the URL of a create names no object
	}
	return a
}

// escalation refuses a role or a binding that grants more than its writer has.
func (s *Server) escalation(r *client.Request, o, old api.Object) *metav1.Status {
	if !slices.Contains(authorization.Resources, r.Resource) || old != nil && onlyCollected(o, old) {
		return nil
	}
	if err := s.currentPolicy().Escalation(s.store, attributes(r), o, old); err != nil {
		return statusOf(err)
	}
	return nil
}

// onlyCollected reports whether an update changes nothing but what the garbage collector does.
func onlyCollected(o, old api.Object) bool {
	c := o.DeepCopyObject().(api.Object)
	c.SetOwnerReferences(old.GetOwnerReferences())
	c.SetFinalizers(old.GetFinalizers())
	c.SetManagedFields(old.GetManagedFields())
	return apiequality.Semantic.DeepEqual(c, old)
}

// Grounds returns on what grounds an event's user may do what the event did, in the authorizers' words.
func (s *Server) Grounds(e *trace.Entry) string {
	a := attributes(&client.Request{
		User: e.User, Verb: client.Verb(e.Verb), Resource: e.Resource, Subresource: e.Subresource,
		Namespace: e.Namespace, Name: e.Name,
	})
	if authorization.Superuser(a.User) {
		return user.SystemPrivilegedGroup
	}
	if _, reason := s.currentPolicy().Authorize(s.store, a); reason != "" {
		return reason
	}
	return "Node authorizer"
}
