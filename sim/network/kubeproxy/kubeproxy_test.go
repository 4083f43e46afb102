package kubeproxy

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
)

var update = flag.Bool("update", false, "write the golden files; read what changed before you commit it")

func service(name, ip string, more func(*corev1.Service)) *corev1.Service {
	s := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns4", Name: name},
		Spec: corev1.ServiceSpec{
			Type: corev1.ServiceTypeClusterIP, ClusterIP: ip,
			Ports: []corev1.ServicePort{{Name: "p80", Port: 80, Protocol: corev1.ProtocolTCP}},
		},
	}
	if more != nil {
		more(s)
	}
	return s
}

// slice returns the endpoints of a Service: those whose address ends in "!" are on node-1.
func slice(service string, addresses ...string) *discoveryv1.EndpointSlice {
	port, name, tcp := int32(80), "p80", corev1.ProtocolTCP
	s := &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "ns4", Name: service + "-x", Labels: map[string]string{discoveryv1.LabelServiceName: service},
		},
		AddressType: discoveryv1.AddressTypeIPv4,
		Ports:       []discoveryv1.EndpointPort{{Name: &name, Port: &port, Protocol: &tcp}},
	}
	for _, a := range addresses {
		node := "node-2"
		if b, ok := strings.CutSuffix(a, "!"); ok {
			a, node = b, "node-1"
		}
		s.Endpoints = append(s.Endpoints, discoveryv1.Endpoint{Addresses: []string{a}, NodeName: &node})
	}
	return s
}

func started(objects ...api.Object) *Proxy {
	p := New("node-1")
	p.Start(&client.Boot{Watch: func(sub client.Subscription) []api.Object {
		var list []api.Object
		for _, o := range objects {
			if _, ok := o.(*corev1.Service); ok == (sub.Resource == services) {
				list = append(list, o)
			}
		}
		return list
	}})
	return p
}

// TestRules compares with a file that was checked line by line. Its chains are those that upstream's own test has for
// the same Services and endpoints: KUBE-SVC-4SW47YFZTEDKD3PK, KUBE-SEP-UKSFD7AGPMPPLUHC and KUBE-SEP-C6EBXVWJJZMIWKLZ.
func TestRules(t *testing.T) {
	p := started(
		service("svc4", "172.30.0.44", nil), slice("svc4", "10.180.0.5", "10.180.0.4"),
		service("svc6", "172.30.0.46", nil),
		service("headless", "None", nil),
	)
	const golden = "testdata/two-endpoints.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(p.Rules()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Rules(); got != string(want) {
		t.Errorf("rules:\n%s\nwant:\n%s", got, want)
	}
	if n := p.Services(); n != 2 {
		t.Errorf("%d Services, want 2", n)
	}
}

// TestPolicies checks the rules of Services that can be reached from outside.
func TestPolicies(t *testing.T) {
	local := corev1.ServiceInternalTrafficPolicyLocal
	p := started(
		service("node", "10.96.0.3", func(s *corev1.Service) { s.Spec.Ports[0].NodePort = 30080 }),
		slice("node", "10.180.0.3"),
		service("lb", "10.96.0.5", func(s *corev1.Service) {
			s.Spec.Type, s.Spec.ExternalTrafficPolicy = corev1.ServiceTypeLoadBalancer, corev1.ServiceExternalTrafficPolicyLocal
			s.Spec.HealthCheckNodePort = 30000
			s.Spec.SessionAffinity = corev1.ServiceAffinityClientIP
			s.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: "5.6.7.8"}}
			s.Spec.LoadBalancerSourceRanges = []string{" 203.0.113.0/25"}
		}),
		slice("lb", "10.180.0.6", "10.180.0.7!"),
		service("in", "10.96.0.7", func(s *corev1.Service) { s.Spec.InternalTrafficPolicy = &local }),
		slice("in", "10.180.0.8"),
	)
	rules := p.Rules()
	ext, svl := "KUBE-EXT-"+hash("ns4/lb:p80tcp"), "KUBE-SVL-"+hash("ns4/lb:p80tcp")
	sep := "KUBE-SEP-" + hash("ns4/lb:p80tcp10.180.0.7:80")
	for _, line := range []string{
		`-A KUBE-NODEPORTS -p tcp -m comment --comment "ns4/node:p80" -m tcp --dport 30080 -j KUBE-EXT-` + hash("ns4/node:p80tcp"),
		`-A KUBE-NODEPORTS -p tcp -m comment --comment "ns4/lb:p80 health check node port" -m tcp --dport 30000 -j ACCEPT`,
		`-A KUBE-SERVICES -d 5.6.7.8/32 -p tcp -m comment --comment "ns4/lb:p80 loadbalancer IP" -m tcp --dport 80 -j KUBE-FW-` + hash("ns4/lb:p80tcp"),
		`-A KUBE-FW-` + hash("ns4/lb:p80tcp") + ` -s 203.0.113.0/25 -m comment --comment "ns4/lb:p80 loadbalancer IP" -j ` + ext,
		`-A ` + ext + ` -j ` + svl,
		`-A ` + svl + ` -m comment --comment "ns4/lb:p80 -> 10.180.0.7:80" -m recent --rcheck --seconds 10800 --reap --name ` + sep + ` --mask 255.255.255.255 --rsource -j ` + sep,
		`-A ` + svl + ` -m comment --comment "ns4/lb:p80 -> 10.180.0.7:80" -j ` + sep,
		`-A KUBE-SERVICES -d 10.96.0.7/32 -p tcp -m comment --comment "ns4/in:p80 has no local endpoints" -m tcp --dport 80 -j DROP`,
	} {
		if !strings.Contains(rules, line+"\n") {
			t.Errorf("no rule %s in:\n%s", line, rules)
		}
	}
}

func TestProbability(t *testing.T) {
	for n, want := range map[int]string{2: "0.50000000000", 3: "0.33333333349", 4: "0.25000000000", 5: "0.20000000019"} {
		if got := probability(n); got != want {
			t.Errorf("1/%d is %s, want %s", n, got, want)
		}
	}
}

// TestSync checks that a first change is synced at once, the next after the least period, and that a clone keeps its own
// rules.
func TestSync(t *testing.T) {
	e := engine.New(1)
	p := started(service("svc4", "172.30.0.44", nil))
	e.Add("kube-proxy/node-1", p)
	change := func(o api.Object) *client.Change {
		return &client.Change{Type: client.Added, Resource: slices, Object: o}
	}
	e.Post(0, "kube-proxy/node-1", change(slice("svc4", "10.180.0.4")))
	e.Step()
	c := e.Clone()
	e.Step()
	if at := p.Synced(); at == 0 || at > 100*time.Millisecond || !strings.Contains(p.Rules(), "10.180.0.4:80") {
		t.Fatalf("synced at %v:\n%s", at, p.Rules())
	}
	if q := c.Component("kube-proxy/node-1").(*Proxy); strings.Contains(q.Rules(), "10.180.0.4:80") {
		t.Error("the sync changed the rules of a clone")
	}
	e.Post(0, "kube-proxy/node-1", change(slice("svc4", "10.180.0.4", "10.180.0.5")))
	e.Step()
	if strings.Contains(p.Rules(), "10.180.0.5") {
		t.Error("the rules changed without a sync")
	}
	first := p.Synced()
	e.Step()
	if at := p.Synced(); at-first < minSyncPeriod || !strings.Contains(p.Rules(), "10.180.0.5:80") {
		t.Errorf("synced at %v after %v:\n%s", at, first, p.Rules())
	}
}
