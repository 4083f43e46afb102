package manifest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/wire"
)

const deployment = `# a comment
apiVersion: apps/v1
kind: Deployment
metadata:
  name: "web"
  labels: &labels
    app: web
    example.com/tier: 'front end'
    y: "1"
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels:
        <<: *labels
        extra: x
    spec:
      containers:
      - name: nginx
        image: nginx:1.27   # the newest
        ports: [{containerPort: 80, name: http}, {containerPort: 81}]
      - {name: side, image: busybox, command: [sh, -c, "sleep 1"]}
`

// TestPosition marks in the text what a path resolves to.
func TestPosition(t *testing.T) {
	docs, err := Parse("web.yaml", "\n---\n"+deployment)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split("\n---\n"+deployment, "\n")
	for _, c := range []struct{ path, want string }{
		{"metadata.name", `5 "web"`},
		{"metadata.labels[example.com/tier]", `8 'front end'`},
		{"metadata.labels[true]", `9 "1"`},
		{"metadata.labels", `6 labels`},
		{"metadata.annotations", `4 metadata`},
		{"metadata.annotations[a.b/c]", `4 metadata`},
		{"spec.replicas", `11 3`},
		{"spec.selector.matchLabels.app", `12 web`},
		{"spec.template.spec.containers[0].image", `21 nginx:1.27`},
		{"spec.template.spec.containers[0].imagePullPolicy", `20 name`},
		{"spec.template.spec.containers[1]", `23 {`},
		{"spec.template.spec.containers[1].command[2]", `23 "sleep 1"`},
		{"spec.template.spec.containers[side].image", `23 busybox`},
		{"spec.template.spec.containers[9].image", `19 containers`},
		{"spec.template.spec.containers[0].ports[1].containerPort", `22 81`},
		{`spec.template.spec.containers[0].ports[name="http"].containerPort`, `22 80`},
		{"spec.template.metadata.labels[app]", `7 web`},
		{"spec.template.metadata.labels[extra]", `17 x`},
		{"spec.strategy.rollingUpdate", `10 spec`},
		{"", `2 apiVersion`},
	} {
		line, col, end := docs[0].Position(c.path)
		got := fmt.Sprintf("%d %s", line-2, lines[line-1][col-1:end-1])
		if got != c.want {
			t.Errorf("%s is at %s, not at %s", c.path, got, c.want)
		}
	}
}

// mark writes diagnostics as "line:column text message".
func mark(text string, ds []wire.Diagnostic) []string {
	lines := strings.Split(text, "\n")
	var out []string
	for _, d := range ds {
		runes := []rune(lines[d.Line-1])
		out = append(out, fmt.Sprintf("%d:%d %q %s: %s", d.Line, d.Column, string(runes[d.Column-1:d.EndCol-1]), d.Severity, d.Message))
	}
	return out
}

const head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n"

