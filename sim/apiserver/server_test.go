package apiserver_test

import (
	"strconv"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/apiserver"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/trace"
)

// caller is a component that keeps what it is answered.
type caller struct {
	answers []*client.Response
	changes []*client.Change
}

func (c *caller) Handle(_ *engine.Turn, body any) {
	switch b := body.(type) {
	case *client.Response:
		c.answers = append(c.answers, b)
	case *client.Change:
		c.changes = append(c.changes, b)
	}
}

func (c *caller) Clone() engine.Component { n := *c; return &n }

type harness struct {
	engine *engine.Engine
	server *apiserver.Server
	caller *caller
	trace  []trace.Entry
}

func newHarness() *harness {
	h := &harness{engine: engine.New(1), server: apiserver.New(apiserver.DefaultConfig), caller: &caller{}}
	h.engine.Add(client.Server, h.server)
	h.engine.Alias(apiserver.Etcd, client.Server)
	h.engine.Add("caller", h.caller)
	s := h.engine.Stream("seed")
	h.server.Seed(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "demo"}}, s)
	h.server.Seed(&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "default"}}, s)
	return h
}

// do sends a request as "caller" and returns the answer.
func (h *harness) do(r client.Request) *client.Response {
	if r.User == "" {
		r.User = "kubectl"
	}
	n := len(h.caller.answers)
	h.engine.Add("sender", sender{&r})
	h.engine.Post(0, "sender", nil)
	for len(h.caller.answers) == n {
		e, ok := h.engine.Step()
		if !ok {
			panic("no answer")
		}
		h.trace = append(h.trace, *e)
	}
	return h.caller.answers[n]
}

type sender struct{ r *client.Request }

func (s sender) Handle(t *engine.Turn, _ any) {
	t.SendAs("caller", client.Server, time.Millisecond, s.r)
}
func (s sender) Clone() engine.Component { return s }

// seed stores an object as it is.
func (h *harness) seed(o api.Object) { h.server.Seed(o, h.engine.Stream("seed")) }

// uid returns that of a pod in demo.
func (h *harness) uid(pod string) types.UID {
	return h.server.Store().Get(api.Find("pods").Key("demo", pod)).Object.GetUID()
}

func pod(name string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: name, Labels: map[string]string{"app": "web"}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "nginx", Image: "nginx:1.27", Ports: []corev1.ContainerPort{{ContainerPort: 80}},
			Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{"cpu": resource.MustParse("10m")}},
		}}},
	}
}

func TestPodLife(t *testing.T) {
	h := newHarness()
	h.server.Subscribe("caller", client.Subscription{ID: 1, Resource: "pods", Fields: "spec.nodeName=node-1"})
	r := h.do(client.Request{Verb: client.Create, Resource: "pods", Namespace: "demo", Object: pod("a")})
	if r.Code != 201 || r.Error != nil {
		t.Fatalf("create: %d %v", r.Code, r.Error)
	}
	p := r.Object.(*corev1.Pod)
	if p.Generation != 1 || p.Status.Phase != corev1.PodPending || len(p.Spec.Tolerations) != 2 || len(p.Spec.Volumes) != 1 {
		t.Errorf("the new pod lacks what admission and strategy add: %+v", p)
	}
	if r := h.do(client.Request{Verb: client.Create, Resource: "pods", Namespace: "demo", Object: pod("a")}); !r.Failed(metav1.StatusReasonAlreadyExists) {
		t.Errorf("a second create: %v", r.Error)
	}
	r = h.do(client.Request{Verb: client.Create, Resource: "pods", Subresource: "binding", Namespace: "demo", Name: "a", Object: &corev1.Binding{
		ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "a", UID: p.UID}, Target: corev1.ObjectReference{Kind: "Node", Name: "node-1"},
	}})
	if r.Code != 201 {
		t.Fatalf("bind: %v", r.Error)
	}
	for range 3 {
		h.engine.Step()
	}
	if len(h.caller.changes) != 1 || h.caller.changes[0].Type != client.Added {
		t.Errorf("the node's watch saw %v, want the pod added", h.caller.changes)
	}
	stale := p.DeepCopy()
	stale.Labels["x"] = "y"
	if r := h.do(client.Request{Verb: client.Update, Resource: "pods", Namespace: "demo", Name: "a", Object: stale}); !r.Failed(metav1.StatusReasonConflict) {
		t.Errorf("an update of an old revision: %v", r.Error)
	}
	r = h.do(client.Request{Verb: client.Delete, Resource: "pods", Namespace: "demo", Name: "a"})
	if g := r.Object.GetDeletionGracePeriodSeconds(); g == nil || *g != 30 || r.Object.GetGeneration() != 2 {
		t.Errorf("a graceful delete: %+v", r.Object)
	}
	zero := int64(0)
	h.do(client.Request{Verb: client.Delete, Resource: "pods", Namespace: "demo", Name: "a", Grace: &zero, UID: p.UID})
	if r := h.do(client.Request{Verb: client.Get, Resource: "pods", Namespace: "demo", Name: "a"}); !r.Failed(metav1.StatusReasonNotFound) {
		t.Errorf("after the last delete: %v %v", r.Code, r.Error)
	}
}

