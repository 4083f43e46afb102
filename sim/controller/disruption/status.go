package disruption

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// patience is how long an eviction that was granted may take to show as the pod's deletion.
const patience = 2 * time.Minute

// awaited returns those of a budget's disrupted pods whose deletion is still to come. One that was waited for in vain is
// complained of and dropped.
func awaited(v controller.View, plan *controller.Plan, b *policyv1.PodDisruptionBudget, pods []*corev1.Pod) map[string]metav1.Time {
	left := map[string]metav1.Time{}
	for _, pod := range pods {
		since, found := b.Status.DisruptedPods[pod.Name]
		if !found || pod.DeletionTimestamp != nil {
			continue
		}
		wait := since.Add(patience).Sub(v.Now)
		if wait < 0 {
			// The namespace stands in both places.
			plan.Tell(pod, corev1.EventTypeWarning, "NotDeleted",
				"Pod was expected by PDB "+b.Namespace+"/"+b.Namespace+" to be deleted but it wasn't")
			continue
		}
		left[pod.Name] = since
		if plan.Again == 0 || wait < plan.Again {
			plan.Again = max(wait, time.Millisecond)
		}
	}
	return left
}

// healthyOf counts the pods that are ready and not about to go.
func healthyOf(v controller.View, pods []*corev1.Pod, disrupted map[string]metav1.Time) int32 {
	n := int32(0)
	for _, pod := range pods {
		since, going := disrupted[pod.Name]
		going = going && since.Add(patience).After(v.Now)
		if pod.DeletionTimestamp == nil && !going && controller.IsReady(pod) {
			n++
		}
	}
	return n
}

// newStatus returns what a budget's status should be, and whether it is something else. A budget without pods allows
// nothing: those that come next are safe until they were counted.
func newStatus(
	v controller.View, b *policyv1.PodDisruptionBudget, n need, healthy int32, disrupted map[string]metav1.Time,
) (*policyv1.PodDisruptionBudgetStatus, bool) {
	s := policyv1.PodDisruptionBudgetStatus{
		ObservedGeneration: b.Generation, DisruptedPods: disrupted, DisruptionsAllowed: max(0, healthy-n.desired),
		CurrentHealthy: healthy, DesiredHealthy: n.desired, ExpectedPods: n.expected,
	}
	if n.expected <= 0 {
		s.DisruptionsAllowed = 0
	}
	s.Conditions = slices.Clone(b.Status.Conditions)
	value, reason := metav1.ConditionFalse, policyv1.InsufficientPodsReason
	if s.DisruptionsAllowed > 0 {
		value, reason = metav1.ConditionTrue, policyv1.SufficientPodsReason
	}
	meta.SetStatusCondition(&s.Conditions, metav1.Condition{
		Type: policyv1.DisruptionAllowedCondition, Status: value, Reason: reason, ObservedGeneration: s.ObservedGeneration,
		LastTransitionTime: v.Stamp(),
	})
	return &s, !apiequality.Semantic.DeepEqual(b.Status, s)
}

// failSafe allows no disruption while the budget's numbers are not known.
func failSafe(v controller.View, b *policyv1.PodDisruptionBudget, why string) controller.Write {
	s := b.Status
	s.DisruptionsAllowed = 0
	s.Conditions = slices.Clone(s.Conditions)
	meta.SetStatusCondition(&s.Conditions, metav1.Condition{
		Type: policyv1.DisruptionAllowedCondition, Status: metav1.ConditionFalse, Reason: policyv1.SyncFailedReason, Message: why,
		ObservedGeneration: s.ObservedGeneration, LastTransitionTime: v.Stamp(),
	})
	return statusWrite(b, &s)
}

func statusWrite(b *policyv1.PodDisruptionBudget, s *policyv1.PodDisruptionBudgetStatus) controller.Write {
	next := *b
	next.Status = *s
	return controller.Write{Request: client.Request{
		Verb: client.Update, Resource: budgets, Subresource: "status", Namespace: b.Namespace, Name: b.Name, Object: &next,
	}}
}
