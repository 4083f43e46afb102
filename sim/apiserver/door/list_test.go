package door_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const maps = "/api/v1/namespaces/kube-public/configmaps"

// fill makes ConfigMaps a, b, c, ... with a label each.
func fill(t *testing.T, s *httptest.Server, names string) {
	t.Helper()
	for _, c := range names {
		body := fmt.Sprintf(`{"metadata":{"name":"%c","labels":{"letter":"%c","all":"yes"}}}`, c, c)
		if a := send(t, s, "POST", maps, body); a.code != 201 {
			t.Fatal(a.code, a.body)
		}
	}
}

// list decodes a list of ConfigMaps; the names are one string.
func list(t *testing.T, s *httptest.Server, path string) (string, metav1.ListMeta) {
	t.Helper()
	a := send(t, s, "GET", path, "")
	var l corev1.ConfigMapList
	if err := json.Unmarshal([]byte(a.body), &l); err != nil || a.code != 200 {
		t.Fatal(path, a.code, a.body, err)
	}
	var names strings.Builder
	for _, o := range l.Items {
		names.WriteString(o.Name)
	}
	return names.String(), l.ListMeta
}

// TestPages holds that the pages of a list are those of one revision, whatever is written between them.
func TestPages(t *testing.T) {
	_, s := serve(t)
	fill(t, s, "abcdefg")
	query := maps + "?labelSelector=all%3Dyes&limit=3"
	names, first := list(t, s, query)
	if names != "abc" || first.Continue == "" || first.RemainingItemCount != nil {
		t.Fatalf("first page %s %+v", names, first)
	}
	fill(t, s, "xyz")
	send(t, s, "DELETE", maps+"/e", "")
	names, second := list(t, s, query+"&continue="+first.Continue)
	if names != "def" || second.ResourceVersion != first.ResourceVersion {
		t.Errorf("second page %s %+v, first %+v", names, second, first)
	}
	if names, third := list(t, s, query+"&continue="+second.Continue); names != "g" || third.Continue != "" {
		t.Errorf("third page %s %+v", names, third)
	}
	if names, now := list(t, s, maps+"?labelSelector=all"); names != "abcdfgxyz" || now.RemainingItemCount != nil {
		t.Errorf("now %s %+v", names, now)
	}
	if names, exact := list(t, s, maps+"?resourceVersionMatch=Exact&labelSelector=all&resourceVersion="+first.ResourceVersion); names != "abcdefg" ||
		exact.ResourceVersion != first.ResourceVersion {
		t.Errorf("at the first page's revision %s %+v", names, exact)
	}
	if _, some := list(t, s, maps+"?limit=4"); some.RemainingItemCount == nil || *some.RemainingItemCount != 6 {
		t.Errorf("without a selector %+v", some)
	}
	if names, all := list(t, s, maps+"?limit=4&resourceVersion=0&labelSelector=all"); names != "abcdfgxyz" || all.Continue != "" {
		t.Errorf("at any revision %s %+v", names, all)
	}
}

// TestOldPages holds what a client is told whose revision has been compacted, and that it can go on.
func TestOldPages(t *testing.T) {
	d, s := serve(t)
	fill(t, s, "abc")
	_, first := list(t, s, maps+"?limit=1&labelSelector=all")
	fill(t, s, "d")
	d.advance(t, 11*time.Minute)
	a := send(t, s, "GET", maps+"?limit=1&labelSelector=all&continue="+first.Continue, "")
	var status metav1.Status
	if err := json.Unmarshal([]byte(a.body), &status); err != nil || a.code != 410 || status.Reason != "Expired" || status.Continue == "" ||
		!strings.HasPrefix(status.Message, "The provided continue parameter is too old to display a consistent list result. You can start a new list") {
		t.Fatal(a.code, a.body, err)
	}
	if names, _ := list(t, s, maps+"?labelSelector=all&continue="+status.Continue); names != "bcd" {
		t.Errorf("the inconsistent rest is %s", names)
	}
	a = send(t, s, "GET", maps+"?resourceVersionMatch=Exact&resourceVersion="+first.ResourceVersion, "")
	if want := `"message":"The resourceVersion for the provided list is too old.","reason":"Expired","code":410}`; a.code != 410 || !strings.Contains(a.body, want) {
		t.Error(a.code, a.body)
	}
	a = send(t, s, "GET", maps+"?watch=1&resourceVersion="+first.ResourceVersion, "")
	if want := `{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version: ` +
		first.ResourceVersion; a.code != 200 || !strings.HasPrefix(a.body, want) || !strings.Contains(a.body, `"reason":"Expired","code":410}}`) {
		t.Error(a.code, a.body)
	}
}

