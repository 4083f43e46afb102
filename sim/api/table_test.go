package api_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"orrery/sim/api"
)

// absent are the resources of a real 1.36.3 that are not served, and why.
var absent = map[string]string{
	"flowschemas.flowcontrol.apiserver.k8s.io":                 "there is no API priority and fairness",
	"prioritylevelconfigurations.flowcontrol.apiserver.k8s.io": "there is no API priority and fairness",

	"deviceclasses.resource.k8s.io":          "no device is simulated",
	"resourceclaims.resource.k8s.io":         "no device is simulated",
	"resourceclaimtemplates.resource.k8s.io": "no device is simulated",
	"resourceslices.resource.k8s.io":         "no device is simulated",
}

// TestResources holds the table against what `kubectl api-resources -o wide` printed of a real 1.36.3: names, short names,
// versions, scopes, kinds, verbs and categories.
func TestResources(t *testing.T) {
	text, err := os.ReadFile("testdata/api-resources.txt")
	if err != nil {
		t.Fatal(err)
	}
	header, rest, _ := strings.Cut(string(text), "\n")
	var starts []int
	for _, column := range []string{"NAME ", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND", "VERBS", "CATEGORIES"} {
		starts = append(starts, strings.Index(header, column))
	}
	recorded := map[string]bool{}
	for line := range strings.Lines(rest) {
		want := columns(strings.TrimRight(line, "\n"), starts)
		name := want[0]
		if group, _, grouped := strings.Cut(want[2], "/"); grouped {
			name += "." + group
		}
		recorded[name] = true
		r, why := api.Find(name), absent[name]
		switch {
		case r == nil && why == "":
			t.Errorf("%s is not served, and not listed as absent", name)
		case r != nil && why != "":
			t.Errorf("%s is served, though listed as absent: %s", name, why)
		case r != nil:
			got := []string{
				r.Plural, strings.Join(r.Short, ","), r.Kind.GroupVersion().String(), map[bool]string{true: "true", false: "false"}[r.Namespaced],
				r.Kind.Kind, strings.Join(r.Verbs, ","), strings.Join(r.Categories, ","),
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s\n got: %q\nwant: %q", name, got, want)
			}
		}
	}
	for _, r := range api.Resources {
		if r.Preferred && !recorded[r.Name] {
			t.Errorf("%s is served, and a real cluster has no such resource", r.Name)
		}
	}
}

func columns(line string, starts []int) []string {
	var out []string
	for i, from := range starts {
		to := len(line)
		if i+1 < len(starts) {
			to = min(to, starts[i+1])
		}
		out = append(out, strings.TrimSpace(line[min(from, to):to]))
	}
	return out
}

// TestVersions checks how the versions of one kind hang together.
func TestVersions(t *testing.T) {
	for _, c := range []struct{ name, kind, stored, key string }{
		{"horizontalpodautoscalers.autoscaling", "autoscaling/v2", "horizontalpodautoscalers.autoscaling", "/registry/horizontalpodautoscalers/demo/web"},
		{"horizontalpodautoscalers.v1.autoscaling", "autoscaling/v1", "horizontalpodautoscalers.autoscaling", "/registry/horizontalpodautoscalers/demo/web"},
		{"events.events.k8s.io", "events.k8s.io/v1", "events", "/registry/events/demo/web"},
		{"ingresses.networking.k8s.io", "networking.k8s.io/v1", "ingresses.networking.k8s.io", "/registry/ingress/demo/web"},
		{"replicationcontrollers", "v1", "replicationcontrollers", "/registry/controllers/demo/web"},
	} {
		r := api.Find(c.name)
		if r == nil {
			t.Fatalf("no %s", c.name)
		}
		if got := r.Kind.GroupVersion().String(); got != c.kind {
			t.Errorf("%s is %s, want %s", c.name, got, c.kind)
		}
		if got := r.Stored().Name; got != c.stored {
			t.Errorf("%s is stored as %s, want %s", c.name, got, c.stored)
		}
		if got := r.Key("demo", "web"); got != c.key {
			t.Errorf("%s has the key %s, want %s", c.name, got, c.key)
		}
		if api.FindKind(r.Kind) != r || api.FindObject(r.New()) != r || api.FindVersion(r.Kind.GroupVersion().WithResource(r.Plural)) != r {
			t.Errorf("%s is not found by its kind, its type or its version", c.name)
		}
	}
}
