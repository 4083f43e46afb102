package apiserver_test

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
)

// web is a Deployment as a user sends it.
const web = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"demo","labels":{"app":"web"}},
"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
"spec":{"containers":[{"name":"c","image":"nginx","ports":[{"containerPort":80}],"env":[{"name":"A","value":"1"}]}]}}}}`

// answerCase is a request and what a 1.36 server answers to it.
type answerCase struct {
	name     string
	request  client.Request
	code     int
	message  string   // of the refusal
	warnings []string // of any answer
}

// run holds the answers, and that a refusal or a write that changes nothing makes no revision.
func (c answerCase) run(t *testing.T, h *harness) {
	t.Helper()
	before := h.server.Store().Revision()
	r := h.do(c.request)
	message := ""
	if r.Error != nil {
		message = r.Error.Message
	}
	if r.Code != c.code || message != c.message {
		t.Errorf("%s: %d %s\nwant: %d %s", c.name, r.Code, message, c.code, c.message)
	}
	if got, want := strings.Join(r.Warnings, "\n"), strings.Join(c.warnings, "\n"); got != want {
		t.Errorf("%s warns\n%s\nwant\n%s", c.name, got, want)
	}
	if after := h.server.Store().Revision(); r.Error != nil && after != before {
		t.Errorf("%s was refused and made revision %d of %d", c.name, after, before)
	}
}

func create(body, validation string) client.Request {
	return client.Request{
		Verb: client.Create, Resource: "deployments.apps", Namespace: "demo", Body: []byte(body), FieldValidation: validation,
	}
}

func patch(kind types.PatchType, data, validation string) client.Request {
	return client.Request{
		Verb: client.Patch, Resource: "deployments.apps", Namespace: "demo", Name: "web",
		PatchType: kind, PatchData: []byte(data), FieldValidation: validation,
	}
}

func TestDecoding(t *testing.T) {
	odd := strings.Replace(web, `"replicas":2,`, `"replicas":2,"replicas":3,"nope":1,`, 1)
	for _, c := range []answerCase{
		{
			"strict", create(odd, "Strict"), 400, `Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: ` +
				`duplicate field "spec.replicas", unknown field "spec.nope"`, nil,
		},
		{"warn", create(odd, ""), 201, "", []string{`duplicate field "spec.replicas"`, `unknown field "spec.nope"`}},
		{"ignore", create(strings.Replace(odd, `"name":"web"`, `"name":"web2"`, 1), "Ignore"), 201, "", nil},
		{
			"unknown directive", create(web, "Maybe"), 422, `CreateOptions.meta.k8s.io "" is invalid: fieldValidation: ` +
				`Unsupported value: "Maybe": supported values: "", "Ignore", "Strict", "Warn"`, nil,
		},
		{
			"wrong type", create(strings.Replace(web, `"replicas":2`, `"replicas":"x"`, 1), "Strict"), 400,
			`Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field ` +
				`DeploymentSpec.spec.replicas of type int32`, nil,
		},
		{
			"nothing", create("", ""), 400, "the object provided is unrecognized (must be of type Deployment): " +
				"couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)", nil,
		},
		{
			"no JSON", create("hello", ""), 400, "the object provided is unrecognized (must be of type Deployment): " +
				"couldn't get version/kind; json parse error: invalid character 'h' looking for beginning of value (68656c6c6f)", nil,
		},
		{
			"another kind", create(`{"apiVersion":"v1","kind":"Pod"}`, ""), 400,
			`Pod in version "v1" cannot be handled as a Deployment: converting (v1.Pod) to (apps.Deployment): unknown conversion`, nil,
		},
		{
			"unknown kind", create(`{"apiVersion":"apps/v7","kind":"Deployment"}`, ""), 400,
			`Deployment in version "v7" cannot be handled as a Deployment: no kind "Deployment" is registered for version "apps/v7"` +
				` in scheme "pkg/api/legacyscheme/scheme.go:30"`, nil,
		},
		{
			"manager",
			client.Request{
				Verb: client.Create, Resource: "deployments.apps", Namespace: "demo", Body: []byte(web), Manager: "a\tb",
			},
			422,
			`CreateOptions.meta.k8s.io "" is invalid: fieldManager: Invalid value: "a\tb": invalid character U+0009 (at position 1)`, nil,
		},
	} {
		c.run(t, newHarness())
	}
}

func TestPatches(t *testing.T) {
	const rejected = "the server rejected our request due to an error in our request"
	strategic, merge, json := types.StrategicMergePatchType, types.MergePatchType, types.JSONPatchType
	for _, c := range []answerCase{
		{"strategic", patch(strategic, `{"spec":{"replicas":3}}`, "Strict"), 200, "", nil},
		{"merge", patch(merge, `{"spec":{"replicas":3}}`, "Strict"), 200, "", nil},
		{"json", patch(json, `[{"op":"replace","path":"/spec/replicas","value":3}]`, "Strict"), 200, "", nil},
		{"strategic is no JSON", patch(strategic, `{"spec":`, ""), 400, "unexpected end of JSON input", nil},
		{"merge is no JSON", patch(merge, `{"spec":`, ""), 400, "error decoding patch: unexpected end of JSON input", nil},
		{"merge is no JSON, unvalidated", patch(merge, `{"spec":`, "Ignore"), 400, "Invalid JSON Patch", nil},
		{"json is no JSON", patch(json, `[{`, ""), 400, "error decoding patch: unexpected end of JSON input", nil},
		{
			"json is no list", patch(json, `{}`, ""), 400,
			"error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp", nil,
		},
		{"json removes nothing", patch(json, `[{"op":"remove","path":"/spec/nope"}]`, ""), 422, rejected, nil},
		{"json test fails", patch(json, `[{"op":"test","path":"/spec/replicas","value":9}]`, ""), 422, rejected, nil},
		{
			"json has an unknown field", patch(json, `[{"op":"replace","path":"/spec/replicas","value":3,"why":1}]`, ""), 200, "",
			[]string{`json patch unknown field "[0].why"`},
		},
		{"unknown field", patch(strategic, `{"spec":{"nope":1}}`, ""), 200, "", []string{`unknown field "spec.nope"`}},
		{
			"unknown field, strictly", patch(strategic, `{"spec":{"nope":1}}`, "Strict"), 422,
			` "" is invalid: patch: Invalid value: "map[spec:map[nope:1]]": strict decoding error: unknown field "spec.nope"`, nil,
		},
		{"duplicate field", patch(merge, `{"spec":{"replicas":3,"replicas":4}}`, ""), 200, "", []string{`duplicate field "spec.replicas"`}},
		{"duplicate field, unvalidated", patch(merge, `{"spec":{"replicas":3,"replicas":4}}`, "Ignore"), 200, "", nil},
		{
			"wrong type", patch(strategic, `{"spec":{"replicas":"x"}}`, ""), 422,
			` "" is invalid: patch: Invalid value: "map[spec:map[replicas:x]]": unrecognized type: int32`, nil,
		},
		{
			"unknown directive", patch(strategic, `{"spec":{"template":{"spec":{"containers":[{"$patch":"odd","name":"c"}]}}}}`, ""), 400,
			"unknown patch type: odd in map: map[$patch:odd name:c]", nil,
		},
		{
			"no merge key", patch(strategic, `{"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}}`, ""), 400,
			"map: map[image:x] does not contain declared merge key: name", nil,
		},
		{
			"another name", patch(merge, `{"metadata":{"name":"other"}}`, ""), 400,
			"the name of the object (other) does not match the name on the URL (web)", nil,
		},
		{
			"another namespace", patch(merge, `{"metadata":{"namespace":"other"}}`, ""), 400,
			"the namespace of the provided object does not match the namespace sent on the request", nil,
		},
		{"no namespace", patch(merge, `{"metadata":{"namespace":null}}`, ""), 200, "", nil},
		{
			"an old revision", patch(merge, `{"metadata":{"resourceVersion":"1"}}`, ""), 409,
			`Operation cannot be fulfilled on deployments.apps "web": the object has been modified;` +
				" please apply your changes to the latest version and try again", nil,
		},
		{
			"unknown type", patch("text/plain", `{}`, ""), 415, "the body of the request was in an unknown format - accepted media " +
				"types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, " +
				"application/apply-patch+yaml", nil,
		},
		{
			"force", client.Request{
				Verb: client.Patch, Resource: "deployments.apps", Namespace: "demo", Name: "web", PatchType: merge,
				PatchData: []byte(`{}`), Force: true,
			}, 422, `PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch`, nil,
		},
	} {
		h := newHarness()
		if r := h.do(create(web, "Strict")); r.Error != nil {
			t.Fatal(r.Error.Message)
		}
		c.run(t, h)
	}
}

// TestWarnings holds what a 1.36 server warns of.
func TestWarnings(t *testing.T) {
	const name = "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: " +
		"[must not contain dots]"
	for _, c := range []struct{ resource, body, want string }{
		{"deployments.apps", strings.Replace(web, `"name":"web"`, `"name":"a.b"`, 1), name},
		{
			"ingresses.networking.k8s.io", `{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"a",` +
				`"annotations":{"kubernetes.io/ingress.class":"x"}},"spec":{"defaultBackend":{"service":{"name":"a","port":{"number":1}}}}}`,
			`annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`,
		},
		{
			"statefulsets.apps", strings.Replace(strings.Replace(web, `"Deployment"`, `"StatefulSet"`, 1), `"replicas":2`, `"revisionHistoryLimit":-1`, 1),
			"spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended",
		},
		{
			"persistentvolumeclaims", `{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"a"},` +
				`"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"100m"}}}}`,
			`spec.resources.requests[storage]: fractional byte value "100m" is invalid, must be an integer`,
		},
		{"endpoints", `{"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"a"}}`, "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"},
	} {
		r := newHarness().do(client.Request{Verb: client.Create, Resource: c.resource, Namespace: "demo", Body: []byte(c.body)})
		if got := strings.Join(r.Warnings, "\n"); got != c.want || r.Error != nil {
			t.Errorf("%s: %d %v warns %s\nwant %s", c.resource, r.Code, r.Error, got, c.want)
		}
	}
}
