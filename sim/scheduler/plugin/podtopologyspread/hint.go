package podtopologyspread

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/scheduler/framework"
)

// Hints implements framework.Hinter.
func (Plugin) Hints() []framework.Hint {
	return []framework.Hint{
		{
			Events: framework.AssignedPodAdd | framework.AssignedPodLabel | framework.AssignedPodDelete |
				framework.PodLabel | framework.PodToleration,
			Worth: worthPod,
		},
		{Events: framework.NodeAdd | framework.NodeDelete | framework.NodeLabel | framework.NodeTaint, Worth: worthNode},
	}
}

// worthPod reports whether a pod came or went that a constraint selects, or began or ceased to be selected.
func worthPod(pod *framework.Pod, c framework.Change) bool {
	other := c.NewPod
	if other == nil {
		other = c.OldPod
	}
	own := other.UID == pod.UID
	if !own && other.Namespace != pod.Namespace {
		return false
	}
	all := constraints(pod.Pod, corev1.DoNotSchedule)
	selects := func(d *constraint, p *framework.Pod) bool { return d.selector.Matches(labels.Set(p.Labels)) }
	if c.OldPod == nil || c.NewPod == nil {
		return slices.ContainsFunc(all, func(d constraint) bool { return selects(&d, other) })
	}
	if own && !apiequality.Semantic.DeepEqual(c.OldPod.Spec.Tolerations, c.NewPod.Spec.Tolerations) &&
		slices.ContainsFunc(all, func(d constraint) bool { return d.taints }) {
		return true
	}
	return slices.ContainsFunc(all, func(d constraint) bool { return selects(&d, c.OldPod) != selects(&d, c.NewPod) })
}

// worthNode reports whether a node came or went that has the labels of all constraints, or one of these labels or its
// taints changed.
func worthNode(pod *framework.Pod, c framework.Change) bool {
	all := constraints(pod.Pod, corev1.DoNotSchedule)
	has := func(n *corev1.Node) bool {
		return n != nil && !slices.ContainsFunc(all, func(d constraint) bool { _, ok := n.Labels[d.key]; return !ok })
	}
	if c.OldNode == nil || c.NewNode == nil {
		return has(c.OldNode) || has(c.NewNode)
	}
	if has(c.OldNode) != has(c.NewNode) {
		return true
	}
	return has(c.NewNode) && (!apiequality.Semantic.DeepEqual(c.OldNode.Spec.Taints, c.NewNode.Spec.Taints) ||
		slices.ContainsFunc(all, func(d constraint) bool { return c.OldNode.Labels[d.key] != c.NewNode.Labels[d.key] }))
}
