// Package kubeproxy programs a node's packet filter so that Services' addresses lead to their endpoints: kube-proxy in
// iptables mode. It watches Services and EndpointSlices, and syncs at once, but not twice within a second.
//
// It leaves out IPv6, topology hints, health check servers and connection tracking. Models
// k8s.io/kubernetes/pkg/proxy and pkg/proxy/iptables.
package kubeproxy

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/trace"
)

const (
	services = "services"
	slices   = "endpointslices.discovery.k8s.io"
)

// minSyncPeriod is the least time between two syncs: --iptables-min-sync-period.
const minSyncPeriod = time.Second

// work is how long a sync takes.
var work = engine.Latency{Min: 8 * time.Millisecond, Max: 25 * time.Millisecond}

// Proxy is the kube-proxy of one node.
type Proxy struct {
	node    string
	cache   *client.Cache // as the watches say
	applied *client.Cache // as the rules of the latest sync were made from; never changed
	changes int           // since the latest sync
	due     bool          // a sync is scheduled
	began   time.Duration // the latest sync
	synced  time.Duration // its end; 0 before the first
}

// New returns the kube-proxy of a node.
func New(node string) *Proxy {
	return &Proxy{node: node, cache: client.NewCache(services, slices), began: -minSyncPeriod}
}

// Start opens the watches. The rules of what there is at rest are in place.
func (p *Proxy) Start(b *client.Boot) {
	for i, resource := range [...]string{services, slices} {
		for _, o := range b.Watch(client.Subscription{ID: uint64(i), Resource: resource}) {
			p.cache.Apply(client.Change{Type: client.Added, Resource: resource, Object: o})
		}
	}
	p.applied = p.cache.Clone()
}

// Clone implements engine.Component.
func (p *Proxy) Clone() engine.Component {
	c := *p
	c.cache = p.cache.Clone()
	return &c
}

// syncDue is the timer of a sync.
type syncDue struct{}

// Data is what the trace says of a sync.
type Data struct {
	Changes   int `json:"changes"`  // that led to it
	Services  int `json:"services"` // with an address of their own
	Endpoints int `json:"endpoints"`
}

// Handle implements engine.Component.
func (p *Proxy) Handle(t *engine.Turn, body any) {
	switch b := body.(type) {
	case *client.Change:
		p.observe(t, b)
	case syncDue:
		p.sync(t)
	default:
		panic("kubeproxy: unknown message")
	}
}

func (p *Proxy) observe(t *engine.Turn, ch *client.Change) {
	e := t.Entry
	e.Kind, e.User, e.Verb, e.Resource, e.Subresource = trace.Watch, ch.User, string(ch.Type), ch.Resource, ch.Subresource
	e.Namespace, e.Name, e.Revision = ch.Object.GetNamespace(), ch.Object.GetName(), ch.Revision
	p.cache.Apply(*ch)
	p.changes++
	if !p.due {
		p.due = true
		wait := max(0, p.began+minSyncPeriod-t.Now())
		t.Send(t.Self(), wait+t.Rand().Draw(work), syncDue{})
	}
}

// sync takes what the watches have said so far into the rules.
func (p *Proxy) sync(t *engine.Turn) {
	data := &Data{Changes: p.changes}
	p.applied = p.cache.Clone()
	p.changes, p.due = 0, false
	p.began, p.synced = t.Now(), t.Now()
	p.applied.Each(services, "", func(o api.Object) bool {
		if proxied(o.(*corev1.Service)) {
			data.Services++
		}
		return true
	})
	p.applied.Each(slices, "", func(o api.Object) bool {
		data.Endpoints += len(o.(*discoveryv1.EndpointSlice).Endpoints)
		return true
	})
	t.Entry.Kind, t.Entry.User, t.Entry.Verb, t.Entry.Data = trace.Sync, string(t.Self()), "sync", data
}

// Synced returns when the rules were last written, in virtual time; 0 when they are still those of the beginning.
func (p *Proxy) Synced() time.Duration { return p.synced }

// Services returns how many Services the rules are for.
func (p *Proxy) Services() int {
	n := 0
	p.applied.Each(services, "", func(o api.Object) bool {
		if proxied(o.(*corev1.Service)) {
			n++
		}
		return true
	})
	return n
}

// proxied reports whether a Service has an address of its own that kube-proxy is to serve.
func proxied(s *corev1.Service) bool {
	if s.Spec.ClusterIP == "" || s.Spec.ClusterIP == corev1.ClusterIPNone || s.Spec.Type == corev1.ServiceTypeExternalName {
		return false
	}
	return s.Labels["service.kubernetes.io/service-proxy-name"] == ""
}