func TestDiagnose(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{head + "  replica: 3\n  template: {spec: {containers: [{name: c, imagePolicy: Always}]}}\n", []string{
			`5:3 "replica" error: strict decoding error: unknown field "spec.replica"`,
			`6:44 "imagePolicy" error: strict decoding error: unknown field "spec.template.spec.containers[0].imagePolicy"`,
		}},
		{head + "  replicas: three\n", []string{
			`5:13 "three" error: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`,
		}},
		{head + "  template:\n    metadata: {labels: {a: b, app: y}}\n", []string{
			`6:36 "y" error: json: cannot unmarshal bool into Go struct field ObjectMeta.spec.template.metadata.labels of type string`,
		}},
		{"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n  - env: [{name: Ä, value: 5}]\n", []string{
			`6:28 "5" error: json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string`,
		}},
		{"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n  - resources: {requests: {cpu: 1, memory: 64MB}}\n", []string{
			`6:44 "64MB" error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
		}},
		{"apiVersion: v1\nkind: Pod\nspec: 5\n", []string{
			`3:7 "5" error: json: cannot unmarshal number into Go struct field Pod.spec of type v1.PodSpec`,
		}},
		{"apiVersion: v1\nkind: Pod\nspec: {containers: {name: a}}\n", []string{
			`3:8 "containers" error: json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container`,
		}},
		{"apiVersion: apps/v1\nkind: Deploymnt\nmetadata: {name: x}\n", []string{
			`2:7 "Deploymnt" error: no matches for kind "Deploymnt" in version "apps/v1"`,
		}},
		{"apiVersion: v1\nkind: ConfigMap\ndata:\n  a: '1'\n  a: '2'\n", []string{
			`5:3 "a" warning: key "a" already set in map`,
		}},
		{"apiVersion: v1\nkind: ConfigMap\n---\nkind: Pod\n", []string{`4:1 "kind" error: apiVersion not set`}},
		{"a: 1\n", []string{`1:1 "a" error: [apiVersion not set, kind not set]`}},
		{"- a\n", []string{`1:1 "-" error: invalid object to validate`}},
		{"apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n spec:\n  containers: []\n", []string{`5:2 "spec:" error: did not find expected key`}},
		{"# x\n---\napiVersion: v1\nkind: Pod\nmetadata:\n\tname: x\n", []string{`6:2 "name: x" error: found character that cannot start any token`}},
		{"a: b\n--- x\n", []string{`1:1 "a" error: [apiVersion not set, kind not set]`}},
		{"a: .nan\n", []string{`1:4 ".nan" error: json: unsupported value: NaN`}},
		{deployment, nil},
	} {
		docs, err := Parse("f.yaml", c.text)
		var ds []wire.Diagnostic
		for _, d := range docs {
			ds = append(ds, d.Diagnose()...)
		}
		got := mark(c.text, append(ds, Diagnose(err)...))
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s\n got %s\nwant %s", c.text, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

func TestRefused(t *testing.T) {
	text := "apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: nowhere, labels: {\"a b\": c, ok: -bad-}}\nspec:\n  containers:\n  - image: nginx\n"
	docs, err := Parse("f.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	got := mark(text, docs[0].Refused(&metav1.Status{Reason: metav1.StatusReasonInvalid, Message: "no", Details: &metav1.StatusDetails{Causes: []metav1.StatusCause{
		{Field: "metadata.labels", Message: `Invalid value: "a b": name part must`},
		{Field: "metadata.labels", Message: `Invalid value: "-bad-": a valid label`},
		{Field: "metadata.labels", Message: `Invalid value: "-bad-": a valid label`},
		{Field: "spec.containers[0].name", Message: "Required value"},
	}}}))
	got = append(got, mark(text, docs[0].Refused(&metav1.Status{
		Reason: metav1.StatusReasonNotFound, Message: `namespaces "nowhere" not found`, Details: &metav1.StatusDetails{Kind: "namespaces"},
	}))...)
	want := []string{
		`3:50 "\"a b\"" error: metadata.labels: Invalid value: "a b": name part must`,
		`3:64 "-bad-" error: metadata.labels: Invalid value: "-bad-": a valid label`,
		`6:5 "image" error: spec.containers[0].name: Required value`,
		`3:32 "nowhere" error: namespaces "nowhere" not found`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestList(t *testing.T) {
	docs, err := Parse("f.yaml", `apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
- {apiVersion: v1, kind: Pod, metadata: {name: b, namespace: c}}
---
apiVersion: apps/v1
kind: DeploymentList
items:
- {metadata: {name: d}}
`)
	if err != nil || len(docs) != 3 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	if d := docs[2]; d.Kind.Kind != "Deployment" || d.Resource == nil || d.Name != "d" || d.Index != 2 || d.Object == nil {
		t.Errorf("the item of a DeploymentList is %+v", d)
	}
	if d := docs[1]; d.Namespace != "c" || d.Resource.Name != "pods" {
		t.Errorf("the second item is %+v", d)
	}
}

// TestBounds gives texts that are too much, and wants an answer soon.
func TestBounds(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c, c, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1)
	}
	configMap := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"
	for name, c := range map[string]struct {
		text string
		fine bool
	}{
		"10,000 documents":        {strings.Repeat(configMap+"---\n", 10_000), true},
		"30,000 documents":        {strings.Repeat(configMap+"---\n", 30_000), false},
		"5 MB of data":            {configMap + "data: {a: " + strings.Repeat("x", 5<<20) + "}", true},
		"5 MB in many keys":       {configMap + "data:\n" + manyKeys(200_000), true},
		"5 MB of comments":        {configMap + strings.Repeat("# x\n", 5<<20/4), true},
		"9 MB":                    {strings.Repeat("#", 9<<20), false},
		"open brackets":           {strings.Repeat("[", 5<<20), false},
		"deep mappings":           {strings.Repeat("{a: ", 100_000), false},
		"a deep document":         {configMap + "x: " + strings.Repeat("{a: ", 5000) + strings.Repeat("}", 5000), true},
		"an alias bomb":           {bomb, false},
		"a thousand alias bombs":  {strings.Repeat(bomb[:len(bomb)/3]+"---\n", 1000), false},
		"5 MB of separators":      {strings.Repeat("---\n", 5<<20/4), true},
		"a wrong value in 1 MB":   {configMap + "data:\n" + manyKeys(40_000) + "  z: 5\n", true},
		"5 MB of question marks":  {strings.Repeat("? ", 5<<20/2), false},
		"5 MB of anchors":         {strings.Repeat("&a ", 5<<20/3), true},
		"many wrong documents":    {strings.Repeat(configMap+"data: {a: 5}\n---\n", 10_000), true},
		"control characters":      {"\x00\x01\x02", false},
		"a broken UTF-8 sequence": {"a: \xff", false},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			docs, err := Parse("f.yaml", c.text)
			n := 0
			for _, d := range docs {
				if n < 200 {
					n += len(d.Diagnose())
				}
			}
			if (err == nil) != c.fine {
				t.Errorf("error %v", err)
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("took %v", took)
			} else {
				t.Logf("%d documents, %v, in %v", len(docs), err, took)
			}
		})
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "  key%d: 'some value'\n", i)
	}
	return b.String()
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse("web.yaml", deployment); err != nil {
			b.Fatal(err)
		}
	}
}
