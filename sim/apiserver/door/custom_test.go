package door_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"orrery/sim/apiserver/door"
)

// TestOwnKind brings a kind over HTTP, and uses it in every form.
func TestOwnKind(t *testing.T) {
	d, s := serve(t)
	definition, err := os.ReadFile("../testdata/crontabs.json")
	if err != nil {
		t.Fatal(err)
	}
	const base = "/apis/stable.example.com/v1/namespaces/default/crontabs"
	if a := send(t, s, "GET", strings.Replace(base, "v1", "v2", 1), ""); a.code != 404 {
		t.Errorf("an unknown kind answers %d %s", a.code, a.body)
	}
	if a := send(t, s, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", string(definition)); a.code != 201 {
		t.Fatalf("the definition: %d %s", a.code, a.body)
	}
	d.until(func(*door.Client) bool { return len(d.world.Custom().Resources()) > 0 })
	const tab = "apiVersion: stable.example.com/v1\nkind: CronTab\nmetadata: {name: a}\nspec: {cronSpec: '* * * * *'}\n"
	for _, c := range []struct {
		method, path, body string
		headers            []string
		code               int
		want               string
	}{
		{"GET", "/apis/stable.example.com/v1", "", nil, 200, `{"name":"crontabs","singularName":"crontab","namespaced":true,"kind":"CronTab","verbs":["delete","deletecollection","get","list","patch","create","update","watch"],"shortNames":["ct"],"categories":["all"]`},
		{"GET", "/apis/stable.example.com/v1", "", nil, 200, `{"name":"crontabs/scale","singularName":"","namespaced":true,"group":"autoscaling","version":"v1","kind":"Scale","verbs":["get","patch","update"]}`},
		{"GET", "/apis", "", nil, 200, `{"name":"stable.example.com","versions":[{"groupVersion":"stable.example.com/v1","version":"v1"},{"groupVersion":"stable.example.com/v1beta1","version":"v1beta1"}],"preferredVersion":{"groupVersion":"stable.example.com/v1","version":"v1"}}`},
		{"POST", base, tab, []string{"Content-Type: application/yaml"}, 201, `"spec":{"cronSpec":"* * * * *","image":"nginx"}`},
		{"GET", base, "", nil, 200, `"kind":"CronTabList"`},
		{"GET", base, "", []string{asTable}, 200, `"cells":["a","* * * * *"]`},
		{"GET", base + "/a", "", []string{"Accept: application/vnd.kubernetes.protobuf,application/json"}, 200, `"kind":"CronTab"`},
		{"PATCH", base + "/a/scale", `{"spec":{"replicas":3}}`, []string{"Content-Type: application/merge-patch+json"}, 200, `"kind":"Scale"`},
		{"GET", base + "/a/scale", "", nil, 200, `"spec":{"replicas":3}`},
		{"PATCH", base + "/a", `{"spec":{"replicas":0}}`, []string{"Content-Type: application/merge-patch+json"}, 422, `CronTab.stable.example.com \"a\" is invalid: spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1`},
		{"GET", strings.Replace(base, "v1", "v1beta1", 1) + "/a", "", nil, 200, `"apiVersion":"stable.example.com/v1beta1"`},
		{"DELETE", base + "/a", "", nil, 200, `"status":"Success"`},
	} {
		a := send(t, s, c.method, c.path, c.body, c.headers...)
		var body bytes.Buffer
		if err := json.Compact(&body, []byte(a.body)); err != nil {
			t.Errorf("%s %s: %v", c.method, c.path, err)
		}
		if a.code != c.code || !strings.Contains(body.String(), c.want) {
			t.Errorf("%s %s: %d\n%s\nwant %d\n%s", c.method, c.path, a.code, a.body, c.code, c.want)
		}
	}
}
