package door_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
)

// published returns what Kubernetes publishes of its own discovery, by the resources' names.
func published(t *testing.T, file string, into any) {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/kubernetes").Output()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "api", "discovery", file))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(file, err)
	}
}

// unlike are the differences from what Kubernetes publishes that are meant: subresources that only a real machine has.
var unlike = []string{"/attach", "/exec", "/portforward", "/proxy"}

func meant(name string) bool {
	for _, s := range unlike {
		if strings.HasSuffix(name, s) {
			return true
		}
	}
	return false
}

// TestDiscovery holds every built-in resource that is served against what Kubernetes publishes of it.
func TestDiscovery(t *testing.T) {
	_, s := serve(t)
	seen := map[string]bool{}
	for _, r := range api.Resources {
		gv := r.Kind.GroupVersion()
		path, file := "/apis/"+gv.String(), "apis__"+gv.Group+"__"+gv.Version+".json"
		if gv.Group == "" {
			path, file = "/api/v1", "api__v1.json"
		}
		if seen[path] {
			continue
		}
		seen[path] = true
		var want, got metav1.APIResourceList
		published(t, file, &want)
		a := send(t, s, "GET", path, "")
		if err := json.Unmarshal([]byte(a.body), &got); err != nil || got.GroupVersion != gv.String() || got.APIVersion != want.APIVersion {
			t.Errorf("%s: %v %s, want apiVersion %q", path, err, a.body[:min(200, len(a.body))], want.APIVersion)
		}
		have := map[string]metav1.APIResource{}
		for _, r := range got.APIResources {
			have[r.Name] = r
		}
		for _, r := range want.APIResources {
			if g, ok := have[r.Name]; ok && !reflect.DeepEqual(g, r) {
				t.Errorf("%s %s\n%+v, want\n%+v", path, r.Name, g, r)
			} else if !ok && !meant(r.Name) {
				t.Logf("%s %s is not served", path, r.Name)
			}
			delete(have, r.Name)
		}
		for name := range have {
			t.Errorf("%s %s is not Kubernetes'", path, name)
		}
	}
}

// TestGroups holds that groups come in the order in which Kubernetes publishes them, and what the other documents say.
func TestGroups(t *testing.T) {
	_, s := serve(t)
	var all, got metav1.APIGroupList
	published(t, "apis.json", &all)
	a := send(t, s, "GET", "/apis", "")
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || !strings.HasPrefix(a.body, `{"kind":"APIGroupList","apiVersion":"v1","groups":[{"name":"`) {
		t.Fatal(a.body, err)
	}
	next := 0
	for _, g := range got.Groups {
		for next < len(all.Groups) && all.Groups[next].Name != g.Name {
			next++
		}
		if next == len(all.Groups) {
			t.Fatalf("%s is not Kubernetes', or not in its place", g.Name)
		}
		if g.PreferredVersion != all.Groups[next].PreferredVersion {
			t.Errorf("%s prefers %s", g.Name, g.PreferredVersion)
		}
	}
	host := strings.TrimPrefix(s.URL, "http://")
	for path, want := range map[string]string{
		"/api":                      `{"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":[{"clientCIDR":"0.0.0.0/0","serverAddress":"` + host + `"}]}` + "\n",
		"/apis/apps":                `{"kind":"APIGroup","apiVersion":"v1","name":"apps","versions":[{"groupVersion":"apps/v1","version":"v1"}],"preferredVersion":{"groupVersion":"apps/v1","version":"v1"}}` + "\n",
		"/livez":                    "ok",
		"/readyz/etcd":              "ok",
		"/apis/apps/v9/deployments": "404 page not found\n",
		"/nothing":                  "404 page not found\n",
	} {
		if a := send(t, s, "GET", path, ""); a.body != want {
			t.Errorf("%s: %s\nwant %s", path, a.body, want)
		}
	}
	if a := send(t, s, "GET", "/readyz?verbose&exclude=etcd&exclude=moon", ""); !strings.HasPrefix(a.body, "[+]ping ok\n[+]log ok\n[+]etcd excluded: ok\n[+]etcd-readiness ok\n") ||
		!strings.HasSuffix(a.body, "[+]shutdown ok\nwarn: some health checks cannot be excluded: no matches for \"moon\"\nreadyz check passed\n") {
		t.Error(a.body)
	}
	if a := send(t, s, "GET", "/", ""); !strings.HasPrefix(a.body, "{\n  \"paths\": [\n    \"/api\",\n    \"/api/v1\",\n    \"/apis\",\n    \"/apis/\",\n") {
		t.Error(a.body)
	}
	if a := send(t, s, "GET", "/version", ""); !strings.Contains(a.body, `"emulationMinor": "36"`) || !strings.Contains(a.body, `"gitVersion": "v1.36.3"`) {
		t.Error(a.body)
	}
}

// TestAggregatedDiscovery holds that all of discovery in one document says what the documents one by one say, and that a
// client which has it is not sent it again.
func TestAggregatedDiscovery(t *testing.T) {
	_, s := serve(t)
	const as = "Accept: application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
	var all apidiscoveryv2.APIGroupDiscoveryList
	published(t, "aggregated_v2.json", &all)
	want := map[string]apidiscoveryv2.APIResourceDiscovery{}
	for _, g := range all.Items {
		for _, v := range g.Versions {
			for _, r := range v.Resources {
				want[g.Name+"/"+v.Version+" "+r.Resource] = r
			}
		}
	}
	a := send(t, s, "GET", "/apis", "", as)
	var got apidiscoveryv2.APIGroupDiscoveryList
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.header.Get("Content-Type") != "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList" {
		t.Fatal(a.header, a.body, err)
	}
	count := 0
	for _, g := range got.Items {
		for _, v := range g.Versions {
			for _, r := range v.Resources {
				count++
				w := want[g.Name+"/"+v.Version+" "+r.Resource]
				if w.Subresources = without(w.Subresources); !reflect.DeepEqual(without(r.Subresources), w.Subresources) && len(r.Subresources) == len(w.Subresources) {
					t.Errorf("%s %s has subresources\n%+v, want\n%+v", g.Name, r.Resource, r.Subresources, w.Subresources)
				}
				r.Subresources, w.Subresources = nil, nil
				if !reflect.DeepEqual(r, w) {
					t.Errorf("%s %s\n%+v, want\n%+v", g.Name, r.Resource, r, w)
				}
			}
		}
	}
	if count == 0 {
		t.Error("nothing is served")
	}
	again := send(t, s, "GET", "/apis", "", as, "If-None-Match: "+a.header.Get("ETag"))
	if again.code != 304 || again.body != "" {
		t.Error(again.code, again.body)
	}
}

func without(all []apidiscoveryv2.APISubresourceDiscovery) (some []apidiscoveryv2.APISubresourceDiscovery) {
	for _, s := range all {
		if !meant("/" + s.Subresource) {
			some = append(some, s)
		}
	}
	return some
}
