// Package rootca is the root CA certificate publisher: it keeps a ConfigMap kube-root-ca.crt in every namespace, from which
// pods know the API server. Models k8s.io/kubernetes/pkg/controller/certificates/rootcacertpublisher.
package rootca

import (
	"maps"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// Name is the ConfigMap's name in every namespace.
const Name = "kube-root-ca.crt"

const (
	dataKey     = "ca.crt"
	description = "kubernetes.io/description" // an annotation
	text        = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal " +
		"service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters."
)

// Spec is the controller. Its keys are namespaces.
var Spec = controller.Spec{
	Name: "root-ca-cert-publisher",
	Watches: []controller.Watch{
		{Resource: "namespaces", Keys: namespaceKey},
		{Resource: "configmaps", Keys: configMapKey},
	},
	Reconcile: reconcile,
}

// Note says what a sync did to a namespace's ConfigMap.
type Note struct {
	Creating  bool `json:"creating,omitempty"`
	Restoring bool `json:"restoring,omitempty"` // it had been changed
}

// ConfigMap returns the ConfigMap of a namespace.
func ConfigMap(namespace string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: Name, Annotations: map[string]string{description: text}},
		Data:       map[string]string{dataKey: Certificate},
	}
}

// namespaceKey wakes the namespace unless it is going.
func namespaceKey(_ controller.View, ch client.ChangeType, old, now api.Object, add func(controller.Key, time.Duration)) {
	active := now.(*corev1.Namespace).Status.Phase == corev1.NamespaceActive
	if ch != client.Deleted && (old == nil || active) {
		add(controller.KeyOf(now), 0)
	}
}

// configMapKey wakes the namespace of a ConfigMap of that name which was changed or deleted.
func configMapKey(_ controller.View, ch client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	if now.GetName() == Name && ch != client.Added {
		add(controller.Key{Name: now.GetNamespace()}, 0)
	}
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	plan := controller.Plan{}
	o := v.Get("configmaps", k.Name, Name)
	if o == nil {
		plan.Note = Note{Creating: true}
		plan.Then(controller.Write{
			Request: client.Request{
				Verb: client.Create, Resource: "configmaps", Namespace: k.Name, Name: Name, Object: ConfigMap(k.Name),
			},
			// The namespace is gone or going.
			Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound, metav1.StatusReasonForbidden},
		})
		return plan
	}
	was := o.(*corev1.ConfigMap)
	if len(was.Data) == 1 && was.Data[dataKey] == Certificate && was.Annotations[description] != "" {
		return plan
	}
	cm := *was
	cm.Data = map[string]string{dataKey: Certificate}
	cm.Annotations = maps.Clone(was.Annotations)
	if cm.Annotations == nil {
		cm.Annotations = map[string]string{}
	}
	cm.Annotations[description] = text
	plan.Note = Note{Restoring: true}
	plan.Then(controller.Write{Request: client.Request{
		Verb: client.Update, Resource: "configmaps", Namespace: k.Name, Name: Name, Object: &cm,
	}})
	return plan
}
