package endpoints

//lint:file-ignore SA1019 Endpoints are deprecated for their users; Kubernetes still writes them.

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/dump"

	"orrery/sim/controller"
)

// capacity is how many addresses one Endpoints object may have.
const capacity = 1000

// address is what the endpoints show of a pod: no IP for nothing.
type address struct {
	corev1.EndpointAddress
	ready bool
}

type backend = controller.Backend[address]

// known is what the controller remembers of a Service. It must never be changed.
type known struct {
	pods      *controller.Backends[address]
	addresses []*backend // those of pods that have one, in the order of the endpoints
}

// next returns what is known of a Service now, and the earliest of the changes since.
func (k *known) next(v controller.View, svc *corev1.Service) (*known, time.Time) {
	var was known
	if k != nil {
		was = *k
	}
	pods, changed := was.pods.Next(v, svc, func(pod *corev1.Pod) address { return addressOf(svc, pod) })
	all := make([]*backend, 0, len(pods.All))
	if len(pods.Fresh) < len(pods.All) { // most are in order already
		for _, b := range was.addresses {
			if !slices.Contains(pods.Gone, b) {
				all = append(all, b)
			}
		}
	}
	for _, b := range pods.Fresh {
		if b.Made.IP != "" {
			all = append(all, b)
		}
	}
	slices.SortFunc(all, func(a, b *backend) int {
		if c := strings.Compare(a.Made.IP, b.Made.IP); c != 0 {
			return c
		}
		return cmp.Compare(a.Pod.UID, b.Pod.UID)
	})
	return &known{pods, all}, changed
}

// addressOf returns what the endpoints show of a pod.
func addressOf(svc *corev1.Service, pod *corev1.Pod) address {
	ip := ipOf(svc, pod)
	if ip == "" || !controller.IsEndpoint(pod, svc.Spec.PublishNotReadyAddresses) {
		return address{}
	}
	a := address{
		EndpointAddress: corev1.EndpointAddress{
			IP: ip, NodeName: &pod.Spec.NodeName,
			TargetRef: &corev1.ObjectReference{Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID},
		},
		ready: svc.Spec.PublishNotReadyAddresses || controller.IsReady(pod),
	}
	if controller.HasHostname(pod, svc) {
		a.Hostname = pod.Spec.Hostname
	}
	return a
}

// pack returns the subsets of a Service with these addresses: the ports that the same pods offer are one subset, addresses
// are ordered as strings. Models k8s.io/kubernetes/pkg/api/v1/endpoints.RepackSubsets.
func pack(svc *corev1.Service, all []*backend) []corev1.EndpointSubset {
	if len(svc.Spec.Ports) == 0 {
		if svc.Spec.ClusterIP != corev1.ClusterIPNone || len(all) == 0 {
			return nil
		}
		members := make([]int, len(all))
		for i := range members {
			members[i] = i
		}
		return []corev1.EndpointSubset{subset(all, offer{members: members})}
	}
	subsets := []corev1.EndpointSubset{}
	for _, o := range offers(svc, all) {
		subsets = append(subsets, subset(all, o))
	}
	sortByHash(subsets)
	return subsets
}

// ipOf returns the pod's address of the Service's family, empty when it has none.
func ipOf(svc *corev1.Service, pod *corev1.Pod) string {
	six := len(svc.Spec.IPFamilies) > 0 && svc.Spec.IPFamilies[0] == corev1.IPv6Protocol
	for i := range pod.Status.PodIPs {
		if ip := pod.Status.PodIPs[i].IP; strings.Contains(ip, ":") == six {
			return ip
		}
	}
	return ""
}

// offer is a set of ports and the pods, by index, that offer exactly these.
type offer struct {
	ports   []corev1.EndpointPort
	members []int
}

// offers returns which pods offer each of the Service's ports. A named port may have another number in each pod.
func offers(svc *corev1.Service, all []*backend) []offer {
	var single []offer // one port each
	for i := range svc.Spec.Ports {
		sp := &svc.Spec.Ports[i]
		first := len(single)
		for j, b := range all {
			number, ok := controller.TargetPort(b.Pod, sp)
			if !ok {
				continue
			}
			at := first + slices.IndexFunc(single[first:], func(o offer) bool { return o.ports[0].Port == number })
			if at < first {
				at = len(single)
				single = append(single, offer{
					ports:   []corev1.EndpointPort{{Name: sp.Name, Port: number, Protocol: sp.Protocol, AppProtocol: sp.AppProtocol}},
					members: make([]int, 0, len(all)-j),
				})
			}
			single[at].members = append(single[at].members, j)
		}
	}
	var merged []offer
	for _, o := range single {
		at := slices.IndexFunc(merged, func(m offer) bool { return slices.Equal(m.members, o.members) })
		if at < 0 {
			merged = append(merged, o)
			continue
		}
		merged[at].ports = append(merged[at].ports, o.ports...)
	}
	for _, o := range merged {
		sortByHash(o.ports)
	}
	return merged
}

func subset(all []*backend, o offer) corev1.EndpointSubset {
	ready := 0
	for _, i := range o.members {
		if all[i].Made.ready {
			ready++
		}
	}
	s := corev1.EndpointSubset{Ports: o.ports}
	s.Addresses = slices.Grow(s.Addresses, ready)
	s.NotReadyAddresses = slices.Grow(s.NotReadyAddresses, len(o.members)-ready)
	for _, i := range o.members {
		if all[i].Made.ready {
			s.Addresses = append(s.Addresses, all[i].Made.EndpointAddress)
		} else {
			s.NotReadyAddresses = append(s.NotReadyAddresses, all[i].Made.EndpointAddress)
		}
	}
	return s
}

// sortByHash orders by FNV-1a of how Go prints an element, as Kubernetes orders ports and subsets.
func sortByHash[T any](list []T) {
	if len(list) < 2 {
		return
	}
	type hashed struct {
		element T
		hash    []byte
	}
	all := make([]hashed, len(list))
	for i, e := range list {
		h := fnv.New128a()
		fmt.Fprintf(h, "%v", dump.ForHash(e))
		all[i] = hashed{e, h.Sum(nil)}
	}
	slices.SortStableFunc(all, func(a, b hashed) int { return bytes.Compare(a.hash, b.hash) })
	for i := range all {
		list[i] = all[i].element
	}
}

func count(subsets []corev1.EndpointSubset) int {
	n := 0
	for i := range subsets {
		n += len(subsets[i].Addresses) + len(subsets[i].NotReadyAddresses)
	}
	return n
}

// truncate cuts the addresses down to capacity, each subset by its part, those that are not ready first. It reports
// whether there were too many.
func truncate(e *corev1.Endpoints) bool {
	if count(e.Subsets) <= capacity {
		return false
	}
	ready, notReady := 0, 0
	for i := range e.Subsets {
		ready += len(e.Subsets[i].Addresses)
		notReady += len(e.Subsets[i].NotReadyAddresses)
	}
	room, total := capacity-ready, notReady
	if ready > capacity {
		room, total = capacity, ready
	}
	left := room
	cut := func(list []corev1.EndpointAddress) []corev1.EndpointAddress {
		part := min((len(list)*room+total-1)/total, left, len(list))
		left -= part
		return list[:part:part]
	}
	for i := range e.Subsets {
		s := &e.Subsets[i]
		if ready > capacity {
			s.Addresses, s.NotReadyAddresses = cut(s.Addresses), nil
		} else {
			s.NotReadyAddresses = cut(s.NotReadyAddresses)
		}
	}
	return true
}
