package endpointslicemirroring

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// endpointsMax is how many addresses of a subset are mirrored, --mirroring-max-endpoints-per-subset.
const endpointsMax = 1000

// sync is one sync of Endpoints under way.
type sync struct {
	view      controller.View
	endpoints *corev1.Endpoints
	plan      controller.Plan
	note      Note
	invalid   int // addresses that are none
	skipped   int // addresses beyond the limit
}

// group is what one slice says: the endpoints of one address family that offer the same ports.
type group struct {
	family    discoveryv1.AddressType
	ports     []discoveryv1.EndpointPort
	key       string
	endpoints []discoveryv1.Endpoint
}

// mirror brings the slices up to date: one for each set of ports and address family.
func (s *sync) mirror(existing []*discoveryv1.EndpointSlice) {
	have := map[string][]*discoveryv1.EndpointSlice{}
	for _, slice := range existing {
		key := keyOf(slice.AddressType, slice.Ports)
		have[key] = append(have[key], slice)
	}
	for _, g := range s.groups() {
		slice := s.slice(g)
		if old := have[g.key]; len(old) > 0 {
			if !same(old[0], slice) {
				slice.Name, slice.GenerateName, slice.ResourceVersion = old[0].Name, "", old[0].ResourceVersion
				s.note.Updated++
				s.write(client.Update, slice)
			}
			have[g.key] = old[1:]
			continue
		}
		s.note.Created++
		s.write(client.Create, slice)
	}
	for _, slice := range existing {
		if slices.Contains(have[keyOf(slice.AddressType, slice.Ports)], slice) {
			s.remove(slice)
		}
	}
	s.complain()
}

// groups returns what there should be, in the order of the Endpoints' subsets.
func (s *sync) groups() []*group {
	var all []*group
	for i := range s.endpoints.Subsets {
		sub := &s.endpoints.Subsets[i]
		ports := portsOf(sub.Ports)
		added := 0
		for j, a := range slices.Concat(sub.Addresses, sub.NotReadyAddresses) {
			ip, err := netip.ParseAddr(a.IP)
			switch {
			case added == endpointsMax:
				s.skipped++
				continue
			case err != nil:
				s.invalid++
				continue
			}
			added++
			family := discoveryv1.AddressTypeIPv4
			if ip.Is6() {
				family = discoveryv1.AddressTypeIPv6
			}
			key := keyOf(family, ports)
			at := slices.IndexFunc(all, func(g *group) bool { return g.key == key })
			if at < 0 {
				at = len(all)
				all = append(all, &group{family: family, ports: ports, key: key})
			}
			all[at].endpoints = append(all[at].endpoints, endpointOf(a, ip, j < len(sub.Addresses)))
		}
	}
	return all
}

func endpointOf(a corev1.EndpointAddress, ip netip.Addr, ready bool) discoveryv1.Endpoint {
	e := discoveryv1.Endpoint{
		Addresses: []string{ip.String()}, Conditions: discoveryv1.EndpointConditions{Ready: &ready}, TargetRef: a.TargetRef,
		NodeName: a.NodeName,
	}
	if a.Hostname != "" {
		e.Hostname = &a.Hostname
	}
	return e
}

func portsOf(ports []corev1.EndpointPort) []discoveryv1.EndpointPort {
	out := []discoveryv1.EndpointPort{}
	for i := range ports {
		p := &ports[i]
		out = append(out, discoveryv1.EndpointPort{Name: &p.Name, Port: &p.Port, Protocol: &p.Protocol, AppProtocol: p.AppProtocol})
	}
	return out
}

// keyOf names an address family with a set of ports.
func keyOf(family discoveryv1.AddressType, ports []discoveryv1.EndpointPort) string {
	names := make([]string, len(ports))
	for i := range ports {
		p := &ports[i]
		names[i] = fmt.Sprint(value(p.Name), " ", value(p.Port), " ", value(p.Protocol), " ", value(p.AppProtocol))
	}
	slices.Sort(names)
	return string(family) + " " + strings.Join(names, ",")
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// slice returns the slice of a group.
func (s *sync) slice(g *group) *discoveryv1.EndpointSlice {
	e, yes := s.endpoints, true
	return &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{
			GenerateName: e.Name + "-", Namespace: e.Namespace, Labels: labels(e), Annotations: annotations(e),
			OwnerReferences: []metav1.OwnerReference{{
				APIVersion: "v1", Kind: "Endpoints", Name: e.Name, UID: e.UID, Controller: &yes, BlockOwnerDeletion: &yes,
			}},
		},
		AddressType: g.family, Ports: g.ports, Endpoints: g.endpoints,
	}
}

// same reports whether a slice says already what it should.
func same(a, b *discoveryv1.EndpointSlice) bool {
	return maps.Equal(a.Labels, b.Labels) && maps.Equal(a.Annotations, b.Annotations) &&
		equality.Semantic.DeepEqual(a.OwnerReferences, b.OwnerReferences) && equality.Semantic.DeepEqual(a.Endpoints, b.Endpoints)
}

func (s *sync) write(verb client.Verb, slice *discoveryv1.EndpointSlice) {
	s.plan.Then(controller.Write{Request: client.Request{
		Verb: verb, Resource: resource, Namespace: slice.Namespace, Name: slice.Name, Object: slice,
	}})
}

func (s *sync) remove(slice *discoveryv1.EndpointSlice) {
	s.note.Deleted++
	s.plan.Then(controller.Write{Request: client.Request{
		Verb: client.Delete, Resource: resource, Namespace: slice.Namespace, Name: slice.Name,
	}})
}

// complain tells of addresses that were left out.
func (s *sync) complain() {
	warn := func(reason, message string) {
		s.plan.Events = append(s.plan.Events, client.Record{
			Object: client.Reference(s.endpoints), Type: corev1.EventTypeWarning, Reason: reason, Message: message,
		})
	}
	if s.invalid > 0 {
		warn("InvalidIPAddress", fmt.Sprintf("Skipped %d invalid IP addresses when mirroring to EndpointSlices", s.invalid))
	}
	if s.skipped > 0 {
		warn("TooManyAddressesToMirror", fmt.Sprintf(
			"A max of %d addresses can be mirrored to EndpointSlices per Endpoints subset. %d addresses were skipped", endpointsMax, s.skipped+s.invalid))
	}
}