func BenchmarkPod(b *testing.B) {
	h := newHarness()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		name := "p" + strconv.Itoa(i)
		p := h.do(client.Request{Verb: client.Create, Resource: "pods", Namespace: "demo", Object: pod(name)}).Object.(*corev1.Pod)
		h.do(client.Request{Verb: client.Create, Resource: "pods", Subresource: "binding", Namespace: "demo", Name: name, Object: &corev1.Binding{
			ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: name, UID: p.UID}, Target: corev1.ObjectReference{Kind: "Node", Name: "node-1"},
		}})
		for range 3 {
			n := *p
			n.Spec.NodeName = "node-1"
			n.Status.PodIP = "10.244.0.7"
			n.Status.PodIPs = []corev1.PodIP{{IP: "10.244.0.7"}}
			n.Status.Phase = corev1.PodRunning
			n.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "nginx", Ready: true, Image: "nginx:1.27"}}
			if r := h.do(client.Request{Verb: client.Patch, Resource: "pods", Subresource: "status", Namespace: "demo", Name: name, PatchType: client.TypedStatus, Object: &n}); r.Error != nil {
				b.Fatal(r.Error)
			}
		}
	}
}

func TestTokens(t *testing.T) {
	h := newHarness()
	h.do(client.Request{Verb: client.Create, Resource: "pods", Namespace: "demo", Object: pod("a")})
	q := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		BoundObjectRef: &authenticationv1.BoundObjectReference{Kind: "Pod", APIVersion: "v1", Name: "a"},
	}}
	ask := client.Request{Verb: client.Create, Resource: "serviceaccounts", Subresource: "token", Namespace: "demo", Name: "default", Object: q}
	r := h.do(ask)
	if r.Code != 201 {
		t.Fatalf("no token: %v", r.Error)
	}
	token := r.Object.(*authenticationv1.TokenRequest).Status.Token
	get := client.Request{Verb: client.Get, Resource: "pods", Namespace: "demo", Name: "a", Token: token}
	const denied = `pods "a" is forbidden: User "system:serviceaccount:demo:default" cannot get resource "pods" in API group "" ` +
		`in the namespace "demo"`
	if r = h.do(get); r.Code != 403 || r.Error.Message != denied {
		t.Errorf("with the token: %d %v", r.Code, r.Error)
	}
	zero := int64(0)
	h.do(client.Request{Verb: client.Delete, Resource: "pods", Namespace: "demo", Name: "a", Grace: &zero})
	if r = h.do(get); r.Code != 401 || r.Error.Message != "Unauthorized" || r.Error.Reason != metav1.StatusReasonUnauthorized {
		t.Errorf("once the pod is gone: %d %v", r.Code, r.Error)
	}
	seconds := int64(10)
	q = &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &seconds}}
	ask.Object = q
	const want = `TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 10: ` +
		`may not specify a duration less than 10 minutes`
	if r = h.do(ask); r.Error == nil || r.Error.Message != want {
		t.Errorf("a short token: %v, want %s", r.Error, want)
	}
}
