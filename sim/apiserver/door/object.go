package door

import (
	"reflect"
	"strconv"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"orrery/sim/api"
	"orrery/sim/client"
)

// withKind returns the object with apiVersion and kind. It is a shallow copy: stored objects go without and never change.
func withKind(o runtime.Object) runtime.Object {
	gvk, err := api.KindOf(o)
	if err != nil || o.GetObjectKind().GroupVersionKind() == gvk {
		return o
	}
	c := reflect.New(reflect.TypeOf(o).Elem())
	c.Elem().Set(reflect.ValueOf(o).Elem())
	copied := c.Interface().(runtime.Object)
	copied.GetObjectKind().SetGroupVersionKind(gvk)
	return copied
}

// list is the answer to a list in text: the objects as they are stored, without a kind each.
type list struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`
	Items           []api.Object `json:"items"`
}

// DeepCopyObject implements runtime.Object. The items are shared: stored objects never change.
func (l *list) DeepCopyObject() runtime.Object {
	c := *l
	return &c
}

// listOf returns the list of an answer.
func listOf(kind schema.GroupVersionKind, r *client.Response) *list {
	l := &list{
		TypeMeta: metav1.TypeMeta{Kind: kind.Kind + "List", APIVersion: kind.GroupVersion().String()},
		ListMeta: listMeta(r), Items: r.Items,
	}
	if l.Items == nil {
		l.Items = []api.Object{}
	}
	return l
}

func listMeta(r *client.Response) metav1.ListMeta {
	return metav1.ListMeta{
		ResourceVersion: strconv.FormatInt(r.List, 10), Continue: r.Continue, RemainingItemCount: r.Remaining,
	}
}

// typed returns the list as the Go type of its kind, which the protobuf encoding needs.
func (l *list) typed() (runtime.Object, error) {
	gvk := schema.FromAPIVersionAndKind(l.APIVersion, l.Kind)
	o, err := api.Scheme.New(gvk)
	if err != nil {
		return nil, err
	}
	o.GetObjectKind().SetGroupVersionKind(gvk)
	m, err := meta.ListAccessor(o)
	if err != nil {
		return nil, err
	}
	m.SetResourceVersion(l.ResourceVersion)
	m.SetContinue(l.Continue)
	m.SetRemainingItemCount(l.RemainingItemCount)
	items := make([]runtime.Object, len(l.Items))
	for i, item := range l.Items {
		items[i] = item
	}
	return o, meta.SetList(o, items)
}
