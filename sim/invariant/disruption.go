package invariant

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim"
	"orrery/sim/api"
	"orrery/sim/etcd"
	"orrery/sim/trace"
)

// disruptions checks that no PodDisruptionBudget is overdrawn: it never allows less than nothing, each eviction takes one of
// what it allows, and no ready pod is evicted that the budget was not charged for.
func (c *Checker) disruptions(w *sim.World, e *trace.Entry) error {
	v := committed(w, e)
	if v == nil || v.Deleted() {
		return nil
	}
	before, err := store(w).At(v.Key, v.Mod-1)
	if err != nil || before == nil || before.Object == nil {
		return nil
	}
	switch o := v.Object.(type) {
	case *policyv1.PodDisruptionBudget:
		return charged(before.Object.(*policyv1.PodDisruptionBudget), o, e.User)
	case *corev1.Pod:
		if e.Subresource == "eviction" {
			return covered(w, before.Object.(*corev1.Pod))
		}
	}
	return nil
}

// charged checks a change of a budget.
func charged(was, is *policyv1.PodDisruptionBudget, user string) error {
	if is.Status.DisruptionsAllowed < 0 {
		return fmt.Errorf("budget %s allows %d disruptions", is.Name, is.Status.DisruptionsAllowed)
	}
	if user != "apiserver" {
		return nil
	}
	if is.Status.DisruptionsAllowed != was.Status.DisruptionsAllowed-1 || len(is.Status.DisruptedPods) != len(was.Status.DisruptedPods)+1 {
		return fmt.Errorf("an eviction takes budget %s from %d disruptions to %d, and from %d pods to %d", is.Name,
			was.Status.DisruptionsAllowed, is.Status.DisruptionsAllowed, len(was.Status.DisruptedPods), len(is.Status.DisruptedPods))
	}
	return nil
}

// covered checks that the budget of a ready pod that is evicted has been charged for it.
func covered(w *sim.World, pod *corev1.Pod) (wrong error) {
	if pod.DeletionTimestamp != nil || pod.Status.Phase != corev1.PodRunning || !isReady(pod) {
		return nil
	}
	store(w).Range(api.Find("poddisruptionbudgets.policy").Prefix(pod.Namespace), func(v *etcd.Value) bool {
		b := v.Object.(*policyv1.PodDisruptionBudget)
		selector, err := metav1.LabelSelectorAsSelector(b.Spec.Selector)
		if err != nil || !selector.Matches(labels.Set(pod.Labels)) {
			return true
		}
		if _, ok := b.Status.DisruptedPods[pod.Name]; !ok {
			wrong = fmt.Errorf("pod %s is evicted, and budget %s does not know", pod.Name, b.Name)
		}
		return wrong == nil
	})
	return wrong
}
