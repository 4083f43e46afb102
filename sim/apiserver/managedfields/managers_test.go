package managedfields

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"orrery/sim/api"
	"orrery/sim/client"
)

// TestCustom holds that objects of a kind that is not Kubernetes' own are applied, updated and left as they were.
func TestCustom(t *testing.T) {
	kind := schema.GroupVersionKind{Group: "example.org", Version: "v1", Kind: "Clock"}
	object := func(spec map[string]any) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "example.org/v1", "kind": "Clock", "metadata": map[string]any{"name": "a", "namespace": "demo"}, "spec": spec,
		}}
	}
	res := &api.Resource{Name: "clocks.example.org", Plural: "clocks", Kind: kind, New: func() api.Object {
		o := &unstructured.Unstructured{}
		o.SetGroupVersionKind(kind)
		return o
	}}
	m := &Managers{}
	one, two := metav1.NewTime(time.Unix(1e9, 0).UTC()), metav1.NewTime(time.Unix(1e9+60, 0).UTC())
	made, entries, err := m.Apply(res, &client.Request{Manager: "one"}, nil, nil, object(map[string]any{"x": 1.0, "y": 1.0}), one)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(entries[0].FieldsV1.Raw); len(entries) != 1 || got != `{"f:spec":{".":{},"f:x":{},"f:y":{}}}` || !entries[0].Time.Equal(&one) {
		t.Errorf("applied: %v %s", entries, got)
	}
	made.SetUID("u")
	h := Known(entries).Add(m, Write{
		Resource: res, Request: &client.Request{Manager: "edit"}, Live: made, Object: object(map[string]any{"x": int64(2), "y": 1.0}), Time: two,
	})
	entries = m.Entries(h)
	if len(entries) != 2 || string(entries[0].FieldsV1.Raw) != `{"f:spec":{".":{},"f:y":{}}}` || !entries[0].Time.Equal(&one) ||
		entries[1].Manager != "edit" || string(entries[1].FieldsV1.Raw) != `{"f:spec":{"f:x":{}}}` || !entries[1].Time.Equal(&two) {
		t.Errorf("updated: %v", entries)
	}
	if made.GetManagedFields() != nil {
		t.Error("the stored object was changed")
	}
	shown := With(made, entries)
	if len(shown.GetManagedFields()) != 2 || made.GetManagedFields() != nil || shown.GetName() != "a" {
		t.Errorf("shown with %v, stored with %v", shown.GetManagedFields(), made.GetManagedFields())
	}
}

// TestManagerOf holds under which names requests manage fields.
func TestManagerOf(t *testing.T) {
	for _, c := range []struct {
		r    client.Request
		want string
	}{
		{client.Request{Manager: "me", Agent: "kubectl/v1.36.3", User: "kubectl"}, "me"},
		{client.Request{Agent: "kubectl/v1.36.3 (linux/amd64)", User: "kubectl"}, "kubectl"},
		{client.Request{Agent: "a\tb/1"}, "ab"},
		{client.Request{User: "kubelet/node-1"}, "kubelet"},
		{client.Request{User: "scheduler"}, "kube-scheduler"},
		{client.Request{User: "replicaset-controller"}, "kube-controller-manager"},
	} {
		if got := ManagerOf(&c.r); got != c.want {
			t.Errorf("%+v: %q, want %q", c.r, got, c.want)
		}
	}
}
