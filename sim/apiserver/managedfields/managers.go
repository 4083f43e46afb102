// Package managedfields is who manages which fields of an object: metadata.managedFields, and the merge of server-side
// apply that goes by it.
//
// The rules are those of k8s.io/apimachinery/pkg/util/managedfields, which is imported. Kubernetes works out the managers at
// every write; here a write only notes itself in the object's History, and the managers are worked out when somebody reads
// them, because the components, who write most, never do.
package managedfields

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"

	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/client"
)

// Managers works out managed fields. It remembers what it was made of, so that clones of a server may share it.
type Managers struct {
	types   managedfields.TypeConverter // of Kubernetes' own kinds
	deduced managedfields.TypeConverter // of kinds that client-go does not know
	known   map[endpoint]*managedfields.FieldManager
}

// endpoint is where objects are written: a kind in one version, or one of its subresources.
type endpoint struct {
	kind        schema.GroupVersionKind
	subresource string
	custom      *customresource.Version // nil for Kubernetes' own kinds
}

func endpointOf(res *api.Resource, subresource string) endpoint {
	return endpoint{res.Kind, subresource, customresource.Of(res)}
}

// knownMax bounds what is remembered: users may change their kinds' schemas again and again.
const knownMax = 256

// unknown are the groups that client-go does not know: those of definitions and of aggregation.
var unknown = []string{"apiextensions.k8s.io", "apiregistration.k8s.io"}

// manager returns the field manager of an endpoint.
//
// Simplified: how the lists of kinds that client-go does not know are merged is deduced from their values; Kubernetes asks
// their schema.
func (m *Managers) manager(e endpoint) *managedfields.FieldManager {
	if f := m.known[e]; f != nil {
		return f
	}
	if m.types == nil {
		m.types = managedfields.NewSchemeTypeConverter(api.Scheme, newParser())
		m.deduced = managedfields.NewDeducedTypeConverter()
		m.known = map[endpoint]*managedfields.FieldManager{}
	}
	if len(m.known) >= knownMax {
		clear(m.known)
	}
	types, create := m.types, managedfields.NewDefaultFieldManager
	switch {
	case e.custom != nil:
		types, create = newCustomTypes(e.custom), managedfields.NewDefaultCRDFieldManager
	case slices.Contains(unknown, e.kind.Group):
		types = m.deduced
	}
	hub := e.kind.GroupVersion()
	f, err := create(types, converter{}, api.Scheme, creater{}, e.kind, hub, e.subresource, resetFields(e))
	if err != nil {
		panic("managedfields: " + e.kind.String() + ": " + err.Error())
	}
	m.known[e] = f
	return f
}

// update returns the entries after a write.
func (m *Managers) update(entries []metav1.ManagedFieldsEntry, w Write) []metav1.ManagedFieldsEntry {
	live := w.Live
	if live == nil {
		live = w.Resource.New()
	}
	wanted := w.wanted()
	marks := mark(entries, wanted.GetManagedFields())
	o := m.manager(endpointOf(w.Resource, w.Subresource)).UpdateNoErrors(
		withEntries(live, marks.first), withEntries(wanted, marks.second), ManagerOf(w.Request))
	return marks.unmark(o.(api.Object).GetManagedFields(), w.Time)
}

// wanted returns what the author of a write wanted the object to be.
func (w Write) wanted() api.Object {
	if w.Object != nil {
		return withEntries(w.Object, w.Given)
	}
	o := w.Request.Object.DeepCopyObject().(api.Object)
	api.Scheme.Default(o)
	return o
}

// Apply merges a configuration into the live object, which is nil for one that is to be created, and returns the result
// with its entries. Of a conflict the error is an API status.
func (m *Managers) Apply(
	res *api.Resource, r *client.Request, live api.Object, entries []metav1.ManagedFieldsEntry, config *unstructured.Unstructured, now metav1.Time,
) (api.Object, []metav1.ManagedFieldsEntry, error) {
	if live == nil {
		live = res.New()
	}
	marks := mark(entries, nil)
	o, err := m.manager(endpointOf(res, r.Subresource)).Apply(withEntries(live, marks.first), config, r.Manager, r.Force)
	if err != nil {
		return nil, nil, err
	}
	after, ok := o.(api.Object)
	if !ok {
		return nil, nil, errors.NewBadRequest("the configuration does not make an object")
	}
	after = after.DeepCopyObject().(api.Object)
	entries = marks.unmark(after.GetManagedFields(), now)
	after.SetManagedFields(nil)
	return after, entries, nil
}

// ManagerOf returns under which name a request manages fields: the one that it says, the beginning of its user agent, or
// the program that the component belongs to.
func ManagerOf(r *client.Request) string {
	switch {
	case r.Manager != "":
		return r.Manager
	case r.Agent != "":
		return beginning(r.Agent)
	}
	name, _, _ := strings.Cut(r.User, "/")
	switch name {
	case "kubectl", "kubelet", "kube-proxy":
		return name
	case "scheduler":
		return "kube-scheduler"
	case "apiserver":
		return "kube-apiserver"
	}
	return "kube-controller-manager"
}

// beginning returns the name of the program in a user agent.
func beginning(agent string) string {
	name, _, _ := strings.Cut(agent, "/")
	var b strings.Builder
	for _, r := range name {
		if !unicode.IsPrint(r) {
			continue
		}
		if b.Len()+utf8.RuneLen(r) > validation.FieldManagerMaxLength {
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

// creater creates objects for the managers.
type creater struct{}

// New implements runtime.ObjectCreater.
func (creater) New(kind schema.GroupVersionKind) (runtime.Object, error) {
	if !api.Scheme.Recognizes(kind) {
		o := &unstructured.Unstructured{}
		o.SetGroupVersionKind(kind)
		return o, nil
	}
	o, err := api.Scheme.New(kind)
	if err == nil {
		o.GetObjectKind().SetGroupVersionKind(kind)
	}
	return o, err
}
