package admission

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/client"
)

// defaultTolerationSeconds lets a pod stay for five minutes on a node that is not ready or cannot be reached.
var defaultTolerationSeconds = Plugin{
	Name:      "DefaultTolerationSeconds",
	Resources: []string{"pods"},
	Admit: func(a *Attributes) (changed bool, err error) {
		pod, ok := a.Object.(*corev1.Pod)
		if !ok || a.Subresource != "" || a.Verb == client.Delete {
			return false, nil
		}
		for _, key := range []string{corev1.TaintNodeNotReady, corev1.TaintNodeUnreachable} {
			tolerates := slices.ContainsFunc(pod.Spec.Tolerations, func(o corev1.Toleration) bool {
				return (o.Key == key || o.Key == "") && (o.Effect == corev1.TaintEffectNoExecute || o.Effect == "")
			})
			if tolerates {
				continue
			}
			seconds := int64(300)
			changed = true
			pod.Spec.Tolerations = append(slices.Clip(pod.Spec.Tolerations), corev1.Toleration{
				Key: key, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute, TolerationSeconds: &seconds,
			})
		}
		return changed, nil
	},
}

// taintNodesByCondition keeps pods off a new node until it is known to be ready.
var taintNodesByCondition = Plugin{
	Name:      "TaintNodesByCondition",
	Resources: []string{"nodes"},
	Admit: func(a *Attributes) (bool, error) {
		node, ok := a.Object.(*corev1.Node)
		if !ok || a.Subresource != "" || a.Verb != client.Create {
			return false, nil
		}
		taint := corev1.Taint{Key: corev1.TaintNodeNotReady, Effect: corev1.TaintEffectNoSchedule}
		if slices.ContainsFunc(node.Spec.Taints, func(t corev1.Taint) bool { return t.MatchTaint(&taint) }) {
			return false, nil
		}
		node.Spec.Taints = append(node.Spec.Taints, taint)
		return true, nil
	},
}
