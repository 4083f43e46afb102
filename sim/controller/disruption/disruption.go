// Package disruption is the disruption controller: it keeps in the status of every PodDisruptionBudget how many of its
// pods may be evicted now.
//
// It counts the pods that a budget selects and that are ready, and compares them with how many must be. The API server's
// eviction takes from status.disruptionsAllowed what the controller put there, and notes the pod in status.disruptedPods:
// such a pod counts as gone already, until it is, or until two minutes have shown that nobody deleted it. The controller
// also takes back a pod's condition DisruptionTarget when no deletion followed. Models
// k8s.io/kubernetes/pkg/controller/disruption.
//
// Simplified: the size of a pod's controller is read off the cache, for the kinds that Kubernetes brings; Kubernetes asks
// for the scale subresource of any other kind.
package disruption

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

const budgets = "poddisruptionbudgets.policy"

// Spec is the controller. Its keys are budgets, and pods: "pods/NAME" for one whose condition may have to be taken back,
// "shared/NAME" for one that more than one budget selects.
var Spec = controller.Spec{
	Name:     "disruption-controller",
	Reporter: "controllermanager",
	Workers:  1,
	Watches: []controller.Watch{
		{Resource: budgets, Keys: controller.OwnKeys},
		{Resource: "pods", Keys: podKeys},
	},
	ReportErrors: true,
	Reconcile:    reconcile,
}

// Note says what a sync found. All fields count pods.
type Note struct {
	Expected int32 `json:"expected"`
	Healthy  int32 `json:"healthy"`
	Desired  int32 `json:"desired"`
	Allowed  int32 `json:"allowed"`
}

const (
	stalePrefix  = "pods/"
	sharedPrefix = "shared/"
)

// podKeys wakes the budget that selects a pod, and the pod itself when it says that it is about to be disrupted.
func podKeys(v controller.View, ch client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	pod := now.(*corev1.Pod)
	if v.Len(budgets) > 0 {
		all := selecting(v, pod)
		if len(all) > 0 {
			add(controller.KeyOf(all[0]), 0)
		}
		if len(all) > 1 {
			add(controller.Key{Namespace: pod.Namespace, Name: sharedPrefix + pod.Name}, 0)
		}
	}
	if ch == client.Deleted {
		return
	}
	if stale, after := doubtful(pod, v.Now); stale {
		add(controller.Key{Namespace: pod.Namespace, Name: stalePrefix + pod.Name}, after)
	}
}

// selecting returns the budgets that select a pod.
func selecting(v controller.View, pod *corev1.Pod) (all []*policyv1.PodDisruptionBudget) {
	v.Each(budgets, pod.Namespace, func(o api.Object) bool {
		b := o.(*policyv1.PodDisruptionBudget)
		selector, err := metav1.LabelSelectorAsSelector(b.Spec.Selector)
		if err == nil && selector.Matches(labels.Set(pod.Labels)) {
			all = append(all, b)
		}
		return true
	})
	return all
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	if name, ok := strings.CutPrefix(k.Name, stalePrefix); ok {
		return refresh(v, k.Namespace, name)
	}
	if name, ok := strings.CutPrefix(k.Name, sharedPrefix); ok {
		return complain(v, k.Namespace, name)
	}
	b, ok := v.Get(budgets, k.Namespace, k.Name).(*policyv1.PodDisruptionBudget)
	switch {
	case !ok || v.Err != nil && v.Err.Reason == metav1.StatusReasonConflict:
		return controller.Plan{} // it is gone, or changed: the next sync sees how
	case v.Err != nil:
		return controller.Plan{Stages: []controller.Stage{{failSafe(v, b, v.Err.Message)}}}
	}
	return count(v, b)
}

// count compares a budget's pods with what it asks for.
func count(v controller.View, b *policyv1.PodDisruptionBudget) controller.Plan {
	plan := controller.Plan{}
	pods, err := podsOf(v, b)
	if err != nil {
		plan.Tell(b, corev1.EventTypeWarning, "NoPods", "Failed to get pods: "+err.Error())
		plan.Then(failSafe(v, b, err.Error()))
		return plan
	}
	if len(pods) == 0 {
		plan.Tell(b, corev1.EventTypeNormal, "NoPods", "No matching pods found")
	}
	need, err := needs(v, b, pods)
	if err != nil {
		plan.Tell(b, corev1.EventTypeWarning, "CalculateExpectedPodCountFailed",
			"Failed to calculate the number of expected pods: "+err.Error())
		plan.Then(failSafe(v, b, err.Error()))
		return plan
	}
	if need.unmanaged {
		plan.Tell(b, corev1.EventTypeWarning, "UnmanagedPods",
			"Pods selected by this PodDisruptionBudget (selector: "+b.Spec.Selector.String()+") were found "+
				"to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. "+
				`To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`)
	}
	disrupted := awaited(v, &plan, b, pods)
	healthy := healthyOf(v, pods, disrupted)
	if status, changed := newStatus(v, b, need, healthy, disrupted); changed {
		plan.Note = Note{need.expected, healthy, need.desired, status.DisruptionsAllowed}
		plan.Then(statusWrite(b, status))
	}
	return plan
}

// podsOf returns the pods that a budget selects, by name. An empty selector selects all.
func podsOf(v controller.View, b *policyv1.PodDisruptionBudget) (pods []*corev1.Pod, err error) {
	selector, err := metav1.LabelSelectorAsSelector(b.Spec.Selector)
	if err != nil {
		return nil, err
	}
	v.Each("pods", b.Namespace, func(o api.Object) bool {
		if pod := o.(*corev1.Pod); selector.Matches(labels.Set(pod.Labels)) {
			pods = append(pods, pod)
		}
		return true
	})
	return pods, nil
}
