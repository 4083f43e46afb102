// Package defaultbinder assigns a pod to its node by creating a Binding.
package defaultbinder

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
)

// Plugin is DefaultBinder.
type Plugin struct{}

// Name implements framework.Plugin.
func (Plugin) Name() string { return "DefaultBinder" }

// Bind implements framework.Binder.
func (Plugin) Bind(pod *corev1.Pod, node string) client.Request {
	return client.Request{
		Verb: client.Create, Resource: "pods", Subresource: "binding", Namespace: pod.Namespace, Name: pod.Name,
		Object: &corev1.Binding{
			ObjectMeta: metav1.ObjectMeta{Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID},
			Target:     corev1.ObjectReference{Kind: "Node", Name: node},
		},
	}
}
