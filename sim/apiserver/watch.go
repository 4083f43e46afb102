package apiserver

import (
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/etcd"
)

// watch is one open watch.
type watch struct {
	client.Subscription
	to       engine.Address
	selector selector
	last     time.Duration // when the latest change arrives: a watch keeps its order
}

// selector is the label and field selector of a list or a watch. The zero selector selects everything.
type selector struct {
	labels labels.Selector
	fields fields.Selector
	node   string // of the one field selector that every kubelet uses, which is matched without building a set
}

func newSelector(res *api.Resource, label, field string) (selector, *metav1.Status) {
	var s selector
	var err error
	if label != "" {
		if s.labels, err = labels.Parse(label); err != nil {
			return s, badRequest("unable to parse requirement: " + err.Error())
		}
	}
	if field == "" {
		return s, nil
	}
	if s.fields, err = fields.ParseSelector(field); err != nil {
		return s, badRequest(err.Error())
	}
	known := fieldSet(res.New())
	for _, req := range s.fields.Requirements() {
		if _, ok := known[req.Field]; !ok {
			return s, badRequest("field label not supported: " + req.Field)
		}
	}
	if node, ok := s.fields.RequiresExactMatch("spec.nodeName"); ok && len(s.fields.Requirements()) == 1 {
		s.node = node
	}
	return s, nil
}

func (s selector) matches(o api.Object) bool {
	if s.labels != nil && !s.labels.Matches(labels.Set(o.GetLabels())) {
		return false
	}
	if s.node != "" {
		pod, ok := o.(*corev1.Pod)
		return ok && pod.Spec.NodeName == s.node
	}
	return s.fields == nil || s.fields.Matches(fieldSet(o))
}

// fieldSet returns the fields of an object that can be selected by.
func fieldSet(o api.Object) fields.Set {
	set := fields.Set{"metadata.name": o.GetName(), "metadata.namespace": o.GetNamespace()}
	switch o := o.(type) {
	case *corev1.Pod:
		set["spec.nodeName"], set["status.phase"] = o.Spec.NodeName, string(o.Status.Phase)
		set["spec.restartPolicy"], set["spec.schedulerName"] = string(o.Spec.RestartPolicy), o.Spec.SchedulerName
		set["spec.serviceAccountName"], set["status.podIP"] = o.Spec.ServiceAccountName, o.Status.PodIP
	case *corev1.Event:
		ref := o.InvolvedObject
		set["involvedObject.kind"], set["involvedObject.namespace"] = ref.Kind, ref.Namespace
		set["involvedObject.name"], set["involvedObject.uid"] = ref.Name, string(ref.UID)
		set["involvedObject.fieldPath"], set["reason"], set["type"] = ref.FieldPath, o.Reason, o.Type
	case *corev1.Node:
		set["spec.unschedulable"] = strconv.FormatBool(o.Spec.Unschedulable)
	case *corev1.Namespace:
		set["status.phase"] = string(o.Status.Phase)
	}
	return set
}

// List returns the objects that a request asks for, in the store's order.
func (s *Server) List(res *api.Resource, r *client.Request) ([]api.Object, *metav1.Status) {
	sel, status := newSelector(res, r.Labels, r.Fields)
	if status != nil {
		return nil, status
	}
	var items []api.Object
	s.store.Range(res.Prefix(r.Namespace), func(v *etcd.Value) bool {
		if api.FindObject(v.Object) == res && sel.matches(v.Object) {
			items = append(items, v.Object)
		}
		return true
	})
	return items, nil
}

// Subscribe opens a watch from now on for a component and returns what there is.
func (s *Server) Subscribe(to engine.Address, sub client.Subscription) []api.Object {
	res := api.Find(sub.Resource)
	sel, status := newSelector(res, sub.Labels, sub.Fields)
	if status != nil {
		panic("apiserver: a component's own watch: " + status.Message)
	}
	items, _ := s.List(res, &client.Request{Namespace: sub.Namespace, Labels: sub.Labels, Fields: sub.Fields})
	s.watches = append(s.watches, &watch{Subscription: sub, to: to, selector: sel})
	return items
}

// openWatch begins a watch at the revision after the request's, or now.
func (s *Server) openWatch(t *engine.Turn, r *client.Request, caller engine.Address) *metav1.Status {
	res := api.Find(r.Resource)
	sel, status := newSelector(res, r.Labels, r.Fields)
	if status != nil {
		return status
	}
	from := s.store.Revision()
	if r.Revision != "" {
		n, err := strconv.ParseInt(r.Revision, 10, 64)
		if err != nil {
			return badRequest("invalid resource version " + strconv.Quote(r.Revision))
		}
		from = n
	}
	missed, err := s.store.Since(from)
	if err != nil {
		return expired(from, s.store.Compacted())
	}
	w := &watch{
		Subscription: client.Subscription{
			ID: r.ID, Resource: r.Resource, Namespace: r.Namespace, Labels: r.Labels, Fields: r.Fields,
		},
		to: caller, selector: sel,
	}
	s.watches = append(s.watches, w)
	for _, v := range missed {
		if api.FindObject(v.Object) == res {
			old, _ := s.store.At(v.Key, v.Mod-1)
			s.deliver(t, w, r, v, objectOf(old))
		}
	}
	return nil
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
	resource := api.FindObject(v.Object).Name
	for _, w := range s.watches {
		if w.Resource == resource && (w.Namespace == "" || w.Namespace == v.Object.GetNamespace()) {
			s.deliver(t, w, r, v, old)
		}
	}
}

// deliver sends a change over a watch as the watch sees it: an object that begins to match its selector was added.
func (s *Server) deliver(t *engine.Turn, w *watch, r *client.Request, v *etcd.Value, old api.Object) {
	is := !v.Deleted() && w.selector.matches(v.Object)
	was := old != nil && w.selector.matches(old)
	ch := client.Change{
		Watch: w.ID, Resource: w.Resource, Object: v.Object, Revision: v.Mod, Subresource: r.Subresource, User: r.User,
		At: t.Wall(),
	}
	switch {
	case is && was:
		ch.Type = client.Modified
	case is:
		ch.Type = client.Added
	case was:
		ch.Type = client.Deleted
	default:
		return
	}
	w.last = max(w.last+time.Microsecond, t.Now()+t.Stream("watch").Draw(s.config.Watch))
	t.SendAs(client.Server, w.to, w.last-t.Now(), &ch)
}

func objectOf(v *etcd.Value) api.Object {
	if v == nil {
		return nil
	}
	return v.Object
}
