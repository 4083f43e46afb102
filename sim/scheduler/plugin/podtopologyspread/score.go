package podtopologyspread

import (
	"math"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/framework"
)

// PreScore implements framework.Scorer: for each constraint that is soft, a node gets the number of pods that it selects in
// the node's domain. The fewer, the better.
func (Plugin) PreScore(pod *framework.Pod, c framework.Cluster, feasible []*framework.Node) framework.Scoring {
	var all []constraint
	needAll := len(pod.Spec.TopologySpreadConstraints) > 0
	if needAll {
		all = constraints(pod.Pod, corev1.ScheduleAnyway)
	} else {
		all = defaulted(pod.Pod, c)
	}
	if len(all) == 0 {
		return framework.Scoring{}
	}
	s := &scoring{constraints: all, needAll: needAll}
	s.weigh(feasible)
	s.domains = newDomains(pod, c, all, needAll)
	for i := range all {
		if all[i].key == corev1.LabelHostname { // a host's own pods count, whatever its label says
			s.hosts = append(s.hosts, c.Hosts(pod.Namespace, all[i].selector))
			s.few = append(s.few, nil)
		} else {
			s.hosts = append(s.hosts, nil)
			s.few = append(s.few, few(s.domains[i].counts))
		}
	}
	return framework.Scoring{Score: s.score, Normalize: s.normalize}
}

// scoring is what PreScore found out.
type scoring struct {
	constraints []constraint
	needAll     bool
	domains     []domain
	hosts       [][]int64  // pods by node for the constraints on hosts
	few         [][]valued // of the others, when they are few: a list is faster than a map then
	weights     []int64    // of a pod, for each constraint
	ignored     []int      // indices of the nodes that lack a label
}

// one is the weight 1 in fixed point.
const one = 1_000_000_000

// weigh gives the constraints weights that grow with the number of their domains among the feasible nodes: a pod more in
// one of many domains matters more.
//
// Kubernetes computes with floating point; here it is rounded to nine digits, so that every machine agrees.
func (s *scoring) weigh(feasible []*framework.Node) {
	for k, n := range feasible {
		if s.needAll && !labelled(n, s.constraints) {
			s.ignored = append(s.ignored, k)
		}
	}
	for i := range s.constraints {
		size := len(feasible) - len(s.ignored)
		if key := s.constraints[i].key; key != corev1.LabelHostname {
			size = s.count(feasible, key)
		}
		s.weights = append(s.weights, int64(math.Round(math.Log(float64(size+2))*one)))
	}
}

// count returns how many values of a label there are among the nodes that are not ignored.
func (s *scoring) count(feasible []*framework.Node, key string) int {
	var few []string // zones are few: a list is faster than a map, which takes over when there are many
	var many map[string]bool
	last, first := "", true
	for k, n := range feasible {
		value, _ := n.Label(key)
		if !first && value == last || len(s.ignored) > 0 && slices.Contains(s.ignored, k) {
			continue
		}
		last, first = value, false
		switch {
		case many != nil:
			many[value] = true
		case slices.Contains(few, value):
		case len(few) < 16:
			few = append(few, value)
		default:
			many = map[string]bool{value: true}
			for _, v := range few {
				many[v] = true
			}
		}
	}
	return max(len(few), len(many))
}

func (s *scoring) score(n *framework.Node) int64 {
	var sum, base int64
	if len(s.ignored) > 0 && !labelled(n, s.constraints) {
		return 0
	}
	for i := range s.constraints {
		d := &s.constraints[i]
		value, ok := n.Label(d.key)
		if !ok {
			continue
		}
		sum += s.pods(i, n, value) * s.weights[i]
		base += d.maxSkew - 1
	}
	return base + (sum+one/2)/one
}

// valued is how many pods there are for a value of a label.
type valued struct {
	value string
	count int64
}

// few lists the counts of a few domains; nil for many.
func few(counts map[string]int64) []valued {
	if len(counts) > 8 {
		return nil
	}
	out := make([]valued, 0, len(counts))
	for value, count := range counts { // any order
		out = append(out, valued{value, count})
	}
	return out
}

// pods returns how many pods a constraint selects in a node's domain.
func (s *scoring) pods(constraint int, n *framework.Node, value string) int64 {
	switch {
	case s.hosts[constraint] != nil:
		return s.hosts[constraint][n.ID]
	case s.few[constraint] == nil:
		return s.domains[constraint].counts[value]
	}
	for _, v := range s.few[constraint] {
		if v.value == value {
			return v.count
		}
	}
	return 0
}

// normalize turns the scores around, so that the fewest pods get the most.
func (s *scoring) normalize(scores []int64) {
	lowest, highest := int64(math.MaxInt64), int64(0)
	for k, score := range scores {
		if !slices.Contains(s.ignored, k) {
			lowest, highest = min(lowest, score), max(highest, score)
		}
	}
	for k, score := range scores {
		switch {
		case len(s.ignored) > 0 && slices.Contains(s.ignored, k):
			scores[k] = 0
		case highest == 0:
			scores[k] = framework.MaxNodeScore
		default:
			scores[k] = framework.MaxNodeScore * (highest + lowest - score) / highest
		}
	}
}
