package apiserver

import (
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/etcd"
	"orrery/sim/trace"
)

// definitions is the resource of CustomResourceDefinitions.
const definitions = "customresourcedefinitions.apiextensions.k8s.io"

// settle is a turn of the server's own controllers for one definition, by name: they accept its names, establish it,
// register its versions, and empty it when it is deleted. Each makes one write, and that write wakes them again. Models
// k8s.io/apiextensions-apiserver/pkg/controller.
//
// Simplified: a definition that waits for objects with finalizers goes when the last of them does; Kubernetes looks every
// five seconds.
type settle struct{ definition string }

// defined takes a write of a definition into the catalog, and wakes the controllers.
func (s *Server) defined(t *engine.Turn, v *etcd.Value) {
	d := v.Object.(*apiextensionsv1.CustomResourceDefinition)
	if v.Deleted() {
		s.custom = s.custom.Without(d.Name)
		s.register(t, d.Spec.Group)
	} else {
		custom, err := s.custom.With(d)
		if err != nil {
			panic("apiserver: a definition that was validated: " + err.Error())
		}
		s.custom = custom
		s.wake(t, d.Name)
	}
	for _, other := range s.custom.Definitions() { // a name that they wait for may be free now
		if other.CRD.Name != d.Name && other.CRD.Spec.Group == d.Spec.Group && !other.Is(apiextensionsv1.NamesAccepted) {
			s.wake(t, other.CRD.Name)
		}
	}
}

func (s *Server) wake(t *engine.Turn, definition string) {
	t.Send(client.Server, t.Stream("definitions").Draw(s.config.Watch), settle{definition})
}

// emptied wakes the controllers when the last object of a definition that is being deleted is gone.
func (s *Server) emptied(t *engine.Turn, o api.Object) {
	custom, ok := o.(*customresource.Object)
	if !ok {
		return
	}
	d := s.custom.Defines(custom.GroupVersionKind().GroupKind())
	if d != nil && customresource.Doomed(d.CRD) && !s.any(d.Storage().Resource) {
		s.wake(t, d.CRD.Name)
	}
}

// any reports whether there is an object of a resource.
func (s *Server) any(res *api.Resource) bool {
	found := false
	s.store.Range(res.Prefix(""), func(*etcd.Value) bool { found = true; return false })
	return found
}

// settle does what is to be done for a definition next.
func (s *Server) settle(t *engine.Turn, m settle) {
	e := t.Entry
	e.Kind, e.User, e.Resource, e.Name = trace.Sync, "apiserver", definitions, m.definition
	v := s.store.Get(api.Find(definitions).Key("", m.definition))
	if v == nil {
		return
	}
	d := v.Object.(*apiextensionsv1.CustomResourceDefinition)
	if customresource.Doomed(d) {
		s.empty(t, d)
		return
	}
	next, ok := s.custom.Name(d, stamp(t))
	if !ok {
		next, ok = customresource.Establish(d, stamp(t))
	}
	if !ok {
		s.register(t, d.Spec.Group)
		return
	}
	s.writeStatus(t, next)
}

// empty deletes the objects of a definition that is being deleted, and lets it go when none is left.
func (s *Server) empty(t *engine.Turn, d *apiextensionsv1.CustomResourceDefinition) {
	if !customresource.Emptying(d) {
		s.writeStatus(t, customresource.Empty(d, stamp(t)))
		return
	}
	left := false
	if v := s.custom.Defines(customresource.KindOf(d)); v != nil {
		res := v.Storage().Resource
		s.store.Range(res.Prefix(""), func(v *etcd.Value) bool {
			left = true
			if v.Object.GetDeletionTimestamp() == nil {
				s.write(t, &client.Request{Verb: client.Delete, Resource: res.Name, Namespace: v.Object.GetNamespace(), Name: v.Object.GetName()})
			}
			return true
		})
	}
	if !left {
		s.writeStatus(t, customresource.Release(d, stamp(t)))
	}
}

func (s *Server) writeStatus(t *engine.Turn, d *apiextensionsv1.CustomResourceDefinition) {
	s.write(t, &client.Request{Verb: client.Update, Resource: definitions, Subresource: "status", Name: d.Name, Object: d})
}

// write makes a request of the server's own.
func (s *Server) write(t *engine.Turn, r *client.Request) {
	r.User = "apiserver"
	t.SendAs(client.Server, client.Server, 0, r)
}
