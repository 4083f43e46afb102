// Package tainteviction is the taint eviction controller: it deletes pods from nodes with a NoExecute taint that they do not
// tolerate, or not for longer.
//
// A pod's toleration says for how long it puts up with a taint: the API server gives every pod 300 seconds for a node that is
// not ready or unreachable. The controller remembers since when each such pod waits, and calls the deletion off when the
// taint goes. Models k8s.io/kubernetes/pkg/controller/tainteviction.
package tainteviction

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// Spec is the controller. Its keys are pods.
var Spec = controller.Spec{
	Name:    "taint-eviction-controller",
	User:    "node-controller",
	Workers: 8,
	Watches: []controller.Watch{
		{Resource: "nodes", Keys: nodeKeys},
		{Resource: "pods", Keys: podKeys},
	},
	Reconcile: reconcile,
}

// Note says what a sync decided about a pod on a tainted node.
type Note struct {
	Deleting bool `json:"deleting,omitempty"`
	Seconds  int  `json:"seconds,omitempty"` // until the pod is deleted
	Calm     bool `json:"calm,omitempty"`    // the deletion is called off
}

// wait is what is remembered of a pod: since when it waits for its deletion, and until when.
type wait struct{ since, until time.Time }

// nodeKeys wakes the pods of a node whose NoExecute taints changed.
func nodeKeys(v controller.View, _ client.ChangeType, old, now api.Object, add func(controller.Key, time.Duration)) {
	var before []corev1.Taint
	if old != nil {
		before = executing(old.(*corev1.Node))
	}
	if same(before, executing(now.(*corev1.Node))) {
		return
	}
	v.Each("pods", "", func(o api.Object) bool {
		if o.(*corev1.Pod).Spec.NodeName == now.GetName() {
			add(controller.KeyOf(o), 0)
		}
		return true
	})
}

// podKeys wakes a pod that came to a tainted node, or that tolerates something else now.
func podKeys(v controller.View, ch client.ChangeType, old, now api.Object, add func(controller.Key, time.Duration)) {
	pod := now.(*corev1.Pod)
	if pod.Spec.NodeName == "" {
		return
	}
	if was, ok := old.(*corev1.Pod); ok && ch == client.Modified && was.Spec.NodeName == pod.Spec.NodeName &&
		len(was.Spec.Tolerations) == len(pod.Spec.Tolerations) {
		return // tolerations can only be added
	}
	if n, ok := v.Get("nodes", "", pod.Spec.NodeName).(*corev1.Node); ok && len(executing(n)) > 0 {
		add(controller.KeyOf(now), 0)
	}
}

// executing returns the NoExecute taints of a node.
func executing(n *corev1.Node) (taints []corev1.Taint) {
	for _, t := range n.Spec.Taints {
		if t.Effect == corev1.TaintEffectNoExecute {
			taints = append(taints, t)
		}
	}
	return taints
}

func same(a, b []corev1.Taint) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Key != b[i].Key || a[i].Value != b[i].Value || !a[i].TimeAdded.Equal(b[i].TimeAdded) {
			return false
		}
	}
	return true
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	was, waiting := v.Kept.(wait)
	pod, ok := v.Get("pods", k.Namespace, k.Name).(*corev1.Pod)
	if !ok {
		return calm(k, waiting)
	}
	n, ok := v.Get("nodes", "", pod.Spec.NodeName).(*corev1.Node)
	if !ok {
		return controller.Plan{Keep: v.Kept}
	}
	taints := executing(n)
	seconds, forever := patience(pod, taints)
	switch {
	case len(taints) == 0 || forever:
		return calm(k, waiting)
	case seconds == 0:
		return evict(v, pod)
	}
	w := wait{since: v.Now, until: v.Now.Add(seconds)}
	if waiting {
		w = wait{was.since, was.since.Add(seconds)}
	}
	if !w.until.After(v.Now) {
		return evict(v, pod)
	}
	left := w.until.Sub(v.Now)
	return controller.Plan{Keep: w, Again: left, Note: Note{Seconds: int(left / time.Second)}}
}

// patience returns how long a pod tolerates all of some taints, and whether it does for ever.
func patience(pod *corev1.Pod, taints []corev1.Taint) (least time.Duration, forever bool) {
	forever = true
	for i := range taints {
		tolerated := false
		for j := range pod.Spec.Tolerations {
			t := &pod.Spec.Tolerations[j]
			if !controller.Tolerates(t, &taints[i]) {
				continue
			}
			tolerated = true
			if t.TolerationSeconds == nil {
				continue
			}
			d := time.Duration(max(0, *t.TolerationSeconds)) * time.Second
			if forever || d < least {
				least, forever = d, false
			}
		}
		if !tolerated {
			return 0, false
		}
	}
	return least, forever
}

// evict deletes a pod, after saying why in its conditions.
func evict(v controller.View, pod *corev1.Pod) controller.Plan {
	if pod.DeletionTimestamp != nil {
		return controller.Plan{}
	}
	plan := controller.Plan{Note: Note{Deleting: true}}
	plan.Events = told(controller.KeyOf(pod), "Marking for deletion Pod ")
	plan.Then(controller.Disrupt(v, pod, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint"))
	plan.Then(controller.Write{
		Request:  client.Request{Verb: client.Delete, Resource: "pods", Namespace: pod.Namespace, Name: pod.Name},
		Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
	})
	return plan
}

// calm calls a deletion off.
func calm(k controller.Key, waiting bool) controller.Plan {
	if !waiting {
		return controller.Plan{}
	}
	return controller.Plan{Events: told(k, "Cancelling deletion of Pod "), Note: Note{Calm: true}}
}

// told is an Event about a pod, which upstream names without its UID.
func told(k controller.Key, message string) []client.Record {
	name := types.NamespacedName{Namespace: k.Namespace, Name: k.Name}
	return []client.Record{{
		Object: corev1.ObjectReference{APIVersion: "v1", Kind: "Pod", Namespace: k.Namespace, Name: k.Name},
		Type:   corev1.EventTypeNormal, Reason: "TaintManagerEviction", Message: message + name.String(),
	}}
}
