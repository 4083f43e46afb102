package apiserver

import (
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/etcd"
)

// ServiceCIDR is where the addresses of Services come from.
const ServiceCIDR = "10.96.0.0/16"

const (
	nodePortFirst = 30000
	nodePorts     = 2768 // that Services can have, from the first on
)

// defaultService gives a new Service its address, its IP family and its node ports.
//
// Simplified: the cluster is single-stack IPv4. Kubernetes also allocates IPv6 and dual-stack addresses.
func (s *Server) defaultService(t *engine.Turn, svc *corev1.Service) {
	if svc.Spec.Type == corev1.ServiceTypeExternalName {
		return
	}
	single := corev1.IPFamilyPolicySingleStack
	if svc.Spec.IPFamilyPolicy == nil {
		svc.Spec.IPFamilyPolicy = &single
	}
	if len(svc.Spec.IPFamilies) == 0 {
		svc.Spec.IPFamilies = []corev1.IPFamily{corev1.IPv4Protocol}
	}
	if svc.Spec.ClusterIP == "" && len(svc.Spec.ClusterIPs) == 0 {
		svc.Spec.ClusterIP = s.freeIP(t)
	}
	if svc.Spec.ClusterIP == "" {
		svc.Spec.ClusterIP = svc.Spec.ClusterIPs[0]
	}
	if len(svc.Spec.ClusterIPs) == 0 {
		svc.Spec.ClusterIPs = []string{svc.Spec.ClusterIP}
	}
	s.defaultNodePorts(t, svc)
}

func (s *Server) defaultNodePorts(t *engine.Turn, svc *corev1.Service) {
	balanced := svc.Spec.Type == corev1.ServiceTypeLoadBalancer &&
		(svc.Spec.AllocateLoadBalancerNodePorts == nil || *svc.Spec.AllocateLoadBalancerNodePorts)
	if svc.Spec.Type != corev1.ServiceTypeNodePort && !balanced {
		return
	}
	taken := s.takenNodePorts()
	for i := range svc.Spec.Ports {
		p := &svc.Spec.Ports[i]
		for tries := 0; p.NodePort == 0 && tries < nodePorts; tries++ {
			if port := int32(nodePortFirst + t.Stream("ports").IntN(nodePorts)); !taken[port] {
				p.NodePort = port
			}
		}
		taken[p.NodePort] = true
	}
}

func (s *Server) takenNodePorts() map[int32]bool {
	taken := map[int32]bool{}
	s.store.Range(api.Find("services").Prefix(""), func(v *etcd.Value) bool {
		for _, p := range v.Object.(*corev1.Service).Spec.Ports {
			taken[p.NodePort] = true
		}
		return true
	})
	delete(taken, 0)
	return taken
}

// freeIP draws an address that no Service has. Addresses are allocated from the upper part of the range first, as
// Kubernetes does, so that the lower one stays free for addresses that people choose.
func (s *Server) freeIP(t *engine.Turn) string {
	for {
		ip := s.config.ServiceIP + "." + strconv.Itoa(1+t.Stream("ips").IntN(255)) + "." + strconv.Itoa(1+t.Stream("ips").IntN(254))
		if s.store.Get(api.Find("ipaddresses.networking.k8s.io").Key("", ip)) == nil {
			return ip
		}
	}
}

// allocate records that a new Service's addresses are taken: an IPAddress for each, written by the server itself.
func (s *Server) allocate(t *engine.Turn, r *client.Request, o api.Object) *metav1.Status {
	svc, ok := o.(*corev1.Service)
	if !ok || svc.Spec.ClusterIP == corev1.ClusterIPNone {
		return nil
	}
	for i, p := range svc.Spec.Ports {
		if p.NodePort != 0 && (p.NodePort < nodePortFirst || p.NodePort >= nodePortFirst+nodePorts) {
			return invalid(api.Find("services"), svc.Name, field.ErrorList{field.Invalid(
				field.NewPath("spec", "ports").Index(i).Child("nodePort"), p.NodePort,
				"provided port is not in the valid range. The range of valid ports is 30000-32767")})
		}
	}
	res := api.Find("ipaddresses.networking.k8s.io")
	for _, ip := range svc.Spec.ClusterIPs {
		if s.store.Get(res.Key("", ip)) != nil {
			return invalidIP(svc, ip)
		}
		if r.DryRun {
			continue
		}
		t.SendAs(client.Server, client.Server, 0, &client.Request{
			User: "apiserver", Verb: client.Create, Resource: res.Name, Name: ip,
			Object: &networkingv1.IPAddress{
				ObjectMeta: metav1.ObjectMeta{Name: ip, Labels: map[string]string{
					networkingv1.LabelIPAddressFamily: string(corev1.IPv4Protocol),
					networkingv1.LabelManagedBy:       "ipallocator.k8s.io",
				}},
				Spec: networkingv1.IPAddressSpec{ParentRef: &networkingv1.ParentReference{
					Resource: "services", Namespace: svc.Namespace, Name: svc.Name,
				}},
			},
		})
	}
	return nil
}

// releaseIP removes the IPAddresses of a Service that was deleted.
func (s *Server) releaseIP(t *engine.Turn, o api.Object) {
	svc := o.(*corev1.Service)
	for _, ip := range svc.Spec.ClusterIPs {
		if ip == corev1.ClusterIPNone {
			continue
		}
		t.SendAs(client.Server, client.Server, 0, &client.Request{
			User: "apiserver", Verb: client.Delete, Resource: "ipaddresses.networking.k8s.io", Name: ip,
		})
	}
}

// dropEndpoints removes the Endpoints of a Service that was deleted, if there are any.
func (s *Server) dropEndpoints(t *engine.Turn, o api.Object) {
	if s.store.Get(api.Find("endpoints").Key(o.GetNamespace(), o.GetName())) == nil {
		return
	}
	t.SendAs(client.Server, client.Server, 0, &client.Request{
		User: "apiserver", Verb: client.Delete, Resource: "endpoints", Namespace: o.GetNamespace(), Name: o.GetName(),
	})
}

// keepAllocated fills in what an update left out and the server had allocated.
func keepAllocated(svc, old *corev1.Service) {
	if svc.Spec.Type == corev1.ServiceTypeExternalName || old.Spec.Type == corev1.ServiceTypeExternalName {
		return
	}
	if svc.Spec.ClusterIP == "" && len(svc.Spec.ClusterIPs) == 0 {
		svc.Spec.ClusterIP, svc.Spec.ClusterIPs = old.Spec.ClusterIP, old.Spec.ClusterIPs
	}
	if svc.Spec.ClusterIP != old.Spec.ClusterIP && slices.Equal(svc.Spec.ClusterIPs, old.Spec.ClusterIPs) {
		svc.Spec.ClusterIPs = []string{svc.Spec.ClusterIP}
	}
	if svc.Spec.IPFamilyPolicy == nil {
		svc.Spec.IPFamilyPolicy = old.Spec.IPFamilyPolicy
	}
	if len(svc.Spec.IPFamilies) == 0 {
		svc.Spec.IPFamilies = old.Spec.IPFamilies
	}
	if svc.Spec.Type == corev1.ServiceTypeClusterIP {
		return
	}
	for i := range svc.Spec.Ports {
		p := &svc.Spec.Ports[i]
		for _, was := range old.Spec.Ports {
			if p.NodePort == 0 && p.Port == was.Port && p.Protocol == was.Protocol {
				p.NodePort = was.NodePort
			}
		}
	}
}
