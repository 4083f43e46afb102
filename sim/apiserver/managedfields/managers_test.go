package managedfields

import (
	"strings"
	"testing"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/client"
)

// TestCustom holds that objects of a kind that is not Kubernetes' own are applied, updated and left as they were.
func TestCustom(t *testing.T) {
	object := func(spec map[string]any) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "example.org/v1", "kind": "Clock", "metadata": map[string]any{"name": "a", "namespace": "demo"}, "spec": spec,
		}}
	}
	res := clocks(t)
	m := &Managers{}
	one, two := metav1.NewTime(time.Unix(1e9, 0).UTC()), metav1.NewTime(time.Unix(1e9+60, 0).UTC())
	made, entries, err := m.Apply(res, &client.Request{Manager: "one"}, nil, nil, object(map[string]any{"x": 1.0, "y": 1.0}), one)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(entries[0].FieldsV1.Raw); len(entries) != 1 || got != `{"f:spec":{"f:x":{},"f:y":{}}}` || !entries[0].Time.Equal(&one) {
		t.Errorf("applied: %v %s", entries, got)
	}
	made.SetUID("u")
	h := Known(entries).Add(m, Write{
		Resource: res, Request: &client.Request{Manager: "edit"}, Live: made, Object: object(map[string]any{"x": int64(2), "y": 1.0}), Time: two,
	})
	entries = m.Entries(h)
	if len(entries) != 2 || string(entries[0].FieldsV1.Raw) != `{"f:spec":{"f:y":{}}}` || !entries[0].Time.Equal(&one) ||
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

// TestCustomSchema holds that the lists of a custom kind are merged by its schema, and that fields it does not know are
// refused.
func TestCustomSchema(t *testing.T) {
	res, m, now := clocks(t), &Managers{}, metav1.NewTime(time.Unix(1e9, 0).UTC())
	clock := func(text string) *unstructured.Unstructured {
		o := &unstructured.Unstructured{}
		if err := o.UnmarshalJSON([]byte(`{"apiVersion":"example.org/v1","kind":"Clock","metadata":{"name":"a"},` + text + `}`)); err != nil {
			t.Fatal(err)
		}
		return o
	}
	made, entries, err := m.Apply(res, &client.Request{Manager: "one"}, nil, nil, clock(`"spec":{"hands":[{"name":"hour","length":3}]}`), now)
	if err != nil {
		t.Fatal(err)
	}
	made.SetUID("u")
	made, entries, err = m.Apply(res, &client.Request{Manager: "two"}, made, entries, clock(`"spec":{"hands":[{"name":"minute","length":5}]}`), now)
	if err != nil {
		t.Fatal(err)
	}
	hands, _, _ := unstructured.NestedSlice(made.(*unstructured.Unstructured).Object, "spec", "hands")
	const own = `{"f:spec":{"f:hands":{"k:{\"name\":\"minute\"}":{".":{},"f:length":{},"f:name":{}}}}}`
	if len(hands) != 2 || len(entries) != 2 || string(entries[1].FieldsV1.Raw) != own {
		t.Errorf("the hands are %v, the second's fields %s", hands, entries[1].FieldsV1.Raw)
	}
	for _, c := range []struct{ text, want string }{
		{`"spec":{"wheels":1}`, ".spec.wheels: field not declared in schema"},
		{`"more":1`, ".more: field not declared in schema"},
	} {
		if _, _, err := m.Apply(res, &client.Request{Manager: "one"}, made, entries, clock(c.text), now); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.text, err)
		}
	}
}

// clocks returns a custom resource whose objects have hands, which are known by their names.
func clocks(t *testing.T) *api.Resource {
	t.Helper()
	number := apiextensionsv1.JSONSchemaProps{Type: "number"}
	names := "map"
	d := &apiextensionsv1.CustomResourceDefinition{ObjectMeta: metav1.ObjectMeta{Name: "clocks.example.org"}}
	d.Spec = apiextensionsv1.CustomResourceDefinitionSpec{
		Group: "example.org", Scope: apiextensionsv1.NamespaceScoped,
		Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "clocks", Singular: "clock", Kind: "Clock", ListKind: "ClockList"},
		Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
			Name: "v1", Served: true, Storage: true, Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{
				Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{"spec": {
					Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{
						"x": number, "y": number,
						"hands": {
							Type: "array", XListType: &names, XListMapKeys: []string{"name"},
							Items: &apiextensionsv1.JSONSchemaPropsOrArray{Schema: &apiextensionsv1.JSONSchemaProps{
								Type: "object", Required: []string{"name"},
								Properties: map[string]apiextensionsv1.JSONSchemaProps{"name": {Type: "string"}, "length": number},
							}},
						},
					},
				}},
			}},
		}},
	}
	d.Status.AcceptedNames = d.Spec.Names
	defined, err := customresource.Define(d)
	if err != nil {
		t.Fatal(err)
	}
	return defined.Storage().Resource
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
