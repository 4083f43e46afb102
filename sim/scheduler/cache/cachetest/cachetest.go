// Package cachetest makes clusters out of YAML for tests of plugins.
package cachetest

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/scheduler/cache"
	"orrery/sim/scheduler/framework"
)

// New returns a cluster with some objects, one on each line of a text: its resource, then its YAML. Pods are on the nodes
// of their specs; a namespace that is missing is demo.
func New(t testing.TB, resources []string, text string) *cache.Cache {
	t.Helper()
	c := cache.New(resources...)
	for line := range strings.Lines(text) {
		resource, data, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch resource {
		case "":
		case "nodes":
			n := &corev1.Node{}
			Parse(t, data, n)
			c.SetNode(n)
		case "pods":
			p := Pod(t, data)
			c.Place(p, p.Spec.NodeName, false)
		default:
			o := api.Find(resource).New()
			Parse(t, data, o)
			c.Objects().Apply(client.Change{Type: client.Added, Resource: resource, Object: o})
		}
	}
	return c
}

// Pod returns a pod of YAML, of namespace demo when it names none.
func Pod(t testing.TB, data string) *framework.Pod {
	t.Helper()
	p := &corev1.Pod{}
	Parse(t, data, p)
	if p.Namespace == "" {
		p.Namespace = "demo"
	}
	if p.UID == "" {
		p.UID = types.UID(p.Namespace + "/" + p.Name)
	}
	return framework.NewPod(p)
}

// Parse fills in an object from YAML.
func Parse(t testing.TB, data string, into any) {
	t.Helper()
	if err := yaml.UnmarshalStrict([]byte(data), into); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
}

// Verdicts returns what a filter says of each node: its name, and the reason when it is refused.
func Verdicts(c *cache.Cache, screen framework.Screen) string {
	var out []string
	for _, n := range c.Nodes() {
		v := n.Node.Name
		if screen.Filter != nil {
			v = strings.TrimSpace(v + " " + strings.Join(screen.Filter(n).Reasons, ", "))
		}
		out = append(out, v)
	}
	return strings.Join(out, "; ")
}

// Scores returns the scores of all nodes, before and after normalising.
func Scores(c *cache.Cache, s framework.Scoring) (raw, normal []int64) {
	if s.Score == nil {
		return nil, nil
	}
	for _, n := range c.Nodes() {
		raw = append(raw, s.Score(n))
	}
	normal = append(normal, raw...)
	if s.Normalize != nil {
		s.Normalize(normal)
	}
	return raw, normal
}
