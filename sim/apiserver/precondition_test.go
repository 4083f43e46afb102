package apiserver_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
)

// TestPreconditions holds what a write is told that was meant for another object or another revision.
func TestPreconditions(t *testing.T) {
	const modified = `Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes ` +
		"to the latest version and try again"
	put := func(body string) client.Request { return write(client.Update, "configmaps", "", body) }
	remove := func(uid types.UID, revision string) client.Request {
		return client.Request{Verb: client.Delete, Resource: "configmaps", Namespace: "demo", Name: "a", UID: uid, Revision: revision}
	}
	h := newHarness()
	made := h.do(write(client.Create, "configmaps", "", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}`)).Object
	uid, revision := string(made.GetUID()), made.GetResourceVersion()
	for _, c := range []answerCase{
		{
			"create with a revision", write(client.Create, "configmaps", "",
				`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b","resourceVersion":"3"}}`),
			400, "resourceVersion should not be set on objects to be created", nil,
		},
		{
			"create again", write(client.Create, "configmaps", "", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}`),
			409, `configmaps "a" already exists`, nil,
		},
		{
			"update without a name", put(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{}}`), 400,
			"the name of the object (a based on URL) was undeterminable: name must be provided", nil,
		},
		{
			"update of another name", put(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b"}}`), 400,
			"the name of the object (b) does not match the name on the URL (a)", nil,
		},
		{
			"update of another namespace", put(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"b"}}`), 400,
			"the namespace of the provided object does not match the namespace sent on the request", nil,
		},
		{"update of an old revision", put(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","resourceVersion":"1"}}`), 409, modified, nil},
		{
			"update of another uid", put(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"u"}}`), 409,
			`Operation cannot be fulfilled on configmaps "a": StorageError: invalid object, Code: 4, Key: /registry/configmaps/demo/a, ` +
				"ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: u, UID in object meta: " + uid, nil,
		},
		{
			"patch of another uid", write(client.Patch, "configmaps", "", `{"metadata":{"uid":"u"}}`), 422,
			`ConfigMap "a" is invalid: metadata.uid: Invalid value: "u": field is immutable`, nil,
		},
		{
			"deletion by a patch", write(client.Patch, "configmaps", "", `{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"}}`), 422,
			`ConfigMap "a" is invalid: metadata.deletionTimestamp: Invalid value: "2026-01-01T00:00:00Z": field is immutable`, nil,
		},
		{"update without a revision", put(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}`), 200, "", nil},
		{
			"delete of another uid", remove("u", ""), 409, `Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition ` +
				"(u) does not match the UID in record (" + uid + "). The object might have been deleted and then recreated", nil,
		},
		{
			"delete of an old revision", remove("", "1"), 409, `Operation cannot be fulfilled on ConfigMap "a": the ResourceVersion in ` +
				"the precondition (1) does not match the ResourceVersion in record (" + revision + "). The object might have been modified", nil,
		},
		{"delete", remove(types.UID(uid), revision), 200, "", nil},
		{"delete again", remove("", ""), 404, `configmaps "a" not found`, nil},
	} {
		c.run(t, h)
	}
}

// TestGeneratedNames holds that names are generated at most 63 characters long.
func TestGeneratedNames(t *testing.T) {
	h := newHarness()
	r := h.do(client.Request{Verb: client.Create, Resource: "configmaps", Namespace: "demo", Object: &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{GenerateName: strings.Repeat("x", 100) + "-"},
	}})
	if r.Error != nil || len(r.Object.GetName()) != 63 {
		t.Errorf("named %q", r.Object.GetName())
	}
}

// TestPropagation holds what becomes of the dependents of an object when nobody says it.
func TestPropagation(t *testing.T) {
	const template = `"template":{"metadata":{"labels":{"app":"web"}},"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"nginx"}]}}`
	for _, c := range []struct {
		resource, body string
		propagation    metav1.DeletionPropagation
		finalizers     string
		warned         bool
	}{
		{"jobs.batch", `{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"a"},"spec":{` + template + `}}`, "", "orphan", true},
		{
			"jobs.batch", `{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"a"},"spec":{` + template + `}}`,
			metav1.DeletePropagationBackground, "gone", false,
		},
		{"replicationcontrollers", `{"apiVersion":"v1","kind":"ReplicationController","metadata":{"name":"a"},"spec":{"replicas":0,` +
			strings.Replace(template, "Never", "Always", 1) + `}}`, "", "orphan", false},
		{"deployments.apps", strings.Replace(web, `"name":"web"`, `"name":"a"`, 1), "", "gone", false},
		{
			"deployments.apps", strings.Replace(web, `"name":"web"`, `"name":"a"`, 1), metav1.DeletePropagationForeground,
			"foregroundDeletion", false,
		},
	} {
		h := newHarness()
		if r := h.do(client.Request{Verb: client.Create, Resource: c.resource, Namespace: "demo", Body: []byte(c.body)}); r.Error != nil {
			t.Fatal(r.Error.Message)
		}
		r := h.do(client.Request{Verb: client.Delete, Resource: c.resource, Namespace: "demo", Name: "a", Propagation: c.propagation})
		got := "gone"
		if left := h.do(client.Request{Verb: client.Get, Resource: c.resource, Namespace: "demo", Name: "a"}); left.Error == nil {
			got = strings.Join(left.Object.GetFinalizers(), " ")
		}
		if got != c.finalizers || len(r.Warnings) > 0 != c.warned {
			t.Errorf("%s deleted %q: %s, want %s; warnings %v", c.resource, c.propagation, got, c.finalizers, r.Warnings)
		}
	}
}