// TestSelectors holds the forms of selectors and the words for those that cannot be.
func TestSelectors(t *testing.T) {
	_, s := serve(t)
	fill(t, s, "abc")
	for query, want := range map[string]string{
		"labelSelector=letter in (a,c)":                                              "ac",
		"labelSelector=letter notin (a),all":                                         "bc",
		"labelSelector=all,!letter":                                                  "",
		"labelSelector=letter!=b,all":                                                "ac",
		"fieldSelector=metadata.name=b":                                              "b",
		"fieldSelector=metadata.name!=b&labelSelector=all":                           "ac",
		"fieldSelector=metadata.namespace=x":                                         "",
		"resourceVersion=1&labelSelector=all":                                        "abc",
		"resourceVersion=1&resourceVersionMatch=NotOlderThan&labelSelector=letter=a": "a",
	} {
		path, raw, _ := strings.Cut(maps+"?"+query, "?")
		values := url.Values{}
		for _, pair := range strings.Split(raw, "&") {
			k, v, _ := strings.Cut(pair, "=")
			values.Add(k, v)
		}
		if names, _ := list(t, s, path+"?"+values.Encode()); names != want {
			t.Errorf("%s: %s, want %s", query, names, want)
		}
	}
	for path, want := range map[string]string{
		maps + "?fieldSelector=data.x%3Db":                                                  `"message":"\"data.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"","reason":"BadRequest","code":400}`,
		"/api/v1/pods?fieldSelector=spec.x%3Db":                                             `"message":"field label not supported: spec.x","reason":"BadRequest","code":400}`,
		"/api/v1/pods?fieldSelector=a":                                                      `"message":"invalid selector: 'a'; can't understand 'a'","reason":"BadRequest","code":400}`,
		"/api/v1/pods?labelSelector=a%3D%3D%3Db":                                            `"message":"unable to parse requirement: found '=', expected: identifier","reason":"BadRequest","code":400}`,
		"/api/v1/pods?resourceVersion=x":                                                    `"message":"invalid resource version: resourceVersion: Invalid value: \"x\": strconv.ParseUint: parsing \"x\": invalid syntax","reason":"BadRequest","code":400}`,
		"/api/v1/pods?continue=x":                                                           `"message":"invalid continue token: continue key is not valid: illegal base64 data at input byte 0","reason":"BadRequest","code":400}`,
		"/api/v1/namespaces/default?resourceVersion=9000000":                                `"reason":"Timeout","details":{"causes":[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}],"retryAfterSeconds":1},"code":504}`,
		"/api/v1/pods?watch=1&name=x&resourceVersionMatch=Exact":                            `"message":"ListOptions.meta.k8s.io \"\" is invalid: [resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided, resourceVersionMatch: Unsupported value: \"Exact\": supported values: \"NotOlderThan\"]"`,
		"/api/v1/watch/namespaces/kube-public/configmaps/a?fieldSelector=metadata.name%3Db": `"message":"fieldSelector metadata.name doesn't match requested name","reason":"BadRequest","code":400}`,
	} {
		if a := send(t, s, "GET", path, ""); !strings.Contains(a.body, want) {
			t.Errorf("%s: %d %s\nwant %s", path, a.code, a.body, want)
		}
	}
}
