package door_test

import (
	"compress/gzip"
	"io"
	"strings"
	"testing"
)

// TestRefusals holds the words of refusals that come from the protocol, not from a resource.
func TestRefusals(t *testing.T) {
	_, s := serve(t)
	const (
		failure = `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",`
		invalid = `"reason":"Invalid","details":{"group":"meta.k8s.io","kind":"`
	)
	for _, c := range []struct {
		method, path, body, header string
		code                       int
		want                       string
	}{
		{"GET", "/api/v1/foo", "", "", 404, failure + `"message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404}`},
		{"GET", "/api/v1/namespaces/a/nodes", "", "", 404, failure + `"message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404}`},
		{"POST", "/api/v1/namespaces/default/pods/x", "", "", 405, failure + `"message":"the server does not allow this method on the requested resource","reason":"MethodNotAllowed","details":{},"code":405}`},
		{"DELETE", "/api/v1/namespaces", "", "", 405, failure + `"message":"the server does not allow this method on the requested resource","reason":"MethodNotAllowed","details":{},"code":405}`},
		{"GET", "/api/v1/namespaces/default/pods/x", "", "", 404, failure + `"message":"pods \"x\" not found","reason":"NotFound","details":{"name":"x","kind":"pods"},"code":404}`},
		{"GET", "/api/v1/pods?limit=a", "", "", 400, failure + `"message":"strconv.ParseInt: parsing \"a\": invalid syntax","reason":"BadRequest","code":400}`},
		{"GET", "/api/v1/pods?resourceVersionMatch=Exact", "", "", 422, failure + `"message":"ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",` + invalid + `ListOptions","causes":[{"reason":"FieldValueForbidden","message":"Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided","field":"resourceVersionMatch"}]},"code":422}`},
		{"GET", "/api/v1/pods?includeObject=All", "", asTable, 400, failure + `"message":"Unable to convert to Table as requested: includeObject: Invalid value: \"All\": must be 'Metadata', 'Object', 'None', or empty","reason":"BadRequest","code":400}`},
		{"DELETE", "/api/v1/namespaces/default/pods/x?propagationPolicy=Foo", "", "", 422, failure + `"message":"DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"Foo\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"",` + invalid + `DeleteOptions","causes":[{"reason":"FieldValueNotSupported","message":"Unsupported value: \"Foo\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"","field":"propagationPolicy"}]},"code":422}`},
		{"PATCH", "/api/v1/namespaces/default/pods/x?force=true", "{}", "Content-Type: application/merge-patch+json", 422, failure + `"message":"PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch",` + invalid + `PatchOptions","causes":[{"reason":"FieldValueForbidden","message":"Forbidden: may not be specified for non-apply patch","field":"force"}]},"code":422}`},
		{"PATCH", "/api/v1/namespaces/default/pods/x", "{}", "Content-Type: application/json", 415, failure + `"message":"the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml","reason":"UnsupportedMediaType","code":415}`},
		{"PUT", "/api/v1/namespaces/default/pods/x", "{}", "Content-Type: text/plain", 415, failure + `"message":"the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf","reason":"UnsupportedMediaType","code":415}`},
		{"POST", "/api/v1/namespaces/default/pods?dryRun=Some", "{}", "", 422, failure + `"message":"CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"Some\"]: supported values: \"All\"",` + invalid + `CreateOptions","causes":[{"reason":"FieldValueNotSupported","message":"Unsupported value: [\"Some\"]: supported values: \"All\"","field":"dryRun"}]},"code":422}`},
		{"GET", "/api/v1/pods", "", "Accept: application/xml", 406, "{\n  \"kind\": \"Status\",\n  \"apiVersion\": \"v1\",\n  \"metadata\": {},\n  \"status\": \"Failure\",\n  \"message\": \"only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf\",\n  \"reason\": \"NotAcceptable\",\n  \"code\": 406\n}"},
	} {
		var headers []string
		if c.header != "" {
			headers = []string{c.header}
		}
		a := send(t, s, c.method, c.path, c.body, headers...)
		if a.code != c.code || strings.TrimSuffix(a.body, "\n") != c.want {
			t.Errorf("%s %s: %d\n%s\nwant %d\n%s", c.method, c.path, a.code, a.body, c.code, c.want)
		}
	}
}

