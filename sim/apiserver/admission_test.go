package apiserver_test

import (
	"strings"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/apiserver/admission"
	"orrery/sim/client"
)

func TestAdmissionOfPods(t *testing.T) {
	create := func(change func(*corev1.Pod)) client.Request {
		p := pod("x")
		change(p)
		return client.Request{Verb: client.Create, Resource: "pods", Namespace: "demo", Object: p}
	}
	const restricted = `violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "nginx" must set ` +
		`securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "nginx" must set ` +
		`securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "nginx" must set ` +
		`securityContext.runAsNonRoot=true), seccompProfile (pod or container "nginx" must set securityContext.seccompProfile.type ` +
		`to "RuntimeDefault" or "Localhost")`
	value := int32(5)
	for name, c := range map[string]struct {
		labels  map[string]string // of the namespace
		request client.Request
		want    string // error
		warning string
	}{
		"restricted": {
			map[string]string{"pod-security.kubernetes.io/enforce": "restricted"},
			create(func(*corev1.Pod) {}),
			`pods "x" is forbidden: ` + strings.Replace(restricted, "violate", "violates", 1), "",
		},
		"warned": {
			map[string]string{"pod-security.kubernetes.io/warn": "restricted"}, create(func(*corev1.Pod) {}), "", "would " + restricted,
		},
		"baseline": {
			map[string]string{"pod-security.kubernetes.io/enforce": "baseline", "pod-security.kubernetes.io/enforce-version": "v1.30"},
			create(func(p *corev1.Pod) { p.Spec.HostNetwork = true; p.Spec.Containers[0].Ports[0].HostPort = 80 }),
			`pods "x" is forbidden: violates PodSecurity "baseline:v1.30": host namespaces (hostNetwork=true), ` +
				`hostPort (container "nginx" uses hostPort 80)`, "",
		},
		"no such class": {
			nil, create(func(p *corev1.Pod) { p.Spec.PriorityClassName = "nope" }),
			`pods "x" is forbidden: no PriorityClass with name nope was found`, "",
		},
		"a priority of its own": {
			nil, create(func(p *corev1.Pod) { p.Spec.Priority = &value }),
			`pods "x" is forbidden: the integer value of priority (5) must not be provided in pod spec; priority admission controller ` +
				`computed 0 from the given PriorityClass name`, "",
		},
		"no such account": {
			nil, create(func(p *corev1.Pod) { p.Name, p.GenerateName, p.Spec.ServiceAccountName = "", "x-", "nobody" }),
			`pods "x-" is forbidden: error looking up service account demo/nobody: serviceaccount "nobody" not found`, "",
		},
		"no such runtime": {
			nil, create(func(p *corev1.Pod) { name := "gvisor"; p.Spec.RuntimeClassName = &name }),
			`pods "x" is forbidden: pod rejected: RuntimeClass "gvisor" not found`, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness()
			h.label(t, c.labels)
			r := h.do(c.request)
			if got := message(r); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if got := strings.Join(r.Warnings, "\n"); got != c.warning {
				t.Errorf("warned %s\nwant   %s", got, c.warning)
			}
		})
	}
}

func message(r *client.Response) string {
	if r.Error == nil {
		return ""
	}
	return r.Error.Message
}

// label puts labels on the namespace demo, and returns the answer.
func (h *harness) label(t *testing.T, labels map[string]string) *client.Response {
	t.Helper()
	ns := h.do(client.Request{Verb: client.Get, Resource: "namespaces", Name: "demo"}).Object.DeepCopyObject().(*corev1.Namespace)
	for k, v := range labels {
		ns.Labels[k] = v
	}
	return h.do(client.Request{Verb: client.Update, Resource: "namespaces", Name: "demo", Object: ns})
}

func TestLabellingANamespaceWarnsOfItsPods(t *testing.T) {
	h := newHarness()
	for _, name := range []string{"b", "a", "c"} {
		h.do(client.Request{Verb: client.Create, Resource: "pods", Namespace: "demo", Object: pod(name)})
	}
	r := h.label(t, map[string]string{"pod-security.kubernetes.io/enforce": "restricted"})
	want := `existing pods in namespace "demo" violate the new PodSecurity enforce level "restricted:latest"
a (and 2 other pods): allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile`
	if got := strings.Join(r.Warnings, "\n"); got != want {
		t.Errorf("warned %s\nwant   %s", got, want)
	}
	r = h.label(t, map[string]string{"pod-security.kubernetes.io/enforce": "strict"})
	want = `Namespace "demo" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": ` +
		`must be one of privileged, baseline, restricted`
	if message(r) != want {
		t.Errorf("got  %s\nwant %s", message(r), want)
	}
}

