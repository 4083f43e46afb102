package openapi

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"orrery/build/tree"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/apiserver/openapi"
)

// TestDocumentsAreKubernetes compares what is published with what Kubernetes' module says, schema by schema.
func TestDocumentsAreKubernetes(t *testing.T) {
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	file, err := Make(context.Background(), root)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s has %d bytes", File, len(file))
	bundle, err := openapi.Unpack(file)
	if err != nil {
		t.Fatal(err)
	}
	module, err := kubernetes(context.Background(), root)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(module, "api", "openapi-spec")
	docs := openapi.New(bundle)
	for path := range bundle.V3 {
		doc, err := docs.V3(path, openapi.JSON)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(folder, "v3", strings.ReplaceAll(path, "/", "__")+"_openapi.json")
		compare(t, path, doc.Data, name, "components", "schemas")
	}
	doc, err := docs.V2(openapi.JSON)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "v2", doc.Data, filepath.Join(folder, "swagger.json"), "definitions")
	if _, err := docs.V2(openapi.Proto); err != nil {
		t.Error(err)
	}
	if _, err := docs.V3("apis/apps/v1", openapi.Proto); err != nil {
		t.Error(err)
	}
}

// compare checks that every path and every schema of ours is Kubernetes' own, and that the Pods are there.
func compare(t *testing.T, what string, data []byte, file string, schemas ...string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var ours, theirs map[string]any
	if err := json.Unmarshal(data, &ours); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &theirs); err != nil {
		t.Fatal(err)
	}
	for _, part := range [][]string{{"paths"}, schemas} {
		a, b := at(ours, part), at(theirs, part)
		if len(a) == 0 && what != "version" {
			t.Errorf("%s has no %v", what, part)
		}
		for name, v := range a {
			if !reflect.DeepEqual(withoutEnums(v), withoutEnums(b[name])) {
				t.Errorf("%s: %v %s differs from Kubernetes':\n%v\n%v", what, part, name, v, b[name])
			}
		}
	}
	if what == "api/v1" && at(ours, []string{"paths"})["/api/v1/namespaces/{namespace}/pods/{name}"] == nil {
		t.Error("no Pods in api/v1")
	}
}

// withoutEnums returns a document as Kubernetes' module has it: without the enums that a running server adds.
func withoutEnums(doc any) any {
	switch doc := doc.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, value := range doc {
			out[key] = withoutEnums(value)
		}
		if description, ok := out["description"].(string); ok {
			before, _, cut := strings.Cut(description, "\n\nPossible enum values:\n")
			out["description"] = strings.TrimSpace(before)
			if cut {
				delete(out, "enum")
			}
		}
		if items, ok := out["items"].(map[string]any); ok && out["type"] == "array" {
			delete(items, "enum")
		}
		return out
	case []any:
		out := make([]any, len(doc))
		for i, value := range doc {
			out[i] = withoutEnums(value)
		}
		return out
	}
	return doc
}

// TestEnumsArePublished looks at a property whose values a running server names, and at a list of such.
func TestEnumsArePublished(t *testing.T) {
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	module, err := kubernetes(context.Background(), root)
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := read(module)
	if err != nil {
		t.Fatal(err)
	}
	kind := at(unmarshal(t, bundle.Schemas["io.k8s.api.apps.v1.DeploymentStrategy"]), []string{"properties", "type"})
	if values, _ := json.Marshal(kind["enum"]); string(values) != `["Recreate","RollingUpdate"]` ||
		!strings.Contains(kind["description"].(string), "- `\"Recreate\"` Kill all existing pods") {
		t.Errorf("a strategy's type is published as %v", kind)
	}
	types := at(unmarshal(t, bundle.Schemas["io.k8s.api.networking.v1.NetworkPolicySpec"]), []string{"properties", "policyTypes", "items"})
	if values, _ := json.Marshal(types["enum"]); string(values) != `["Egress","Ingress"]` {
		t.Errorf("a policy's types are published as %v", types)
	}
}

func at(doc map[string]any, path []string) map[string]any {
	for _, name := range path {
		doc, _ = doc[name].(map[string]any)
	}
	return doc
}

