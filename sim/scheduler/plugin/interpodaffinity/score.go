package interpodaffinity

import (
	"math"

	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/scheduler/framework"
)

// hardWeight is what it is worth to a pod that must be with others to be with the pod.
const hardWeight = 1

// PreScore implements framework.Scorer: every pod gives the places where it is the weights of the preferences that it
// fulfils, the pod's and its own.
func (Plugin) PreScore(pod *framework.Pod, c framework.Cluster, _ []*framework.Node) framework.Scoring {
	s := scoring{pod: pod, namespace: framework.NamespaceLabels(c, pod.Namespace)}
	if a := pod.Affinity; a != nil && len(a.Preferred)+len(a.PreferredAnti) > 0 {
		c.Pods("", func(p *framework.Pod, n *framework.Node) {
			names := framework.NamespaceLabels(c, p.Namespace)
			s.weigh(a.Preferred, p, names, n, 1)
			s.weigh(a.PreferredAnti, p, names, n, -1)
			s.others(p, n)
		})
	} else {
		c.Affine(s.others)
	}
	if !s.weighed {
		return framework.Scoring{}
	}
	return framework.Scoring{Score: s.weights.sum, Normalize: normalize}
}

// scoring is what PreScore found out.
type scoring struct {
	pod       *framework.Pod
	namespace labels.Set
	weights   tally
	weighed   bool // some pod gave a weight
}

// others weighs what a pod would rather be with, or must be with.
func (s *scoring) others(p *framework.Pod, n *framework.Node) {
	if p.Affinity == nil {
		return
	}
	for i := range p.Affinity.Required {
		s.add(&p.Affinity.Required[i], s.pod, s.namespace, n, hardWeight)
	}
	s.weigh(p.Affinity.Preferred, s.pod, s.namespace, n, 1)
	s.weigh(p.Affinity.PreferredAnti, s.pod, s.namespace, n, -1)
}

func (s *scoring) weigh(terms []framework.AffinityTerm, p *framework.Pod, namespace labels.Set, n *framework.Node, sign int64) {
	for i := range terms {
		s.add(&terms[i], p, namespace, n, sign*terms[i].Weight)
	}
}

func (s *scoring) add(term *framework.AffinityTerm, p *framework.Pod, namespace labels.Set, n *framework.Node, weight int64) {
	if _, ok := n.Label(term.TopologyKey); ok && term.Matches(p.Pod, namespace) {
		s.weighed = true
		s.weights.add(n, term.TopologyKey, weight)
	}
}

// normalize stretches the scores from the lowest to the highest.
func normalize(scores []int64) {
	lowest, highest := int64(math.MaxInt64), int64(math.MinInt64)
	for _, score := range scores {
		lowest, highest = min(lowest, score), max(highest, score)
	}
	for i, score := range scores {
		scores[i] = 0
		if highest > lowest {
			scores[i] = int64(float64(framework.MaxNodeScore) * (float64(score-lowest) / float64(highest-lowest)))
		}
	}
}
