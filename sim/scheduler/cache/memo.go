package cache

import (
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/scheduler/framework"
)

// memo is what the cache has counted and keeps up to date because it will be asked again. It can be forgotten at any time:
// a clone begins with none, and a change of the nodes' labels or images makes it begin anew.
type memo struct {
	tallies map[tallyKey]*tally
	images  map[string]int // on how many nodes each is; nil when not counted
}

type tallyKey struct{ namespace, selector, label string }

// tally counts pods by the value of a label of their nodes.
type tally struct {
	tallyKey
	matches labels.Selector
	counts  map[string]int64
}

// talliesMax bounds the memo.
const talliesMax = 64

// Tally implements framework.Cluster.
func (c *Cache) Tally(namespace string, selector labels.Selector, label string) map[string]int64 {
	key := tallyKey{namespace, selector.String(), label}
	if t := c.memo.tallies[key]; t != nil {
		return t.counts
	}
	t := &tally{key, selector, map[string]int64{}}
	for _, n := range c.nodes {
		if value, ok := t.domain(n); ok {
			t.counts[value] += 0
		}
	}
	c.Pods(namespace, func(p *framework.Pod, n *framework.Node) { t.count(n, p, 1) })
	if c.memo.tallies == nil || len(c.memo.tallies) == talliesMax {
		c.memo.tallies = map[tallyKey]*tally{}
	}
	c.memo.tallies[key] = t
	return t.counts
}

// NodesWith implements framework.Cluster.
func (c *Cache) NodesWith(image string) int {
	if c.memo.images == nil {
		c.memo.images = map[string]int{}
		for _, n := range c.nodes {
			for name := range n.Images { // any order
				c.memo.images[name]++
			}
		}
	}
	return c.memo.images[image]
}

// count takes into account that a pod came to a node (1) or left it (-1).
func (m *memo) count(n *framework.Node, p *framework.Pod, sign int64) {
	if n == nil {
		return
	}
	for _, t := range m.tallies { // any order
		t.count(n, p, sign)
	}
}

func (t *tally) count(n *framework.Node, p *framework.Pod, sign int64) {
	if p.Namespace != t.namespace || p.DeletionTimestamp != nil || !t.matches.Matches(labels.Set(p.Labels)) {
		return
	}
	if value, ok := t.domain(n); ok {
		t.counts[value] += sign
	}
}

func (t *tally) domain(n *framework.Node) (string, bool) {
	if t.label == "" {
		return n.Node.Name, true
	}
	return n.Label(t.label)
}
