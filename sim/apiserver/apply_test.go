package apiserver_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"orrery/sim/api"
	"orrery/sim/apiserver/managedfields"
	"orrery/sim/client"
)

// managers writes an object's managedFields a line each: manager, operation, subresource, and the fields that are not
// below another one of them.
func managers(t *testing.T, r *client.Response) string {
	t.Helper()
	if r.Error != nil {
		t.Fatalf("%d %s", r.Code, r.Error.Message)
	}
	var lines []string
	for _, e := range r.Object.GetManagedFields() {
		var set fieldpath.Set
		if err := set.FromJSON(bytes.NewReader(e.FieldsV1.Raw)); err != nil {
			t.Fatal(err)
		}
		var paths []string
		set.Leaves().Iterate(func(p fieldpath.Path) { paths = append(paths, p.String()) })
		slices.Sort(paths)
		who := e.Manager + " " + string(e.Operation)
		if e.Subresource != "" {
			who += "/" + e.Subresource
		}
		lines = append(lines, who+" "+e.APIVersion+": "+strings.Join(paths, " "))
	}
	return strings.Join(lines, "\n")
}

func hold(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got: %s\nwant: %s", what, got, want)
	}
}

// write completes a request about the ConfigMap or the Deployment named in it.
func write(verb client.Verb, resource, manager, body string) client.Request {
	r := client.Request{Verb: verb, Resource: resource, Namespace: "demo", Name: "a", Manager: manager, Managed: true}
	switch {
	case verb != client.Patch:
		r.Body = []byte(body)
	case strings.HasPrefix(body, "["):
		r.PatchType, r.PatchData = types.JSONPatchType, []byte(body)
	default:
		r.PatchType, r.PatchData = types.MergePatchType, []byte(body)
	}
	return r
}

func apply(resource, manager, body string) client.Request {
	r := write(client.Patch, resource, manager, body)
	r.PatchType = types.ApplyYAMLPatchType
	return r
}

const configMap = `{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: "1", b: "2"}}`

// TestApply follows one ConfigMap through the cases of server-side apply.
func TestApply(t *testing.T) {
	h := newHarness()
	r := h.do(apply("configmaps", "one", configMap))
	hold(t, "created", managers(t, r), "one Apply v1: .data.b .data.x")
	if r.Code != 201 {
		t.Errorf("created: %d", r.Code)
	}
	was := r.Object.GetResourceVersion()

	r = h.do(apply("configmaps", "one", configMap))
	if r.Code != 200 || r.Object.GetResourceVersion() != was {
		t.Errorf("the same again: %d at %s, want 200 at %s", r.Code, r.Object.GetResourceVersion(), was)
	}

	r = h.do(apply("configmaps", "two", `{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: "1"}}`))
	hold(t, "shared", managers(t, r), "one Apply v1: .data.b .data.x\ntwo Apply v1: .data.x")

	answerCase{
		"conflict", apply("configmaps", "three", `{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: "3", b: "3"}}`), 409,
		"Apply failed with 3 conflicts: conflicts with \"one\":\n- .data.b\n- .data.x\nconflicts with \"two\":\n- .data.x", nil,
	}.run(t, h)
	answerCase{
		"one conflict", apply("configmaps", "three", `{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {b: "3"}}`), 409,
		`Apply failed with 1 conflict: conflict with "one": .data.b`, nil,
	}.run(t, h)
	forced := apply("configmaps", "three", `{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {b: "3"}}`)
	forced.Force = true
	hold(t, "forced", managers(t, h.do(forced)), "one Apply v1: .data.x\ntwo Apply v1: .data.x\nthree Apply v1: .data.b")

	r = h.do(write(client.Patch, "configmaps", "edit", `{"data":{"x":"9"}}`))
	hold(t, "an update takes what it changes", managers(t, r), "three Apply v1: .data.b\nedit Update v1: .data.x")

	r = h.do(apply("configmaps", "three", `{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {z: "1"}}`))
	hold(t, "left out", managers(t, r), "three Apply v1: .data.z\nedit Update v1: .data.x")
	if d := r.Object.(*corev1.ConfigMap).Data; len(d) != 2 || d["x"] != "9" || d["z"] != "1" {
		t.Errorf("data is %v: a field that its only manager leaves out goes, another's stays", d)
	}

	dry := apply("configmaps", "four", `{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {w: "1"}}`)
	dry.DryRun = true
	before := h.server.Store().Revision()
	hold(t, "dry run", managers(t, h.do(dry)), "three Apply v1: .data.z\nfour Apply v1: .data.w\nedit Update v1: .data.x")
	if h.server.Store().Revision() != before {
		t.Error("a dry run wrote")
	}
}

