// Package ttl is the TTL controller: it tells the kubelets, in an annotation of their nodes, for how many seconds they may
// keep Secrets and ConfigMaps without asking again. The larger the cluster, the longer. Models
// k8s.io/kubernetes/pkg/controller/ttl.
//
// Simplified: the size alone decides; Kubernetes goes back to a shorter time only when the cluster has shrunk a little more.
package ttl

import (
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// Spec is the controller. Its keys are nodes.
var Spec = controller.Spec{
	Name:      "ttl-controller",
	Watches:   []controller.Watch{{Resource: "nodes", Keys: nodeKey}},
	Reconcile: reconcile,
}

// steps are how many seconds hold up to how many nodes.
var steps = []struct{ nodes, seconds int }{{100, 0}, {500, 15}, {1000, 30}, {2000, 60}}

// most holds for more nodes than that.
const most = 300

func nodeKey(v controller.View, ch client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	if ch != client.Deleted && now.GetAnnotations()[corev1.ObjectTTLAnnotationKey] != strconv.Itoa(wanted(v.Len("nodes"))) {
		add(controller.KeyOf(now), 0)
	}
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	plan := controller.Plan{}
	n, ok := v.Get("nodes", "", k.Name).(*corev1.Node)
	if !ok {
		return plan
	}
	seconds := strconv.Itoa(wanted(v.Len("nodes")))
	if n.Annotations[corev1.ObjectTTLAnnotationKey] == seconds {
		return plan
	}
	plan.Then(controller.Write{Request: client.Request{
		Verb: client.Patch, Resource: "nodes", Name: n.Name, PatchType: types.StrategicMergePatchType,
		PatchData: []byte(`{"metadata":{"annotations":{"` + corev1.ObjectTTLAnnotationKey + `":"` + seconds + `"}}}`),
	}})
	return plan
}

func wanted(nodes int) int {
	for _, s := range steps {
		if nodes <= s.nodes {
			return s.seconds
		}
	}
	return most
}
