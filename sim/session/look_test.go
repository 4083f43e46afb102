package session_test

import (
	"slices"
	"strings"
	"testing"

	"orrery/sim/session"
	"orrery/sim/wire"
)

// settled is the founding world at rest, with one of its pods.
func settled(t *testing.T) (*session.Session, wire.Ref) {
	t.Helper()
	s := founding(t)
	v := step(t, s, wire.UntilQuiet)
	for _, n := range v.Cluster.Nodes {
		for _, p := range n.Pods {
			return s, wire.Ref{Resource: "pods", Namespace: p.Namespace, Name: p.Name}
		}
	}
	t.Fatal("there are no pods")
	return nil, wire.Ref{}
}

func line(t *testing.T, o *wire.Object, path string) wire.Line {
	t.Helper()
	i := slices.IndexFunc(o.Lines, func(l wire.Line) bool { return l.Path == path })
	if i < 0 {
		t.Fatalf("the object has no %s", path)
	}
	return o.Lines[i]
}

func TestWhoWroteWhat(t *testing.T) {
	s, pod := settled(t)
	o := ask(t, s, wire.Request{Op: wire.OpObject, Ref: pod}).Object
	if o.Kind != "Pod" || !o.Exists || o.Tone != "ok" || o.Owner == nil || o.Owner.Resource != "replicasets.apps" || o.Version < 3 {
		t.Errorf("the pod: %+v", o)
	}
	for path, by := range map[string]string{
		"metadata.name": "replicaset", "metadata.labels.app": "replicaset", "metadata.uid": "apiserver",
		"spec.nodeName": "scheduler", "spec.containers[nginx].image": "replicaset", "spec.tolerations": "default",
		"spec.containers[nginx].volumeMounts": "default", "status.phase": "kubelet", "status.podIP": "kubelet",
	} {
		if l := line(t, o, path); l.By != by {
			t.Errorf("%s was written by %q, want %q", path, l.By, by)
		}
	}
	if l := line(t, o, "status.phase"); !l.Changed || l.At != o.Revision || l.Value != "Running" {
		t.Errorf("the phase: %+v at revision %d", l, o.Revision)
	}
	if l := line(t, o, "spec.nodeName"); l.Changed || l.At >= o.Revision {
		t.Errorf("the node: %+v", l)
	}
	d := ask(t, s, wire.Request{Op: wire.OpObject, Ref: wire.Ref{Resource: "deployments.apps", Namespace: "default", Name: "nginx-demo"}}).Object
	for path, by := range map[string]string{
		"spec.replicas": "kubectl", "spec.strategy.type": "default", "status.readyReplicas": "deployment",
		"spec.template.spec.containers[nginx].imagePullPolicy": "default",
	} {
		if l := line(t, d, path); l.By != by {
			t.Errorf("%s was written by %q, want %q", path, l.By, by)
		}
	}
	if len(d.Related) != 1 || d.Related[0].Label != "owns" || d.Related[0].Ref != *o.Owner {
		t.Errorf("the Deployment is related to %+v", d.Related)
	}
}

func TestWhyANode(t *testing.T) {
	s := founding(t)
	for range 500 {
		if v := step(t, s, wire.UntilWrite); strings.HasPrefix(v.Say.Title, "The pod belongs to ") {
			o := ask(t, s, wire.Request{Op: wire.OpObject, Ref: v.Changed[0]}).Object
			node := strings.TrimPrefix(v.Say.Title, "The pod belongs to ")
			if o.Question != "Why is spec.nodeName "+node+"?" {
				t.Errorf("the question is %q", o.Question)
			}
			var actors, texts []string
			for i, w := range o.Why {
				actors, texts = append(actors, w.Actor), append(texts, w.Text)
				if i > 0 && (w.At > o.Why[i-1].At || w.Event >= o.Why[i-1].Event) {
					t.Errorf("causes out of order: %+v", o.Why)
				}
			}
			if !slices.Equal(actors, []string{"scheduler", "replicaset", "deployment", "you"}) {
				t.Errorf("%v did: %v", actors, texts)
			}
			if len(o.Why) > 1 && o.Why[1].Text != "wanted 2 pods, saw 0" || o.Why[len(o.Why)-1].At != 0 {
				t.Errorf("the chain: %+v", o.Why)
			}
			return
		}
	}
	t.Fatal("no pod was bound")
}

