package apiserver_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"orrery/sim/api"
	"orrery/sim/client"
)

// unmade are the resources that no manifest is made of.
var unmade = map[string]string{
	"bindings":          "nothing is stored",
	"componentstatuses": "they are only read",
	"certificatesigningrequests.certificates.k8s.io": "a request needs a PEM block",
	"customresourcedefinitions.apiextensions.k8s.io": "their life is longer: see TestDefinition",
}

// TestEveryKind creates an object of every resource from a minimal manifest, and then reads, lists, changes, patches and
// deletes it, as a client would over HTTP.
func TestEveryKind(t *testing.T) {
	manifests := minimal(t)
	for _, res := range api.Resources {
		if strings.HasSuffix(res.Kind.Kind, "Review") {
			continue // a question, of which nothing is stored
		}
		body := manifests[res.Kind]
		if _, none := unmade[res.Name]; none != (body == nil) {
			t.Errorf("%s: listed as unmade: %v, has a manifest: %v", res.Name, none, body != nil)
		}
		if body == nil {
			continue
		}
		t.Run(res.Name, func(t *testing.T) { live(t, res, body) })
	}
}

func live(t *testing.T, res *api.Resource, body map[string]any) {
	h := newHarness()
	name := body["metadata"].(map[string]any)["name"].(string)
	r := client.Request{User: "kubernetes-admin", Groups: []string{"system:masters"}, Resource: res.Name, Name: name}
	if res.Namespaced {
		r.Namespace = "demo"
	}
	ask := func(verb client.Verb, change func(*client.Request)) *client.Response {
		q := r
		q.Verb = verb
		if change != nil {
			change(&q)
		}
		a := h.do(q)
		if a.Error != nil {
			t.Fatalf("%s %s: %d %s", verb, q.Subresource, a.Error.Code, a.Error.Message)
		}
		return a
	}
	made := ask(client.Create, func(q *client.Request) { q.Body = marshal(t, body) })
	if made.Code != 201 || made.Object.GetUID() == "" || api.FindObject(made.Object) != res {
		t.Fatalf("create: %d, %T", made.Code, made.Object)
	}
	if v := h.server.Store().Get(res.Key(r.Namespace, name)); v == nil || api.FindObject(v.Object) != res.Stored() {
		t.Fatalf("there is nothing at %s, or of another kind", res.Key(r.Namespace, name))
	}
	if got := ask(client.Get, nil).Object; api.FindObject(got) != res || got.GetName() != name {
		t.Errorf("get: %T", got)
	}
	if items := ask(client.List, func(q *client.Request) { q.Name, q.Fields = "", "metadata.name="+name }).Items; len(items) != 1 || api.FindObject(items[0]) != res {
		t.Errorf("list: %d objects", len(items))
	}
	labelled := plain(t, ask(client.Get, nil).Object)
	labelled["metadata"].(map[string]any)["labels"] = map[string]any{"tried": "update"}
	if got := ask(client.Update, func(q *client.Request) { q.Body = marshal(t, labelled) }).Object; got.GetLabels()["tried"] != "update" {
		t.Errorf("update: labels %v", got.GetLabels())
	}
	patched := ask(client.Patch, func(q *client.Request) {
		q.PatchType, q.PatchData = types.MergePatchType, []byte(`{"metadata":{"labels":{"tried":"patch"}}}`)
	}).Object
	if patched.GetLabels()["tried"] != "patch" || patched.GetGeneration() != made.Object.GetGeneration() && res.Kind.Kind != "EndpointSlice" {
		t.Errorf("patch: labels %v, generation %d after %d", patched.GetLabels(), patched.GetGeneration(), made.Object.GetGeneration())
	}
	if res.Serves("update", "status") {
		got := ask(client.Update, func(q *client.Request) {
			q.Subresource, q.Body = "status", marshal(t, plain(t, patched))
		}).Object
		if api.FindObject(got) != res {
			t.Errorf("update of the status: %T", got)
		}
	}
	ask(client.Delete, func(q *client.Request) { q.Grace = new(int64) })
	if v := h.server.Store().Get(res.Key(r.Namespace, name)); v != nil && res.Name != "namespaces" && len(v.Object.GetFinalizers()) == 0 {
		t.Error("it is still there")
	}
}

// minimal reads the manifests by kind. Those without a name are called "it".
func minimal(t *testing.T) map[schema.GroupVersionKind]map[string]any {
	t.Helper()
	text, err := os.ReadFile("testdata/minimal.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all := map[schema.GroupVersionKind]map[string]any{}
	for _, doc := range strings.Split(string(text), "\n---\n") {
		var o map[string]any
		if err := yaml.Unmarshal([]byte(doc), &o); err != nil {
			t.Fatal(err)
		}
		if o["metadata"] == nil {
			o["metadata"] = map[string]any{"name": "it"}
			if o["kind"] == "CSIDriver" {
				o["spec"] = map[string]any{}
			}
		}
		all[schema.FromAPIVersionAndKind(o["apiVersion"].(string), o["kind"].(string))] = o
	}
	return all
}

func marshal(t *testing.T, o any) []byte {
	t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func plain(t *testing.T, o api.Object) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(marshal(t, api.WithKind(o)), &m); err != nil {
		t.Fatal(err)
	}
	return m
}
