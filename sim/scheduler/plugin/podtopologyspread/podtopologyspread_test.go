package podtopologyspread

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/cache/cachetest"
	"orrery/sim/scheduler/framework"
)

const world = `
nodes {metadata: {name: a, labels: {kubernetes.io/hostname: a, topology.kubernetes.io/zone: x}}}
nodes {metadata: {name: b, labels: {kubernetes.io/hostname: b, topology.kubernetes.io/zone: x}}}
nodes {metadata: {name: c, labels: {kubernetes.io/hostname: c, topology.kubernetes.io/zone: y, disk: ssd}}, spec: {taints: [{key: t, effect: NoSchedule}]}}
nodes {metadata: {name: d, labels: {kubernetes.io/hostname: d}}}
pods {metadata: {name: p1, labels: {app: web, v: "1"}}, spec: {nodeName: a}}
pods {metadata: {name: p2, labels: {app: web, v: "2"}}, spec: {nodeName: a}}
pods {metadata: {name: p3, labels: {app: web, v: "2"}}, spec: {nodeName: c}}
pods {metadata: {name: p4, labels: {app: web}, deletionTimestamp: "2026-01-01T00:00:00Z"}, spec: {nodeName: c}}
pods {metadata: {name: p5, labels: {app: db}}, spec: {nodeName: b}}
pods {metadata: {name: p6, namespace: other, labels: {app: web}}, spec: {nodeName: b}}
services {metadata: {name: web, namespace: demo}, spec: {selector: {app: web}}}
replicasets.apps {metadata: {name: web-1, namespace: demo}, spec: {selector: {matchLabels: {v: "2"}}}}
`

var resources = []string{"namespaces", "services", "replicasets.apps", "replicationcontrollers", "statefulsets.apps"}

func pod(t *testing.T, spec string) *framework.Pod {
	return cachetest.Pod(t, `{metadata: {name: new, labels: {app: web, v: "2"}}, spec: `+spec+`}`)
}

func constraintOf(extra string) string {
	return `{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}` + extra + `}`
}

