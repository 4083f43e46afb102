package kubeproxy

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	stdslices "slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"orrery/sim/api"
)

// port is one port of a Service with what the rules need to know of it.
type port struct {
	name        string // "demo/web" or "demo/web:http"
	protocol    string // "tcp"
	hash        string // in the names of its chains
	spec        *corev1.ServicePort
	service     *corev1.Service
	ingress     []string // addresses of the load balancer that lead here
	internal    bool     // internalTrafficPolicy is Local
	external    bool     // externalTrafficPolicy is Local
	cluster     []endpoint
	local       []endpoint
	any         bool // the Service has an endpoint that can be used, somewhere
	fromOutside bool // it can be reached at other addresses than its cluster IP
}

// endpoint is one endpoint of a port.
type endpoint struct {
	ip, address string // "10.244.1.5", "10.244.1.5:80"
	chain       string
	ready       bool
	leaving     bool // it still serves though its pod is terminating
	here        bool // on this node
}

// ports returns the ports of all Services by namespace, name and port.
func (p *Proxy) ports() []*port {
	byService := map[[2]string][]*discoveryv1.EndpointSlice{}
	p.applied.Each(slices, "", func(o api.Object) bool {
		s := o.(*discoveryv1.EndpointSlice)
		if s.AddressType == discoveryv1.AddressTypeIPv4 {
			key := [2]string{s.Namespace, s.Labels[discoveryv1.LabelServiceName]}
			byService[key] = append(byService[key], s)
		}
		return true
	})
	var list []*port
	p.applied.Each(services, "", func(o api.Object) bool {
		s := o.(*corev1.Service)
		if proxied(s) {
			for i := range s.Spec.Ports {
				list = append(list, p.newPort(s, &s.Spec.Ports[i], byService[[2]string{s.Namespace, s.Name}]))
			}
		}
		return true
	})
	return list
}

func (p *Proxy) newPort(s *corev1.Service, spec *corev1.ServicePort, of []*discoveryv1.EndpointSlice) *port {
	q := &port{name: s.Namespace + "/" + s.Name, protocol: strings.ToLower(string(spec.Protocol)), spec: spec, service: s}
	if spec.Name != "" {
		q.name += ":" + spec.Name
	}
	q.hash = hash(q.name + q.protocol)
	for _, in := range s.Status.LoadBalancer.Ingress {
		if in.IP != "" && (in.IPMode == nil || *in.IPMode == corev1.LoadBalancerIPModeVIP) {
			q.ingress = append(q.ingress, in.IP)
		}
	}
	q.internal = s.Spec.InternalTrafficPolicy != nil && *s.Spec.InternalTrafficPolicy == corev1.ServiceInternalTrafficPolicyLocal
	q.external = s.Spec.ExternalTrafficPolicy == corev1.ServiceExternalTrafficPolicyLocal
	q.fromOutside = spec.NodePort != 0 || len(q.ingress) > 0 || len(s.Spec.ExternalIPs) > 0
	q.categorize(p.endpoints(q, of))
	return q
}

// endpoints returns the port's endpoints by address.
func (p *Proxy) endpoints(q *port, of []*discoveryv1.EndpointSlice) []endpoint {
	var list []endpoint
	for _, s := range of {
		for i := range s.Ports {
			sp := &s.Ports[i]
			if sp.Port == nil || text(sp.Name) != q.spec.Name {
				continue
			}
			for j := range s.Endpoints {
				if e := &s.Endpoints[j]; len(e.Addresses) > 0 {
					list = append(list, p.endpoint(q, e, *sp.Port))
				}
			}
		}
	}
	stdslices.SortFunc(list, func(a, b endpoint) int { return cmp.Compare(a.address, b.address) })
	return stdslices.CompactFunc(list, func(a, b endpoint) bool { return a.address == b.address })
}

func (p *Proxy) endpoint(q *port, e *discoveryv1.Endpoint, number int32) endpoint {
	ready := e.Conditions.Ready == nil || *e.Conditions.Ready
	serving := e.Conditions.Serving == nil && ready || e.Conditions.Serving != nil && *e.Conditions.Serving
	terminating := e.Conditions.Terminating != nil && *e.Conditions.Terminating
	address := e.Addresses[0] + ":" + strconv.Itoa(int(number))
	return endpoint{
		ip: e.Addresses[0], address: address, chain: "KUBE-SEP-" + hash(q.name+q.protocol+address),
		ready: ready, leaving: serving && terminating && !ready, here: text(e.NodeName) == p.node,
	}
}

// categorize decides which endpoints the traffic policies use: the ready ones, or, where there is none, those that still
// serve while they terminate.
func (q *port) categorize(all []endpoint) {
	choose := func(here bool) []endpoint {
		var ready, leaving []endpoint
		for _, e := range all {
			switch {
			case here && !e.here:
			case e.ready:
				ready = append(ready, e)
			case e.leaving:
				leaving = append(leaving, e)
			}
		}
		if ready != nil {
			return ready
		}
		return leaving
	}
	if !q.internal || q.fromOutside {
		q.cluster = choose(false)
	}
	if q.usesLocal() {
		q.local = choose(true)
	}
	q.any = len(choose(false)) > 0
}

func (q *port) usesLocal() bool { return q.internal || q.external && q.fromOutside }

// reachable returns the endpoints that have a chain on this node.
func (q *port) reachable() []endpoint {
	list := stdslices.Concat(q.cluster, q.local)
	stdslices.SortFunc(list, func(a, b endpoint) int { return cmp.Compare(a.address, b.address) })
	return stdslices.CompactFunc(list, func(a, b endpoint) bool { return a.address == b.address })
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// hash returns the part of a chain's name that stands for what it is about.
func hash(of string) string {
	sum := sha256.Sum256([]byte(of))
	return base32.StdEncoding.EncodeToString(sum[:])[:16]
}
