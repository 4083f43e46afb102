package scheduler

import (
	"slices"

	"orrery/sim/engine"
	"orrery/sim/scheduler/framework"
)

const noNodes = "no nodes available to schedule pods"

// decide filters and scores the nodes for a pod. The set returned with the decision holds the plugins that refused nodes,
// when no node was left.
func (s *Scheduler) decide(t *engine.Turn, p *framework.QueuedPod) (*Decision, uint32) {
	profile := s.of(p.Pod)
	d := &Decision{
		Namespace: p.Pod.Namespace, Name: p.Pod.Name, UID: p.Pod.UID, Event: t.Entry.Number, At: t.Now(),
		Attempt: p.Attempts, Plugins: profile.names,
	}
	if len(s.cache.Nodes()) == 0 {
		d.Message = noNodes
		return d, 0
	}
	f := filtering{
		profile: profile, cluster: s.cache, nodes: s.cache.Nodes(), decision: d, guests: s.nominations.above(p.Pod),
	}
	if !f.prepare(p.Pod) {
		d.Message = f.message()
		return d, f.rejectors
	}
	if !f.nominated(s.cache.Node(p.Pod.Status.NominatedNodeName)) {
		f.run(s.next)
		s.next = (s.next + d.Evaluated) % len(s.cache.Nodes())
	}
	switch d.Feasible {
	case 0:
		if profile.post != nil {
			d.Preemption = profile.post.PostFilter(p.Pod, &trial{s.cache, &f, t.Stream("preemption")})
		}
		d.Message = f.message()
		return d, f.rejectors
	case 1:
		d.Selected = d.Nodes[f.passed[0]].Name
	default:
		f.score(p.Pod)
		d.Selected = d.Nodes[f.choose(t.Stream("tie"))].Name
	}
	d.Message = "Successfully assigned " + d.Namespace + "/" + d.Name + " to " + d.Selected
	return d, 0
}

// filtering is the work of one decision.
type filtering struct {
	*profile
	cluster   framework.Cluster
	nodes     []*framework.Node
	decision  *Decision
	screens   []screen     // of the filters that have something to do with the pod
	guests    []nomination // pods that are nominated for nodes and that the pod must not take the place of
	only      []string     // nodes worth looking at; nil for all
	onlyBy    string       // the plugin that said so
	refusal   []string     // why the pod fits nowhere, whatever the node
	rejectors uint32
	passed    []int             // indices into decision.Nodes
	feasible  []*framework.Node // the same
}

// prepare asks the filters about the pod; false when one of them refuses it on all nodes.
func (f *filtering) prepare(pod *framework.Pod) bool {
	f.screens = make([]screen, 0, len(f.filters))
	for i := range f.filters {
		plugin := &f.filters[i]
		screen := plugin.PreFilter(pod, f.cluster)
		f.add(plugin, &screen)
		if screen.Refusal.Code != framework.Success {
			f.rejectors |= plugin.bit
			f.refusal = screen.Refusal.Reasons
			f.refuseAll(plugin.name)
			return false
		}
		if screen.Nodes == nil {
			continue
		}
		f.rejectors |= plugin.bit
		f.onlyBy = plugin.name
		if f.only == nil {
			f.only = screen.Nodes
		} else {
			f.only = slices.DeleteFunc(slices.Clone(f.only), func(n string) bool { return !slices.Contains(screen.Nodes, n) })
		}
	}
	return true
}

// screen is what a filter does about the pod.
type screen struct {
	*filterPlugin
	filter func(*framework.Node) framework.Status
	count  func(p *framework.Pod, n *framework.Node, sign int64)
}

func (f *filtering) add(plugin *filterPlugin, s *framework.Screen) {
	if s.Filter != nil {
		f.screens = append(f.screens, screen{plugin, s.Filter, s.Count})
	}
}

func (f *filtering) refuseAll(plugin string) {
	for _, n := range f.nodes {
		f.decision.Nodes = append(f.decision.Nodes, Node{
			Name: n.Node.Name, FailedBy: plugin, Reasons: f.refusal, Unresolvable: true,
		})
	}
}

// run filters the nodes, beginning at the one where the cycle before stopped, until enough have passed.
func (f *filtering) run(start int) {
	d, enough := f.decision, nodesToFind(len(f.nodes), f.percentage)
	d.Nodes = make([]Node, 0, enough) // in most cases exactly these
	f.passed, f.feasible = make([]int, 0, enough), make([]*framework.Node, 0, enough)
	for i := range f.nodes {
		n := f.nodes[(start+i)%len(f.nodes)]
		if f.only != nil && !slices.Contains(f.only, n.Node.Name) {
			d.Nodes = append(d.Nodes, Node{
				Name: n.Node.Name, FailedBy: f.onlyBy, Reasons: []string{"node(s) didn't satisfy plugin(s) [" + f.onlyBy + "]"},
				Unresolvable: true,
			})
			continue
		}
		if len(f.passed) == enough {
			return
		}
		d.Evaluated++
		verdict := f.check(n)
		if verdict.FailedBy == "" {
			f.passed, f.feasible = append(f.passed, len(d.Nodes)), append(f.feasible, n)
			d.Feasible++
		}
		d.Nodes = append(d.Nodes, verdict)
	}
}