func TestFilter(t *testing.T) {
	c := cachetest.New(t, resources, world)
	const skewed, missing = "node(s) didn't match pod topology spread constraints", "node(s) didn't match pod topology spread constraints (missing required label)"
	zone := func(extra string) string { return `{topologySpreadConstraints: [` + constraintOf(extra) + `]}` }
	for name, test := range map[string]struct{ spec, want string }{
		"no constraint":               {`{}`, "a; b; c; d"},
		"x has two, y one":            {zone(""), "a S; b S; c; d M"},
		"more skew":                   {strings.Replace(zone(""), "maxSkew: 1", "maxSkew: 2", 1), "a; b; c; d M"},
		"one of each with v: 2":       {zone(`, matchLabelKeys: [v]`), "a; b; c; d M"},
		"three domains are wanted":    {zone(`, minDomains: 3`), "a S; b S; c S; d M"},
		"only x counts":               {strings.Replace(zone(""), "{topology", "{nodeSelector: {topology.kubernetes.io/zone: x}, topology", 1), "a; b; c; d M"},
		"y counts all the same":       {strings.Replace(zone(`, nodeAffinityPolicy: Ignore`), "{topology", "{nodeSelector: {topology.kubernetes.io/zone: x}, topology", 1), "a S; b S; c; d M"},
		"nodes with taints count not": {zone(`, nodeTaintsPolicy: Honor`), "a; b; c; d M"},
		"two constraints": {
			`{topologySpreadConstraints: [` + constraintOf("") + `, ` + strings.Replace(constraintOf(""), "topology.kubernetes.io/zone", "kubernetes.io/hostname", 1) + `]}`,
			"a S; b S; c S; d M",
		},
	} {
		got := cachetest.Verdicts(c, Plugin{}.PreFilter(pod(t, test.spec), c))
		want := strings.NewReplacer(" S", " "+skewed, " M", " "+missing).Replace(test.want)
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
}

// What a nominated pod or a victim changes is the same as if it had come or gone.
func TestCount(t *testing.T) {
	c := cachetest.New(t, resources, world)
	screen := Plugin{}.PreFilter(pod(t, `{topologySpreadConstraints: [`+constraintOf("")+`]}`), c)
	victim, _ := c.Get("demo", "p1")
	before := cachetest.Verdicts(c, screen)
	screen.Count(victim.Pod, c.Node("a"), -1)
	if got := cachetest.Verdicts(c, screen); !strings.HasPrefix(got, "a; b; c; d ") {
		t.Errorf("without p1: %s", got)
	}
	screen.Count(victim.Pod, c.Node("a"), 1)
	if got := cachetest.Verdicts(c, screen); got != before {
		t.Errorf("with p1 again: %s", got)
	}
	if got := cachetest.Verdicts(c, Plugin{}.PreFilter(pod(t, `{topologySpreadConstraints: [`+constraintOf("")+`]}`), c)); got != before {
		t.Errorf("the cache was changed: %s", got)
	}
}

func TestScore(t *testing.T) {
	c := cachetest.New(t, resources, world)
	soft := strings.Replace(constraintOf(""), "DoNotSchedule", "ScheduleAnyway", 1)
	owned := cachetest.Pod(t, `{metadata: {name: new, labels: {app: web, v: "2"}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-1, controller: true, uid: u}]}}`)
	for name, test := range map[string]struct {
		pod  *framework.Pod
		want string
	}{
		// ln(4) = 1.386 for each of two zones: 2 pods are 2.77, 1 is 1.39; node d lacks the label
		"own": {pod(t, `{topologySpreadConstraints: [`+soft+`]}`), "[3 3 1 0] [33 33 100 0]"},
		// hosts: ln(6) = 1.79 a pod and 2 for the skew; zones: x, y and none, ln(5) = 1.61 a pod and 4
		"its Service's":             {pod(t, `{}`), "[13 9 9 2] [15 46 46 100]"},
		"its Service's and owner's": {owned, "[9 8 9 2] [22 33 22 100]"},
	} {
		raw, normal := cachetest.Scores(c, Plugin{}.PreScore(test.pod, c, c.Nodes()))
		if got := fmt.Sprint(raw, normal); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
	lonely := cachetest.Pod(t, `{metadata: {name: new, labels: {app: lonely}}}`)
	if (Plugin{}).PreScore(lonely, c, c.Nodes()).Score != nil {
		t.Error("a pod that belongs to nothing is spread")
	}
}

func TestHints(t *testing.T) {
	p := pod(t, `{topologySpreadConstraints: [`+constraintOf("")+`]}`)
	web, db := cachetest.Pod(t, `{metadata: {name: w, labels: {app: web}}}`), cachetest.Pod(t, `{metadata: {name: d, labels: {app: db}}}`)
	other := cachetest.Pod(t, `{metadata: {name: w, namespace: other, labels: {app: web}}}`)
	node := func(text string) *corev1.Node {
		n := &corev1.Node{}
		cachetest.Parse(t, text, n)
		return n
	}
	zoned, plain := node(`{metadata: {labels: {topology.kubernetes.io/zone: x}}}`), node(`{}`)
	tainted := node(`{metadata: {labels: {topology.kubernetes.io/zone: x}}, spec: {taints: [{key: a}]}}`)
	for i, c := range []struct {
		change framework.Change
		want   bool
	}{
		{framework.Change{NewPod: web}, true},
		{framework.Change{OldPod: web}, true},
		{framework.Change{OldPod: db}, false},
		{framework.Change{OldPod: other}, false},
		{framework.Change{OldPod: web, NewPod: db}, true},
		{framework.Change{OldPod: db, NewPod: db}, false},
	} {
		if got := worthPod(p, c.change); got != c.want {
			t.Errorf("pod %d: got %v", i, got)
		}
	}
	for i, c := range []struct {
		change framework.Change
		want   bool
	}{
		{framework.Change{NewNode: zoned}, true},
		{framework.Change{NewNode: plain}, false},
		{framework.Change{OldNode: zoned}, true},
		{framework.Change{OldNode: plain, NewNode: zoned}, true},
		{framework.Change{OldNode: zoned, NewNode: zoned}, false},
		{framework.Change{OldNode: zoned, NewNode: tainted}, true},
	} {
		if got := worthNode(p, c.change); got != c.want {
			t.Errorf("node %d: got %v", i, got)
		}
	}
}
