// Package podgc is the pod garbage collector: it removes pods that nobody else will remove.
//
// Those are pods on nodes that do not exist any more, terminating pods that never got a node or whose node was taken out of
// service, and, when there are more than 12,500, the oldest of those that have ended. Models
// k8s.io/kubernetes/pkg/controller/podgc.
package podgc

import (
	"cmp"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// Spec is the controller. It has only the zero key: all pods.
var Spec = controller.Spec{
	Name: "pod-garbage-collector",
	Watches: []controller.Watch{
		{Resource: "pods"},
		{Resource: "nodes"},
	},
	Every:     20 * time.Second,
	Reconcile: reconcile,
}

// Note says how many pods are removed, by why.
type Note struct {
	Ended        int `json:"ended,omitempty"`
	OutOfService int `json:"outOfService,omitempty"`
	Orphaned     int `json:"orphaned,omitempty"`
	Unscheduled  int `json:"unscheduled,omitempty"`
}

const (
	endedMax   = 12500            // --terminated-pod-gc-threshold
	quarantine = 40 * time.Second // a node must be missing for so long
)

// missing is since when nodes are missing that pods are on, by name. It is never changed.
type missing map[string]time.Time

func reconcile(v controller.View, _ controller.Key) controller.Plan {
	nodes := map[string]*corev1.Node{}
	v.Each("nodes", "", func(o api.Object) bool {
		nodes[o.GetName()] = o.(*corev1.Node)
		return true
	})
	was, _ := v.Kept.(missing)
	lost := missing{}
	plan, note := controller.Plan{}, Note{}
	var ended []*corev1.Pod
	var writes [][]controller.Write
	v.Each("pods", "", func(o api.Object) bool {
		pod := o.(*corev1.Pod)
		name := pod.Spec.NodeName
		n := nodes[name]
		if controller.Ended(pod) {
			ended = append(ended, pod)
		}
		switch {
		case name == "" && pod.DeletionTimestamp != nil:
			note.Unscheduled++
			writes = append(writes, remove(v, pod, "", ""))
		case name == "":
		case n == nil:
			since, known := was[name]
			if !known {
				since = v.Now
			}
			lost[name] = since
			if v.Now.Sub(since) >= quarantine {
				note.Orphaned++
				writes = append(writes, remove(v, pod, "DeletionByPodGC", "PodGC: node no longer exists"))
			}
		case pod.DeletionTimestamp != nil && outOfService(n):
			note.OutOfService++
			writes = append(writes, remove(v, pod, "", ""))
		}
		return true
	})
	for _, pod := range oldest(ended) {
		note.Ended++
		writes = append(writes, remove(v, pod, "", ""))
	}
	for _, w := range writes {
		for _, one := range w {
			plan.Then(one)
		}
	}
	if len(writes) > 0 {
		plan.Note = note
	}
	if len(lost) > 0 {
		plan.Keep = lost
	}
	return plan
}

// outOfService reports whether a node is down and an administrator vouches that nothing runs on it.
func outOfService(n *corev1.Node) bool {
	tainted := slices.ContainsFunc(n.Spec.Taints, func(t corev1.Taint) bool { return t.Key == corev1.TaintNodeOutOfService })
	return tainted && !slices.ContainsFunc(n.Status.Conditions, func(c corev1.NodeCondition) bool {
		return c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
	})
}

// oldest returns those of the pods that have ended which are too many, those that a kubelet evicted first.
func oldest(ended []*corev1.Pod) []*corev1.Pod {
	if len(ended) <= endedMax {
		return nil
	}
	evicted := func(pod *corev1.Pod) int {
		if pod.Status.Phase == corev1.PodFailed && pod.Status.Reason == "Evicted" {
			return 0
		}
		return 1
	}
	slices.SortFunc(ended, func(a, b *corev1.Pod) int {
		return cmp.Or(
			cmp.Compare(evicted(a), evicted(b)), a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
	return ended[:len(ended)-endedMax]
}

// remove marks a pod as failed, unless it has ended, and deletes it at once.
func remove(v controller.View, pod *corev1.Pod, reason, message string) (writes []controller.Write) {
	if !controller.Ended(pod) {
		writes = append(writes, controller.DisruptFailed(v, pod, reason, message))
	}
	now := int64(0)
	return append(writes, controller.Write{
		Request: client.Request{
			Verb: client.Delete, Resource: "pods", Namespace: pod.Namespace, Name: pod.Name, Grace: &now,
		},
		Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
	})
}
