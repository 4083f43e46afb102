package apiserver

import (
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/etcd"
)

// watch is one open watch.
type watch struct {
	client.Subscription
	to        engine.Address
	resource  *api.Resource // of the objects as they are served
	stored    *api.Resource // of the objects as they are stored
	managed   bool          // see client.Request
	selector  selector
	after     int64         // changes up to this revision are not its
	last      time.Duration // when the latest change arrives: a watch keeps its order
	bookmarks bool
	end       time.Duration // when the server ends it; 0 for never
}

// Subscribe opens a watch from now on for a component and returns what there is.
func (s *Server) Subscribe(to engine.Address, sub client.Subscription) []api.Object {
	res := api.Find(sub.Resource)
	sel, status := newSelector(res, sub.Labels, sub.Fields)
	if status != nil {
		panic("apiserver: a component's own watch: " + status.Message)
	}
	items, _ := s.List(res, &client.Request{Namespace: sub.Namespace, Labels: sub.Labels, Fields: sub.Fields})
	s.watches = append(s.watches, &watch{Subscription: sub, to: to, resource: res, stored: res.Stored(), selector: sel})
	return items
}

// openWatch begins a watch: with what there is now, which it returns, when the request wants initial events; at the
// revision after the request's; or now.
func (s *Server) openWatch(t *engine.Turn, res *api.Resource, r *client.Request, caller engine.Address) ([]api.Object, *metav1.Status) {
	sel, status := newSelector(res, r.Labels, r.Fields)
	if status != nil {
		return nil, status
	}
	asked, invalid := parseRevision(r.Revision)
	if invalid != nil {
		return nil, unparsed(invalid)
	}
	w := &watch{
		Subscription: client.Subscription{
			ID: r.ID, Resource: r.Resource, Namespace: r.Namespace, Labels: r.Labels, Fields: r.Fields,
		},
		to: caller, resource: res, stored: res.Stored(), selector: sel, after: max(asked, s.store.Revision()), bookmarks: r.Bookmarks,
		managed: r.Managed,
	}
	var items []api.Object
	var missed []*etcd.Value
	switch initial := r.Initial != nil && *r.Initial; {
	case initial && asked > s.store.Revision():
		return nil, tooLarge(asked, s.store.Revision())
	case initial:
		items, status = s.List(res, &client.Request{Namespace: r.Namespace, Labels: r.Labels, Fields: r.Fields})
	case asked > 0:
		var err error
		if missed, err = s.store.Since(asked); err != nil {
			return nil, expired(asked, s.store.Compacted())
		}
	}
	if status != nil {
		return nil, status
	}
	s.watches = append(s.watches, w)
	for _, v := range missed {
		if w.concerns(v) {
			old, _ := s.store.At(v.Key, v.Mod-1)
			s.deliver(t, w, r, v, objectOf(old))
		}
	}
	s.keep(t, w, r.Timeout)
	return items, nil
}

// Close ends a component's watches.
func (s *Server) Close(to engine.Address, id uint64) {
	kept := s.watches[:0:0]
	for _, w := range s.watches {
		if w.to != to || w.ID != id {
			kept = append(kept, w)
		}
	}
	s.watches = kept
}

// notify tells every watch that a write concerns.
func (s *Server) notify(t *engine.Turn, r *client.Request, v *etcd.Value, old api.Object) {
	resource := api.FindObject(v.Object)
	for _, w := range s.watches {
		if v.Mod > w.after && w.keeps(resource, v) {
			s.deliver(t, w, r, v, old)
		}
	}
}

// concerns reports whether a write is of the watch's kind and namespace.
func (w *watch) concerns(v *etcd.Value) bool { return w.keeps(api.FindObject(v.Object), v) }

// keeps is concerns for a write of a resource of Kubernetes, or of nil for a custom one.
func (w *watch) keeps(resource *api.Resource, v *etcd.Value) bool {
	if w.resource.Custom != nil {
		return strings.HasPrefix(v.Key, w.resource.Prefix(w.Namespace))
	}
	return w.stored == resource && (w.Namespace == "" || w.Namespace == v.Object.GetNamespace())
}

// deliver sends a change over a watch as the watch sees it: an object that begins to match its selector was added.
func (s *Server) deliver(t *engine.Turn, w *watch, r *client.Request, v *etcd.Value, old api.Object) {
	is := !v.Deleted() && w.selector.matches(v.Object)
	was := old != nil && w.selector.matches(old)
	if !is && !was {
		return
	}
	ch := &client.Change{
		Watch: w.ID, Resource: w.Resource, Object: served(s.current(w.resource), v.Object), Revision: v.Mod, Subresource: r.Subresource, User: r.User,
	}
	switch {
	case is && was:
		ch.Type = client.Modified
	case is:
		ch.Type = client.Added
	default:
		ch.Type = client.Deleted
		if !v.Deleted() { // it went out of the watch's sight, which last saw it as it was
			ch.Object = served(w.resource, old).DeepCopyObject().(api.Object)
			ch.Object.SetResourceVersion(v.Object.GetResourceVersion())
		}
	}
	if w.managed {
		ch.Object = s.shown(ch.Object, historyOf(v))
	}
	s.send(t, w, ch)
}

// send puts a change on its way over a watch.
func (s *Server) send(t *engine.Turn, w *watch, ch *client.Change) {
	ch.At = t.Wall()
	w.last = max(w.last+time.Microsecond, t.Now()+t.Stream("watch").Draw(s.config.Watch))
	t.SendAs(client.Server, w.to, w.last-t.Now(), ch)
}

func objectOf(v *etcd.Value) api.Object {
	if v == nil {
		return nil
	}
	return v.Object
}
