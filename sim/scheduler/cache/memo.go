package cache

import (
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/scheduler/framework"
)

// memo is what the cache has counted and keeps up to date because it will be asked again. It can be forgotten at any time:
// a clone begins with none, and a change of the nodes' labels or images makes it begin anew.
type memo struct {
	tallies map[tallyKey]*tally
	images  map[string]*image // that were asked for
}

// image is where an image is.
type image struct {
	nodes int
	bytes []int64 // by Node.ID
}

// tallyKey says what is counted; without a label it is counted by node.
type tallyKey struct{ namespace, selector, label string }

// tally counts pods by the value of a label of their nodes, or by node.
type tally struct {
	tallyKey
	matches labels.Selector
	counts  map[string]int64
	hosts   []int64 // by Node.ID
}

// talliesMax bounds the memo.
const talliesMax = 64

// Tally implements framework.Cluster.
func (c *Cache) Tally(namespace string, selector labels.Selector, label string) map[string]int64 {
	return c.tally(namespace, selector, label).counts
}

// Hosts implements framework.Cluster.
func (c *Cache) Hosts(namespace string, selector labels.Selector) []int64 {
	return c.tally(namespace, selector, "").hosts
}

func (c *Cache) tally(namespace string, selector labels.Selector, label string) *tally {
	key := tallyKey{namespace, selector.String(), label}
	if t := c.memo.tallies[key]; t != nil {
		return t
	}
	t := &tally{tallyKey: key, matches: selector}
	if label == "" {
		t.hosts = make([]int64, c.ids)
	} else {
		t.counts = map[string]int64{}
		for _, n := range c.nodes {
			if value, ok := n.Label(label); ok {
				t.counts[value] += 0
			}
		}
	}
	c.Pods(namespace, func(p *framework.Pod, n *framework.Node) { t.count(n, p, 1) })
	if c.memo.tallies == nil || len(c.memo.tallies) == talliesMax {
		c.memo.tallies = map[tallyKey]*tally{}
	}
	c.memo.tallies[key] = t
	return t
}

// Image implements framework.Cluster.
func (c *Cache) Image(name string) (nodes int, bytes []int64) {
	i := c.memo.images[name]
	if i == nil {
		i = &image{bytes: make([]int64, c.ids)}
		for _, n := range c.nodes {
			if size, ok := n.Images[name]; ok {
				i.nodes++
				i.bytes[n.ID] = size
			}
		}
		if c.memo.images == nil || len(c.memo.images) == talliesMax {
			c.memo.images = map[string]*image{}
		}
		c.memo.images[name] = i
	}
	return i.nodes, i.bytes
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
	if t.label == "" {
		t.hosts[n.ID] += sign
	} else if value, ok := n.Label(t.label); ok {
		t.counts[value] += sign
	}
}
