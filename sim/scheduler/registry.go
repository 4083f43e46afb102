package scheduler

import (
	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/framework"
	"orrery/sim/scheduler/plugin/defaultbinder"
	"orrery/sim/scheduler/plugin/defaultpreemption"
	"orrery/sim/scheduler/plugin/imagelocality"
	"orrery/sim/scheduler/plugin/interpodaffinity"
	"orrery/sim/scheduler/plugin/nodeaffinity"
	"orrery/sim/scheduler/plugin/nodename"
	"orrery/sim/scheduler/plugin/nodeports"
	"orrery/sim/scheduler/plugin/noderesourcesbalancedallocation"
	"orrery/sim/scheduler/plugin/noderesourcesfit"
	"orrery/sim/scheduler/plugin/nodeunschedulable"
	"orrery/sim/scheduler/plugin/nodevolumelimits"
	"orrery/sim/scheduler/plugin/podtopologyspread"
	"orrery/sim/scheduler/plugin/prioritysort"
	"orrery/sim/scheduler/plugin/schedulinggates"
	"orrery/sim/scheduler/plugin/tainttoleration"
	"orrery/sim/scheduler/plugin/volumebinding"
	"orrery/sim/scheduler/plugin/volumerestrictions"
	"orrery/sim/scheduler/plugin/volumezone"
	"orrery/sim/scheduler/queue"
)

// Registration is a plugin with the weight of its scores, for those that score.
type Registration struct {
	framework.Plugin
	Weight int64
}

// Registry is every plugin in the order in which they run, with Kubernetes' default weights.
//
// Simplified: DynamicResources, NodeDeclaredFeatures and GangScheduling are missing; Kubernetes runs them too.
var Registry = []Registration{
	{schedulinggates.Plugin{}, 0},
	{prioritysort.Plugin{}, 0},
	{nodeunschedulable.Plugin{}, 0},
	{nodename.Plugin{}, 0},
	{tainttoleration.Plugin{}, 3},
	{nodeaffinity.Plugin{}, 2},
	{nodeports.Plugin{}, 0},
	{noderesourcesfit.Plugin{}, 1},
	{volumerestrictions.Plugin{}, 0},
	{nodevolumelimits.Plugin{}, 0},
	{volumebinding.Plugin{}, 0},
	{volumezone.Plugin{}, 0},
	{podtopologyspread.Plugin{}, 2},
	{interpodaffinity.Plugin{}, 2},
	{defaultpreemption.Plugin{}, 0},
	{noderesourcesbalancedallocation.Plugin{}, 1},
	{imagelocality.Plugin{}, 1},
	{defaultbinder.Plugin{}, 0},
}

// profile is the registry sorted by extension point.
type profile struct {
	schedulerName string
	percentage    int // of feasible nodes to find; 0 to adapt
	filters       []filterPlugin
	scorers       []scorePlugin
	gates         []gatePlugin
	hints         []hint
	binder        framework.Binder
	post          framework.PostFilterer
	pre           framework.PreBinder
	sorter        framework.Sorter
	names         *Plugins
}

type filterPlugin struct {
	framework.Filterer
	name string
	bit  uint32
}

type scorePlugin struct {
	framework.Scorer
	weight int64
}

type gatePlugin struct {
	framework.PreEnqueuer
	bit uint32
}

type hint struct {
	framework.Hint
	bit uint32
}

func newProfile(config Profile) *profile {
	p := &profile{schedulerName: config.SchedulerName, percentage: config.PercentageOfNodesToScore, names: &Plugins{}}
	for i, r := range Registry {
		bit := uint32(1) << i
		weight, runs := config.runs(&r)
		if !runs {
			continue
		}
		if f, ok := r.Plugin.(framework.Filterer); ok {
			p.filters = append(p.filters, filterPlugin{f, r.Name(), bit})
			p.names.Filters = append(p.names.Filters, r.Name())
		}
		if s, ok := r.Plugin.(framework.Scorer); ok {
			p.scorers = append(p.scorers, scorePlugin{s, weight})
			p.names.Scores = append(p.names.Scores, Score{r.Name(), weight})
		}
		if g, ok := r.Plugin.(framework.PreEnqueuer); ok {
			p.gates = append(p.gates, gatePlugin{g, bit})
		}
		if h, ok := r.Plugin.(framework.Hinter); ok {
			p.addHints(h.Hints(), bit)
		}
		if b, ok := r.Plugin.(framework.Binder); ok {
			p.binder = b
		}
		if b, ok := r.Plugin.(framework.PreBinder); ok {
			p.pre = b
		}
		if f, ok := r.Plugin.(framework.PostFilterer); ok {
			p.post = f
		}
		if s, ok := r.Plugin.(framework.Sorter); ok {
			p.sorter = s
		}
	}
	return p
}

// addHints registers a plugin's hints. One that looks at new nodes but not at taints is asked for every change of taints
// too, as in Kubernetes (issue 109437): that is why a pod that is too big is tried again whenever a node is tainted.
func (p *profile) addHints(hints []framework.Hint, bit uint32) {
	var all framework.Event
	for _, h := range hints {
		p.hints = append(p.hints, hint{h, bit})
		all |= h.Events
	}
	if all&framework.NodeAdd != 0 && all&framework.NodeTaint == 0 {
		p.hints = append(p.hints, hint{framework.Hint{Events: framework.NodeTaint}, bit})
	}
}

// rules returns what the plugins say about waiting pods.
func (p *profile) rules() *queue.Rules {
	r := &queue.Rules{Less: p.sorter.Less, Gate: p.gate, Worth: p.worth}
	for _, h := range p.hints {
		r.Interesting |= h.Events
	}
	return r
}

func (p *profile) gate(pod *corev1.Pod) (plugin string, bit uint32) {
	for _, g := range p.gates {
		if g.PreEnqueue(pod).Code != framework.Success {
			return g.Name(), g.bit
		}
	}
	return "", 0
}

func (p *profile) worth(rejectors uint32, pod *framework.Pod, e framework.Event, c framework.Change) bool {
	if rejectors == 0 {
		return true
	}
	for i := range p.hints {
		h := &p.hints[i]
		if h.bit&rejectors != 0 && h.Events&e != 0 && (h.Worth == nil || h.Worth(pod, c)) {
			return true
		}
	}
	return false
}
