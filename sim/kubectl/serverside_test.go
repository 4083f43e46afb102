package kubectl_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"orrery/sim/apiserver"
	"orrery/sim/kubectl"
	"orrery/sim/manifest"
)

// TestRecordedMigration applies the recording's objects by kubectl and then by the server, and holds the fields that are
// made over from the one to the other equal to those of the real cluster.
func TestRecordedMigration(t *testing.T) {
	recorded := map[string]json.RawMessage{} // by resource
	if err := json.Unmarshal([]byte(read(t, "testdata/migrations.json")), &recorded); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, text := range strings.Split(read(t, "testdata/invalid/base.yaml"), "\n---\n") {
		documents, _ := manifest.Parse("base.yaml", text)
		if len(documents) != 1 || documents[0].Resource == nil {
			continue
		}
		res := documents[0].Resource
		b := newBench(t, "demo")
		file := kubectl.File{Name: "base.yaml", Text: text}
		b.kubectl("-n demo apply -f base.yaml", file)
		var patches []string
		server := b.engine.Component("kube-apiserver").(*apiserver.Server)
		b.engine.Add("kube-apiserver", &spy{Component: server, f: func(p string) { patches = append(patches, p) }})
		out := b.kubectl("-n demo apply --server-side --field-manager=other -f base.yaml", file)
		if !strings.HasSuffix(out, " serverside-applied") || len(patches) != 3 {
			t.Errorf("%s: %s, by %d requests", res.Name, out, len(patches))
			continue
		}
		var operations []struct{ Value json.RawMessage }
		var entries []struct {
			Manager, Operation string
			FieldsV1           json.RawMessage
		}
		if err := json.Unmarshal([]byte(patches[1]), &operations); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(operations[0].Value, &entries); err != nil {
			t.Fatal(err)
		}
		compared++
		if e := entries[0]; e.Manager != "other" || e.Operation != "Apply" || !bytes.Equal(e.FieldsV1, recorded[res.Name]) {
			t.Errorf("%s: %s by %s\n got %s\nwant %s", res.Name, e.Operation, e.Manager, e.FieldsV1, recorded[res.Name])
		}
	}
	if compared < 4 {
		t.Errorf("only %d objects were compared", compared)
	}
}

// TestServerSide holds what kubectl prints of an apply by the server.
func TestServerSide(t *testing.T) {
	b := newBench(t, "demo")
	one := kubectl.File{Name: "a.yaml", Text: "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: '1', z: '1'}}"}
	two := kubectl.File{Name: "a.yaml", Text: "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: '2'}}"}
	odd := kubectl.File{Name: "a.yaml", Text: "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, nope: 1}"}
	const apply = "-n demo apply --server-side -f a.yaml"
	for _, c := range []struct {
		line string
		file kubectl.File
		want string
	}{
		{"-n demo apply --force-conflicts -f a.yaml", one, "error: --force-conflicts only works with --server-side"},
		{apply + " --dry-run=server", one, "configmap/a serverside-applied (server dry run)"},
		{apply, one, "configmap/a serverside-applied"},
		{apply, one, "configmap/a serverside-applied"},
		{
			apply + " --field-manager=team", two, `error: Apply failed with 1 conflict: conflict with "kubectl": .data.x
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the ` + "`--force-conflicts`" + ` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`,
		},
		{apply + " --field-manager=team --force-conflicts", two, "configmap/a serverside-applied"},
		{apply, odd, "Error from server: failed to create typed patch object (demo/a; /v1, Kind=ConfigMap): .nope: field not declared in schema"},
	} {
		if got := b.kubectl(c.line, c.file); got != c.want {
			t.Errorf("kubectl %s\n got %s\nwant %s", c.line, got, c.want)
		}
	}
}
