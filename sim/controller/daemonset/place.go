package daemonset

import (
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"

	"orrery/sim/controller"
)

// placement is what decides on which nodes a DaemonSet's pods run.
type placement struct {
	name        string // of the only node; empty for any
	affinity    nodeaffinity.RequiredNodeAffinity
	tolerations []corev1.Toleration
}

func placementOf(ds *appsv1.DaemonSet) *placement {
	spec := &ds.Spec.Template.Spec
	return &placement{
		name:        spec.NodeName,
		affinity:    nodeaffinity.GetRequiredNodeAffinity(&corev1.Pod{Spec: *spec}),
		tolerations: tolerating(spec),
	}
}

// on says whether a node should have a pod, and whether one that it has may stay: a NoSchedule taint keeps pods out but
// drives none away.
func (p *placement) on(node *corev1.Node) (run, keep bool) {
	if p.name != "" && p.name != node.Name {
		return false, false
	}
	if fits, _ := p.affinity.Match(node); !fits {
		return false, false
	}
	run, keep = true, true
	for i := range node.Spec.Taints {
		taint := &node.Spec.Taints[i]
		switch {
		case taint.Effect == corev1.TaintEffectPreferNoSchedule || slices.ContainsFunc(p.tolerations, func(t corev1.Toleration) bool { return controller.Tolerates(&t, taint) }):
		case taint.Effect == corev1.TaintEffectNoExecute:
			return false, false
		default:
			run = false
		}
	}
	return run, keep
}

// moved reports whether a node changed in what placement looks at.
func moved(old, node *corev1.Node) bool {
	return !apiequality.Semantic.DeepEqual(old.Labels, node.Labels) ||
		!apiequality.Semantic.DeepEqual(old.Spec.Taints, node.Spec.Taints)
}

// endured are the taints that every DaemonSet's pods tolerate: the agents of a node stay on it when it is in trouble.
var endured = []corev1.Toleration{
	{Key: corev1.TaintNodeNotReady, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute},
	{Key: corev1.TaintNodeUnreachable, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute},
	{Key: corev1.TaintNodeDiskPressure, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule},
	{Key: corev1.TaintNodeMemoryPressure, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule},
	{Key: corev1.TaintNodePIDPressure, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule},
	{Key: corev1.TaintNodeUnschedulable, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule},
}

// enduredOnHost is one more for pods in their node's own network: they may be what sets that up.
var enduredOnHost = corev1.Toleration{
	Key: corev1.TaintNodeNetworkUnavailable, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule,
}

// tolerating returns a template's tolerations with those that every DaemonSet's pods have. One of the same key, effect,
// operator and value is replaced.
func tolerating(spec *corev1.PodSpec) []corev1.Toleration {
	all := append([]corev1.Toleration(nil), spec.Tolerations...)
	more := endured
	if spec.HostNetwork {
		more = append(append([]corev1.Toleration(nil), endured...), enduredOnHost)
	}
	for _, t := range more {
		all = with(all, t)
	}
	return all
}

func with(all []corev1.Toleration, t corev1.Toleration) []corev1.Toleration {
	for i := range all {
		if all[i].MatchToleration(&t) {
			all[i] = t
			return all
		}
	}
	return append(all, t)
}