// TestApplyErrors holds what a configuration that cannot be applied is told.
func TestApplyErrors(t *testing.T) {
	strict := apply("configmaps", "m", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: 1, x: 2}\n")
	strict.FieldValidation = "Strict"
	for _, c := range []answerCase{
		{
			"no manager", apply("configmaps", "", configMap), 422,
			`PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch`, nil,
		},
		{
			"another version", apply("configmaps", "m", `{apiVersion: v2, kind: ConfigMap, metadata: {name: a}}`), 400,
			"invalid object type: /v2, Kind=ConfigMap", nil,
		},
		{
			"managedFields", apply("configmaps", "m", `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, managedFields: [{}]}}`), 400,
			"metadata.managedFields must be nil", nil,
		},
		{
			"another name", apply("configmaps", "m", `{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}`), 400,
			"the name of the object (b) does not match the name on the URL (a)", nil,
		},
		{
			"a uid", apply("configmaps", "m", `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, uid: u}}`), 409,
			`Operation cannot be fulfilled on configmaps "a": uid mismatch: the provided object specified uid u, and no existing object was found`,
			nil,
		},
		{
			"unknown field", apply("configmaps", "m", `{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, nope: 1}`), 400,
			"failed to create typed patch object (/a; /v1, Kind=ConfigMap): .nope: field not declared in schema", nil,
		},
		{"no YAML", apply("configmaps", "m", "a: b: c"), 400, "error decoding YAML: error converting YAML to JSON: yaml: mapping values are not allowed in this context", nil},
	} {
		c.run(t, newHarness())
	}
}

// TestUpdateManagers holds who manages what after the writes of users and components that do not apply.
func TestUpdateManagers(t *testing.T) {
	h := newHarness()
	h.server.Bootstrap(h.engine.Stream("bootstrap"))
	h.do(client.Request{Verb: client.Create, User: "replicaset-controller", Resource: "pods", Namespace: "demo", Object: pod("a")})
	h.do(client.Request{
		Verb: client.Create, User: "scheduler", Resource: "pods", Subresource: "binding", Namespace: "demo", Name: "a",
		Object: &corev1.Binding{Target: corev1.ObjectReference{Kind: "Node", Name: "node-1"}},
	})
	status := &corev1.Pod{Status: corev1.PodStatus{Phase: corev1.PodRunning, HostIP: "172.18.0.11", HostIPs: []corev1.HostIP{{IP: "172.18.0.11"}}}}
	h.do(client.Request{
		Verb: client.Patch, User: "kubelet/node-1", Resource: "pods", Subresource: "status", Namespace: "demo", Name: "a",
		PatchType: client.TypedStatus, Object: status,
	})
	const c = `.spec.containers[name="nginx"]`
	hold(t, "a pod", managers(t, h.do(client.Request{Verb: client.Get, Resource: "pods", Namespace: "demo", Name: "a", Managed: true})),
		"kube-controller-manager Update v1: .metadata.labels.app "+c+".image "+c+".imagePullPolicy "+c+".name "+
			c+`.ports[containerPort=80,protocol="TCP"].containerPort `+c+`.ports[containerPort=80,protocol="TCP"].protocol `+
			c+".resources.requests.cpu "+c+".terminationMessagePath "+c+".terminationMessagePolicy "+
			".spec.dnsPolicy .spec.enableServiceLinks .spec.restartPolicy .spec.schedulerName .spec.securityContext "+
			".spec.terminationGracePeriodSeconds\n"+
			`kubelet Update/status v1: .status.hostIP .status.hostIPs .status.phase`)

	h.do(create(web, ""))
	h.do(client.Request{
		Verb: client.Patch, Resource: "deployments.apps", Subresource: "scale", Namespace: "demo", Name: "web",
		PatchType: types.MergePatchType, PatchData: []byte(`{"spec":{"replicas":7}}`), Agent: "kubectl/v1.36.3 (linux/amd64)",
	})
	d := h.do(client.Request{Verb: client.Get, Resource: "deployments.apps", Namespace: "demo", Name: "web", Managed: true})
	if got := managers(t, d); !strings.HasSuffix(got, "\nkubectl Update/scale apps/v1: .spec.replicas") {
		t.Errorf("a scaled Deployment: %s", got)
	}
}

