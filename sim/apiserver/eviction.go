package apiserver

import (
	"fmt"
	"maps"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/etcd"
)

// budgets is the resource of PodDisruptionBudgets.
const budgets = "poddisruptionbudgets.policy"

// disruptedMax is how many evictions of a budget may wait for the disruption controller to see them.
const disruptedMax = 2000

// granted tells the server that an eviction's disruption was written into the budget: the pod can go.
type granted struct {
	request  *client.Request
	caller   engine.Address
	received time.Time
}

// prepareEviction deletes a pod when its PodDisruptionBudget allows it. A pod with a budget takes two writes: of the
// budget first, by the server itself, and then of the pod. Models pkg/registry/core/pod/storage/eviction.go.
func (s *Server) prepareEviction(t *engine.Turn, res *api.Resource, r *client.Request) (outcome, *metav1.Status) {
	e, ok := r.Object.(*policyv1.Eviction)
	switch {
	case !ok:
		return outcome{}, badRequest("not a Eviction object")
	case e.Name != r.Name:
		return outcome{}, badRequest("name in URL does not match name in Eviction object")
	}
	v := s.store.Get(res.Key(r.Namespace, r.Name))
	if v == nil {
		return outcome{}, notFound(res, r.Name)
	}
	pod := v.Object.(*corev1.Pod)
	if undisruptive(pod) {
		return s.prepareEvicted(t, res, r)
	}
	all := s.budgetsOf(pod)
	switch {
	case len(all) > 1:
		return outcome{}, &metav1.Status{
			Status: metav1.StatusFailure, Code: http.StatusInternalServerError,
			Message: "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
		}
	case len(all) == 0 || !ready(pod) && sparesUnready(all[0].Object.(*policyv1.PodDisruptionBudget)):
		return s.prepareEvicted(t, res, r)
	}
	b := all[0].Object.(*policyv1.PodDisruptionBudget)
	if status := disruptable(b); status != nil {
		return outcome{}, status
	}
	if dryEviction(r, e) {
		return s.prepareEvicted(t, res, r)
	}
	return outcome{
		write: &etcd.Write{Key: all[0].Key, Object: disrupted(b, pod.Name, stamp(t)), Expect: all[0].Mod}, old: b, code: http.StatusOK,
		by: &client.Request{
			User: "apiserver", Verb: client.Update, Resource: budgets, Subresource: "status", Namespace: b.Namespace, Name: b.Name,
		},
	}, nil
}

// prepareEvicted deletes the pod of an eviction that nothing stands against, and says why in its conditions.
//
// Simplified: condition and deletion are one write; Kubernetes makes two.
func (s *Server) prepareEvicted(t *engine.Turn, res *api.Resource, r *client.Request) (outcome, *metav1.Status) {
	e := r.Object.(*policyv1.Eviction)
	d := &client.Request{
		User: r.User, Groups: r.Groups, Extra: r.Extra, Verb: client.Delete, Resource: r.Resource, Namespace: r.Namespace, Name: r.Name,
		DryRun: dryEviction(r, e),
	}
	if o := e.DeleteOptions; o != nil {
		d.Grace = o.GracePeriodSeconds
		if o.PropagationPolicy != nil {
			d.Propagation = *o.PropagationPolicy
		}
		if p := o.Preconditions; p != nil && p.UID != nil {
			d.UID = *p.UID
		}
		if p := o.Preconditions; p != nil && p.ResourceVersion != nil {
			d.Revision = *p.ResourceVersion
		}
	}
	out, status := s.prepareDelete(t, res, d)
	if status != nil {
		return outcome{}, status
	}
	out.object, out.code, out.evicts = nil, http.StatusCreated, true
	if d.DryRun || out.write == nil {
		out.write = nil
		return out, nil
	}
	pod, _ := out.write.Object.(*corev1.Pod)
	if pod == nil {
		pod, _ = out.write.Last.(*corev1.Pod)
	}
	if pod != nil {
		pod.Status.Conditions = withCondition(pod.Status.Conditions, corev1.PodCondition{
			Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: "EvictionByEvictionAPI",
			Message: "Eviction API: evicting", LastTransitionTime: stamp(t),
		})
	}
	return out, nil
}

// evict goes on with an eviction whose budget allowed it.
func (s *Server) evict(t *engine.Turn, g *granted) {
	s.received = g.received
	s.describe(t, g.request)
	res, out := api.Find("pods"), outcome{}
	r, _, status := decoded(res, g.request)
	if status == nil {
		out, status = s.prepareEvicted(t, res, r)
	}
	s.proceed(t, g.request, g.caller, out, status)
}

