// Package podtopologyspread keeps the pods that a constraint selects evenly spread over the values of a label of nodes: it
// refuses nodes that would exceed the skew of a DoNotSchedule constraint, and prefers those that even things out for a
// ScheduleAnyway constraint. A pod without constraints of its own is spread softly with the pods of its Services and its
// owner, over hosts and zones.
package podtopologyspread

import (
	"maps"
	"math"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/scheduler/framework"
)

var (
	refused = framework.Status{
		Code: framework.Unschedulable, Reasons: []string{"node(s) didn't match pod topology spread constraints"},
	}
	unlabelled = framework.Status{
		Code:    framework.UnschedulableAndUnresolvable,
		Reasons: []string{"node(s) didn't match pod topology spread constraints (missing required label)"},
	}
)

// Plugin is PodTopologySpread.
type Plugin struct{}

// Name implements framework.Plugin.
func (Plugin) Name() string { return "PodTopologySpread" }

// PreFilter implements framework.Filterer.
func (Plugin) PreFilter(pod *framework.Pod, c framework.Cluster) framework.Screen {
	all := constraints(pod.Pod, corev1.DoNotSchedule)
	if len(all) == 0 {
		return framework.Screen{}
	}
	domains := newDomains(pod, c, all, true)
	return framework.Screen{
		Filter: func(n *framework.Node) framework.Status { return fits(pod, n, domains) },
		Count: func(p *framework.Pod, n *framework.Node, sign int64) {
			if p.Namespace != pod.Namespace || !labelled(n, all) {
				return
			}
			for i := range domains {
				d := &domains[i]
				if value, ok := n.Label(d.key); ok && d.selector.Matches(labels.Set(p.Labels)) && d.includes(n) {
					d.add(value, sign)
				}
			}
		},
	}
}

// fits checks the skew of each constraint with the pod on the node.
func fits(pod *framework.Pod, n *framework.Node, domains []domain) framework.Status {
	for i := range domains {
		d := &domains[i]
		value, ok := n.Label(d.key)
		if !ok {
			return unlabelled
		}
		skew := d.counts[value] - d.minimum()
		if d.selector.Matches(labels.Set(pod.Labels)) {
			skew++
		}
		if skew > d.maxSkew {
			return refused
		}
	}
	return framework.Status{}
}

// domain is a constraint with how many pods it selects for each value of its label.
type domain struct {
	constraint
	counts map[string]int64
	own    bool // whether counts may be changed
	known  bool // whether least is the minimum of counts
	least  int64
}

// newDomains counts the pods that each constraint selects; of nodes that lack the label of one of them only when they need
// not all be there.
func newDomains(pod *framework.Pod, c framework.Cluster, all []constraint, needAll bool) []domain {
	domains := make([]domain, len(all))
	for i := range all {
		domains[i].constraint = all[i]
		if all[i].everywhere && (len(all) == 1 || !needAll) {
			domains[i].counts = c.Tally(pod.Namespace, all[i].selector, all[i].key)
			continue
		}
		domains[i].counts, domains[i].own = map[string]int64{}, true
		for _, n := range c.Nodes() {
			if value, ok := n.Label(all[i].key); ok && (!needAll || labelled(n, all)) && all[i].includes(n) {
				domains[i].counts[value] += 0
			}
		}
	}
	if !slices.ContainsFunc(domains, func(d domain) bool { return d.own }) {
		return domains
	}
	c.Pods(pod.Namespace, func(p *framework.Pod, n *framework.Node) {
		if p.DeletionTimestamp != nil || needAll && !labelled(n, all) {
			return
		}
		for i := range domains {
			d := &domains[i]
			value, ok := n.Label(d.key)
			if d.own && ok && d.selector.Matches(labels.Set(p.Labels)) && d.includes(n) {
				d.counts[value]++
			}
		}
	})
	return domains
}

func (d *domain) add(value string, sign int64) {
	if !d.own {
		d.counts, d.own = maps.Clone(d.counts), true
	}
	d.counts[value] += sign
	d.known = false
}

// minimum returns how many pods the emptiest domain has: 0 as long as there are fewer domains than the constraint wants.
func (d *domain) minimum() int64 {
	if !d.known {
		d.known, d.least = true, math.MaxInt32
		for _, n := range d.counts { // any order
			d.least = min(d.least, n)
		}
	}
	if int64(len(d.counts)) < d.minDomains {
		return 0
	}
	return d.least
}

// labelled reports whether a node has the labels of all constraints.
func labelled(n *framework.Node, all []constraint) bool {
	for i := range all {
		if _, ok := n.Label(all[i].key); !ok {
			return false
		}
	}
	return true
}
