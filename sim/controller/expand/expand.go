// Package expand is the expand controller: it sees that a claim asks for more than it has. It can make no volume larger
// itself, none of Kubernetes' own kinds of volume that are left can be, and says that somebody else has to. Models
// k8s.io/kubernetes/pkg/controller/volume/expand.
package expand

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// Spec is the controller. Its keys are claims.
var Spec = controller.Spec{
	Name:      "expand-controller",
	Reporter:  "volume_expand",
	Watches:   []controller.Watch{{Resource: claims, Keys: keys}},
	Reconcile: reconcile,
}

const claims = "persistentvolumeclaims"

// keys wakes a claim that asks for more than before.
func keys(_ controller.View, ch client.ChangeType, old, now api.Object, add func(controller.Key, time.Duration)) {
	was, ok := old.(*corev1.PersistentVolumeClaim)
	if ch != client.Modified || !ok {
		return
	}
	before, wanted := was.Spec.Resources.Requests[corev1.ResourceStorage], now.(*corev1.PersistentVolumeClaim).Spec.Resources.Requests[corev1.ResourceStorage]
	if wanted.Cmp(before) > 0 {
		add(controller.KeyOf(now), 0)
	}
}

func reconcile(v controller.View, k controller.Key) (plan controller.Plan) {
	c, ok := v.Get(claims, k.Namespace, k.Name).(*corev1.PersistentVolumeClaim)
	if !ok || c.Status.Phase != corev1.ClaimBound {
		return plan
	}
	if wanted, has := c.Spec.Resources.Requests[corev1.ResourceStorage], c.Status.Capacity[corev1.ResourceStorage]; wanted.Cmp(has) > 0 {
		plan.Tell(c, corev1.EventTypeNormal, "ExternalExpanding", "waiting for an external controller to expand this PVC")
	}
	return plan
}
