package openapi

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"orrery/sim/apiserver/customresource"
)

// The paths of custom resources are those of Deployments, which have every verb and subresource that there is.
const (
	templateGroup = "apis/apps/v1"
	templateRoot  = "/apis/apps/v1/"
	inNamespace   = "namespaces/{namespace}/"
)

// template is the paths of Deployments below their plural, by what must be true of a custom resource that has them.
var template = []struct {
	path string
	has  func(*customresource.Version) bool
}{
	{"deployments", func(v *customresource.Version) bool { return v.Resource.Namespaced }},
	{inNamespace + "deployments", always},
	{inNamespace + "deployments/{name}", always},
	{inNamespace + "deployments/{name}/status", func(v *customresource.Version) bool { return v.Resource.Subresource("status") != nil }},
	{inNamespace + "deployments/{name}/scale", func(v *customresource.Version) bool { return v.Resource.Subresource("scale") != nil }},
}

func always(*customresource.Version) bool { return true }

// addPaths adds the paths of a custom resource.
func (d *Documents) addPaths(paths map[string]json.RawMessage, v *customresource.Version, old bool) error {
	from := d.bundle.V3[templateGroup].Paths
	if old {
		from = d.bundle.V2.Paths
	}
	k := v.Resource.Kind
	r := &renamer{
		names: renames(v), whole: !v.Resource.Namespaced,
		kind: map[string]any{"group": k.Group, "version": k.Version, "kind": k.Kind},
	}
	for _, t := range template {
		text, ok := from[templateRoot+t.path]
		if !ok || !t.has(v) {
			continue
		}
		var item any
		if err := json.Unmarshal(text, &item); err != nil {
			return err
		}
		made, err := json.Marshal(r.rename(item))
		if err != nil {
			return err
		}
		path := r.names.Replace(templateRoot + t.path)
		if r.whole {
			path = strings.Replace(path, inNamespace, "", 1)
		}
		paths[path] = made
	}
	return nil
}

// renames returns what turns the words about Deployments into those about a custom resource.
func renames(v *customresource.Version) *strings.Replacer {
	k := v.Resource.Kind
	camel := camelCase(k.Group)
	upper := strings.ToUpper(camel[:1]) + camel[1:] + strings.ToUpper(k.Version[:1]) + k.Version[1:]
	namespaced := upper + "Namespaced"
	if !v.Resource.Namespaced {
		namespaced = upper
	}
	return strings.NewReplacer(
		"/apis/apps/v1/deployments", "/apis/"+k.Group+"/"+k.Version+"/"+v.Resource.Plural,
		"/apis/apps/v1/", "/apis/"+k.Group+"/"+k.Version+"/",
		"io.k8s.api.apps.v1.DeploymentList", model(k.Group, k.Version, v.ListKind()),
		"io.k8s.api.apps.v1.Deployment", model(k.Group, k.Version, k.Kind),
		"AppsV1Namespaced", namespaced, "AppsV1", upper, "apps_v1", camel+"_"+k.Version,
		" a Deployment", " "+article(k.Kind)+k.Kind, "Deployment", k.Kind, "deployments", v.Resource.Plural,
	)
}

// camelCase returns a group as the names of operations have it: "stableExampleCom".
func camelCase(group string) string {
	parts := strings.FieldsFunc(group, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, p := range parts {
		if i > 0 {
			parts[i] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return strings.Join(parts, "")
}

func article(noun string) string {
	if strings.ContainsAny(strings.ToLower(noun[:1]), "aeiou") && !strings.HasPrefix(noun, "UniS") {
		return "an "
	}
	return "a "
}

// The forms in which custom resources are sent and patched.
var (
	forms      = []string{"application/json", "application/yaml"}
	patchForms = []string{"application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"}
)

// renamer turns parts of the template into those of a custom resource.
type renamer struct {
	names *strings.Replacer
	kind  map[string]any // group, version and kind
	whole bool           // whether it is one of the whole cluster
}

// rename returns a part of the template with the custom resource's names, in the forms that it has, and without a
// namespace when it is one of the whole cluster.
func (r *renamer) rename(x any) any {
	switch x := x.(type) {
	case string:
		return r.names.Replace(x)
	case []any:
		var all []any
		for _, item := range x {
			if !r.whole || !namespaceParameter(item) {
				all = append(all, r.rename(item))
			}
		}
		return all
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, v := range x { // any order
			switch k {
			case "x-kubernetes-group-version-kind":
				out[k] = r.kind
			case "content":
				out[k] = r.contents(v.(map[string]any))
			case "consumes", "produces":
				out[k] = media(v.([]any))
			default:
				out[k] = r.rename(v)
			}
		}
		return out
	}
	return x
}

func namespaceParameter(x any) bool {
	p, _ := x.(map[string]any)
	ref, _ := p["$ref"].(string)
	return p["name"] == "namespace" && p["in"] == "path" || strings.HasPrefix(ref, "#/parameters/namespace-")
}

// contents returns a body's forms, which all have the same schema.
func (r *renamer) contents(x map[string]any) map[string]any {
	out := map[string]any{}
	for form, v := range x { // any order
		switch {
		case form == "*/*":
			for _, f := range forms {
				out[f] = r.rename(v)
			}
		case slices.Contains(forms, form) || slices.Contains(patchForms, form):
			out[form] = r.rename(v)
		}
	}
	return out
}

func media(x []any) []any {
	var out []any
	for _, form := range x {
		switch f := form.(string); {
		case f == "*/*":
			out = append(out, forms[0], forms[1])
		case slices.Contains(forms, f) || slices.Contains(patchForms, f):
			out = append(out, f)
		}
	}
	return out
}
