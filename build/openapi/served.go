package openapi

import (
	"encoding/json"
	"slices"
	"strings"

	"orrery/sim/api"
)

// serves reports whether there is something behind a document's path: "api", "apis/apps", "apis/apps/v1".
func serves(path string) bool {
	if path == "api" || path == "apis" || path == "version" {
		return true
	}
	return slices.ContainsFunc(api.Resources, func(r *api.Resource) bool {
		at := strings.TrimPrefix(root(r), "/")
		return at == path || strings.HasPrefix(at, path+"/")
	})
}

// root returns the path of a resource's group and version.
func root(r *api.Resource) string {
	if r.Kind.Group == "" {
		return "/api/" + r.Kind.Version
	}
	return "/apis/" + r.Kind.Group + "/" + r.Kind.Version
}

// servedPaths returns those of some paths that are served.
func servedPaths(paths map[string]json.RawMessage) map[string]json.RawMessage {
	all := map[string]json.RawMessage{}
	for path, text := range paths {
		if servesPath(path) {
			all[path] = text
		}
	}
	return all
}

// servesPath reports whether a path as "/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale" is served.
func servesPath(path string) bool {
	if serves(strings.Trim(path, "/")) {
		return true
	}
	return slices.ContainsFunc(api.Resources, func(r *api.Resource) bool {
		rest, ok := strings.CutPrefix(path, root(r)+"/")
		if !ok {
			return false
		}
		rest = strings.TrimPrefix(rest, "watch/")
		rest = strings.TrimPrefix(rest, "namespaces/{namespace}/")
		parts := strings.Split(rest, "/")
		return parts[0] == r.Plural && (len(parts) < 3 || r.Subresource(parts[2]) != nil)
	})
}