func TestHistoryAndDiff(t *testing.T) {
	s, pod := settled(t)
	key := "/registry/pods/default/" + pod.Name
	h := ask(t, s, wire.Request{Op: wire.OpHistory, Key: key}).History
	if len(h.Revisions) < 4 || h.Revisions[0].Summary != "created" || h.Revisions[0].Actor != "replicaset" {
		t.Fatalf("history: %+v", h)
	}
	bound := h.Revisions[1]
	if !strings.HasPrefix(bound.Summary, "+spec.nodeName=node-") || bound.Actor != "scheduler" || bound.Version != 2 {
		t.Errorf("the second revision: %+v", bound)
	}
	diff := ask(t, s, wire.Request{Op: wire.OpDiff, Key: key, From: h.Revisions[0].Revision, To: bound.Revision}).Diff
	if !slices.ContainsFunc(diff, func(l wire.DiffLine) bool { return l.Op == "+" && strings.HasPrefix(l.Text, "  nodeName: node-") }) {
		t.Errorf("the difference: %+v", diff)
	}
	if a := s.Handle(wire.Request{Op: wire.OpDiff, Key: key, From: 1, To: 2}); a.Error == "" {
		t.Error("revisions that the key never had were compared")
	}
	seek(t, s, bound.Event)
	if past := ask(t, s, wire.Request{Op: wire.OpHistory, Key: key}).History.Revisions; len(past) != 2 {
		t.Errorf("at event %d the key has %d revisions, want 2", bound.Event, len(past))
	}
	seek(t, s, bound.Event-1)
	if o := ask(t, s, wire.Request{Op: wire.OpObject, Ref: pod}).Object; o.Version != 1 || o.Question != "Why is there Pod "+pod.Name+"?" {
		t.Errorf("before it was bound: version %d, %q", o.Version, o.Question)
	}
}

func TestADeletedObjectIsStillShown(t *testing.T) {
	s, pod := settled(t)
	ask(t, s, wire.Request{Op: wire.OpDelete, Ref: pod})
	v := step(t, s, wire.UntilQuiet)
	o := ask(t, s, wire.Request{Op: wire.OpObject, Ref: pod}).Object
	if o.Exists || o.Tone != "gone" || o.Question != "Why was Pod "+pod.Name+" deleted?" || len(o.Why) == 0 {
		t.Errorf("the deleted pod: %+v", o)
	}
	if want := `pod "` + pod.Name + `" deleted from default namespace`; len(v.Output) != 1 || v.Output[0] != want {
		t.Errorf("kubectl printed %q, want %q", v.Output, want)
	}
	running := 0
	for _, n := range v.Cluster.Nodes {
		running += n.PodsAll
	}
	if running != 2 {
		t.Errorf("%d pods after one was replaced", running)
	}
}

