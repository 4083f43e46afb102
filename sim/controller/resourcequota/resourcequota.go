// Package resourcequota is the resource quota controller: it adds up what the objects of a namespace use, when a quota is
// new or changed, when something that it limits has gone, and every five minutes. What is new is charged by the API
// server. Models k8s.io/kubernetes/pkg/controller/resourcequota.
package resourcequota

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"orrery/sim/api"
	"orrery/sim/api/quota"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// Spec is the controller. Its keys are quotas.
var Spec = controller.Spec{
	Name:      "resourcequota-controller",
	Watches:   watches(),
	Reconcile: reconcile,
}

// Note says what a sync found to be used.
type Note struct {
	Used string `json:"used"`
}

// resync is how often everything is added up anew.
const resync = 5 * time.Minute

func watches() []controller.Watch {
	all := []controller.Watch{{Resource: "resourcequotas", Keys: quotaKey}}
	for _, r := range counted() {
		if r.Name != "resourcequotas" {
			all = append(all, controller.Watch{Resource: r.Name, Keys: replenished(r)})
		}
	}
	return all
}

// counted returns the resources whose objects quotas can count.
func counted() (all []*api.Resource) {
	for _, r := range api.Resources {
		if r.Namespaced && r.Plural != "events" && r.Stored() == r && r.Storage != "" {
			all = append(all, r)
		}
	}
	return all
}

// quotaKey wakes a quota whose limits are new, and one of which nothing is known.
func quotaKey(_ controller.View, ch client.ChangeType, old, now api.Object, add func(controller.Key, time.Duration)) {
	if ch == client.Deleted {
		return
	}
	was, updated := old.(*corev1.ResourceQuota)
	if updated && apiequality.Semantic.DeepEqual(was.Spec, now.(*corev1.ResourceQuota).Spec) {
		return
	}
	add(controller.KeyOf(now), 0)
}

// replenished wakes the quotas that an object frees something of: by its end, or by a change of what it is.
func replenished(r *api.Resource) func(controller.View, client.ChangeType, api.Object, api.Object, func(controller.Key, time.Duration)) {
	return func(v controller.View, ch client.ChangeType, old, now api.Object, add func(controller.Key, time.Duration)) {
		if ch != client.Deleted && !frees(old, now) {
			return
		}
		v.Each("resourcequotas", now.GetNamespace(), func(o api.Object) bool {
			if len(quota.Matching(r, o.(*corev1.ResourceQuota).Status.Hard)) > 0 {
				add(controller.KeyOf(o), 0)
			}
			return true
		})
	}
}

// frees reports whether a change gives something back.
func frees(old, now api.Object) bool {
	switch now := now.(type) {
	case *corev1.Pod:
		was, updated := old.(*corev1.Pod)
		return updated && ended(now) && !ended(was)
	case *corev1.Service:
		was, updated := old.(*corev1.Service)
		return updated && was.Spec.Type != now.Spec.Type
	}
	return false
}

func ended(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	q, ok := v.Get("resourcequotas", k.Namespace, k.Name).(*corev1.ResourceQuota)
	if !ok {
		return controller.Plan{}
	}
	plan := controller.Plan{Again: resync}
	used := usage(v, q)
	if apiequality.Semantic.DeepEqual(q.Spec.Hard, q.Status.Hard) && q.Status.Used != nil && quota.Equal(used, q.Status.Used) {
		return plan
	}
	next := q.DeepCopy()
	next.Status = corev1.ResourceQuotaStatus{Hard: q.Spec.Hard.DeepCopy(), Used: used}
	plan.Note = Note{Used: quota.String(used)}
	plan.Then(controller.Write{Request: client.Request{
		Verb: client.Update, Resource: "resourcequotas", Subresource: "status", Namespace: k.Namespace, Name: k.Name, Object: next,
	}})
	return plan
}

// usage adds up what the objects of the quota's namespace use of what it limits.
func usage(v controller.View, q *corev1.ResourceQuota) corev1.ResourceList {
	var used []corev1.ResourceList
	for _, r := range counted() {
		names := quota.Matching(r, q.Spec.Hard)
		if len(names) == 0 {
			continue
		}
		v.Each(r.Name, q.Namespace, func(o api.Object) bool {
			if quota.Matches(q, o) {
				used = append(used, quota.Mask(quota.Usage(r, o, v.Now), names))
			}
			return true
		})
	}
	return quota.Sum(q.Spec.Hard, used)
}