func dryEviction(r *client.Request, e *policyv1.Eviction) bool {
	return r.DryRun || e.DeleteOptions != nil && len(e.DeleteOptions.DryRun) > 0
}

// undisruptive reports whether a pod's deletion disrupts nothing, so that no budget is asked.
func undisruptive(pod *corev1.Pod) bool {
	switch pod.Status.Phase {
	case corev1.PodSucceeded, corev1.PodFailed, corev1.PodPending:
		return true
	}
	return pod.DeletionTimestamp != nil
}

func ready(pod *corev1.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// sparesUnready reports whether a budget lets pods go that are not ready, without counting them.
func sparesUnready(b *policyv1.PodDisruptionBudget) bool {
	if p := b.Spec.UnhealthyPodEvictionPolicy; p != nil && *p == policyv1.AlwaysAllow {
		return true
	}
	return b.Status.CurrentHealthy >= b.Status.DesiredHealthy && b.Status.DesiredHealthy > 0
}

// budgetsOf returns the PodDisruptionBudgets that select a pod.
func (s *Server) budgetsOf(pod *corev1.Pod) []*etcd.Value {
	var all []*etcd.Value
	s.store.Range(api.Find(budgets).Prefix(pod.Namespace), func(v *etcd.Value) bool {
		selector, err := metav1.LabelSelectorAsSelector(v.Object.(*policyv1.PodDisruptionBudget).Spec.Selector)
		if err == nil && selector.Matches(labels.Set(pod.Labels)) {
			all = append(all, v)
		}
		return true
	})
	return all
}

// disruptable returns why a budget allows no disruption now; nil when it does.
func disruptable(b *policyv1.PodDisruptionBudget) *metav1.Status {
	group := schema.GroupResource{Group: policyv1.GroupName, Resource: "poddisruptionbudget"}
	switch {
	case b.Status.ObservedGeneration < b.Generation:
		return tooMany(10, "The disruption budget "+b.Name+" is still being processed by the server.")
	case b.Status.DisruptionsAllowed < 0:
		return statusOf(apierrors.NewForbidden(group, b.Name, stringError("pdb disruptions allowed is negative")))
	case len(b.Status.DisruptedPods) > disruptedMax:
		return statusOf(apierrors.NewForbidden(group, b.Name,
			stringError("DisruptedPods map too big - too many evictions not confirmed by PDB controller")))
	case b.Status.DisruptionsAllowed == 0:
		return tooMany(0, whyNot(b))
	}
	return nil
}

// whyNot says why a budget has nothing left.
func whyNot(b *policyv1.PodDisruptionBudget) string {
	c := meta.FindStatusCondition(b.Status.Conditions, policyv1.DisruptionAllowedCondition)
	denied := c != nil && c.Status == metav1.ConditionFalse && c.Message != ""
	switch {
	case denied && c.Reason == policyv1.SyncFailedReason:
		return "The disruption budget " + b.Name + " does not allow evicting pods currently because it failed sync: " + c.Message
	case b.Status.CurrentHealthy <= b.Status.DesiredHealthy:
		return fmt.Sprintf("The disruption budget %s needs %d healthy pods and has %d currently",
			b.Name, b.Status.DesiredHealthy, b.Status.CurrentHealthy)
	case denied:
		return "The disruption budget " + b.Name + " does not allow evicting pods currently (" + c.Reason + "): " + c.Message
	}
	return "The disruption budget " + b.Name + " does not allow evicting pods currently"
}

func tooMany(seconds int, why string) *metav1.Status {
	err := apierrors.NewTooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", seconds)
	err.ErrStatus.Details.Causes = append(err.ErrStatus.Details.Causes, metav1.StatusCause{
		Type: policyv1.DisruptionBudgetCause, Message: why,
	})
	return statusOf(err)
}

// disrupted returns a budget with one disruption fewer to give: to the pod.
func disrupted(b *policyv1.PodDisruptionBudget, pod string, now metav1.Time) *policyv1.PodDisruptionBudget {
	c := b.DeepCopy()
	c.Status.DisruptionsAllowed--
	if c.Status.DisruptionsAllowed == 0 {
		meta.SetStatusCondition(&c.Status.Conditions, metav1.Condition{
			Type: policyv1.DisruptionAllowedCondition, Status: metav1.ConditionFalse, Reason: policyv1.InsufficientPodsReason,
			ObservedGeneration: c.Status.ObservedGeneration, LastTransitionTime: now,
		})
	}
	c.Status.DisruptedPods = maps.Clone(c.Status.DisruptedPods)
	if c.Status.DisruptedPods == nil {
		c.Status.DisruptedPods = map[string]metav1.Time{}
	}
	c.Status.DisruptedPods[pod] = now
	return c
}
