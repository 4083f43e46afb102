// Package nodelifecycle is the node life cycle controller: it notices nodes that fall silent, and says in taints what is
// wrong with a node.
//
// A kubelet renews its node's Lease every ten seconds. The controller looks at all nodes every five; a node that has not
// been heard of for 50 seconds gets the conditions Unknown, and its pods count as not ready. What a node's conditions say
// becomes taints: NoSchedule ones at once, so that nothing new comes, and the NoExecute ones of a node that is not ready
// at a rate for each zone, so that the pods of many nodes are not evicted at once: none any more when all zones are down,
// as it is then more likely that the controller is cut off. What a NoExecute taint does to pods is the business of package
// tainteviction. Models k8s.io/kubernetes/pkg/controller/nodelifecycle.
//
// Simplified: a node's NoExecute taint is set while looking at the nodes; Kubernetes has a queue for it that it works on
// every 100 ms.
package nodelifecycle

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// Spec is the controller. Its keys are nodes, "added/NAME" and "removed/NAME/UID" for what it tells of them, and the zero
// key for all of them.
var Spec = controller.Spec{
	Name: "node-controller",
	Watches: []controller.Watch{
		{Resource: "nodes", Keys: nodeKeys},
		{Resource: leases},
		{Resource: "pods", Keys: podKeys},
	},
	Every:     period,
	Reconcile: reconcile,
}

// Note says what a look at the nodes found.
type Note struct {
	Silent []string `json:"silent,omitempty"` // nodes that are given up
	Taint  []string `json:"taint,omitempty"`  // what a node gets
	Remove []string `json:"remove,omitempty"` // and loses
}

// The knobs of kube-controller-manager, at their defaults.
const (
	period  = 5 * time.Second  // --node-monitor-period
	grace   = 50 * time.Second // --node-monitor-grace-period
	startup = 60 * time.Second // --node-startup-grace-period
)

const leases = "leases.coordination.k8s.io"

const (
	addedPrefix   = "added/"
	removedPrefix = "removed/"
)

// nodeKeys wakes a node, and has it told of when it is new or gone.
func nodeKeys(v controller.View, ch client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	look := period - time.Duration(v.Now.UnixNano())%period
	switch ch {
	case client.Added:
		add(controller.Key{Name: addedPrefix + now.GetName()}, look)
	case client.Deleted:
		add(controller.Key{Name: removedPrefix + now.GetName() + "/" + string(now.GetUID())}, look)
		return
	}
	add(controller.KeyOf(now), 0)
}

// podKeys wakes the node of a pod that comes to a node which is not ready.
func podKeys(v controller.View, _ client.ChangeType, old, now api.Object, add func(controller.Key, time.Duration)) {
	name := now.(*corev1.Pod).Spec.NodeName
	if name == "" || old != nil && old.(*corev1.Pod).Spec.NodeName != "" {
		return
	}
	if n, ok := v.Get("nodes", "", name).(*corev1.Node); ok && !isReady(n) {
		add(controller.Key{Name: name}, 0)
	}
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	if k == (controller.Key{}) {
		return monitor(v)
	}
	if name, ok := strings.CutPrefix(k.Name, removedPrefix); ok {
		name, uid, _ := strings.Cut(name, "/")
		return tell(name, uid, "RemovingNode", "Removing Node "+name+" from Controller")
	}
	name, added := strings.CutPrefix(k.Name, addedPrefix)
	n, ok := v.Get("nodes", "", name).(*corev1.Node)
	switch {
	case !ok:
		return controller.Plan{}
	case added:
		return tell(name, string(n.UID), "RegisteredNode", "Registered Node "+name+" in Controller")
	}
	plan := controller.Plan{}
	describe(v, &plan, n)
	if len(plan.Stages) == 0 {
		label(&plan, n)
	}
	if !isReady(n) && condition(n, corev1.NodeReady) != nil {
		markPods(v, &plan, n.Name)
	}
	return plan
}

func isReady(n *corev1.Node) bool {
	c := condition(n, corev1.NodeReady)
	return c != nil && c.Status == corev1.ConditionTrue
}

func condition(n *corev1.Node, t corev1.NodeConditionType) *corev1.NodeCondition {
	for i := range n.Status.Conditions {
		if c := &n.Status.Conditions[i]; c.Type == t {
			return c
		}
	}
	return nil
}
