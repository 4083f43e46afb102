package apiserver

import (
	"net/netip"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/core/validation"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
)

// ServiceCIDR is where the addresses of Services come from.
const ServiceCIDR = "10.96.0.0/16"

// assign gives a Service what it is allocated: IP families, cluster IPs and node ports. Old is nil for a new Service. It
// comes before validation, which wants to see the whole Service. Models pkg/registry/core/service/storage.
//
// Simplified: the cluster is single-stack IPv4. Kubernetes also allocates IPv6 and dual-stack addresses.
func (s *Server) assign(t *engine.Turn, svc, old *corev1.Service) *metav1.Status {
	if old != nil {
		keepAllocated(svc, old)
	}
	alignClusterIPs(svc, old)
	if status := s.assignFamilies(svc, old); status != nil {
		return status
	}
	if status := s.assignIP(t, svc, old); status != nil {
		return status
	}
	return s.assignNodePorts(t, svc, old)
}

// alignClusterIPs makes clusterIP and clusterIPs agree where a client has set one of them only.
func alignClusterIPs(svc, old *corev1.Service) {
	now := &svc.Spec
	if old == nil {
		if now.ClusterIP != "" && len(now.ClusterIPs) == 0 {
			now.ClusterIPs = []string{now.ClusterIP}
		}
		return
	}
	was := &old.Spec
	if len(was.ClusterIPs) > 0 && len(now.ClusterIPs) == 0 && was.ClusterIP == now.ClusterIP {
		now.ClusterIPs = was.ClusterIPs
	}
	if was.ClusterIP == now.ClusterIP || !slices.Equal(was.ClusterIPs, now.ClusterIPs) {
		return
	}
	if now.ClusterIP == "" {
		now.ClusterIPs = nil
		return
	}
	now.ClusterIPs = []string{now.ClusterIP}
}

// assignFamilies fills in the policy and the families, and refuses those that the cluster has not.
func (s *Server) assignFamilies(svc, old *corev1.Service) *metav1.Status {
	spec := &svc.Spec
	if spec.Type == corev1.ServiceTypeExternalName {
		return nil
	}
	headless := spec.ClusterIP == corev1.ClusterIPNone && len(spec.Selector) == 0
	if spec.IPFamilyPolicy == nil {
		policy := corev1.IPFamilyPolicySingleStack
		switch {
		case old != nil && old.Spec.IPFamilyPolicy != nil:
			policy = *old.Spec.IPFamilyPolicy
		case headless:
			policy = corev1.IPFamilyPolicyRequireDualStack
		}
		spec.IPFamilyPolicy = &policy
	}
	if errs := validateClusterIPs(svc, old); len(errs) > 0 {
		return invalid(api.Find("services"), svc.Name, errs)
	}
	errs := s.inferFamilies(svc, old)
	single := *spec.IPFamilyPolicy == corev1.IPFamilyPolicySingleStack
	if len(errs) == 0 && headless {
		if len(spec.IPFamilies) == 0 {
			spec.IPFamilies = []corev1.IPFamily{corev1.IPv4Protocol}
		}
		if len(spec.IPFamilies) < 2 && !single {
			other := corev1.IPv6Protocol
			if spec.IPFamilies[0] == other {
				other = corev1.IPv4Protocol
			}
			spec.IPFamilies = append(slices.Clone(spec.IPFamilies), other)
		}
		return nil
	}
	if len(errs) == 0 && *spec.IPFamilyPolicy == corev1.IPFamilyPolicyRequireDualStack {
		errs = append(errs, field.Invalid(field.NewPath("spec", "ipFamilyPolicy"), spec.IPFamilyPolicy,
			"this cluster is not configured for dual-stack services"))
	}
	for i, f := range spec.IPFamilies {
		if len(errs) == 0 && f != corev1.IPv4Protocol {
			errs = append(errs, field.Invalid(field.NewPath("spec", "ipFamilies").Index(i), f, "not configured on this cluster"))
		}
	}
	if len(errs) > 0 {
		return invalid(api.Find("services"), svc.Name, errs)
	}
	if len(spec.IPFamilies) == 0 {
		spec.IPFamilies = []corev1.IPFamily{corev1.IPv4Protocol}
	}
	return nil
}

// validateClusterIPs checks addresses, families and policy against each other. The conversion cannot fail for a Service
// that was decoded.
func validateClusterIPs(svc, old *corev1.Service) field.ErrorList {
	in, err := api.Internal(svc)
	if err != nil {
		panic("apiserver: converting Service " + svc.Name + ": " + err.Error())
	}
	var was *core.Service
	if old != nil {
		o, err := api.Internal(old)
		if err != nil {
			panic("apiserver: converting Service " + old.Name + ": " + err.Error())
		}
		was = o.(*core.Service)
	}
	return validation.ValidateServiceClusterIPsRelatedFields(in.(*core.Service), was)
}

