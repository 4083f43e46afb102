package door

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
)

// verbs are those that every resource has.
var verbs = metav1.Verbs{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}

// verbsOf returns what can be done with a resource or a subresource of it.
func verbsOf(r *api.Resource, subresource string) metav1.Verbs {
	switch {
	case subresource == "binding" || subresource == "eviction" || subresource == "token":
		return metav1.Verbs{"create"}
	case subresource == "log":
		return metav1.Verbs{"get"}
	case subresource == "finalize":
		return metav1.Verbs{"update"}
	case subresource != "":
		return metav1.Verbs{"get", "patch", "update"}
	case r.Name == "namespaces":
		return metav1.Verbs{"create", "delete", "get", "list", "patch", "update", "watch"}
	}
	return verbs
}

// discovery answers the requests by which a client finds out what is served; nil for any other path.
func discovery(path string) any {
	switch path {
	case "/api":
		return metav1.APIVersions{TypeMeta: metav1.TypeMeta{Kind: "APIVersions"}, Versions: []string{"v1"}}
	case "/apis":
		return groups()
	case "/api/v1":
		return resources("")
	}
	rest, ok := strings.CutPrefix(path, "/apis/")
	if group, found := strings.CutSuffix(rest, "/v1"); ok && found && !strings.Contains(group, "/") {
		return resources(group)
	}
	return nil
}

func groups() metav1.APIGroupList {
	list := metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}}
	seen := map[string]bool{"": true}
	for _, r := range api.Resources {
		if g := r.Kind.Group; !seen[g] {
			seen[g] = true
			v := metav1.GroupVersionForDiscovery{GroupVersion: g + "/v1", Version: "v1"}
			list.Groups = append(list.Groups, metav1.APIGroup{
				Name: g, Versions: []metav1.GroupVersionForDiscovery{v}, PreferredVersion: v,
			})
		}
	}
	return list
}

// resources lists a group's resources; nil when there is no such group.
func resources(group string) any {
	list := metav1.APIResourceList{TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}}
	for _, r := range api.Resources {
		if r.Kind.Group != group {
			continue
		}
		list.GroupVersion = r.Kind.GroupVersion().String()
		list.APIResources = append(list.APIResources, metav1.APIResource{
			Name: r.Plural, SingularName: r.Singular, Namespaced: r.Namespaced, Kind: r.Kind.Kind, Verbs: verbsOf(r, ""),
			ShortNames: r.Short, Categories: r.Categories,
		})
		for _, s := range r.Subresource {
			list.APIResources = append(list.APIResources, metav1.APIResource{
				Name: r.Plural + "/" + s, Namespaced: r.Namespaced, Kind: r.Kind.Kind, Verbs: verbsOf(r, s),
			})
		}
	}
	if list.GroupVersion == "" {
		return nil
	}
	return list
}
