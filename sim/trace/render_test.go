package trace_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"

	"orrery/sim/trace"
)

var story = []*trace.Entry{
	{Number: 1, Kind: trace.Command, Actor: "kubectl"},
	{Number: 2, At: 1500 * time.Microsecond, Cause: 1, Kind: trace.Receive, Actor: "kube-apiserver", From: "kubectl", User: "kubectl", Verb: "create", Resource: "deployments.apps", Namespace: "default", Name: "web"},
	{Number: 3, At: 4 * time.Millisecond, Cause: 2, Kind: trace.Commit, Actor: "etcd", From: "kube-apiserver", User: "kubectl", Verb: "create", Resource: "deployments.apps", Namespace: "default", Name: "web", Revision: 42, Code: 201},
	{Number: 4, At: 5 * time.Millisecond, Cause: 3, Kind: trace.Answer, Actor: "kubectl", From: "kube-apiserver", Verb: "create", Resource: "deployments.apps", Namespace: "default", Name: "web", Code: 201},
	{Number: 5, At: 10 * time.Second, Kind: trace.Refuse, Actor: "kube-apiserver", From: "kubectl", Verb: "create", Resource: "pods", Name: "a;b <c> #1", Code: 422, Message: "no"},
	{Number: 6, At: 10 * time.Second, Kind: trace.Timer, Actor: "kubelet/node-1", From: "kubelet/node-1", Background: true},
}

func TestText(t *testing.T) {
	want := strings.TrimPrefix(`
     1    0.000000 kubectl                  command
     2    0.001500 kube-apiserver           receive  create deployments.apps default/web by kubectl <- 1
     3    0.004000 etcd                     commit   create deployments.apps default/web @42 by kubectl <- 2
     4    0.005000 kubectl                  answer   create deployments.apps default/web -> 201 <- 3
     5   10.000000 kube-apiserver           refuse   create pods a;b <c> #1 -> 422: no
     6   10.000000 kubelet/node-1           timer    (background)
`, "\n")
	if got := trace.Text(story); got != want {
		t.Errorf("text:\n%s\nwant:\n%s", got, want)
	}
}

func TestJSONLines(t *testing.T) {
	b, err := trace.JSONLines(story)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	if len(lines) != len(story) {
		t.Fatalf("%d lines for %d entries", len(lines), len(story))
	}
	var e trace.Entry
	if err := json.Unmarshal([]byte(lines[2]), &e); err != nil || e.Revision != 42 || e.Kind != trace.Commit {
		t.Errorf("line 3 reads as %+v, %v", e, err)
	}
}

func arrows() []trace.Arrow {
	var all []trace.Arrow
	for i := range story {
		all = append(all, story[i].Arrow())
	}
	return all
}

func TestMermaid(t *testing.T) {
	got := trace.Mermaid(arrows())
	for _, want := range []string{
		"sequenceDiagram\n    participant a0 as kubectl\n    participant a1 as kube-apiserver\n    participant a2 as etcd\n",
		"a0->>a1: (1) receive create deployments.apps default/web\n",
		"a1-->>a0: answer create",
		"a#59;b #lt;c#gt; #35;1",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the diagram lacks %q:\n%s", want, got)
		}
	}
}

func TestSVGIsWellFormed(t *testing.T) {
	got := trace.SVG(arrows())
	d, groups := xml.NewDecoder(strings.NewReader(got)), 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%v in:\n%s", err, got)
		}
		if s, ok := token.(xml.StartElement); ok && s.Name.Local == "g" {
			groups++
		}
	}
	if groups != len(story) {
		t.Errorf("%d arrows drawn of %d", groups, len(story))
	}
}
