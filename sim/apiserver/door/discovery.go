package door

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"orrery/sim/api"
)

// discover answers the requests by which a client finds out what is served. It reports false for any other path.
func (h Handler) discover(w http.ResponseWriter, r *http.Request) bool {
	path := strings.TrimSuffix(r.URL.Path, "/")
	if path == "/api" || path == "/apis" {
		if a, status := h.negotiate(r, false, aggregatable); status == nil && a.target != nil {
			h.aggregated(w, r, a, path == "/api")
			return true
		}
	}
	o := h.document(path, r.Host)
	if o == nil {
		return false
	}
	if r.Method != http.MethodGet {
		h.fail(w, r, generic(http.StatusMethodNotAllowed))
		return true
	}
	a, status := h.negotiate(r, false, plain)
	if status != nil {
		h.fail(w, r, status)
		return true
	}
	h.write(w, r, a, http.StatusOK, o)
	return true
}

// document returns the discovery document at a path; nil when there is none.
func (h Handler) document(path, host string) runtime.Object {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	switch {
	case path == "/api":
		return &metav1.APIVersions{
			TypeMeta: metav1.TypeMeta{Kind: "APIVersions"}, Versions: []string{"v1"},
			ServerAddressByClientCIDRs: []metav1.ServerAddressByClientCIDR{{ClientCIDR: "0.0.0.0/0", ServerAddress: host}},
		}
	case path == "/apis":
		return &metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}, Groups: h.groups()}
	case len(parts) == 2 && parts[0] == "api":
		return asObject(h.resourceList(schema.GroupVersion{Version: parts[1]}))
	case len(parts) == 2 && parts[0] == "apis":
		for _, g := range h.groups() {
			if g.Name == parts[1] {
				g.TypeMeta = metav1.TypeMeta{Kind: "APIGroup", APIVersion: "v1"}
				return &g
			}
		}
	case len(parts) == 3 && parts[0] == "apis":
		return asObject(h.resourceList(schema.GroupVersion{Group: parts[1], Version: parts[2]}))
	}
	return nil
}

// asObject returns nil for a list that is not there.
func asObject(l *metav1.APIResourceList) runtime.Object {
	if l == nil {
		return nil
	}
	return l
}

// versions returns the groups' versions that are served, in the order in which clients should see them.
func (h Handler) versions() []schema.GroupVersion {
	var all []schema.GroupVersion
	seen := map[schema.GroupVersion]bool{}
	for _, r := range h.resources() {
		if gv := r.Kind.GroupVersion(); !seen[gv] {
			seen[gv] = true
			all = append(all, gv)
		}
	}
	return all
}

// groups returns the groups but for the one without a name.
func (h Handler) groups() []metav1.APIGroup {
	groups := []metav1.APIGroup{}
	index := map[string]int{}
	for _, gv := range h.versions() {
		if gv.Group == "" {
			continue
		}
		v := metav1.GroupVersionForDiscovery{GroupVersion: gv.String(), Version: gv.Version}
		i, ok := index[gv.Group]
		if !ok {
			i = len(groups)
			index[gv.Group] = i
			groups = append(groups, metav1.APIGroup{Name: gv.Group, PreferredVersion: v})
		}
		groups[i].Versions = append(groups[i].Versions, v)
	}
	return groups
}

// resourceList lists the resources of a group's version; nil when there is none.
func (h Handler) resourceList(gv schema.GroupVersion) *metav1.APIResourceList {
	l := &metav1.APIResourceList{TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}, GroupVersion: gv.String()}
	if gv.Group == "" {
		l.APIVersion = "" // as it was before there were groups
	}
	for _, r := range h.resources() {
		if r.Kind.GroupVersion() != gv {
			continue
		}
		l.APIResources = append(l.APIResources, metav1.APIResource{
			Name: r.Plural, SingularName: r.Singular, Namespaced: r.Namespaced, Kind: r.Kind.Kind, Verbs: r.Verbs,
			ShortNames: r.Short, Categories: r.Categories, StorageVersionHash: storageHash(r),
		})
		for _, s := range r.Subresources {
			part := metav1.APIResource{Name: r.Plural + "/" + s.Name, Namespaced: r.Namespaced, Kind: s.Kind.Kind, Verbs: s.Verbs}
			if s.Kind.GroupVersion() != gv {
				part.Group, part.Version = s.Kind.Group, s.Kind.Version
			}
			l.APIResources = append(l.APIResources, part)
		}
	}
	if l.APIResources == nil {
		return nil
	}
	return l
}

// storedAs are the versions in which Kubernetes stores kinds whose newest version it does not store yet.
var storedAs = map[schema.GroupKind]string{
	{Group: "admissionregistration.k8s.io", Kind: "MutatingAdmissionPolicy"}:        "v1beta1",
	{Group: "admissionregistration.k8s.io", Kind: "MutatingAdmissionPolicyBinding"}: "v1beta1",
	{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}:               "v1beta1",
}

// storageHash stands for the version in which a resource's objects are stored: a client that sees it change has to read
// them anew. It is empty when nothing is stored.
func storageHash(r *api.Resource) string {
	if r.Storage == "" {
		return ""
	}
	k := r.Stored().Kind
	if v := storedAs[k.GroupKind()]; v != "" {
		k.Version = v
	}
	sum := sha256.Sum256([]byte(k.Group + "/" + k.Version + "/" + k.Kind))
	return base64.StdEncoding.EncodeToString(sum[:8])
}
