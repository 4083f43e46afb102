package apiserver_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
)

func service(name string, spec corev1.ServiceSpec) *corev1.Service {
	if spec.Ports == nil && spec.Type != corev1.ServiceTypeExternalName {
		spec.Ports = []corev1.ServicePort{{Port: 80}}
	}
	return &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: name}, Spec: spec}
}

// settle lets the server's own requests be done.
func (h *harness) settle() {
	for !h.engine.Quiet() {
		h.engine.Step()
	}
}

func (h *harness) address(ip string) bool {
	return h.server.Store().Get(api.Find("ipaddresses.networking.k8s.io").Key("", ip)) != nil
}

func TestServiceTypes(t *testing.T) {
	h := newHarness()
	put := func(change func(*corev1.ServiceSpec)) *corev1.Service {
		t.Helper()
		svc := h.stored("services", "s").DeepCopyObject().(*corev1.Service)
		change(&svc.Spec)
		got := h.must(t, client.Request{Verb: client.Update, Resource: "services", Name: "s", Object: svc}).Object.(*corev1.Service)
		h.settle()
		return got
	}
	svc := h.must(t, client.Request{Verb: client.Create, Resource: "services", Name: "s", Object: service("s", corev1.ServiceSpec{})}).Object.(*corev1.Service)
	h.settle()
	ip := svc.Spec.ClusterIP
	if !strings.HasPrefix(ip, "10.96.") || !h.address(ip) || *svc.Spec.IPFamilyPolicy != corev1.IPFamilyPolicySingleStack || svc.Spec.IPFamilies[0] != corev1.IPv4Protocol {
		t.Fatalf("created as %+v", svc.Spec)
	}
	svc = put(func(s *corev1.ServiceSpec) { s.Type = corev1.ServiceTypeNodePort })
	port := svc.Spec.Ports[0].NodePort
	if port < 30000 || port > 32767 || svc.Spec.ClusterIP != ip {
		t.Errorf("as NodePort: %+v", svc.Spec)
	}
	svc = put(func(s *corev1.ServiceSpec) { s.Ports[0].NodePort, s.ClusterIP, s.ClusterIPs = 0, "", nil })
	if svc.Spec.Ports[0].NodePort != port || svc.Spec.ClusterIP != ip {
		t.Errorf("what was left out came back as %+v", svc.Spec)
	}
	svc = put(func(s *corev1.ServiceSpec) { s.Type = corev1.ServiceTypeClusterIP })
	if svc.Spec.Ports[0].NodePort != 0 || svc.Spec.ExternalTrafficPolicy != "" {
		t.Errorf("as ClusterIP: %+v", svc.Spec)
	}
	svc = put(func(s *corev1.ServiceSpec) { s.Type, s.ExternalName = corev1.ServiceTypeExternalName, "example.com" })
	if svc.Spec.ClusterIP != "" || svc.Spec.IPFamilies != nil || svc.Spec.IPFamilyPolicy != nil || h.address(ip) {
		t.Errorf("as ExternalName: %+v, address kept: %v", svc.Spec, h.address(ip))
	}
	svc = put(func(s *corev1.ServiceSpec) { s.Type, s.ExternalName = corev1.ServiceTypeClusterIP, "" })
	if svc.Spec.ClusterIP == "" || !h.address(svc.Spec.ClusterIP) {
		t.Errorf("again as ClusterIP: %+v", svc.Spec)
	}
	h.must(t, client.Request{Verb: client.Delete, Resource: "services", Name: "s"})
	h.settle()
	if h.address(svc.Spec.ClusterIP) {
		t.Error("the address is taken though the Service is gone")
	}
}

// TestServiceStatus patches the status of a Service, as the controller of a load balancer does: its addresses have defaults.
func TestServiceStatus(t *testing.T) {
	h := newHarness()
	svc := service("s", corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer, Ports: []corev1.ServicePort{{Port: 80}}})
	h.must(t, client.Request{Verb: client.Create, Resource: "services", Name: "s", Object: svc})
	got := h.must(t, client.Request{
		Verb: client.Patch, Resource: "services", Subresource: "status", Name: "s", PatchType: types.MergePatchType,
		PatchData: []byte(`{"status":{"loadBalancer":{"ingress":[{"ip":"203.0.113.1"}]}}}`),
	}).Object.(*corev1.Service)
	if all := got.Status.LoadBalancer.Ingress; len(all) != 1 || all[0].IPMode == nil || *all[0].IPMode != corev1.LoadBalancerIPModeVIP {
		t.Errorf("the addresses are %+v", all)
	}
}

func TestHeadlessServices(t *testing.T) {
	h := newHarness()
	for _, c := range []struct {
		selector map[string]string
		policy   corev1.IPFamilyPolicy
		families int
	}{
		{map[string]string{"app": "x"}, corev1.IPFamilyPolicySingleStack, 1},
		{nil, corev1.IPFamilyPolicyRequireDualStack, 2},
	} {
		svc := service("s", corev1.ServiceSpec{ClusterIP: corev1.ClusterIPNone, Selector: c.selector})
		got := h.must(t, client.Request{Verb: client.Create, Resource: "services", Name: "s", Object: svc}).Object.(*corev1.Service)
		if *got.Spec.IPFamilyPolicy != c.policy || len(got.Spec.IPFamilies) != c.families || got.Spec.ClusterIPs[0] != "None" {
			t.Errorf("with the selector %v: %+v", c.selector, got.Spec)
		}
		h.must(t, client.Request{Verb: client.Delete, Resource: "services", Name: "s"})
		h.settle()
	}
}

func TestServiceErrors(t *testing.T) {
	h := newHarness()
	taken := service("taken", corev1.ServiceSpec{
		Type: corev1.ServiceTypeNodePort, ClusterIP: "10.96.0.77", Ports: []corev1.ServicePort{{Port: 80, NodePort: 30080}},
	})
	h.must(t, client.Request{Verb: client.Create, Resource: "services", Name: "taken", Object: taken})
	h.settle()
	node, dual := corev1.ServiceTypeNodePort, corev1.IPFamilyPolicyRequireDualStack
	for _, c := range []struct {
		spec corev1.ServiceSpec
		want string
	}{
		{
			corev1.ServiceSpec{ClusterIP: "10.96.0.77"},
			`spec.clusterIPs: Invalid value: ["10.96.0.77"]: failed to allocate IP 10.96.0.77: provided IP is already allocated`,
		},
		{
			corev1.ServiceSpec{ClusterIP: "10.1.0.1"},
			`spec.clusterIPs: Invalid value: ["10.1.0.1"]: failed to allocate IP 10.1.0.1: the provided network does not match the current range`,
		},
		{
			corev1.ServiceSpec{Type: node, Ports: []corev1.ServicePort{{Port: 80, NodePort: 30080}}},
			`spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated`,
		},
		{
			corev1.ServiceSpec{Type: node, Ports: []corev1.ServicePort{{Port: 80, NodePort: 80}}},
			`spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767`,
		},
		{
			corev1.ServiceSpec{IPFamilyPolicy: &dual},
			`spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services`,
		},
		{
			corev1.ServiceSpec{IPFamilies: []corev1.IPFamily{corev1.IPv6Protocol}},
			`spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster`,
		},
	} {
		a := h.do(client.Request{Verb: client.Create, Resource: "services", Namespace: "demo", Name: "x", Object: service("x", c.spec)})
		if a.Error == nil || a.Error.Message != `Service "x" is invalid: `+c.want {
			t.Errorf("got  %+v\nwant %s", a.Error, c.want)
		}
	}
}
