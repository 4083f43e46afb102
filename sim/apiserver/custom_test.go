package apiserver_test

import (
	_ "embed"
	"encoding/json"
	"strings"
	"testing"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
	"orrery/sim/etcd"
)

//go:embed testdata/crontabs.json
var crontabs []byte

const (
	definitions = "customresourcedefinitions.apiextensions.k8s.io"
	crontab     = "crontabs.stable.example.com"
)

// define brings CronTabs to a server and runs it until they are served.
func define(t *testing.T, h *harness) {
	t.Helper()
	if r := h.do(client.Request{Verb: client.Create, Resource: definitions, Body: crontabs}); r.Error != nil {
		t.Fatal(r.Error.Message)
	}
	h.settle()
	if h.server.Resource(crontab) == nil {
		t.Fatal("CronTabs are not served")
	}
}

// ask makes a request about CronTabs in demo.
func (h *harness) ask(r client.Request) *client.Response {
	r.Resource, r.Namespace = crontab, "demo"
	return h.do(r)
}

func cronTab(name, spec string) []byte {
	return []byte(`{"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{"name":"` + name + `"},"spec":` + spec + `}`)
}

func specOf(t *testing.T, r *client.Response) string {
	t.Helper()
	if r.Error != nil {
		t.Fatal(r.Error.Message)
	}
	data, _ := json.Marshal(r.Object.(*unstructured.Unstructured).Object["spec"])
	return string(data)
}

