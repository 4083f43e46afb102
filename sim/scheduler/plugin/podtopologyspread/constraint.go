package podtopologyspread

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"

	"orrery/sim/api"
	"orrery/sim/scheduler/framework"
)

// constraint is a topology spread constraint with its defaults filled in, ready for matching.
type constraint struct {
	key        string
	maxSkew    int64
	minDomains int64
	selector   labels.Selector
	everywhere bool                               // whether pods count on all nodes
	affinity   *nodeaffinity.RequiredNodeAffinity // pods count on the nodes that match; nil for all
	tolerant   []corev1.Toleration
	taints     bool // pods count only on nodes whose taints are tolerated
}

// defaults are the soft constraints of pods that have none of their own.
var defaults = []corev1.TopologySpreadConstraint{
	{TopologyKey: corev1.LabelHostname, WhenUnsatisfiable: corev1.ScheduleAnyway, MaxSkew: 3},
	{TopologyKey: corev1.LabelTopologyZone, WhenUnsatisfiable: corev1.ScheduleAnyway, MaxSkew: 5},
}

// constraints returns the pod's own constraints of one kind.
func constraints(pod *corev1.Pod, action corev1.UnsatisfiableConstraintAction) []constraint {
	var all []constraint
	for i := range pod.Spec.TopologySpreadConstraints {
		if spec := &pod.Spec.TopologySpreadConstraints[i]; spec.WhenUnsatisfiable == action {
			all = append(all, newConstraint(pod, spec, framework.Selector(spec.LabelSelector)))
		}
	}
	return all
}

// defaulted returns the constraints of a pod that has none of its own.
func defaulted(pod *corev1.Pod, c framework.Cluster) []constraint {
	selector := selectorOf(pod, c)
	if selector.Empty() {
		return nil
	}
	all := make([]constraint, len(defaults))
	for i := range defaults {
		all[i] = newConstraint(pod, &defaults[i], selector)
	}
	return all
}

func newConstraint(pod *corev1.Pod, spec *corev1.TopologySpreadConstraint, selector labels.Selector) constraint {
	c := constraint{key: spec.TopologyKey, maxSkew: int64(spec.MaxSkew), minDomains: 1, selector: selector}
	if spec.MinDomains != nil {
		c.minDomains = int64(*spec.MinDomains)
	}
	c.narrow(pod, spec.MatchLabelKeys)
	c.taints = spec.NodeTaintsPolicy != nil && *spec.NodeTaintsPolicy == corev1.NodeInclusionPolicyHonor
	c.tolerant = pod.Spec.Tolerations
	honor := spec.NodeAffinityPolicy == nil || *spec.NodeAffinityPolicy == corev1.NodeInclusionPolicyHonor
	if a := pod.Spec.Affinity; honor && (pod.Spec.NodeSelector != nil || a != nil && a.NodeAffinity != nil) {
		required := nodeaffinity.GetRequiredNodeAffinity(pod)
		c.affinity = &required
	}
	c.everywhere = c.affinity == nil && !c.taints
	return c
}

// narrow selects only pods that have the same values of some labels as the pod has.
func (c *constraint) narrow(pod *corev1.Pod, keys []string) {
	same := labels.Set{}
	for _, key := range keys {
		if value, ok := pod.Labels[key]; ok {
			same[key] = value
		}
	}
	if len(same) == 0 {
		return
	}
	if requirements, selectable := c.selector.Requirements(); selectable {
		c.selector = labels.SelectorFromSet(same).Add(requirements...)
	}
}

// includes reports whether pods on a node count.
func (c *constraint) includes(n *framework.Node) bool {
	if c.affinity != nil {
		if ok, err := c.affinity.Match(n.Node); !ok || err != nil {
			return false
		}
	}
	return !c.taints || !framework.Untolerated(c.tolerant, n.Node)
}

// selectorOf returns what selects the pods of a pod's Services and of its owner.
func selectorOf(pod *corev1.Pod, c framework.Cluster) labels.Selector {
	var all labels.Set
	c.Objects().Each("services", pod.Namespace, func(o api.Object) bool {
		s := o.(*corev1.Service).Spec.Selector
		if s != nil && labels.ValidatedSetSelector(s).Matches(labels.Set(pod.Labels)) {
			all = labels.Merge(all, s)
		}
		return true
	})
	var more labels.Requirements
	if owner := metav1.GetControllerOfNoCopy(pod); owner != nil {
		var own labels.Set
		if own, more = framework.OwnerSelector(c, pod.Namespace, owner); len(own) > 0 {
			all = labels.Merge(all, own)
		}
	}
	if len(more) == 0 {
		return labels.ValidatedSetSelector(all)
	}
	return all.AsSelector().Add(more...)
}
