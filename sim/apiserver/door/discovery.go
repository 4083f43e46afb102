package door

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"orrery/sim/api"
)

// discovery answers the requests by which a client finds out what is served; nil for any other path.
func discovery(path string) any {
	switch path {
	case "/api":
		return metav1.APIVersions{TypeMeta: metav1.TypeMeta{Kind: "APIVersions"}, Versions: []string{"v1"}}
	case "/apis":
		return groups()
	case "/api/v1":
		return resources(schema.GroupVersion{Version: "v1"})
	}
	if rest, ok := strings.CutPrefix(path, "/apis/"); ok {
		if group, version, ok := strings.Cut(rest, "/"); ok {
			return resources(schema.GroupVersion{Group: group, Version: version})
		}
	}
	return nil
}

func groups() metav1.APIGroupList {
	list := metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}}
	seen := map[schema.GroupVersion]bool{}
	for _, r := range api.Resources {
		gv := r.Kind.GroupVersion()
		if gv.Group == "" || seen[gv] {
			continue
		}
		seen[gv] = true
		v := metav1.GroupVersionForDiscovery{GroupVersion: gv.String(), Version: gv.Version}
		if n := len(list.Groups); n > 0 && list.Groups[n-1].Name == gv.Group {
			list.Groups[n-1].Versions = append(list.Groups[n-1].Versions, v)
			continue
		}
		list.Groups = append(list.Groups, metav1.APIGroup{
			Name: gv.Group, Versions: []metav1.GroupVersionForDiscovery{v}, PreferredVersion: v,
		})
	}
	return list
}

// resources lists the resources of a group's version; nil when there is none.
func resources(gv schema.GroupVersion) any {
	list := metav1.APIResourceList{TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}}
	for _, r := range api.Resources {
		if r.Kind.GroupVersion() != gv {
			continue
		}
		list.GroupVersion = gv.String()
		list.APIResources = append(list.APIResources, metav1.APIResource{
			Name: r.Plural, SingularName: r.Singular, Namespaced: r.Namespaced, Kind: r.Kind.Kind, Verbs: r.Verbs,
			ShortNames: r.Short, Categories: r.Categories,
		})
		for _, s := range r.Subresources {
			part := metav1.APIResource{Name: r.Plural + "/" + s.Name, Namespaced: r.Namespaced, Kind: s.Kind.Kind, Verbs: s.Verbs}
			if s.Kind.GroupVersion() != gv {
				part.Group, part.Version = s.Kind.Group, s.Kind.Version
			}
			list.APIResources = append(list.APIResources, part)
		}
	}
	if list.GroupVersion == "" {
		return nil
	}
	return list
}