// inferFamilies makes families of the addresses, and checks that both go with the policy.
func (s *Server) inferFamilies(svc, old *corev1.Service) (errs field.ErrorList) {
	spec, at := &svc.Spec, field.NewPath("spec", "ipFamilyPolicy")
	single := *spec.IPFamilyPolicy == corev1.IPFamilyPolicySingleStack
	if old != nil && single {
		if slices.Equal(old.Spec.ClusterIPs, spec.ClusterIPs) && len(spec.ClusterIPs) > 1 {
			spec.ClusterIPs = spec.ClusterIPs[:1]
		}
		if slices.Equal(old.Spec.IPFamilies, spec.IPFamilies) && len(spec.IPFamilies) > 1 {
			spec.IPFamilies = spec.IPFamilies[:1]
		}
	}
	if single && len(spec.ClusterIPs) == 2 {
		errs = append(errs, field.Invalid(at, spec.IPFamilyPolicy,
			"must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified"))
	}
	if single && len(spec.IPFamilies) == 2 {
		errs = append(errs, field.Invalid(at, spec.IPFamilyPolicy,
			"must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified"))
	}
	for i, ip := range spec.ClusterIPs {
		if ip == corev1.ClusterIPNone {
			break
		}
		if i < len(spec.IPFamilies) {
			continue
		}
		if a, err := netip.ParseAddr(ip); err == nil && a.Is6() {
			errs = append(errs, field.Invalid(field.NewPath("spec", "clusterIPs").Index(i), spec.ClusterIPs, "IPv6 is not configured on this cluster"))
			continue
		}
		spec.IPFamilies = append(slices.Clone(spec.IPFamilies), corev1.IPv4Protocol)
	}
	return errs
}

// assignIP draws or takes the address of a Service that has none yet.
func (s *Server) assignIP(t *engine.Turn, svc, old *corev1.Service) *metav1.Status {
	spec := &svc.Spec
	if spec.Type == corev1.ServiceTypeExternalName || len(spec.ClusterIPs) > 0 && spec.ClusterIPs[0] == corev1.ClusterIPNone {
		return nil
	}
	if old != nil && old.Spec.Type != corev1.ServiceTypeExternalName {
		return nil
	}
	if len(spec.ClusterIPs) == 0 || spec.ClusterIPs[0] == "" {
		spec.ClusterIP = s.freeIP(t)
		spec.ClusterIPs = []string{spec.ClusterIP}
		return nil
	}
	if why := s.takeIP(spec.ClusterIPs[0]); why != "" {
		return invalid(api.Find("services"), svc.Name, field.ErrorList{field.Invalid(
			field.NewPath("spec", "clusterIPs"), spec.ClusterIPs, "failed to allocate IP "+spec.ClusterIPs[0]+": "+why)})
	}
	spec.ClusterIP = spec.ClusterIPs[0]
	return nil
}

// takeIP returns why an address that a Service asks for cannot be given to it; empty when it can.
func (s *Server) takeIP(ip string) string {
	all := netip.MustParsePrefix(ServiceCIDR)
	a, err := netip.ParseAddr(ip)
	switch {
	case err != nil || !all.Contains(a):
		return "the provided network does not match the current range"
	case a == all.Addr() || a.As4()[2] == 255 && a.As4()[3] == 255:
		return "the provided IP (" + ip + ") is not in the valid range. The range of valid IPs is " + ServiceCIDR
	case s.store.Get(api.Find("ipaddresses.networking.k8s.io").Key("", ip)) != nil:
		return "provided IP is already allocated"
	}
	return ""
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

// record notes that the addresses of a new or changed Service are taken: an IPAddress for each, written by the server
// itself.
func (s *Server) record(t *engine.Turn, r *client.Request, o, old api.Object) {
	svc, ok := o.(*corev1.Service)
	if !ok || r.DryRun || r.Subresource != "" {
		return
	}
	for _, ip := range addressesOf(svc) {
		if was, ok := old.(*corev1.Service); ok && slices.Contains(addressesOf(was), ip) {
			continue
		}
		t.SendAs(client.Server, client.Server, 0, &client.Request{
			User: "apiserver", Verb: client.Create, Resource: "ipaddresses.networking.k8s.io", Name: ip,
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
}

// wasted gives back the addresses of a Service that was refused when it had them already.
func (s *Server) wasted(t *engine.Turn, r *client.Request, svc *corev1.Service) {
	if ips := addressesOf(svc); r.DryRun || len(ips) == 0 || s.takeIP(ips[0]) != "" {
		return
	}
	s.record(t, r, svc, nil)
	for _, ip := range svc.Spec.ClusterIPs {
		t.SendAs(client.Server, client.Server, s.config.Commit.Max, &client.Request{
			User: "apiserver", Verb: client.Delete, Resource: "ipaddresses.networking.k8s.io", Name: ip,
		})
	}
}

// addressesOf returns the addresses that a Service was allocated.
func addressesOf(svc *corev1.Service) []string {
	if len(svc.Spec.ClusterIPs) > 0 && svc.Spec.ClusterIPs[0] == corev1.ClusterIPNone {
		return nil
	}
	return svc.Spec.ClusterIPs
}

// release removes the IPAddresses of a Service that was deleted, or that has no use for them any more.
func (s *Server) release(t *engine.Turn, old, now *corev1.Service) {
	for _, ip := range addressesOf(old) {
		if now != nil && slices.Contains(addressesOf(now), ip) {
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