func TestNodeRestriction(t *testing.T) {
	h := newHarness()
	h.server.Bootstrap(h.engine.Stream("seed"))
	for _, name := range []string{"node-1", "node-2"} {
		h.seed(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}})
		p := pod("on-" + name)
		p.Spec.NodeName, p.Spec.ServiceAccountName = name, "default"
		h.seed(p)
	}
	token := func(pod string) *authenticationv1.TokenRequest {
		return &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
			BoundObjectRef: &authenticationv1.BoundObjectReference{APIVersion: "v1", Kind: "Pod", Name: pod, UID: h.uid(pod)},
		}}
	}
	tainted := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node-1"}, Spec: corev1.NodeSpec{
		Taints: []corev1.Taint{{Key: "k", Effect: corev1.TaintEffectNoSchedule}},
	}}
	status := func(name string) client.Request {
		return client.Request{
			Verb: client.Patch, Resource: "pods", Subresource: "status", Namespace: "demo", Name: name, PatchType: client.TypedStatus,
			Object: &corev1.Pod{Status: corev1.PodStatus{Phase: corev1.PodRunning}},
		}
	}
	tokens := func(pod string) client.Request {
		return client.Request{
			Verb: client.Create, Resource: "serviceaccounts", Subresource: "token", Namespace: "demo", Name: "default", Object: token(pod),
		}
	}
	for name, c := range map[string]struct {
		request client.Request
		want    string
	}{
		"its pod's status": {status("on-node-1"), ""},
		"another's pod": {
			status("on-node-2"),
			`pods "on-node-2" is forbidden: node "node-1" can only update pod status for pods with spec.nodeName set to itself`,
		},
		"its pod's token": {tokens("on-node-1"), ""},
		"another's token": {
			tokens("on-node-2"), `serviceaccounts "default" is forbidden: node requested token bound to a pod scheduled on a different node`,
		},
		"a taint": {
			client.Request{Verb: client.Update, Resource: "nodes", Name: "node-1", Object: tainted},
			`nodes "node-1" is forbidden: node "node-1" is not allowed to modify taints`,
		},
		"another node": {
			client.Request{Verb: client.Update, Resource: "nodes", Name: "node-2", Object: &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node-2"}}},
			`nodes "node-2" is forbidden: node "node-1" is not allowed to modify node "node-2"`,
		},
		"another's pod, deleted": {
			client.Request{Verb: client.Delete, Resource: "pods", Namespace: "demo", Name: "on-node-2"},
			`pods "on-node-2" is forbidden: node "node-1" can only delete pods with spec.nodeName set to itself`,
		},
	} {
		c.request.User = "kubelet/node-1"
		if got := message(h.do(c.request)); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, c.want)
		}
	}
}

func TestANewNodeIsTainted(t *testing.T) {
	r := newHarness().do(client.Request{Verb: client.Create, Resource: "nodes", Object: &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n"}}})
	if taints := r.Object.(*corev1.Node).Spec.Taints; len(taints) != 1 || taints[0].Key != corev1.TaintNodeNotReady {
		t.Errorf("taints %v", taints)
	}
}

func TestTheClustersNamespacesStay(t *testing.T) {
	h := newHarness()
	h.seed(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "kube-system"}})
	r := h.do(client.Request{Verb: client.Delete, Resource: "namespaces", Name: "kube-system"})
	if want := `namespaces "kube-system" is forbidden: this namespace may not be deleted`; message(r) != want {
		t.Errorf("got %s, want %s", message(r), want)
	}
}

func TestTheTraceNamesWhatAdmissionChanged(t *testing.T) {
	h := newHarness()
	h.do(client.Request{Verb: client.Create, Resource: "pods", Namespace: "demo", Object: pod("x")})
	for _, e := range h.trace {
		if changed, ok := e.Data.(admission.Changed); ok {
			if got := strings.Join(changed.Names(), " "); got != "ServiceAccount Priority DefaultTolerationSeconds" {
				t.Errorf("admission changed by %s", got)
			}
			return
		}
	}
	t.Error("no event says what admission changed")
}
