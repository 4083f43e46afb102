package apiserver

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
)

// componentStatuses are what the server finds when it asks the control plane's components whether they are well. Nothing
// of it is stored.
//
// Simplified: they are always well; Kubernetes probes them.
func componentStatuses() []api.Object {
	var all []api.Object
	for _, c := range []struct{ name, message string }{{"controller-manager", "ok"}, {"etcd-0", "ok"}, {"scheduler", "ok"}} {
		all = append(all, &corev1.ComponentStatus{
			ObjectMeta: metav1.ObjectMeta{Name: c.name},
			Conditions: []corev1.ComponentCondition{{
				Type: corev1.ComponentHealthy, Status: corev1.ConditionTrue, Message: c.message,
			}},
		})
	}
	return all
}

// unstored returns the objects of a resource that are made when somebody asks.
func unstored(res *api.Resource, sel selector) []api.Object {
	var all []api.Object
	if res.Name != "componentstatuses" {
		return nil
	}
	for _, o := range componentStatuses() {
		if sel.matches(o) {
			all = append(all, o)
		}
	}
	return all
}
