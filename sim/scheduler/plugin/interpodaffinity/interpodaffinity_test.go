package interpodaffinity

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/cache/cachetest"
	"orrery/sim/scheduler/framework"
)

const world = `
nodes {metadata: {name: a, labels: {host: a, zone: x}}}
nodes {metadata: {name: b, labels: {host: b, zone: x}}}
nodes {metadata: {name: c, labels: {host: c, zone: y}}}
nodes {metadata: {name: d, labels: {host: d}}}
pods {metadata: {name: web, labels: {app: web}}, spec: {nodeName: a}}
pods {metadata: {name: db, labels: {app: db}}, spec: {nodeName: c, affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, labelSelector: {matchLabels: {app: loud}}}]}}}}
pods {metadata: {name: cache, namespace: shop, labels: {app: cache}}, spec: {nodeName: b, affinity: {podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 7, podAffinityTerm: {topologyKey: host, namespaces: [demo], labelSelector: {matchLabels: {app: friend}}}}]}}}}
namespaces {metadata: {name: demo, labels: {team: red}}}
namespaces {metadata: {name: shop, labels: {team: blue}}}
`

var resources = []string{"namespaces"}

// affine is a pod with affinity, anti-affinity or both to or against what terms select.
func affine(t *testing.T, app, kind, term string) *framework.Pod {
	return cachetest.Pod(t, `{metadata: {name: new, labels: {app: `+app+`}}, spec: {affinity: {`+kind+`: {requiredDuringSchedulingIgnoredDuringExecution: [`+term+`]}}}}`)
}

