package door

import (
	"net/http"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/client"
)

// target is what the path of a request names.
type target struct {
	resource    *api.Resource
	subresource string
	namespace   string
	name        string
	watch       bool // by the old form of the path
}

// parse reads a path of the form /api/v1/namespaces/NS/RESOURCE/NAME/SUBRESOURCE or /apis/GROUP/VERSION/... It reports
// false when that is no resource that is served.
func parse(path string, custom *customresource.Catalog) (target, bool) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	var group, version string
	switch {
	case len(parts) >= 3 && parts[0] == "api":
		version, parts = parts[1], parts[2:]
	case len(parts) >= 4 && parts[0] == "apis":
		group, version, parts = parts[1], parts[2], parts[3:]
	default:
		return target{}, false
	}
	var t target
	if parts[0] == "watch" && len(parts) > 1 {
		t.watch, parts = true, parts[1:]
	}
	if parts[0] == "namespaces" && len(parts) > 2 && parts[2] != "status" && parts[2] != "finalize" {
		t.namespace, parts = parts[1], parts[2:]
	}
	gvr := schema.GroupVersionResource{Group: group, Version: version, Resource: parts[0]}
	if t.resource = api.FindVersion(gvr); t.resource == nil {
		if v := custom.FindVersion(gvr); v != nil {
			t.resource = v.Resource
		}
	}
	if t.resource == nil || len(parts) > 3 || slices.Contains(parts, "") {
		return t, false
	}
	if len(parts) > 1 {
		t.name = parts[1]
	}
	if len(parts) > 2 {
		t.subresource = parts[2]
	}
	return t, t.exists()
}

// exists reports whether there is something at the path, whatever the method.
func (t target) exists() bool {
	switch {
	case t.subresource != "":
		return t.resource.Subresource(t.subresource) != nil && (t.namespace != "") == t.resource.Namespaced
	case t.name != "":
		return (t.namespace != "") == t.resource.Namespaced
	}
	return t.namespace == "" || t.resource.Namespaced
}

// verb returns what a method does to the target; false when it does nothing.
func (t target) verb(method string, watch bool) (client.Verb, bool) {
	var verb client.Verb
	one := t.name != ""
	switch {
	case method == http.MethodGet && t.watch, method == http.MethodGet && !one && watch:
		verb = client.WatchVerb
	case method == http.MethodGet && one:
		verb = client.Get
	case method == http.MethodGet:
		verb = client.List
	case method == http.MethodPost && (!one && (t.namespace != "" || !t.resource.Namespaced) || t.creates()):
		verb = client.Create
	case method == http.MethodPut && one:
		verb = client.Update
	case method == http.MethodPatch && one:
		verb = client.Patch
	case method == http.MethodDelete && one && t.subresource == "":
		verb = client.Delete
	case method == http.MethodDelete && !one && (t.namespace != "" || !t.resource.Namespaced):
		verb = client.DeleteCollection
	}
	return verb, verb != "" && t.resource.Serves(string(verb), t.subresource)
}

// creates reports whether the target is a subresource that is posted to.
func (t target) creates() bool {
	return t.subresource != "" && t.resource.Serves("create", t.subresource)
}
