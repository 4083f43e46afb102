package nodelifecycle

import (
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/controller"
)

// census counts the nodes of a zone.
type census struct{ ready, sick int }

func count(zones map[string]*census, zone string, ready bool) {
	c := zones[zone]
	if c == nil {
		c = &census{}
		zones[zone] = c
	}
	if ready {
		c.ready++
	} else {
		c.sick++
	}
}

// zoneOf returns the zone of a node with its region.
func zoneOf(n *corev1.Node) string {
	return n.Labels[corev1.LabelTopologyRegion] + ":\x00:" + n.Labels[corev1.LabelTopologyZone]
}

// The rates at which the nodes of a zone are given NoExecute taints, as kube-controller-manager's defaults are.
const (
	each      = 10 * time.Second  // one node, --node-eviction-rate 0.1 a second
	eachLarge = 100 * time.Second // in a large zone of which much is down, --secondary-node-eviction-rate 0.01
	large     = 50                // nodes, --large-cluster-size-threshold
	unhealthy = 0.55              // of a zone's nodes, --unhealthy-zone-threshold
)

// interval returns how long a zone waits before the next node; 0 when it takes no other.
func (c *census) interval() time.Duration {
	partial := c.ready > 0 && c.sick > 2 && float64(c.sick)/float64(c.ready+c.sick) >= unhealthy
	switch {
	case !partial:
		return each
	case c.ready+c.sick > large:
		return eachLarge
	}
	return 0
}

// memory is what the controller knows from one look at the nodes to the next. It is nothing while all are well.
type memory struct {
	down  bool      // all zones are down
	since time.Time // when some zone came back after all were down
	zones []zone    // those of which a node was taken lately
}

// zone is when a zone may lose the next node.
type zone struct {
	name  string
	every time.Duration
	next  time.Time
}

// update returns the memory after a look at the nodes. When nobody is ready any more, the taints that evict are taken off.
func (m *memory) update(v controller.View, zones map[string]*census, plan *controller.Plan, sick []*corev1.Node) *memory {
	next := &memory{down: len(zones) > 0, since: m.since}
	for _, c := range zones { // any order
		next.down = next.down && c.ready == 0
	}
	switch {
	case next.down && !m.down:
		for _, n := range sick {
			plan.Then(removal(n, notReady, unreachable)...)
		}
	case m.down && !next.down:
		next.since = v.Now
	}
	for _, z := range m.zones {
		if z.next.After(v.Now) {
			next.zones = append(next.zones, z)
		}
	}
	for name, c := range zones { // any order: they are sorted below
		if c.sick > 0 {
			next.zone(name).every = c.interval()
		}
	}
	slices.SortFunc(next.zones, func(a, b zone) int { return strings.Compare(a.name, b.name) })
	return next
}

// zone returns the row of a zone, which is added when there is none.
func (m *memory) zone(name string) *zone {
	for i := range m.zones {
		if m.zones[i].name == name {
			return &m.zones[i]
		}
	}
	m.zones = append(m.zones, zone{name: name})
	return &m.zones[len(m.zones)-1]
}

// take reports whether a zone may lose a node now, and counts it.
func (m *memory) take(name string, now time.Time) bool {
	z := m.zone(name)
	if z.every == 0 || z.next.After(now) {
		return false
	}
	z.next = now.Add(z.every)
	return true
}

// trivial reports whether there is nothing to remember.
func (m *memory) trivial(now time.Time) bool {
	return !m.down && now.Sub(m.since) > grace && !slices.ContainsFunc(m.zones, func(z zone) bool { return z.next.After(now) })
}
