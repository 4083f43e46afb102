package manifest

import (
	"encoding/json"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
	sigsyaml "sigs.k8s.io/yaml"
)

// tricky are documents whose values are not what they look like.
var tricky = []string{
	"a: 0b+00\nb: -0b+1\nc: 0b_1\nd: 0b", "a: y\nb: Y\nc: n\nd: on\ne: Off\nf: yes\ng: NO\nh: True\ni: tRUE",
	"a: 0777\nb: 0o17\nc: 0x1F\nd: 0b101\ne: -0b11\nf: 1_000\ng: 08\nh: 1:30\ni: 190:20:30",
	"a: 12e03\nb: .5\nc: 5.\nd: 1e3\ne: -1.5E-7\nf: 6.8523015e+5\ng: 1e400\nh: 0.1\ni: 1e21\nj: 100000000000000000000000",
	"a: 9223372036854775807\nb: 9223372036854775808\nc: 18446744073709551615\nd: 18446744073709551616\ne: -9223372036854775808\nf: -9223372036854775809",
	"a: ~\nb: null\nc: Null\nd:\ne: ''\nf: \"~\"",
	"a: 2001-01-01\nb: 2001-12-14T21:59:43.1Z\nc: 2001-12-14 21:59:43.10 -5\nd: 2001-1-1 1:2:3",
	"a: !!str 5\nb: !!int '5'\nc: !!float 5\nd: !!binary aGVsbG8=\ne: !custom x\nf: !!null ''\ng: !!bool yes",
	"1: a\n1.5: b\ntrue: c\nno: d\n2001-01-01: e\n0x10: f\n.inf: g\n-1e300: i\n.1: j",
	"a: &x {b: 1, c: 2}\nd: *x\ne: {<<: *x, c: 3}\nf: {c: 3, <<: *x}\ng: {<<: [*x, {c: 4, h: 5}]}",
	"a: 1\na: 2", "<<: {a: 1}\nb: <<", "\"<<\": 1", "a: '<<'",
	"a: |\n  x\n  y\nb: >-\n  x\n  y\nc: \"x\\ty\\u00e9\"\nd: 'it''s'",
	"184451440737035E161: h", "- 1\n- [a, {b: c}]\n- ? k\n  : v",
	"&a [1, &b 2, *b]", "x", "5", "", "# nothing", "#\n\n\t\n#", "a: .nan", "a: -.inf", "a: &x [*x]", "a: *nope", "? [1]\n: 2", "? {a: 1}\n: 2",
	"~: 1", "18446744073709551615: 1", "<<: 5", "<<: [1]", "!!int x", "!!float x", "!!null x", "!!binary '#'", "!!int 2001-01-01",
	"a: {b: [}", "a: \tb", "a:\n\tb: 1", "a: b: c", "%YAML 1.1\n---\na: y", "a: 1\n...\nb: 2", "a: @x", "a: 'x", "[a, b", "a: !!str", "!!map {}",
	"a: !!set {x}", "a: +1\nb: +.5\nc: +.inf\nd: -\ne: --\nf: .\ng: ...x", "a: 1__0\nb: _1\nc: 1_\nd: 0_7\ne: -0_7\nf: 0x_f",
}

// TestValuesEqualKubernetes holds the values equal to those that sigs.k8s.io/yaml gives to Kubernetes.
func TestValuesEqualKubernetes(t *testing.T) {
	for _, text := range tricky {
		compareWithKubernetes(t, text)
	}
}

func compareWithKubernetes(t *testing.T, text string) {
	t.Helper()
	want, wantErr := sigsyaml.YAMLToJSON([]byte(text))
	c := &chunk{text: text, line: 1}
	root, err := c.parse()
	if err != nil {
		if wantErr == nil {
			t.Errorf("%q: yaml.v3 refuses what Kubernetes reads: %v", text, err)
		}
		return
	}
	budget := aliasesMax
	r := resolver{chunk: c, budget: &budget}
	got := []byte("null")
	if root.Kind != 0 {
		v, err := r.value(root.Content[0])
		if err != nil {
			if wantErr == nil {
				t.Errorf("%q: refused what Kubernetes reads: %v", text, err)
			}
			return
		}
		data, jsonErr := json.Marshal(v)
		if jsonErr != nil {
			t.Fatalf("%q: the value is not JSON: %v", text, jsonErr)
		}
		got = data
	}
	if wantErr != nil {
		t.Errorf("%q: read as %s, which Kubernetes refuses: %v", text, got, wantErr)
		return
	}
	if string(got) != string(want) {
		t.Errorf("%q:\n got %s\nwant %s", text, got, want)
	}
}

// TestRefusedInTheSameWords holds the complaints about values equal to Kubernetes' where it has a line to put them in.
func TestRefusedInTheSameWords(t *testing.T) {
	for _, text := range []string{
		"a: .nan", "a: &x [*x]", "a: *nope", "<<: 5", "!!int x", "!!binary '#'", "a: {b: [}", "a:\n\tb: 1", "a: 'x", "a: @x",
	} {
		_, want := sigsyaml.YAMLToJSON([]byte(text))
		_, err := Parse("f.yaml", text)
		e, ok := err.(*Error)
		if !ok {
			t.Errorf("%q: no error", text)
			continue
		}
		if got := e.Kubectl(); got != "error parsing f.yaml: error converting YAML to JSON: "+want.Error() {
			t.Errorf("%q:\n got %s\nwant %v", text, got, want)
		}
	}
}

// FuzzValuesEqualKubernetes looks for a document that Kubernetes would read in another way.
func FuzzValuesEqualKubernetes(f *testing.F) {
	for _, text := range tricky {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		// A lone `!` makes a string of what follows; yaml.v3's nodes do not say so. A lone carriage return is a line break
		// to both, but not in all places to yaml.v3.
		if len(text) > 4096 || strings.ContainsAny(text, "!\r") || ambiguousKeys(text) {
			return
		}
		var root yaml.Node
		if yaml.Unmarshal([]byte(text), &root) != nil {
			return // yaml.v3 is stricter with some control characters.
		}
		compareWithKubernetes(t, text)
	})
}

// ambiguousKeys reports whether a mapping has a key twice, or keys that are different in YAML and equal in JSON, or a
// merge, or one that is a list or a mapping. Kubernetes takes either of the second sort, at random, does not look at a
// value that another replaces, and takes an empty list before a colon for the whole document.
func ambiguousKeys(text string) bool {
	var root yaml.Node
	if yaml.Unmarshal([]byte(text), &root) != nil {
		return false
	}
	found := false
	var visit func(*yaml.Node)
	visit = func(n *yaml.Node) {
		if n.Kind == yaml.MappingNode {
			seen := map[string]bool{}
			for i := 0; i+1 < len(n.Content); i += 2 {
				k := n.Content[i]
				name := keyName(k)
				found = found || seen[name] || isMerge(k) || target(k).Kind != yaml.ScalarNode
				seen[name] = true
			}
		}
		for _, c := range n.Content {
			visit(c)
		}
	}
	visit(&root)
	return found
}
