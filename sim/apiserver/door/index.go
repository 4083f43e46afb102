package door

import (
	"net/http"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/version"

	"orrery/sim/api"
)

// release is what the server says of itself.
func release() version.Info {
	return version.Info{
		Major: "1", Minor: "36", EmulationMajor: "1", EmulationMinor: "36", MinCompatibilityMajor: "1", MinCompatibilityMinor: "35",
		GitVersion: api.Version, GitCommit: "orrery", GitTreeState: "clean", BuildDate: "2026-01-01T00:00:00Z",
		GoVersion: "go1.26.8", Compiler: "gc", Platform: "linux/amd64",
	}
}

// paths lists what there is to be asked for.
func (h Handler) paths() metav1.RootPaths {
	paths := []string{"/api", "/apis", "/apis/", "/version"}
	for _, gv := range h.versions() {
		if gv.Group == "" {
			paths = append(paths, "/api/"+gv.Version)
			continue
		}
		paths = append(paths, "/apis/"+gv.Group, "/apis/"+gv.String())
	}
	for _, p := range probes {
		paths = append(paths, "/"+p)
		for _, c := range checksOf(p) {
			paths = append(paths, "/"+p+"/"+c)
		}
	}
	if h.OpenAPI != nil {
		paths = append(paths, "/openapi/v2", "/openapi/v3", "/openapi/v3/")
	}
	slices.Sort(paths)
	return metav1.RootPaths{Paths: slices.Compact(paths)}
}

// notFound answers for a path at which there is nothing: in words for a known version of a group, and as any web server
// otherwise.
func (h Handler) notFound(w http.ResponseWriter, r *http.Request) {
	for _, gv := range h.versions() {
		root := "/apis/" + gv.String() + "/"
		if gv.Group == "" {
			root = "/api/" + gv.Version + "/"
		}
		if strings.HasPrefix(r.URL.Path, root) {
			h.fail(w, r, generic(http.StatusNotFound))
			return
		}
	}
	http.NotFound(w, r)
}
