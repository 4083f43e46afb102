package endpointslice

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/dump"

	"orrery/sim/controller"
)

// group is the endpoints of one address family that offer the same ports: these share slices.
type group struct {
	family    discoveryv1.AddressType
	ports     []discoveryv1.EndpointPort
	key       string
	endpoints []*discoveryv1.Endpoint // by the names of their pods
	taken     []bool                  // those that are in a slice already
}

// desired returns the groups of endpoints that there should be.
func (s *sync) desired(family discoveryv1.AddressType) []*group {
	var groups []*group
	named := slices.ContainsFunc(s.svc.Spec.Ports, func(p corev1.ServicePort) bool { return p.TargetPort.StrVal != "" })
	var current *group
	for _, b := range s.pods {
		if b.Made == nil {
			continue
		}
		if current == nil || named {
			ports := portsOf(s.svc, b.Pod)
			key := portsKey(ports)
			at := slices.IndexFunc(groups, func(g *group) bool { return g.key == key })
			if at < 0 {
				at = len(groups)
				groups = append(groups, &group{family: family, ports: ports, key: key})
			}
			current = groups[at]
		}
		z := s.zone(b.Pod.Spec.NodeName)
		if !z.known && !s.svc.Spec.PublishNotReadyAddresses {
			s.plan.Retry = true // the node is gone, or not seen yet
			continue
		}
		if e := b.Made[family]; e != nil {
			current.endpoints = append(current.endpoints, placed(e, z))
			s.note.Endpoints++
			if *e.Conditions.Ready {
				s.note.Ready++
			}
		}
	}
	for _, g := range groups {
		g.taken = make([]bool, len(g.endpoints))
	}
	return groups
}

// take claims those of a slice's endpoints that are wanted and returns them as they should be, and whether the slice has
// exactly these already.
func (g *group) take(have []discoveryv1.Endpoint) (kept []discoveryv1.Endpoint, same bool) {
	same = true
	for i := range have {
		was := &have[i]
		at, ok := g.find(was)
		if !ok || g.taken[at] || !samePlace(g.endpoints[at], was) {
			same = false
			continue
		}
		g.taken[at] = true
		same = same && sameState(g.endpoints[at], was)
		kept = append(kept, *g.endpoints[at])
	}
	return kept, same
}

// find returns the index of the endpoint of the pod that one in a slice is about.
func (g *group) find(e *discoveryv1.Endpoint) (int, bool) {
	if e.TargetRef == nil {
		return 0, false
	}
	return slices.BinarySearchFunc(g.endpoints, e.TargetRef.Name, func(e *discoveryv1.Endpoint, name string) int {
		return strings.Compare(e.TargetRef.Name, name)
	})
}

// left returns the endpoints that no slice has.
func (g *group) left() []*discoveryv1.Endpoint {
	var out []*discoveryv1.Endpoint
	for i := range g.endpoints {
		if !g.taken[i] {
			out = append(out, g.endpoints[i])
		}
	}
	return out
}

// samePlace compares what tells endpoints apart.
func samePlace(a, b *discoveryv1.Endpoint) bool {
	return slices.Equal(a.Addresses, b.Addresses) && same(a.Hostname, b.Hostname) && a.TargetRef.Namespace == b.TargetRef.Namespace
}

// sameState compares everything else.
func sameState(a, b *discoveryv1.Endpoint) bool {
	return same(a.NodeName, b.NodeName) && same(a.Zone, b.Zone) && same(a.Conditions.Ready, b.Conditions.Ready) &&
		same(a.Conditions.Serving, b.Conditions.Serving) && same(a.Conditions.Terminating, b.Conditions.Terminating) &&
		a.TargetRef.UID == b.TargetRef.UID && a.TargetRef.Kind == b.TargetRef.Kind
}

// same compares what two pointers point to.
func same[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// portsOf returns the ports that a pod offers for the Service, ordered by hash as Kubernetes orders them.
func portsOf(svc *corev1.Service, pod *corev1.Pod) []discoveryv1.EndpointPort {
	ports := []discoveryv1.EndpointPort{}
	for i := range svc.Spec.Ports {
		sp := &svc.Spec.Ports[i]
		if number, ok := controller.TargetPort(pod, sp); ok {
			ports = append(ports, discoveryv1.EndpointPort{
				Name: &sp.Name, Port: &number, Protocol: &sp.Protocol, AppProtocol: sp.AppProtocol,
			})
		}
	}
	if len(ports) > 1 {
		slices.SortStableFunc(ports, func(a, b discoveryv1.EndpointPort) int { return bytes.Compare(hashOf(a), hashOf(b)) })
	}
	return ports
}

func hashOf(p discoveryv1.EndpointPort) []byte {
	h := fnv.New128a()
	fmt.Fprint(h, dump.ForHash(p))
	return h.Sum(nil)
}

// portsKey names a set of ports.
func portsKey(ports []discoveryv1.EndpointPort) string {
	var b strings.Builder
	for _, p := range ports {
		b.WriteString(text(p.Name) + "/" + text((*string)(p.Protocol)) + "/" + text(p.AppProtocol) + "/")
		if p.Port != nil {
			b.WriteString(strconv.Itoa(int(*p.Port)))
		}
		b.WriteByte(' ')
	}
	return b.String()
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// newSlice returns an empty slice for a group.
func (s *sync) newSlice(g *group) *discoveryv1.EndpointSlice {
	yes := true
	return &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{
			GenerateName: s.svc.Name + "-", Namespace: s.svc.Namespace, Labels: s.labels(),
			OwnerReferences: []metav1.OwnerReference{{
				APIVersion: "v1", Kind: "Service", Name: s.svc.Name, UID: s.svc.UID, Controller: &yes, BlockOwnerDeletion: &yes,
			}},
		},
		AddressType: g.family, Ports: g.ports, Endpoints: []discoveryv1.Endpoint{},
	}
}

func owned(slice *discoveryv1.EndpointSlice, svc *corev1.Service) bool {
	return slices.ContainsFunc(slice.OwnerReferences, func(r metav1.OwnerReference) bool {
		return r.UID == svc.UID && r.Kind == "Service" && r.APIVersion == "v1"
	})
}

// labels returns the Service's labels and the controller's own.
func (s *sync) labels() map[string]string {
	labels := make(map[string]string, len(s.svc.Labels)+2)
	maps.Copy(labels, s.svc.Labels)
	delete(labels, corev1.IsHeadlessService)
	if s.svc.Spec.ClusterIP == corev1.ClusterIPNone || s.svc.Spec.ClusterIP == "" {
		labels[corev1.IsHeadlessService] = ""
	}
	labels[discoveryv1.LabelServiceName] = s.svc.Name
	labels[discoveryv1.LabelManagedBy] = managedBy
	return labels
}

// equalLabels compares labels but for the headless one, which Kubernetes does not correct.
func equalLabels(a, b map[string]string) bool {
	count := func(m map[string]string) int {
		n := len(m)
		if _, ok := m[corev1.IsHeadlessService]; ok {
			n--
		}
		return n
	}
	for k, v := range a { // any order
		if w, ok := b[k]; k != corev1.IsHeadlessService && (!ok || w != v) {
			return false
		}
	}
	return count(a) == count(b)
}
