package endpointslice

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"orrery/sim/controller"
)

// endpoints are what slices show of a pod, by address family, while its node stays in a zone; nil for nothing. They never
// change.
type endpoints map[discoveryv1.AddressType]*discoveryv1.Endpoint

// endpointsOf returns what the slices of a Service show of a pod.
func endpointsOf(svc *corev1.Service, pod *corev1.Pod, z zone) endpoints {
	if !controller.IsEndpoint(pod, true) {
		return nil
	}
	all := endpoints{}
	for _, family := range addressTypes(svc) {
		if e := endpoint(svc, pod, family); len(e.Addresses) > 0 {
			e.Zone = z.name
			all[family] = e
		}
	}
	return all
}

func endpoint(svc *corev1.Service, pod *corev1.Pod, family discoveryv1.AddressType) *discoveryv1.Endpoint {
	serving, terminating := controller.IsReady(pod), pod.DeletionTimestamp != nil
	ready := svc.Spec.PublishNotReadyAddresses || serving && !terminating
	e := &discoveryv1.Endpoint{
		Conditions: discoveryv1.EndpointConditions{Ready: &ready, Serving: &serving, Terminating: &terminating},
		TargetRef:  &corev1.ObjectReference{Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID},
	}
	for i := range pod.Status.PodIPs {
		ip := pod.Status.PodIPs[i].IP
		if strings.Contains(ip, ":") == (family == discoveryv1.AddressTypeIPv6) {
			e.Addresses = append(e.Addresses, ip)
		}
	}
	if pod.Spec.NodeName != "" {
		e.NodeName = &pod.Spec.NodeName
	}
	if controller.HasHostname(pod, svc) {
		e.Hostname = &pod.Spec.Hostname
	}
	return e
}

// zone is where a node is; not known for a node that is gone, or not seen yet.
type zone struct {
	known bool
	name  *string // nil for none
}

func (s *sync) zone(node string) zone {
	z, ok := s.zones[node]
	if !ok {
		if n, _ := s.view.Get("nodes", "", node).(*corev1.Node); n != nil {
			z.known = true
			if name := n.Labels[corev1.LabelTopologyZone]; name != "" {
				z.name = &name
			}
		}
		s.zones[node] = z
	}
	return z
}

// placed returns an endpoint as it is when its node is in a zone.
func placed(e *discoveryv1.Endpoint, z zone) *discoveryv1.Endpoint {
	if same(e.Zone, z.name) {
		return e
	}
	moved := *e
	moved.Zone = z.name
	return &moved
}