// TestDefinition follows a definition from its creation to when it is served, and then to when it is gone, with the
// conditions that each write makes.
func TestDefinition(t *testing.T) {
	h := newHarness()
	define(t, h)
	if r := h.ask(client.Request{Verb: client.Create, Body: cronTab("a", `{"cronSpec":"* * * * *"}`)}); r.Error != nil {
		t.Fatal(r.Error.Message)
	}
	if r := h.do(client.Request{Verb: client.Delete, Resource: definitions, Name: crontab}); r.Error != nil {
		t.Fatal(r.Error.Message)
	}
	if r := h.ask(client.Request{Verb: client.Create, Body: cronTab("b", `{"cronSpec":"* * * * *"}`)}); r.Error == nil ||
		r.Error.Message != `crontabs.stable.example.com "b" is forbidden: create not allowed while custom resource definition is terminating` {
		t.Errorf("a new object of a kind that is going: %v", r.Error)
	}
	h.settle()
	var said []string
	h.server.Store().History("/registry/apiextensions.k8s.io/customresourcedefinitions/"+crontab, func(v *etcd.Value) bool {
		line := ""
		for _, c := range v.Object.(*apiextensionsv1.CustomResourceDefinition).Status.Conditions {
			line += " " + string(c.Type) + "=" + string(c.Status) + ":" + c.Reason
		}
		if v.Deleted() {
			line += " gone"
		}
		said = append(said, strings.TrimSpace(line))
		return true
	})
	const named = "NamesAccepted=True:NoConflicts "
	want := []string{
		"", named + "Established=False:Installing", named + "Established=True:InitialNamesAccepted",
		named + "Established=True:InitialNamesAccepted Terminating=True:InstanceDeletionPending",
		named + "Established=True:InitialNamesAccepted Terminating=True:InstanceDeletionInProgress",
		named + "Established=True:InitialNamesAccepted Terminating=False:InstanceDeletionCompleted gone",
	}
	if got := strings.Join(said, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("the definition was\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	left := 0
	h.server.Store().Range("/registry/stable.example.com/", func(*etcd.Value) bool { left++; return true })
	if left != 0 || h.server.Resource(crontab) != nil {
		t.Errorf("%d objects are left; served: %v", left, h.server.Resource(crontab))
	}
}

func TestCustomObjects(t *testing.T) {
	h := newHarness()
	define(t, h)
	r := h.ask(client.Request{Verb: client.Create, Body: cronTab("a", `{"cronSpec":"* * * * *","more":1}`), FieldValidation: "Strict"})
	if want := `CronTab in version "v1" cannot be handled as a CronTab: strict decoding error: unknown field "spec.more"`; r.Error == nil || r.Error.Message != want {
		t.Errorf("an unknown field: %v", r.Error)
	}
	r = h.ask(client.Request{Verb: client.Create, Body: cronTab("a", `{"cronSpec":"* * * * *","more":1}`), FieldValidation: "Warn"})
	if got := specOf(t, r); got != `{"cronSpec":"* * * * *","image":"nginx"}` || strings.Join(r.Warnings, ";") != `unknown field "spec.more"` {
		t.Errorf("created %s with warnings %v", got, r.Warnings)
	}
	if o := r.Object; o.GetGeneration() != 1 || o.GetNamespace() != "demo" || o.GetUID() == "" {
		t.Errorf("created %v", o)
	}
	if h.server.Store().Get("/registry/stable.example.com/crontabs/demo/a") == nil {
		t.Error("the object is not where it should be")
	}
	r = h.ask(client.Request{Verb: client.Create, Body: cronTab("b", `{"cronSpec":"*","replicas":0}`)})
	want := `CronTab.stable.example.com "b" is invalid: [spec.cronSpec: Invalid value: "*": spec.cronSpec in body should be at least 9 chars long, ` +
		`spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1]`
	if r.Error == nil || r.Error.Message != want {
		t.Errorf("says  %v\nwants %s", r.Error, want)
	}
	patch := func(subresource, data string) *client.Response {
		return h.ask(client.Request{Verb: client.Patch, Name: "a", Subresource: subresource, PatchType: types.MergePatchType, PatchData: []byte(data)})
	}
	if r = patch("", `{"spec":{"replicas":2},"status":{"replicas":1}}`); r.Object.GetGeneration() != 2 || strings.Contains(text(r), `"status"`) {
		t.Errorf("patched %s", text(r))
	}
	if r = patch("status", `{"spec":{"replicas":3},"status":{"replicas":1}}`); r.Object.GetGeneration() != 2 || !strings.Contains(text(r), `"status":{"replicas":1}`) {
		t.Errorf("the status patched %s", text(r))
	}
	if r = patch("scale", `{"spec":{"replicas":5}}`); r.Error != nil || r.Object.(*autoscalingv1.Scale).Spec.Replicas != 5 {
		t.Errorf("scaled %v", r)
	}
	if r = h.ask(client.Request{Verb: client.Get, Name: "a", Subresource: "scale"}); r.Object.(*autoscalingv1.Scale).Status.Replicas != 1 {
		t.Errorf("the scale is %v", r.Object)
	}
	r = h.ask(client.Request{Verb: client.Patch, Name: "a", PatchType: types.StrategicMergePatchType, PatchData: []byte(`{}`)})
	if r.Code != 415 || strings.Contains(r.Error.Message, "strategic") {
		t.Errorf("a strategic merge patch: %v", r.Error)
	}
	if r = h.ask(client.Request{Verb: client.List, Fields: "spec.image=nginx"}); len(r.Items) != 1 {
		t.Errorf("%d objects by a selectable field", len(r.Items))
	}
	if r = h.ask(client.Request{Verb: client.List, Fields: "spec.cronSpec=x"}); r.Error == nil || r.Error.Message != "field label not supported: spec.cronSpec" {
		t.Errorf("a field that is not selectable: %v", r.Error)
	}
}

func text(r *client.Response) string {
	if r.Error != nil {
		return r.Error.Message
	}
	data, _ := json.Marshal(r.Object)
	return string(data)
}

// TestCustomVersions changes an object through a version in which it is not stored, and watches it in the other.
func TestCustomVersions(t *testing.T) {
	h := newHarness()
	define(t, h)
	h.ask(client.Request{Verb: client.WatchVerb})
	old := h.do(client.Request{
		Verb: client.Create, Resource: "crontabs.v1beta1.stable.example.com", Namespace: "demo",
		Body: []byte(`{"apiVersion":"stable.example.com/v1beta1","kind":"CronTab","metadata":{"name":"a"},"spec":{"cronSpec":"* * * * *","x":1}}`),
	})
	if old.Error != nil || old.Object.(*unstructured.Unstructured).GetAPIVersion() != "stable.example.com/v1beta1" {
		t.Fatalf("created %s", text(old))
	}
	if want := "stable.example.com/v1beta1 CronTab is deprecated; use stable.example.com/v1 CronTab"; strings.Join(old.Warnings, "") != want {
		t.Errorf("warns %v", old.Warnings)
	}
	h.settle()
	if len(h.caller.changes) != 1 {
		t.Fatalf("%d changes", len(h.caller.changes))
	}
	o := h.caller.changes[0].Object.(*unstructured.Unstructured)
	spec, _ := json.Marshal(o.Object["spec"])
	if o.GetAPIVersion() != "stable.example.com/v1" || string(spec) != `{"cronSpec":"* * * * *","image":"nginx"}` {
		t.Errorf("watched %s %s", o.GetAPIVersion(), spec)
	}
	got := h.do(client.Request{Verb: client.Get, Resource: "crontabs.v1beta1.stable.example.com", Namespace: "demo", Name: "a"})
	if !strings.Contains(text(got), `"apiVersion":"stable.example.com/v1beta1"`) {
		t.Errorf("got %s", text(got))
	}
}

// TestRefusedDefinitions holds the words in which definitions are refused.
func TestRefusedDefinitions(t *testing.T) {
	for _, test := range []struct{ name, old, new, want string }{
		{"name", `"crontabs.stable.example.com"`, `"crons.stable.example.com"`, `CustomResourceDefinition.apiextensions.k8s.io "crons.stable.example.com" is invalid: metadata.name: Invalid value: "crons.stable.example.com": must be spec.names.plural+"."+spec.group`},
		{"scope", `"Namespaced"`, `"Pod"`, `CustomResourceDefinition.apiextensions.k8s.io "crontabs.stable.example.com" is invalid: spec.scope: Unsupported value: "Pod": supported values: "Cluster", "Namespaced"`},
		{"storage", `"storage": false`, `"storage": true`, `must have exactly one version marked as storage version`},
		{"not structural", `"minLength": 9`, `"minLength": 9, "anyOf": [{"type": "string"}]`, `spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[cronSpec].anyOf[0].type: Forbidden: must be empty to be structural`},
		{"default", `"default": "nginx"`, `"default": 5`, `spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[image].default: Invalid value: "integer":  in body must be of type string: "integer"`},
		{"webhook", `"scope"`, `"conversion": {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {"url": "https://x"}}}, "scope"`, `Orrery has no webhooks: use None, which changes nothing but apiVersion`},
		{"path", `".spec.cronSpec"`, `"spec.cronSpec"`, `spec.versions[0].additionalPrinterColumns[0].JSONPath: Invalid value: "spec.cronSpec": must be a simple json path starting with .`},
	} {
		t.Run(test.name, func(t *testing.T) {
			body := strings.Replace(string(crontabs), test.old, test.new, 1)
			r := newHarness().do(client.Request{Verb: client.Create, Resource: definitions, Body: []byte(body)})
			if r.Error == nil || !strings.Contains(r.Error.Message, test.want) {
				t.Errorf("says  %v\nwants %s", text(r), test.want)
			}
		})
	}
}

// TestFreedNames has a definition wait for a name that another has, until that one is gone.
func TestFreedNames(t *testing.T) {
	h := newHarness()
	define(t, h)
	other := strings.NewReplacer("crontabs", "tabs", `"CronTab"`, `"Tab"`).Replace(string(crontabs))
	h.do(client.Request{Verb: client.Create, Resource: definitions, Body: []byte(other)})
	h.settle()
	const second = "tabs.stable.example.com"
	if h.server.Resource(second) != nil {
		t.Fatal("served though its short name is taken")
	}
	h.do(client.Request{Verb: client.Delete, Resource: definitions, Name: crontab})
	h.settle()
	if h.server.Resource(second) == nil {
		r := h.do(client.Request{Verb: client.Get, Resource: definitions, Name: second})
		t.Errorf("not served though its short name is free: %s", text(r))
	}
}