// nominated looks at the node that the pod was nominated for, before all others, and reports whether that will do.
func (f *filtering) nominated(n *framework.Node) bool {
	if n == nil || f.only != nil && !slices.Contains(f.only, n.Node.Name) {
		return false
	}
	d, rejectors := f.decision, f.rejectors
	verdict := f.check(n)
	if verdict.FailedBy != "" {
		f.rejectors = rejectors // it is looked at again
		return false
	}
	d.Nodes, d.Evaluated, d.Feasible = []Node{verdict}, 1, 1
	f.passed, f.feasible = []int{0}, []*framework.Node{n}
	return true
}

// check runs the filters on one node until one refuses it: with the pods that are nominated for it, and without them,
// since either may help.
func (f *filtering) check(n *framework.Node) Node {
	with, came := n, false
	for _, g := range f.guests {
		if g.node == n.Node.Name {
			with, came = with.With(g.pod), true
			f.count(g.pod, n, 1)
		}
	}
	if !came {
		return f.pass(n)
	}
	verdict := f.pass(with)
	for _, g := range f.guests {
		if g.node == n.Node.Name {
			f.count(g.pod, n, -1)
		}
	}
	if verdict.FailedBy != "" {
		return verdict
	}
	return f.pass(n)
}

func (f *filtering) pass(n *framework.Node) Node {
	verdict := Node{Name: n.Node.Name}
	for i := range f.screens {
		s := &f.screens[i]
		if st := s.filter(n); st.Code != framework.Success {
			f.rejectors |= s.bit
			verdict.FailedBy, verdict.Reasons = s.name, st.Reasons
			verdict.Unresolvable = st.Code == framework.UnschedulableAndUnresolvable
			break
		}
	}
	return verdict
}

// count has the filters take into account that a pod came to a node (1) or left it (-1).
func (f *filtering) count(p *framework.Pod, n *framework.Node, sign int64) {
	for i := range f.screens {
		if count := f.screens[i].count; count != nil {
			count(p, n, sign)
		}
	}
}

// nodesToFind returns how many feasible nodes are enough: all of up to 100, in larger clusters a share, which adapts to
// their size when it is 0.
func nodesToFind(nodes, percentage int) int {
	const least = 100
	if nodes < least {
		return nodes
	}
	if percentage == 0 {
		percentage = max(50-nodes/125, 5)
	}
	return max(nodes*percentage/100, least)
}

// score has every plugin score every feasible node, and adds the scores up by weight.
func (f *filtering) score(pod *framework.Pod) {
	plugins, nodes := len(f.scorers), len(f.feasible)
	scores := make([]int64, 2*plugins*nodes+nodes)
	column := scores[2*plugins*nodes:] // of one plugin, to normalise
	for k, i := range f.passed {
		row := scores[2*plugins*k : 2*plugins*(k+1)]
		f.decision.Nodes[i].Raw, f.decision.Nodes[i].Weighted = row[:plugins:plugins], row[plugins:]
	}
	for p, plugin := range f.scorers {
		scoring := plugin.PreScore(pod, f.cluster, f.feasible)
		if scoring.Score == nil {
			continue
		}
		for k, n := range f.feasible {
			column[k] = scoring.Score(n)
		}
		if scoring.Normalize != nil {
			scoring.Normalize(column)
		}
		for k, i := range f.passed {
			n := &f.decision.Nodes[i]
			n.Raw[p], n.Weighted[p] = column[k], column[k]*plugin.weight
			n.Total += n.Weighted[p]
		}
	}
}

// choose returns the node with the highest total; among several, chance decides.
func (f *filtering) choose(chance *engine.Stream) int {
	d := f.decision
	best := make([]int, 0, len(f.passed))
	for _, i := range f.passed {
		if len(best) > 0 && d.Nodes[i].Total < d.Nodes[best[0]].Total {
			continue
		}
		if len(best) > 0 && d.Nodes[i].Total > d.Nodes[best[0]].Total {
			best = best[:0]
		}
		best = append(best, i)
	}
	d.Best = len(best)
	if len(best) == 1 {
		return best[0]
	}
	return best[chance.IntN(len(best))]
}