// TestCustomDocuments publishes a kind that a user brought.
func TestCustomDocuments(t *testing.T) {
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	file, err := Make(context.Background(), root)
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := openapi.Unpack(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "sim", "apiserver", "testdata", "crontabs.json"))
	if err != nil {
		t.Fatal(err)
	}
	crd := &apiextensionsv1.CustomResourceDefinition{}
	if err := json.Unmarshal(text, crd); err != nil {
		t.Fatal(err)
	}
	crd.Status.AcceptedNames = crd.Spec.Names
	crd.Status.AcceptedNames.ListKind = "CronTabList"
	for _, c := range []apiextensionsv1.CustomResourceDefinitionConditionType{apiextensionsv1.NamesAccepted, apiextensionsv1.Established} {
		crd.Status.Conditions = append(crd.Status.Conditions, apiextensionsv1.CustomResourceDefinitionCondition{Type: c, Status: "True"})
	}
	var catalog *customresource.Catalog
	if catalog, err = catalog.With(crd); err != nil {
		t.Fatal(err)
	}
	docs, err := openapi.New(bundle).With(catalog)
	if err != nil {
		t.Fatal(err)
	}
	const gv, model = "apis/stable.example.com/v1", "com.example.stable.v1.CronTab"
	doc, err := docs.V3(gv, openapi.JSON)
	if err != nil {
		t.Fatal(err)
	}
	all := unmarshal(t, doc.Data)
	schema := at(all, []string{"components", "schemas", model})
	if kinds, _ := json.Marshal(schema["x-kubernetes-group-version-kind"]); string(kinds) != `[{"group":"stable.example.com","kind":"CronTab","version":"v1"}]` {
		t.Errorf("the schema is of %s", kinds)
	}
	if image := at(schema, []string{"properties", "spec", "properties", "image"}); image["default"] != "nginx" {
		t.Errorf("the image is %v", image)
	}
	metadata := at(schema, []string{"properties", "metadata"})
	if text, _ := json.Marshal(metadata); metadata["$ref"] != nil || !strings.Contains(string(text), "Standard object's metadata") {
		t.Errorf("the metadata is published as %s: a reference hides the words beside it", text)
	}
	paths := at(all, []string{"paths"})
	for _, path := range []string{"crontabs", "namespaces/{namespace}/crontabs", "namespaces/{namespace}/crontabs/{name}/scale"} {
		if paths["/"+gv+"/"+path] == nil {
			t.Errorf("no path %s", path)
		}
	}
	create := at(paths, []string{"/" + gv + "/namespaces/{namespace}/crontabs", "post"})
	if create["operationId"] != "createStableExampleComV1NamespacedCronTab" || create["description"] != "create a CronTab" {
		t.Errorf("the operation is %v: %v", create["operationId"], create["description"])
	}
	if strings.Contains(string(doc.Data), "eployment") || strings.Contains(string(doc.Data), "strategic") {
		t.Error("something of a Deployment is left")
	}
	dangling(t, doc.Data, at(all, []string{"components", "schemas"}), "#/components/schemas/")
	old, err := docs.V2(openapi.JSON)
	if err != nil {
		t.Fatal(err)
	}
	all = unmarshal(t, old.Data)
	if image := at(all, []string{"definitions", model, "properties", "spec", "properties", "image"}); image["type"] != "string" {
		t.Errorf("the image is %v", image)
	}
	dangling(t, old.Data, at(all, []string{"definitions"}), "#/definitions/")
	for _, path := range []string{gv, "apis/apps/v1"} {
		if _, err := docs.V3(path, openapi.Proto); err != nil {
			t.Error(err)
		}
	}
	if _, err := docs.V2(openapi.Proto); err != nil {
		t.Error(err)
	}
}

func unmarshal(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// dangling checks that every reference leads to a schema.
func dangling(t *testing.T, data []byte, schemas map[string]any, prefix string) {
	t.Helper()
	for _, match := range reference.FindAllSubmatch(data, -1) {
		if name, ok := strings.CutPrefix(string(match[1]), prefix); ok && schemas[name] == nil {
			t.Errorf("there is no schema %s", name)
		}
	}
}