func TestFilter(t *testing.T) {
	c := cachetest.New(t, resources, world)
	const web = `{topologyKey: zone, labelSelector: {matchLabels: {app: web}}}`
	for name, test := range map[string]struct {
		pod  *framework.Pod
		want string
	}{
		"none":                   {cachetest.Pod(t, `{metadata: {name: new}}`), "a; b; c; d"},
		"with web":               {affine(t, "new", "podAffinity", web), "a; b; c N; d N"},
		"against web":            {affine(t, "new", "podAntiAffinity", web), "a A; b A; c; d"},
		"with itself, the first": {affine(t, "new", "podAffinity", strings.Replace(web, "web", "new", 1)), "a; b; c; d N"},
		"with nobody":            {affine(t, "new", "podAffinity", strings.Replace(web, "web", "nobody", 1)), "a N; b N; c N; d N"},
		"cache is elsewhere":     {affine(t, "new", "podAffinity", strings.Replace(web, "web", "cache", 1)), "a N; b N; c N; d N"},
		"namespaces":             {affine(t, "new", "podAffinity", `{topologyKey: host, namespaces: [shop], labelSelector: {}}`), "a N; b; c N; d N"},
		"a namespaceSelector":    {affine(t, "new", "podAffinity", `{topologyKey: host, namespaceSelector: {matchLabels: {team: blue}}, labelSelector: {}}`), "a N; b; c N; d N"},
		"all namespaces":         {affine(t, "new", "podAntiAffinity", `{topologyKey: host, namespaceSelector: {}, labelSelector: {}}`), "a A; b A; c A; d"},
		"db minds":               {cachetest.Pod(t, `{metadata: {name: new, labels: {app: loud}}}`), "a; b; c E; d"},
		"two terms, no pod has both": {
			affine(t, "new", "podAffinity", web+`, {topologyKey: zone, labelSelector: {matchLabels: {app: db}}}`), "a N; b N; c N; d N",
		},
	} {
		want := strings.NewReplacer(" N", " node(s) didn't match pod affinity rules", " A", " node(s) didn't match pod anti-affinity rules",
			" E", " node(s) didn't satisfy existing pods anti-affinity rules").Replace(test.want)
		if got := cachetest.Verdicts(c, Plugin{}.PreFilter(test.pod, c)); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
	if (Plugin{}).PreFilter(cachetest.Pod(t, `{metadata: {name: new, labels: {app: quiet}}}`), c).Filter != nil {
		t.Error("a pod that nobody minds is checked")
	}
}

func TestCount(t *testing.T) {
	c := cachetest.New(t, resources, world)
	screen := Plugin{}.PreFilter(affine(t, "loud", "podAntiAffinity", `{topologyKey: zone, labelSelector: {matchLabels: {app: web}}}`), c)
	web, _ := c.Get("demo", "web")
	db, _ := c.Get("demo", "db")
	before := cachetest.Verdicts(c, screen)
	screen.Count(web.Pod, c.Node("a"), -1)
	screen.Count(db.Pod, c.Node("c"), -1)
	if got := cachetest.Verdicts(c, screen); got != "a; b; c; d" {
		t.Errorf("without web and db: %s", got)
	}
	screen.Count(web.Pod, c.Node("a"), 1)
	screen.Count(db.Pod, c.Node("c"), 1)
	if got := cachetest.Verdicts(c, screen); got != before || !strings.Contains(got, "existing") {
		t.Errorf("with them again: %s", got)
	}
}

func TestScore(t *testing.T) {
	c := cachetest.New(t, resources, world)
	prefers := cachetest.Pod(t, `{metadata: {name: new, labels: {app: friend}}, spec: {affinity: {
  podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 10, podAffinityTerm: {topologyKey: zone, labelSelector: {matchLabels: {app: web}}}}]},
  podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 4, podAffinityTerm: {topologyKey: host, labelSelector: {matchLabels: {app: db}}}}]}}}}`)
	raw, normal := cachetest.Scores(c, Plugin{}.PreScore(prefers, c, nil))
	if got := fmt.Sprint(raw, normal); got != "[10 17 -4 0] [66 100 0 19]" {
		t.Errorf("got %s", got)
	}
	if (Plugin{}).PreScore(cachetest.Pod(t, `{metadata: {name: new}}`), c, nil).Score != nil {
		t.Error("a pod that nobody prefers is scored")
	}
}

func TestHints(t *testing.T) {
	with := affine(t, "new", "podAffinity", `{topologyKey: zone, labelSelector: {matchLabels: {app: web}}}`)
	against := affine(t, "new", "podAntiAffinity", `{topologyKey: zone, labelSelector: {matchLabels: {app: web}}}`)
	web, db := cachetest.Pod(t, `{metadata: {name: w, labels: {app: web}}}`), cachetest.Pod(t, `{metadata: {name: d, labels: {app: db}}}`)
	for i, c := range []struct {
		change        framework.Change
		with, against bool
	}{
		{framework.Change{NewPod: web}, true, false},
		{framework.Change{NewPod: db}, false, false},
		{framework.Change{OldPod: web}, false, true},
		{framework.Change{OldPod: db}, false, false},
		{framework.Change{OldPod: db, NewPod: web}, true, false},
		{framework.Change{OldPod: web, NewPod: db}, false, true},
	} {
		if a, b := worthPod(with, c.change), worthPod(against, c.change); a != c.with || b != c.against {
			t.Errorf("pod %d: got %v, %v", i, a, b)
		}
	}
	node := func(text string) *corev1.Node {
		n := &corev1.Node{}
		cachetest.Parse(t, text, n)
		return n
	}
	x, y, none := node(`{metadata: {labels: {zone: x}}}`), node(`{metadata: {labels: {zone: y}}}`), node(`{}`)
	for i, c := range []struct {
		change        framework.Change
		with, against bool
	}{
		{framework.Change{NewNode: x}, true, true},
		{framework.Change{NewNode: none}, false, true},
		{framework.Change{OldNode: none, NewNode: x}, true, false},
		{framework.Change{OldNode: x, NewNode: none}, false, true},
		{framework.Change{OldNode: x, NewNode: y}, true, true},
		{framework.Change{OldNode: x, NewNode: x}, false, false},
	} {
		if a, b := worthNode(with, c.change), worthNode(against, c.change); a != c.with || b != c.against {
			t.Errorf("node %d: got %v, %v", i, a, b)
		}
	}
}
