package controller

import (
	"maps"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"orrery/sim/api"
	"orrery/sim/client"
)

// This file is what the endpoints and the endpointslice controllers share: which pods are behind a Service, and what is
// shown of them. Models k8s.io/endpointslice/util.

// ServiceKeys wakes the Services that select a pod, when it changed in a way that endpoints show. It is a Watch's Keys for
// pods.
func ServiceKeys(v View, ch client.ChangeType, old, now api.Object, add func(Key, time.Duration)) {
	pod := now.(*corev1.Pod)
	was, _ := old.(*corev1.Pod)
	if ch != client.Modified || was == nil {
		was = pod
	}
	changed := ch != client.Modified || pod.DeletionTimestamp != nil || IsReady(was) != IsReady(pod) || !sameIPs(was, pod)
	news := ch == client.Added && ReadyCondition(pod) == nil && len(pod.Status.PodIPs) == 0
	if news || !changed && was.Spec.Hostname == pod.Spec.Hostname && was.Spec.Subdomain == pod.Spec.Subdomain && maps.Equal(was.Labels, pod.Labels) {
		return // a new pod has nothing to show yet
	}
	v.Each("services", pod.Namespace, func(o api.Object) bool {
		selector := o.(*corev1.Service).Spec.Selector
		before, after := Selects(selector, was.Labels), Selects(selector, pod.Labels)
		if changed && (before || after) || before != after {
			add(KeyOf(o), 0)
		}
		return true
	})
}

func sameIPs(a, b *corev1.Pod) bool {
	if len(a.Status.PodIPs) != len(b.Status.PodIPs) {
		return false
	}
	for i := range a.Status.PodIPs {
		if a.Status.PodIPs[i].IP != b.Status.PodIPs[i].IP {
			return false
		}
	}
	return true
}

// Selects reports whether a Service's selector matches labels. A Service without a selector selects nothing.
func Selects(selector, labels map[string]string) bool {
	for k, value := range selector { // any order: all must match
		if has, ok := labels[k]; !ok || has != value {
			return false
		}
	}
	return selector != nil
}

// IsEndpoint reports whether a selected pod is shown among a Service's endpoints: it has an address and has not ended.
func IsEndpoint(pod *corev1.Pod, terminating bool) bool {
	ended := pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded
	return !ended && (pod.Status.PodIP != "" || len(pod.Status.PodIPs) > 0) && (terminating || pod.DeletionTimestamp == nil)
}

// ReadyCondition returns a pod's Ready condition, or nil.
func ReadyCondition(pod *corev1.Pod) *corev1.PodCondition {
	for i := range pod.Status.Conditions {
		if c := &pod.Status.Conditions[i]; c.Type == corev1.PodReady {
			return c
		}
	}
	return nil
}

// IsReady reports whether a pod is ready.
func IsReady(pod *corev1.Pod) bool {
	c := ReadyCondition(pod)
	return c != nil && c.Status == corev1.ConditionTrue
}

// HasHostname reports whether a pod has a name of its own below the Service's.
func HasHostname(pod *corev1.Pod, svc *corev1.Service) bool {
	return pod.Spec.Hostname != "" && pod.Spec.Subdomain == svc.Name && pod.Namespace == svc.Namespace
}

// TargetPort returns the number of a pod's port that a Service's port goes to, and false when the pod has none of that
// name.
func TargetPort(pod *corev1.Pod, port *corev1.ServicePort) (int32, bool) {
	if port.TargetPort.Type == intstr.Int {
		return port.TargetPort.IntVal, true
	}
	for i := range pod.Spec.Containers {
		if n, ok := namedPort(&pod.Spec.Containers[i], port); ok {
			return n, true
		}
	}
	for i := range pod.Spec.InitContainers { // sidecars
		c := &pod.Spec.InitContainers[i]
		if c.RestartPolicy == nil || *c.RestartPolicy != corev1.ContainerRestartPolicyAlways {
			continue
		}
		if n, ok := namedPort(c, port); ok {
			return n, true
		}
	}
	return 0, false
}

func namedPort(c *corev1.Container, port *corev1.ServicePort) (int32, bool) {
	for i := range c.Ports {
		if p := &c.Ports[i]; p.Name == port.TargetPort.StrVal && p.Protocol == port.Protocol {
			return p.ContainerPort, true
		}
	}
	return 0, false
}