// TestMigration is how a client turns what it managed by updates into something that it applies: by writing
// metadata.managedFields itself.
func TestMigration(t *testing.T) {
	h := newHarness()
	object := `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"1"}}`
	r := h.do(write(client.Create, "configmaps", "kubectl-client-side-apply", object))
	hold(t, "created", managers(t, r), "kubectl-client-side-apply Update v1: .data.x")

	r = h.do(write(client.Patch, "configmaps", "kubectl", `[{"op":"replace","path":"/metadata/managedFields/0/manager","value":"kubectl"},`+
		`{"op":"replace","path":"/metadata/managedFields/0/operation","value":"Apply"}]`))
	hold(t, "migrated", managers(t, r), "kubectl Apply v1: .data.x")

	r = h.do(apply("configmaps", "kubectl", `{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}`))
	if d := r.Object.(*corev1.ConfigMap).Data; len(d) != 0 {
		t.Errorf("what was migrated and is left out is still there: %v", d)
	}

	h.do(apply("configmaps", "kubectl", configMap))
	r = h.do(write(client.Patch, "configmaps", "x", `{"metadata":{"managedFields":[{}]}}`))
	hold(t, "reset", managers(t, r), "")
	r = h.do(apply("configmaps", "late", `{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {b: "2"}}`))
	hold(t, "applied after that", managers(t, r), "late Apply v1: .data.b\nbefore-first-apply Update v1: .data.b .data.x")
}

// TestResetFields holds that nobody manages by a write what that write cannot change.
func TestResetFields(t *testing.T) {
	h := newHarness()
	h.do(apply("deployments.apps", "one", strings.ReplaceAll(web, `"name":"web"`, `"name":"a"`)))
	r := h.do(apply("deployments.apps", "two", `{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {paused: true}, status: {replicas: 3}}`))
	if got := managers(t, r); !strings.HasSuffix(got, "\ntwo Apply apps/v1: .spec.paused") {
		t.Errorf("a status that was applied: %s", got)
	}
	q := apply("deployments.apps", "three", `{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {paused: false}, status: {replicas: 3}}`)
	q.Subresource = "status"
	r = h.do(q)
	if got := managers(t, r); !strings.HasSuffix(got, "three Apply/status apps/v1: .status.replicas") {
		t.Errorf("a status that was applied as such: %s", got)
	}
	if d := r.Object.(*appsv1.Deployment); !d.Spec.Paused || d.Status.Replicas != 3 {
		t.Errorf("paused %v with %d replicas, want true with 3", d.Spec.Paused, d.Status.Replicas)
	}
}

// TestHistoryIsBounded holds that a component which writes forever leaves no longer a history than 64 writes, and that
// the managers are the same whether or not somebody looked at them in between.
func TestHistoryIsBounded(t *testing.T) {
	looked, blind := newHarness(), newHarness()
	for _, h := range []*harness{looked, blind} {
		h.do(write(client.Create, "configmaps", "maker", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"made":"1"}}`))
		for i := range 200 {
			value := strings.Repeat("x", i+1)
			h.do(client.Request{
				Verb: client.Patch, Resource: "configmaps", Namespace: "demo", Name: "a", Manager: "beat", Managed: h == looked,
				PatchType: types.MergePatchType, PatchData: []byte(`{"data":{"beat":"` + value + `"}}`),
			})
			if i%50 == 49 {
				h.do(client.Request{
					Verb: client.Patch, Resource: "configmaps", Namespace: "demo", Name: "a", Manager: "other", Managed: h == looked,
					PatchType: types.MergePatchType, PatchData: []byte(`{"data":{"other":"` + value + `"}}`),
				})
			}
		}
	}
	get := client.Request{Verb: client.Get, Resource: "configmaps", Namespace: "demo", Name: "a", Managed: true}
	a, b := looked.do(get), blind.do(get)
	hold(t, "looked at", managers(t, a), "beat Update v1: .data.beat\nmaker Update v1: .data.made\nother Update v1: .data.other")
	hold(t, "not looked at", managers(t, b), managers(t, a))
	var h *managedfields.History
	m := &managedfields.Managers{}
	cm := func(v string) *corev1.ConfigMap {
		return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "a"}, Data: map[string]string{"v": v}}
	}
	for i := range 1000 {
		r := &client.Request{Resource: "configmaps", Manager: string(rune('a' + i%5)), Object: cm("")}
		h = h.Add(m, managedfields.Write{Resource: api.Find("configmaps"), Request: r, Live: cm("x"), Object: cm("y")})
		if h.Len() > 65 {
			t.Fatalf("after %d writes %d are kept", i+1, h.Len())
		}
	}
}