// TestFormats holds that an object and a list are the same in every format, and that what they are turned into has the
// right kind.
func TestFormats(t *testing.T) {
	_, s := serve(t)
	made := send(t, s, "POST", "/api/v1/namespaces/default/configmaps", "metadata: {name: a}\ndata: {k: v}", "Content-Type: application/yaml")
	if made.code != 201 || !strings.HasPrefix(made.body, `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"default",`) {
		t.Fatalf("created: %d %s", made.code, made.body)
	}
	_, after, _ := strings.Cut(made.body, `"resourceVersion":"`)
	revision, _, _ := strings.Cut(after, `"`)
	const one, all = "/api/v1/namespaces/default/configmaps/a", "/api/v1/configmaps?fieldSelector=metadata.name%3Da"
	for _, c := range []struct{ path, accept, contentType, start string }{
		{one, "", "application/json", `{"kind":"ConfigMap","apiVersion":"v1",`},
		{one, "*/*", "application/json", `{"kind":"ConfigMap"`},
		{one, "application/json;pretty=1", "application/json", "{\n  \"kind\": \"ConfigMap\",\n  \"apiVersion\""},
		{one, "application/yaml", "application/yaml", "apiVersion: v1\ndata:\n  k: v\nkind: ConfigMap\n"},
		{one, "application/vnd.kubernetes.protobuf,application/json", "application/vnd.kubernetes.protobuf", "k8s\x00\n\x0f\n\x02v1\x12\tConfigMap"},
		{one, "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", "application/json", `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a",`},
		{one, "application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json", "application/json", `{"kind":"ConfigMap"`},
		{all, "", "application/json", `{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"` + revision + `"},"items":[{"metadata":{"name":"a",`},
		{all, "application/yaml", "application/yaml", "apiVersion: v1\nitems:\n- data:\n    k: v\n  metadata:\n"},
		{all, "application/vnd.kubernetes.protobuf", "application/vnd.kubernetes.protobuf", "k8s\x00\n\x13\n\x02v1\x12\rConfigMapList"},
		{all, "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", "application/json", `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"` + revision + `"},"items":[{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a",`},
	} {
		a := send(t, s, "GET", c.path, "", "Accept: "+c.accept)
		if a.code != 200 || a.header.Get("Content-Type") != c.contentType || !strings.HasPrefix(a.body, c.start) {
			t.Errorf("%s as %s: %d %s\n%q", c.path, c.accept, a.code, a.header.Get("Content-Type"), a.body)
		}
	}
	if again := send(t, s, "GET", one, ""); again.body != made.body {
		t.Errorf("created as\n%s, read as\n%s", made.body, again.body)
	}
}

// TestQuestionsHaveNoTables asks for the answer to a question as a table, which nobody can make.
func TestQuestionsHaveNoTables(t *testing.T) {
	_, s := serve(t)
	const reviews, body = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", `{"spec":{"nonResourceAttributes":{"path":"/","verb":"get"}}}`
	if a := send(t, s, "POST", reviews, body, asTable); a.code != 201 || !strings.Contains(a.body, `"kind":"SelfSubjectAccessReview"`) {
		t.Errorf("as a table or as it is: %d %s", a.code, a.body)
	}
	if a := send(t, s, "POST", reviews, body, "Accept: application/json;as=Table;v=v1;g=meta.k8s.io"); a.code != 406 {
		t.Errorf("as a table: %d %s", a.code, a.body)
	}
}

// TestTables holds which rows and objects a table has.
func TestTables(t *testing.T) {
	_, s := serve(t)
	const node = "/api/v1/nodes"
	for _, c := range []struct {
		path      string
		has, lack []string
	}{
		{node, []string{
			`{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"`, `"name":"Kernel-Version"`, `"priority":1`,
			`"rows":[{"cells":["node-1","Ready","\u003cnone\u003e",`,
			`"object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"node-1",`,
		}, []string{`"podCIDR"`}},
		{node + "?includeObject=Object", []string{`"object":{"kind":"Node","apiVersion":"v1","metadata":{"name":"node-1",`}, nil},
		{node + "?includeObject=None", []string{`"object":null}]}`}, nil},
		{node + "/node-1", []string{`"rows":[{"cells":["node-1",`}, nil},
		{"/api/v1/pods", []string{`"name":"Readiness Gates"`, `"rows":[]}`}, nil},
	} {
		a := send(t, s, "GET", c.path, "", asTable)
		for _, part := range c.has {
			if !strings.Contains(a.body, part) {
				t.Errorf("%s has no %s:\n%s", c.path, part, a.body)
			}
		}
		for _, part := range c.lack {
			if strings.Contains(a.body, part) {
				t.Errorf("%s has %s:\n%s", c.path, part, a.body)
			}
		}
	}
}

// TestGzip holds that long answers are compressed for those who can read it, and short ones for nobody.
func TestGzip(t *testing.T) {
	_, s := serve(t)
	for _, name := range []string{"a", "b", "c"} {
		body := `{"metadata":{"name":"` + name + `"},"data":{"k":"` + strings.Repeat("v", 60<<10) + `"}}`
		if a := send(t, s, "POST", maps, body); a.code != 201 {
			t.Fatal(a.code, a.body)
		}
	}
	plain := send(t, s, "GET", maps, "")
	a := send(t, s, "GET", maps, "", "Accept-Encoding: deflate, gzip")
	if a.header.Get("Content-Encoding") != "gzip" || a.header.Get("Vary") != "Accept-Encoding" {
		t.Fatal(a.header)
	}
	z, err := gzip.NewReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	if long, err := io.ReadAll(z); err != nil || string(long) != plain.body || len(a.body) >= len(plain.body) {
		t.Errorf("%v, %d bytes in %d", err, len(long), len(a.body))
	}
	if one := send(t, s, "GET", maps+"/a", "", "Accept-Encoding: gzip"); one.header.Get("Content-Encoding") != "" {
		t.Error(one.header)
	}
}