func TestStoreAndTables(t *testing.T) {
	s, pod := settled(t)
	all := ask(t, s, wire.Request{Op: wire.OpStore}).Store
	if all.Total <= len(all.Keys) || len(all.Keys) != 200 || all.Revision < all.Keys[0].Mod || all.Keys[0].Bytes == 0 {
		t.Errorf("the store: %d of %d keys, %+v", len(all.Keys), all.Total, all.Keys[0])
	}
	some := ask(t, s, wire.Request{Op: wire.OpStore, Filter: "/pods/", Offset: 1, Limit: 1}).Store
	if some.Total != 2 || len(some.Keys) != 1 || some.Keys[0].Ref.Resource != "pods" {
		t.Errorf("the second pod's key: %+v", some)
	}
	for resource, want := range map[string]string{
		"pods":                            "NAME READY STATUS RESTARTS IP NODE AGE NAMESPACE",
		"deployments.apps":                "NAME READY UP-TO-DATE AVAILABLE AGE NAMESPACE",
		"replicasets.apps":                "NAME DESIRED CURRENT READY AGE NAMESPACE",
		"services":                        "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE NAMESPACE",
		"endpoints":                       "NAME ENDPOINTS AGE NAMESPACE",
		"endpointslices.discovery.k8s.io": "NAME ADDRESSTYPE PORTS ENDPOINTS AGE NAMESPACE",
		"nodes":                           "NAME STATUS ROLES VERSION INTERNAL-IP AGE",
		"namespaces":                      "NAME STATUS AGE",
		"configmaps":                      "NAME DATA AGE NAMESPACE",
		"serviceaccounts":                 "NAME AGE NAMESPACE",
		"leases.coordination.k8s.io":      "NAME HOLDER AGE NAMESPACE",
		"ipaddresses.networking.k8s.io":   "NAME PARENTREF AGE",
		"events":                          "NAME LAST SEEN TYPE REASON OBJECT MESSAGE NAMESPACE",
	} {
		table := ask(t, s, wire.Request{Op: wire.OpTable, Resource: resource}).Table
		if got := strings.Join(table.Columns, " "); got != want {
			t.Errorf("%s: columns %s, want %s", resource, got, want)
		}
		if table.Total == 0 || table.Total != len(table.Rows) {
			t.Errorf("%s: %d rows of %d", resource, len(table.Rows), table.Total)
		}
		for _, row := range table.Rows {
			if len(row.Cells) != len(table.Columns) {
				t.Errorf("%s: row %v", resource, row.Cells)
			}
		}
	}
	table := ask(t, s, wire.Request{Op: wire.OpTable, Resource: "deployments.apps", Filter: "2/2"}).Table
	if len(table.Rows) != 1 || strings.Join(table.Rows[0].Cells[:4], " ") != "nginx-demo 2/2 2 2" || table.Rows[0].Tone != "ok" {
		t.Errorf("the Deployment's row: %+v", table.Rows)
	}
	events := ask(t, s, wire.Request{Op: wire.OpEvents, Ref: pod}).Events
	var reasons []string
	for _, e := range events {
		reasons = append(reasons, e.Reason)
	}
	if !slices.Equal(reasons, []string{"Scheduled", "Pulling", "Pulled", "Created", "Started"}) || events[0].Source != "default-scheduler" {
		t.Errorf("the pod's Events are %v: %+v", reasons, events)
	}
	if n := len(ask(t, s, wire.Request{Op: wire.OpEvents}).Events); n <= len(events) {
		t.Errorf("%d Events about everything, %d about one pod", n, len(events))
	}
}

func TestVerdictRulesAndRuntime(t *testing.T) {
	s, pod := settled(t)
	v := ask(t, s, wire.Request{Op: wire.OpVerdict, Ref: pod}).Verdict
	if v.Pod != pod || v.Selected == "" || len(v.Nodes) != 3 || len(v.Filters) < 5 || len(v.Scores) < 2 || len(v.Decided) != 2 {
		t.Errorf("the verdict: %+v", v)
	}
	if latest := ask(t, s, wire.Request{Op: wire.OpVerdict}).Verdict; latest.Pod != v.Decided[0] {
		t.Errorf("the latest verdict is of %v, not of %v", latest.Pod, v.Decided[0])
	}
	rules := ask(t, s, wire.Request{Op: wire.OpRules, Node: v.Selected}).Rules
	if rules.Mode != "iptables" || rules.Services != 2 || !strings.Contains(rules.Text, "default/nginx-service") || rules.Synced == 0 {
		t.Errorf("the rules: %+v", rules)
	}
	r := ask(t, s, wire.Request{Op: wire.OpNode, Node: v.Selected}).Runtime
	i := slices.IndexFunc(r.Sandboxes, func(b wire.Sandbox) bool { return b.Pod == pod })
	if i < 0 || r.Sandboxes[i].State != "SANDBOX_READY" || len(r.Sandboxes[i].Containers) != 1 {
		t.Fatalf("the node's sandboxes: %+v", r.Sandboxes)
	}
	if c := r.Sandboxes[i].Containers[0]; c.State != "CONTAINER_RUNNING" || !c.Ready || c.Started == 0 || c.Name != "nginx" {
		t.Errorf("the container: %+v", c)
	}
	if len(r.Images) != 2 || r.Images[1].Pulled != 1 || len(r.Calls) == 0 {
		t.Errorf("images %+v, %d calls", r.Images, len(r.Calls))
	}
	for _, op := range []wire.Op{wire.OpRules, wire.OpNode} {
		if a := s.Handle(wire.Request{Op: op, Node: "node-9"}); a.Error == "" {
			t.Errorf("%s of a node that does not exist", op)
		}
	}
}

