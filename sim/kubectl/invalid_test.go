package kubectl_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"orrery/sim/kubectl"
	"orrery/sim/manifest"
)

// recordedCommands are the cases of the recording that are not "kubectl apply -f CASE.yaml".
var recordedCommands = map[string]string{
	"create-existing": "create -f create-existing.yaml", "ns-mismatch": "create -f ns-mismatch.yaml",
	"delete-missing": "delete pod nope", "scale-missing": "scale deployment nope --replicas=2",
	"scale-negative":          "scale deployment ok --replicas=-1",
	"patch-bad-json":          `patch deployment ok -p '{"spec":'`,
	"patch-jsonpatch-missing": `patch deployment ok --type=json -p '[{"op":"remove","path":"/spec/nope"}]'`,
	"patch-jsonpatch-test":    `patch deployment ok --type=json -p '[{"op":"test","path":"/spec/replicas","value":9}]'`,
	"patch-unknown-field":     `patch deployment ok -p '{"spec":{"nope":1}}'`,
	"patch-wrong-type":        `patch deployment ok -p '{"spec":{"replicas":"x"}}'`,
	"set-image-missing":       "set image deployment/ok nope=nginx",
	"label-bad":               "label pod ok 'a b=c'",
	"label-overwrite":         "label deployment ok app=other",
	"rollout-undo-none":       "rollout undo deployment/ok",
	"dry-run-server":          "create --dry-run=server -f cases/create-existing.yaml",
}

// TestRecordedErrors gives every wrong manifest and command of the recording of a real cluster, and holds what is
// printed equal to what the real kubectl printed. The causes of a refusal may come in any order: those of a map do.
func TestRecordedErrors(t *testing.T) {
	outs, err := filepath.Glob("testdata/invalid/*.out")
	if err != nil || len(outs) == 0 {
		t.Fatalf("no recorded cases: %v", err)
	}
	base := read(t, "testdata/invalid/base.yaml")
	for _, out := range outs {
		name := strings.TrimSuffix(filepath.Base(out), ".out")
		t.Run(name, func(t *testing.T) {
			b := newBench(t, "demo")
			for _, d := range strings.Split(base, "\n---\n") {
				if docs, _ := manifest.Parse("base.yaml", d); len(docs) == 1 && docs[0].Err == nil {
					b.kubectl("-n demo apply -f base.yaml", kubectl.File{Name: "base.yaml", Text: d})
				}
			}
			line := recordedCommands[name]
			if line == "" {
				line = "apply -f " + name + ".yaml"
			}
			if name != "missing-ns" {
				line = "-n demo " + line
			}
			file := kubectl.File{Name: name + ".yaml"}
			if text, err := os.ReadFile("testdata/invalid/" + name + ".yaml"); err == nil {
				file.Text = string(text)
			}
			existing := kubectl.File{Name: "cases/create-existing.yaml", Text: read(t, "testdata/invalid/create-existing.yaml")}
			got := b.kubectl(line, file, existing)
			want := strings.TrimRight(read(t, out), "\n")
			if norm(got) != norm(want) {
				t.Errorf("kubectl %s\n got: %s\nwant: %s", line, got, want)
			}
		})
	}
}

var (
	blanks = regexp.MustCompile(`[ \t]+\n`)
	uids   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
)

func norm(s string) string {
	s = uids.ReplaceAllString(s, "<uid>")
	lines := strings.Split(blanks.ReplaceAllString(strings.TrimSpace(s), "\n"), "\n")
	if strings.HasSuffix(lines[0], "is invalid:") {
		slices.Sort(lines[1:])
	}
	return strings.Join(lines, "\n")
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
