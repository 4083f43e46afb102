package invariant

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim"
	"orrery/sim/scheduler"
	"orrery/sim/scheduler/framework"
	"orrery/sim/trace"
)

// placement checks, when the scheduler has chosen a node, that as far as it knows no pod is where a required anti-affinity
// forbids it to be, and that the pod's own DoNotSchedule constraints hold. It counts without the scheduler's plugins.
func (c *Checker) placement(w *sim.World, e *trace.Entry) error {
	d, ok := e.Data.(*scheduler.Decision)
	if !ok || d.Selected == "" {
		return nil
	}
	cluster := w.Engine().Component(scheduler.Address).(*scheduler.Scheduler).Cluster()
	p := placed{nodes: map[*corev1.Pod]*corev1.Node{}}
	cluster.Pods("", func(pod *framework.Pod, n *framework.Node) {
		p.nodes[pod.Pod] = n.Node
		if pod.UID == d.UID {
			p.pod, p.node = pod.Pod, n.Node
		}
	})
	if p.pod == nil {
		return fmt.Errorf("pod %s has no node although %s was selected", d.Name, d.Selected)
	}
	for other, node := range p.nodes { // any order
		if other != p.pod && (p.forbids(p.pod, other, node, cluster) || p.forbids(other, p.pod, node, cluster)) {
			return fmt.Errorf("pod %s came to %s although %s is there", p.pod.Name, p.node.Name, other.Name)
		}
	}
	for i := range p.pod.Spec.TopologySpreadConstraints {
		if err := p.spread(&p.pod.Spec.TopologySpreadConstraints[i]); err != nil {
			return err
		}
	}
	return nil
}

// placed is which pods are where.
type placed struct {
	nodes map[*corev1.Pod]*corev1.Node
	pod   *corev1.Pod // that was given a node
	node  *corev1.Node
}

// forbids reports whether a pod must not be with another that has a node, where the two are now.
func (p *placed) forbids(pod, other *corev1.Pod, node *corev1.Node, c framework.Cluster) bool {
	if pod.Spec.Affinity == nil || pod.Spec.Affinity.PodAntiAffinity == nil {
		return false
	}
	for _, term := range pod.Spec.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution {
		here, there := p.node.Labels[term.TopologyKey], node.Labels[term.TopologyKey]
		selector, err := metav1.LabelSelectorAsSelector(term.LabelSelector)
		if here == "" || here != there || err != nil || !selector.Matches(labels.Set(other.Labels)) {
			continue
		}
		in := len(term.Namespaces) == 0 && term.NamespaceSelector == nil && other.Namespace == pod.Namespace
		for _, name := range term.Namespaces {
			in = in || name == other.Namespace
		}
		if term.NamespaceSelector != nil {
			namespaces, err := metav1.LabelSelectorAsSelector(term.NamespaceSelector)
			in = in || err == nil && namespaces.Matches(framework.NamespaceLabels(c, other.Namespace))
		}
		if in {
			return true
		}
	}
	return false
}

// spread checks a constraint of the pod against the emptiest value of its label among the nodes that have pods it selects:
// if that is kept, it is kept against emptier ones only when the scheduler counted them, which is its plugin's own test.
func (p *placed) spread(c *corev1.TopologySpreadConstraint) error {
	if c.WhenUnsatisfiable != corev1.DoNotSchedule || len(c.MatchLabelKeys) > 0 || c.NodeTaintsPolicy != nil ||
		p.pod.Spec.NodeSelector != nil || p.pod.Spec.Affinity != nil || len(p.pod.Spec.TopologySpreadConstraints) > 1 {
		return nil
	}
	selector, err := metav1.LabelSelectorAsSelector(c.LabelSelector)
	if err != nil || !selector.Matches(labels.Set(p.pod.Labels)) {
		return nil
	}
	counts := map[string]int32{}
	for pod, node := range p.nodes { // any order
		if value := node.Labels[c.TopologyKey]; value != "" && pod.Namespace == p.pod.Namespace &&
			pod.DeletionTimestamp == nil && selector.Matches(labels.Set(pod.Labels)) {
			counts[value]++
		}
	}
	for value, n := range counts { // any order
		if here := counts[p.node.Labels[c.TopologyKey]]; here > n+c.MaxSkew {
			return fmt.Errorf("pod %s is one too many in %s, which has %d where %s has %d", p.pod.Name, p.node.Name, here, value, n)
		}
	}
	return nil
}
