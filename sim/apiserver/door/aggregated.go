package door

import (
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"orrery/sim/api"
)

// aggregatable allows nothing but all of discovery in one document.
func aggregatable(_ *Format, target *schema.GroupVersionKind) bool {
	return target != nil && *target == apidiscoveryv2.SchemeGroupVersion.WithKind("APIGroupDiscoveryList")
}

// aggregated answers with all of discovery in one document: of the group without a name, or of all the others. A client
// that has it already is told so.
func (h Handler) aggregated(w http.ResponseWriter, r *http.Request, a negotiated, core bool) {
	l := &apidiscoveryv2.APIGroupDiscoveryList{
		TypeMeta: metav1.TypeMeta{Kind: "APIGroupDiscoveryList", APIVersion: apidiscoveryv2.SchemeGroupVersion.String()},
		Items:    h.discoveries(core),
	}
	data, err := json.Marshal(l)
	if err != nil {
		h.fail(w, r, internalError(err))
		return
	}
	tag := strconv.Quote(fmt.Sprintf("%X", sha512.Sum512(data)))
	w.Header().Set("ETag", tag)
	w.Header().Set("Vary", "Accept")
	w.Header().Set("Cache-Control", "public")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.writeAs(w, r, a, a.format.MediaType+";g="+a.target.Group+";v="+a.target.Version+";as="+a.target.Kind, http.StatusOK, l)
}

func (h Handler) discoveries(core bool) []apidiscoveryv2.APIGroupDiscovery {
	var groups []apidiscoveryv2.APIGroupDiscovery
	index := map[string]int{}
	for _, gv := range h.versions() {
		if (gv.Group == "") != core {
			continue
		}
		i, ok := index[gv.Group]
		if !ok {
			i = len(groups)
			index[gv.Group] = i
			groups = append(groups, apidiscoveryv2.APIGroupDiscovery{ObjectMeta: metav1.ObjectMeta{Name: gv.Group}})
		}
		v := apidiscoveryv2.APIVersionDiscovery{Version: gv.Version, Freshness: apidiscoveryv2.DiscoveryFreshnessCurrent}
		for _, r := range h.resources() {
			if r.Kind.GroupVersion() == gv {
				v.Resources = append(v.Resources, discovery(r))
			}
		}
		groups[i].Versions = append(groups[i].Versions, v)
	}
	return groups
}

// discovery describes a resource. A kind of the same version is named without its group and version, as Kubernetes does.
func discovery(r *api.Resource) apidiscoveryv2.APIResourceDiscovery {
	d := apidiscoveryv2.APIResourceDiscovery{
		Resource: r.Plural, ResponseKind: &metav1.GroupVersionKind{Kind: r.Kind.Kind}, Scope: apidiscoveryv2.ScopeCluster,
		SingularResource: r.Singular, Verbs: r.Verbs, ShortNames: r.Short, Categories: r.Categories,
	}
	if r.Namespaced {
		d.Scope = apidiscoveryv2.ScopeNamespace
	}
	for _, s := range r.Subresources {
		kind := &metav1.GroupVersionKind{Kind: s.Kind.Kind}
		if s.Kind.GroupVersion() != r.Kind.GroupVersion() {
			kind.Group, kind.Version = s.Kind.Group, s.Kind.Version
		}
		d.Subresources = append(d.Subresources, apidiscoveryv2.APISubresourceDiscovery{
			Subresource: s.Name, ResponseKind: kind, Verbs: s.Verbs,
		})
	}
	return d
}
