package disruption

import (
	"slices"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// doubtful reports whether a pod says that it is about to be disrupted though nobody deleted it, and after how long that
// is not true any more. What a kubelet says of its own pods stays true.
func doubtful(pod *corev1.Pod, now time.Time) (bool, time.Duration) {
	c := controller.Condition(pod, corev1.DisruptionTarget)
	if pod.DeletionTimestamp != nil || c == nil || c.Status != corev1.ConditionTrue ||
		c.Reason == corev1.PodReasonTerminationByKubelet || controller.Ended(pod) {
		return false, 0
	}
	return true, max(0, c.LastTransitionTime.Add(patience).Sub(now))
}

// refresh takes a pod's condition DisruptionTarget back when no deletion followed.
func refresh(v controller.View, namespace, name string) controller.Plan {
	pod, ok := v.Get("pods", namespace, name).(*corev1.Pod)
	if !ok || v.Err != nil {
		return controller.Plan{}
	}
	stale, after := doubtful(pod, v.Now)
	if !stale || after > 0 {
		return controller.Plan{Again: after}
	}
	next := *pod
	next.Status.Conditions = slices.Clone(pod.Status.Conditions)
	c := controller.Condition(&next, corev1.DisruptionTarget)
	*c = corev1.PodCondition{
		Type: c.Type, Status: corev1.ConditionFalse, ObservedGeneration: c.ObservedGeneration,
		LastTransitionTime: v.Stamp(),
	}
	return controller.Plan{Stages: []controller.Stage{{{Request: client.Request{
		Verb: client.Update, Resource: "pods", Subresource: "status", Namespace: namespace, Name: name, Object: &next,
	}}}}}
}

// complain tells of a pod that more than one budget selects: it cannot be evicted.
func complain(v controller.View, namespace, name string) controller.Plan {
	plan := controller.Plan{}
	pod, ok := v.Get("pods", namespace, name).(*corev1.Pod)
	if !ok {
		return plan
	}
	if all := selecting(v, pod); len(all) > 1 {
		plan.Tell(pod, corev1.EventTypeWarning, "MultiplePodDisruptionBudgets",
			"Pod "+strconv.Quote(namespace)+"/"+strconv.Quote(name)+" matches multiple PodDisruptionBudgets.  Chose "+
				strconv.Quote(all[0].Name)+" arbitrarily.")
	}
	return plan
}
