package scheduler

import (
	"fmt"
	"testing"
)

func TestTieIsBrokenBySeed(t *testing.T) {
	selected := func(seed uint64) (nodes string) {
		b := newBench(t, seed)
		three(b)
		for i := range 12 {
			b.pod(fmt.Sprint("web-", i), plain)
		}
		b.settle()
		for i := range 12 {
			d := b.scheduler().Decision("demo", fmt.Sprint("web-", i))
			nodes += d.Selected + " "
			if i == 0 {
				equal(t, "best", d.Best, 3)
			}
		}
		return nodes
	}
	equal(t, "the same seed", selected(5), selected(5))
	different := map[string]bool{}
	for seed := range uint64(8) {
		different[selected(seed)] = true
	}
	if len(different) < 4 {
		t.Errorf("eight seeds yield only %d outcomes", len(different))
	}
}

func TestScores(t *testing.T) {
	b := newBench(t, 1)
	three(b)
	b.pod("web", requests("cpu: 500m, memory: 2Gi"))
	b.settle()
	d := b.scheduler().Decision("demo", "web")
	equal(t, "plugins", d.Plugins.Scores, []Score{
		{"TaintToleration", 3},
		{"NodeAffinity", 2},
		{"NodeResourcesFit", 1},
		{"PodTopologySpread", 2},
		{"InterPodAffinity", 2},
		{"NodeResourcesBalancedAllocation", 1},
		{"ImageLocality", 1},
	})
	equal(t, "filters", d.Plugins.Filters, []string{
		"NodeUnschedulable", "NodeName", "TaintToleration", "NodeAffinity", "NodePorts", "NodeResourcesFit", "VolumeRestrictions",
		"NodeVolumeLimits", "VolumeBinding", "VolumeZone", "PodTopologySpread",
		"InterPodAffinity",
	})
	for _, n := range d.Nodes {
		equal(t, n.Name, fmt.Sprint(n.Raw, n.Weighted, n.Total), "[100 0 81 0 0 71 0] [300 0 81 0 0 71 0] 452")
	}
}

func TestHistoryIsBounded(t *testing.T) {
	h := newHistory()
	for i := range historyMax + 10 {
		h.add(&Decision{Namespace: "demo", Name: fmt.Sprint(i), Event: uint64(i)})
	}
	h.add(&Decision{Namespace: "demo", Name: "20", Event: 1e6})
	equal(t, "kept", fmt.Sprint(h.byPod.Len(), h.byEvent.Len()), fmt.Sprint(historyMax, historyMax))
	if _, ok := h.byPod.Get(&Decision{Namespace: "demo", Name: "3"}); ok {
		t.Error("the oldest decision was kept")
	}
}
