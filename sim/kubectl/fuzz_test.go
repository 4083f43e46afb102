package kubectl_test

import (
	"testing"

	"orrery/sim/kubectl"
)

// FuzzYAML applies anything as a manifest, by kubectl and by the server. What is refused leaves the store as it was.
func FuzzYAML(f *testing.F) {
	for _, text := range []string{
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: '1'}}", "a: b: c", "- 1", "kind: List\nitems: [1]\n",
		"apiVersion: v1\nkind: Pod\nmetadata: {name: [a]}\n", "a: &a [*a]", "---\n---\n", "apiVersion: v1\nkind: ConfigMap\nmetadata: 1\n",
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: a, annotations: [1]}}", "? [a]\n: b", "!!binary x", "x: 0x7fffffffffffffffff",
		"{apiVersion: v1, kind: Namespace, metadata: {name: b}}", "\xff", "{apiVersion: [v1], kind: {a: b}}",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b := newBench(t, "demo")
		file := kubectl.File{Name: "a.yaml", Text: text}
		for _, line := range []string{"apply --dry-run=server -f a.yaml", "apply -f a.yaml", "apply --server-side -f a.yaml"} {
			before := b.store().Revision()
			b.kubectl("-n demo "+line, file)
			runs := b.terminal().Runs()
			last := runs[len(runs)-1]
			if !last.Done {
				t.Fatalf("kubectl %s does not end", line)
			}
			if after := b.store().Revision(); line == "apply --dry-run=server -f a.yaml" && after != before {
				t.Errorf("kubectl %s made revision %d of %d", line, after, before)
			}
		}
	})
}
