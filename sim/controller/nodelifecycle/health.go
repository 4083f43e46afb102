package nodelifecycle

import (
	"slices"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// monitor looks at all nodes: who has fallen silent, who is not ready, and what becomes of the pods there.
func monitor(v controller.View) controller.Plan {
	m, ok := v.Kept.(*memory)
	if !ok {
		m = &memory{}
	}
	plan, note := controller.Plan{}, Note{}
	zones := map[string]*census{}
	var sick []*corev1.Node
	v.Each("nodes", "", func(o api.Object) bool {
		n := o.(*corev1.Node)
		ready := isReady(n)
		next := n
		if silent(v, n, m.since) {
			next = unknown(v, n)
		}
		if _, exempt := n.Labels[exempted]; !exempt {
			count(zones, zoneOf(n), ready && next == n)
		}
		switch {
		case next != n:
			note.Silent = append(note.Silent, n.Name)
			plan.Then(giveUp(n, next, ready))
			plan.Again = soon
			markPods(v, &plan, n.Name)
		case ready:
			plan.Then(removal(n, notReady, unreachable)...)
		case condition(n, corev1.NodeReady) != nil:
			sick = append(sick, n)
		}
		return true
	})
	now := m.update(v, zones, &plan, sick)
	if !now.down {
		for _, n := range sick {
			now.execute(v, &plan, &note, n)
		}
	}
	if len(plan.Stages) > 0 {
		plan.Note = note
	}
	if !now.trivial(v.Now) {
		plan.Keep = now
	}
	return plan
}

// exempted is a label of nodes that do not count when a zone's health is judged.
const exempted = "node.kubernetes.io/exclude-disruption"

// soon is when the taints follow of a node whose conditions were just written.
const soon = 100 * time.Millisecond

// silent reports whether a node has not been heard of for too long: by its status or its Lease, since it exists and since
// the controller could hear of anybody again.
func silent(v controller.View, n *corev1.Node, since time.Time) bool {
	heard, patience := n.CreationTimestamp.Time, startup
	if c := condition(n, corev1.NodeReady); c != nil {
		patience = grace
		if c.LastHeartbeatTime.After(heard) {
			heard = c.LastHeartbeatTime.Time
		}
	}
	if l, ok := v.Get(leases, corev1.NamespaceNodeLease, n.Name).(*coordinationv1.Lease); ok && l.Spec.RenewTime != nil && l.Spec.RenewTime.After(heard) {
		heard = l.Spec.RenewTime.Time
	}
	if since.After(heard) {
		heard = since
	}
	// What came between two looks at the nodes counts from the second.
	ago := v.Now.Sub(heard)
	return ago-ago%period > patience
}

// unknown returns a node with the conditions that its kubelet does not vouch for any more; the same node when it
// has them already.
func unknown(v controller.View, n *corev1.Node) *corev1.Node {
	now := v.Stamp()
	next := *n
	next.Status.Conditions = slices.Clone(n.Status.Conditions)
	changed := false
	for _, t := range []corev1.NodeConditionType{
		corev1.NodeReady, corev1.NodeMemoryPressure, corev1.NodeDiskPressure, corev1.NodePIDPressure,
	} {
		c := condition(&next, t)
		switch {
		case c == nil:
			next.Status.Conditions = append(next.Status.Conditions, corev1.NodeCondition{
				Type: t, Status: corev1.ConditionUnknown, Reason: "NodeStatusNeverUpdated",
				Message: "Kubelet never posted node status.", LastHeartbeatTime: n.CreationTimestamp, LastTransitionTime: now,
			})
			changed = changed || t == corev1.NodeReady
		case c.Status != corev1.ConditionUnknown:
			c.Status, c.Reason, c.Message = corev1.ConditionUnknown, "NodeStatusUnknown", "Kubelet stopped posting node status."
			c.LastTransitionTime = now
			changed = changed || t == corev1.NodeReady
		}
	}
	if !changed {
		return n
	}
	return &next
}

// giveUp writes the conditions of a node that has fallen silent.
func giveUp(n, next *corev1.Node, wasReady bool) controller.Write {
	w := controller.Write{Request: client.Request{
		Verb: client.Update, Resource: "nodes", Subresource: "status", Name: n.Name, Object: next,
	}}
	if wasReady {
		w.Event = &client.Record{
			Object: reference(n.Name, string(n.UID)), Type: corev1.EventTypeNormal, Reason: "NodeNotReady",
			Message: "Node " + n.Name + " status is now: NodeNotReady",
		}
	}
	return w
}

// markPods says of the pods on a node that they are not ready.
func markPods(v controller.View, plan *controller.Plan, node string) {
	var writes []controller.Write
	v.Each("pods", "", func(o api.Object) bool {
		pod := o.(*corev1.Pod)
		if pod.Spec.NodeName != node || !controller.IsReady(pod) {
			return true
		}
		next := *pod
		next.Status.Conditions = slices.Clone(pod.Status.Conditions)
		c := controller.ReadyCondition(&next)
		c.Status, c.LastTransitionTime = corev1.ConditionFalse, v.Stamp()
		writes = append(writes, controller.Write{
			Request: client.Request{
				Verb: client.Update, Resource: "pods", Subresource: "status", Namespace: pod.Namespace, Name: pod.Name, Object: &next,
			},
			Event: &client.Record{
				Object: client.Reference(pod), Type: corev1.EventTypeWarning, Reason: "NodeNotReady", Message: "Node is not ready",
			},
			Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
		})
		return true
	})
	plan.Then(writes...)
}

// tell reports what happened to a node as a whole.
func tell(name, uid, reason, message string) controller.Plan {
	return controller.Plan{Events: []client.Record{{
		Object: reference(name, uid), Type: corev1.EventTypeNormal, Reason: reason, Message: "Node " + name + " event: " + message,
	}}}
}

func reference(name, uid string) corev1.ObjectReference {
	return corev1.ObjectReference{APIVersion: "v1", Kind: "Node", Name: name, UID: types.UID(uid)}
}
