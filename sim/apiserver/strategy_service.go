package apiserver

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/pkg/apis/core/validation"
)

var services = strategy{
	spec:           partOf(func(s *corev1.Service) *corev1.ServiceSpec { return &s.Spec }),
	status:         partOf(func(s *corev1.Service) *corev1.ServiceStatus { return &s.Status }),
	createOnUpdate: true,
	validateCreate: onCreate(validation.ValidateServiceCreate),
	change: change{
		prepare:  changing(dropUnused),
		validate: onUpdate(validation.ValidateServiceUpdate),
	},
	subresources: statusOnly(onUpdate(validation.ValidateServiceStatusUpdate)),
}

// keepAllocated fills in what an update left out and the server had allocated.
func keepAllocated(svc, old *corev1.Service) {
	now, was := &svc.Spec, &old.Spec
	if was.Type != corev1.ServiceTypeExternalName && now.Type != corev1.ServiceTypeExternalName {
		if now.ClusterIP == "" {
			now.ClusterIP = was.ClusterIP
		}
		if len(now.ClusterIPs) == 0 {
			now.ClusterIPs = was.ClusterIPs
		}
	}
	if needsNodePort(old) && needsNodePort(svc) {
		keepNodePorts(now.Ports, was.Ports)
	}
	if needsHealthPort(old) && needsHealthPort(svc) && now.HealthCheckNodePort == 0 {
		now.HealthCheckNodePort = was.HealthCheckNodePort
	}
}

// keepNodePorts gives ports that name no node port those that the ports of their names had, unless another has them now.
func keepNodePorts(now, was []corev1.ServicePort) {
	used, had := map[int32]bool{}, map[string]int32{}
	for _, p := range was {
		had[p.Name] = p.NodePort
		if p.NodePort != 0 && slices.ContainsFunc(now, func(n corev1.ServicePort) bool { return n.NodePort == p.NodePort }) {
			used[p.NodePort] = true
		}
	}
	for i := range now {
		if p := &now[i]; p.NodePort == 0 && !used[had[p.Name]] {
			p.NodePort = had[p.Name]
		}
	}
}

// dropUnused clears what the Service's new type has no use for, where the user left it as it was.
func dropUnused(svc, old *corev1.Service) {
	now, was := &svc.Spec, &old.Spec
	if was.Type != corev1.ServiceTypeExternalName && now.Type == corev1.ServiceTypeExternalName {
		if now.ClusterIP == was.ClusterIP && slices.Equal(now.ClusterIPs, was.ClusterIPs) {
			now.ClusterIP, now.ClusterIPs = "", nil
		}
		if slices.Equal(now.IPFamilies, was.IPFamilies) {
			now.IPFamilies = nil
		}
		if same(now.IPFamilyPolicy, was.IPFamilyPolicy) {
			now.IPFamilyPolicy = nil
		}
		if same(now.InternalTrafficPolicy, was.InternalTrafficPolicy) {
			now.InternalTrafficPolicy = nil
		}
	}
	if needsNodePort(old) && !needsNodePort(svc) && noNewNodePorts(now.Ports, was.Ports) {
		for i := range now.Ports {
			now.Ports[i].NodePort = 0
		}
	}
	if needsHealthPort(old) && !needsHealthPort(svc) && now.HealthCheckNodePort == was.HealthCheckNodePort {
		now.HealthCheckNodePort = 0
	}
	if was.Type == corev1.ServiceTypeLoadBalancer && now.Type != was.Type {
		if a, b := now.AllocateLoadBalancerNodePorts, was.AllocateLoadBalancerNodePorts; a != nil && same(a, b) {
			now.AllocateLoadBalancerNodePorts = nil
		}
		if same(now.LoadBalancerClass, was.LoadBalancerClass) {
			now.LoadBalancerClass = nil
		}
	}
	if outside(old) && !outside(svc) && now.ExternalTrafficPolicy == was.ExternalTrafficPolicy {
		now.ExternalTrafficPolicy = ""
	}
	if now.Type != corev1.ServiceTypeLoadBalancer {
		svc.Status.LoadBalancer = corev1.LoadBalancerStatus{}
	}
}

func noNewNodePorts(now, was []corev1.ServicePort) bool {
	return !slices.ContainsFunc(now, func(n corev1.ServicePort) bool {
		return n.NodePort != 0 && !slices.ContainsFunc(was, func(w corev1.ServicePort) bool { return w.NodePort == n.NodePort })
	})
}

// outside reports whether a Service is reached from outside the cluster.
func outside(svc *corev1.Service) bool {
	return needsNodePort(svc) || svc.Spec.Type == corev1.ServiceTypeClusterIP && len(svc.Spec.ExternalIPs) > 0
}
