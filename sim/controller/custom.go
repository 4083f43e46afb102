package controller

import (
	"strconv"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/trace"
)

// definitions is the resource whose objects tell of custom ones.
const definitions = "customresourcedefinitions.apiextensions.k8s.io"

// Some controllers work on objects of every kind, those of users too. The manager lists and watches a custom resource for
// them from when its definition is established.
//
// Simplified: they learn of it at once; Kubernetes' controllers ask for what is served every 30 seconds, or when they need
// to know.

// watched is the first ID of the watches that are open from the beginning. Those of the custom ones are requests of their own.
const watched = 1 << 32

// learn takes note of a custom resource that is served from now on, or not any longer.
func (m *Manager) learn(t *engine.Turn, ch *client.Change) {
	d, ok := ch.Object.(*apiextensionsv1.CustomResourceDefinition)
	asks := m.asking()
	if !ok || asks < 0 {
		return
	}
	r := api.CustomPreferred(d)
	if r == nil || ch.Type == client.Deleted {
		m.forget(t, d)
		return
	}
	if m.cache.Add(r) {
		m.state(asks).conn.Send(t, client.Request{Verb: client.List, Resource: r.Name})
	}
}

// forget ends the watch of a custom resource.
func (m *Manager) forget(t *engine.Turn, d *apiextensionsv1.CustomResourceDefinition) {
	for _, r := range m.cache.Custom() {
		if r.Kind.Group != d.Spec.Group || r.Plural != d.Spec.Names.Plural {
			continue
		}
		if id := m.custom[r.Name]; id != 0 {
			t.Send(client.Server, time.Millisecond, client.Unwatch{ID: id})
			delete(m.custom, r.Name)
		}
		m.cache.Drop(r.Name)
	}
}

// asking returns the controller as which the manager asks for custom resources; -1 when none works on them.
func (m *Manager) asking() int {
	for i, spec := range m.specs {
		if spec.Custom != nil {
			return i
		}
	}
	return -1
}

// listed takes the answer to a list of custom objects, and watches what follows. It reports whether it was one.
func (m *Manager) listed(t *engine.Turn, r *client.Response) bool {
	q := r.Request
	if q.Verb == client.WatchVerb {
		return true
	}
	if q.Verb != client.List {
		return false
	}
	if m.cache.Custom().Resource(q.Resource) == nil {
		return true
	}
	if r.Error != nil {
		m.cache.Drop(q.Resource)
		return true
	}
	for _, o := range r.Items {
		m.take(t, &client.Change{Type: client.Added, Resource: q.Resource, Object: o, Revision: r.List})
	}
	m.custom[q.Resource] = m.state(m.asking()).conn.Send(t, client.Request{
		Verb: client.WatchVerb, Resource: q.Resource, Revision: strconv.FormatInt(r.List, 10),
	})
	return true
}

// customWakes returns what changes of a custom resource wake.
func (m *Manager) customWakes(resource string) (all []wakes) {
	if api.Find(resource) != nil {
		return nil
	}
	r := m.cache.Custom().Resource(resource)
	if r == nil {
		return nil
	}
	for i, spec := range m.specs {
		if spec.Custom != nil {
			all = append(all, wakes{i, &Watch{Resource: resource, Keys: spec.Custom(r)}})
		}
	}
	return all
}

// stale reports whether a change is one of a custom resource that the cache does not keep any longer.
func (m *Manager) stale(t *engine.Turn, ch *client.Change) bool {
	if m.cache.Custom().Resource(ch.Resource) != nil {
		return false
	}
	t.Entry.Kind, t.Entry.Background = trace.Watch, true
	return true
}
