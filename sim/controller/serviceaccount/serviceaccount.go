// Package serviceaccount is the service account controller: it keeps a ServiceAccount "default" in every namespace, which
// pods run as that name no other. Models k8s.io/kubernetes/pkg/controller/serviceaccount, ServiceAccountsController.
package serviceaccount

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// Name is the ServiceAccount's name in every namespace.
const Name = "default"

// Spec is the controller. Its keys are namespaces.
var Spec = controller.Spec{
	Name: "service-account-controller",
	Watches: []controller.Watch{
		{Resource: "namespaces", Keys: namespaceKey},
		{Resource: "serviceaccounts", Keys: accountKey},
	},
	Workers:   1,
	Reconcile: reconcile,
}

// Note says which ServiceAccount a sync creates.
type Note struct {
	Creating string `json:"creating"`
}

func namespaceKey(_ controller.View, ch client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	if ch != client.Deleted {
		add(controller.KeyOf(now), 0)
	}
}

// accountKey wakes the namespace of a ServiceAccount that was deleted.
func accountKey(_ controller.View, ch client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	if ch == client.Deleted {
		add(controller.Key{Name: now.GetNamespace()}, 0)
	}
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	plan := controller.Plan{}
	ns, ok := v.Get("namespaces", "", k.Name).(*corev1.Namespace)
	if !ok || ns.Status.Phase != corev1.NamespaceActive || v.Get("serviceaccounts", k.Name, Name) != nil {
		return plan
	}
	plan.Note = Note{Creating: Name}
	plan.Then(controller.Write{
		Request: client.Request{
			Verb: client.Create, Resource: "serviceaccounts", Namespace: k.Name, Name: Name,
			Object: &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: k.Name, Name: Name}},
		},
		// The namespace is going.
		Tolerate: []metav1.StatusReason{metav1.StatusReasonAlreadyExists, metav1.StatusReasonForbidden},
	})
	return plan
}
