package openapi

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"orrery/build/tree"
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
	folder, err := documents(context.Background(), root)
	if err != nil {
		t.Fatal(err)
	}
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
			if !reflect.DeepEqual(v, b[name]) {
				t.Errorf("%s: %v %s differs from Kubernetes':\n%v\n%v", what, part, name, v, b[name])
			}
		}
	}
	if what == "api/v1" && at(ours, []string{"paths"})["/api/v1/namespaces/{namespace}/pods/{name}"] == nil {
		t.Error("no Pods in api/v1")
	}
}

func at(doc map[string]any, path []string) map[string]any {
	for _, name := range path {
		doc, _ = doc[name].(map[string]any)
	}
	return doc
}