func TestSequence(t *testing.T) {
	s := session.New()
	if q := ask(t, s, wire.Request{Op: wire.OpSequence}).Sequence; len(q.Steps) != 0 {
		t.Errorf("before any command: %+v", q.Steps)
	}
	s, _ = settled(t)
	q := ask(t, s, wire.Request{Op: wire.OpSequence}).Sequence
	if q.Actors[0] != "kubectl" || q.Steps[0].From != "kubectl" || q.Steps[0].Event != 1 || len(q.Steps) > 400 {
		t.Errorf("actors %v, first %+v of %d", q.Actors, q.Steps[0], len(q.Steps))
	}
	for _, row := range q.Steps {
		if !slices.Contains(q.Actors, row.From) || !slices.Contains(q.Actors, row.To) || row.Text == "" {
			t.Errorf("row %+v", row)
		}
	}
	if !strings.HasPrefix(q.Mermaid, "sequenceDiagram\n") || !strings.HasPrefix(q.SVG, "<svg ") {
		t.Error("the diagrams are missing")
	}
}

func TestEventList(t *testing.T) {
	s, pod := settled(t)
	v := s.View()
	whole := ask(t, s, wire.Request{Op: wire.OpLog, Limit: 1000}).Log
	if whole.Total != v.LinesTotal || len(whole.Lines) != whole.Total {
		t.Fatalf("%d lines of %d, the view says %d", len(whole.Lines), whole.Total, v.LinesTotal)
	}
	if tail := whole.Lines[whole.Total-len(v.Lines):]; !slices.Equal(tail, v.Lines) {
		t.Error("the view's lines are not the end of the event list")
	}
	unfolded := ask(t, s, wire.Request{Op: wire.OpLog, Unfold: true, Offset: 5, Limit: 3}).Log
	if unfolded.Total != v.Position.Event || len(unfolded.Lines) != 3 || unfolded.Lines[0].Event != 6 {
		t.Errorf("unfolded: %+v", unfolded)
	}
	found := ask(t, s, wire.Request{Op: wire.OpLog, Filter: pod.Name}).Log
	if found.Total == 0 || found.Total >= whole.Total {
		t.Errorf("%d of %d lines are about the pod", found.Total, whole.Total)
	}
	for _, l := range found.Lines {
		if !strings.Contains(l.Text+l.Ref.Name, pod.Name) {
			t.Errorf("found %+v", l)
		}
	}
	seek(t, s, 60)
	if past := ask(t, s, wire.Request{Op: wire.OpLog, Filter: pod.Name}).Log; past.Total >= found.Total || past.Total == 0 {
		t.Errorf("at event 60 %d lines are about the pod, at the end %d", past.Total, found.Total)
	}
	before := ask(t, s, wire.Request{Op: wire.OpLanguage, Lang: "zh"}).View
	if !strings.Contains(before.Say.Title+before.Lines[0].Text, "你") && !strings.Contains(before.Lines[1].Text, "：") {
		t.Errorf("in Chinese: %q, %q", before.Say.Title, before.Lines[1].Text)
	}
}
