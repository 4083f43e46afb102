// Package defaultpreemption makes place for a pod that fits nowhere by choosing pods of lower priority to be deleted.
//
// On every node that was refused because of its pods it tries out which of them would have to go: first all of lower
// priority are taken away, then as many as possible are spared, those that a disruption budget protects before the
// others, and important ones before unimportant ones. Then it picks the node where that does the least harm.
package defaultpreemption

import (
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"

	"orrery/sim/api"
	"orrery/sim/scheduler/framework"
)

const (
	never       = "not eligible due to preemptionPolicy=Never."
	terminating = "not eligible due to a terminating pod on the nominated node."
	unhelpful   = "Preemption is not helpful for scheduling"
	noVictims   = "No preemption victims found for incoming pod"
)

// In large clusters only a share of the nodes is tried, but at least some.
const (
	sharePercent = 10
	shareLeast   = 100
)

// Plugin is DefaultPreemption.
type Plugin struct{}

// Name implements framework.Plugin.
func (Plugin) Name() string { return "DefaultPreemption" }

// PostFilter implements framework.PostFilterer.
func (Plugin) PostFilter(pod *framework.Pod, t framework.Trial) *framework.Preemption {
	s := search{Trial: t, pod: pod}
	if message := s.ineligible(); message != "" {
		return &framework.Preemption{Message: message, Keep: true}
	}
	s.run()
	p := &framework.Preemption{Candidates: s.candidates}
	if best := s.pick(); best != nil {
		p.Node = best.Node
		return p
	}
	var h framework.Histogram
	for i := range s.candidates {
		for _, r := range s.candidates[i].Reasons {
			h.Add(r, 1)
		}
	}
	all := len(t.Nodes())
	h.Add(unhelpful, all-len(s.candidates))
	p.Message = "0/" + strconv.Itoa(all) + " nodes are available: " + h.String() + "."
	return p
}

// search is the work for one pod.
type search struct {
	framework.Trial
	pod        *framework.Pod
	pods       map[string][]*framework.Pod // by node
	budgets    []*policyv1.PodDisruptionBudget
	candidates []framework.Candidate
}

// ineligible returns why the pod must not preempt others; empty when it may. Whoever did so already waits for its victims
// to be gone.
func (s *search) ineligible() string {
	if p := s.pod.Spec.PreemptionPolicy; p != nil && *p == corev1.PreemptNever {
		return never
	}
	nominated := s.pod.Status.NominatedNodeName
	if nominated == "" || s.Unresolvable(nominated) {
		return ""
	}
	message := ""
	s.Pods("", func(p *framework.Pod, n *framework.Node) {
		if n.Node.Name == nominated && p.Priority() < s.pod.Priority() && preempted(p.Pod) {
			message = terminating
		}
	})
	return message
}

// preempted reports whether a pod ends because it was preempted.
func preempted(pod *corev1.Pod) bool {
	return pod.DeletionTimestamp != nil && slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.DisruptionTarget && c.Status == corev1.ConditionTrue &&
			c.Reason == corev1.PodReasonPreemptionByScheduler
	})
}

// run tries out nodes, beginning anywhere, until there are enough candidates and one of them violates no budget.
func (s *search) run() {
	nodes := s.Refused()
	if len(nodes) == 0 {
		return
	}
	s.pods = map[string][]*framework.Pod{}
	s.Pods("", func(p *framework.Pod, n *framework.Node) {
		if p.Priority() < s.pod.Priority() {
			s.pods[n.Node.Name] = append(s.pods[n.Node.Name], p)
		}
	})
	s.Objects().Each("poddisruptionbudgets.policy", "", func(o api.Object) bool {
		s.budgets = append(s.budgets, o.(*policyv1.PodDisruptionBudget))
		return true
	})
	enough := min(max(len(nodes)*sharePercent/100, shareLeast), len(nodes))
	offset, found, harmless := s.Chance(len(nodes)), 0, 0
	for i := range nodes {
		c := s.try(nodes[(offset+i)%len(nodes)])
		s.candidates = append(s.candidates, c)
		if c.Reasons != nil {
			continue
		}
		found++
		if c.Violations == 0 {
			harmless++
		}
		if harmless > 0 && found >= enough {
			return
		}
	}
}

// try finds out which pods would have to go from a node.
func (s *search) try(n *framework.Node) framework.Candidate {
	c := framework.Candidate{Node: n.Node.Name}
	pods := slices.Clone(s.pods[c.Node])
	if len(pods) == 0 {
		c.Reasons = []string{noVictims}
		return c
	}
	count := func(p *framework.Pod, sign int64) {
		if sign > 0 {
			n = n.With(p)
		} else {
			n = n.Without(p)
		}
		s.Count(p, n, sign)
	}
	gone := map[*framework.Pod]bool{}
	for _, p := range pods {
		count(p, -1)
		gone[p] = true
	}
	defer func() {
		for _, p := range pods {
			if gone[p] {
				count(p, 1)
			}
		}
	}()
	if st := s.Fits(n); st.Code != framework.Success {
		c.Reasons = st.Reasons
		return c
	}
	slices.SortStableFunc(pods, moreImportant)
	for _, protected := range []bool{true, false} {
		for _, p := range s.protected(pods, protected) {
			count(p, 1)
			v := framework.Victim{Namespace: p.Namespace, Name: p.Name, UID: p.UID, Priority: p.Priority(), Protected: protected}
			if v.Spared = s.Fits(n).Code == framework.Success; v.Spared {
				delete(gone, p)
			} else {
				count(p, -1)
				if protected {
					c.Violations++
				}
			}
			c.Considered = append(c.Considered, v)
		}
	}
	if len(gone) == 0 {
		c.Reasons = []string{noVictims} // it fits after all, since the pods that are nominated have changed
	}
	return c
}
