package apiserver_test

import (
	"testing"

	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
)

// answered holds what every answer must be: one that blames the client for what is wrong, and a store that a refusal, a
// dry run or a reading leaves as it was.
func answered(t *testing.T, h *harness, q client.Request) {
	t.Helper()
	before := h.server.Store().Revision()
	r := h.do(q)
	if r.Code >= 500 || r.Error != nil && r.Error.Code >= 500 {
		t.Errorf("%s %s: %d %v", q.Verb, q.Resource, r.Code, r.Error)
	}
	reads := q.Verb == client.List || q.Verb == client.Get || q.Verb == client.WatchVerb
	if after := h.server.Store().Revision(); after != before && (r.Error != nil || q.DryRun || reads) {
		t.Errorf("%s %s answered %d and made revision %d of %d", q.Verb, q.Resource, r.Code, after, before)
	}
}

var fuzzed = []string{"configmaps", "pods", "services", "deployments.apps", "nodes", "namespaces", "events", "leases.coordination.k8s.io"}

// FuzzBody sends anything as the body of a create and of an update.
func FuzzBody(f *testing.F) {
	for i, body := range []string{
		web, configMap, "", "{}", "null", "[]", `{"kind":"Pod"}`, `{"apiVersion":"v1","kind":"Pod","metadata":null,"spec":null}`,
		`{"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},"spec":{"ports":[{"port":80,"targetPort":"x"}]}}`,
		`{"apiVersion":"v1","kind":"Pod","metadata":{"generateName":"a"},"spec":{"containers":[{}],"volumes":[{"name":"v"}]}}`,
		`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","managedFields":[{"fieldsV1":{"f:x":1}}]}}`,
	} {
		f.Add([]byte(body), byte(i), byte(i))
	}
	f.Fuzz(func(t *testing.T, body []byte, resource, validation byte) {
		h := newHarness()
		q := client.Request{
			Verb: client.Create, Resource: fuzzed[int(resource)%len(fuzzed)], Namespace: "demo", Body: body, Managed: true,
			FieldValidation: []string{"", "Strict", "Warn", "Ignore"}[validation%4],
		}
		answered(t, h, q)
		q.Verb, q.Name = client.Update, "a"
		answered(t, h, q)
	})
}

// FuzzPatch sends anything as a patch of any type to a Deployment, its status and its scale.
func FuzzPatch(f *testing.F) {
	for i, patch := range []string{
		`{"spec":{"replicas":3}}`, `[{"op":"replace","path":"/spec/replicas","value":3}]`, `[{"op":"copy","from":"","path":"/x"}]`,
		`{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"c"}],"containers":[{"name":"c","image":"x"}]}}}}`,
		`{"spec":{"template":{"spec":{"containers":[{"$patch":"delete","name":"c"}]}}}}`, `{"$patch":"replace"}`, `{"metadata":null}`,
		`{"metadata":{"managedFields":[{}]}}`, `{"metadata":{"finalizers":["x/y"]}}`, `{"spec":{"$retainKeys":["a"]}}`,
		`{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 4}}`, `{"apiVersion":"v1"}`, `null`, `1`, ``,
		`[{"op":"replace","path":"/metadata","value":{"name":"web","namespace":"demo"}}]`, `[{"op":"test","path":"","value":null}]`,
		`[{"op":"remove","path":""}]`, `[{"op":"add","path":"/spec/template/spec/containers/-1","value":{}}]`,
	} {
		f.Add([]byte(patch), byte(i), byte(i/4))
	}
	kinds := []types.PatchType{types.StrategicMergePatchType, types.MergePatchType, types.JSONPatchType, types.ApplyYAMLPatchType}
	f.Fuzz(func(t *testing.T, patch []byte, kind, option byte) {
		h := newHarness()
		if r := h.do(create(web, "")); r.Error != nil {
			t.Fatal(r.Error.Message)
		}
		answered(t, h, client.Request{
			Verb: client.Patch, Resource: "deployments.apps", Namespace: "demo", Name: "web", Managed: true, Manager: "fuzz",
			PatchType: kinds[kind%4], PatchData: patch, Subresource: []string{"", "status", "scale"}[option%3], DryRun: option&8 != 0,
			FieldValidation: []string{"", "Strict", "Ignore"}[option/16%3], Force: kind%4 == 3 && option&4 != 0,
		})
	})
}

// FuzzSelector lists and watches with anything as the selectors.
func FuzzSelector(f *testing.F) {
	for _, s := range []string{"a=b", "a in (b,c),!d", "a>1", "metadata.name=x", "=", "a!=b,,", "status.phase", "\x00", "a=(", "in in (in)"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, labels, fields string) {
		h := newHarness()
		h.do(client.Request{Verb: client.Create, Resource: "pods", Namespace: "demo", Object: pod("a")})
		for _, verb := range []client.Verb{client.List, client.WatchVerb} {
			answered(t, h, client.Request{Verb: verb, Resource: "pods", Namespace: "demo", Labels: labels, Fields: fields})
		}
	})
}
