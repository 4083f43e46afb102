package apiserver_test

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"orrery/sim/api"
	"orrery/sim/client"
)

// runs makes a pod that a kubelet holds and that is ready.
func (h *harness) runs(t *testing.T, name string) {
	t.Helper()
	h.must(t, client.Request{Verb: client.Create, Resource: "pods", Object: pod(name)})
	h.must(t, client.Request{Verb: client.Create, Resource: "pods", Subresource: "binding", Name: name, Object: &corev1.Binding{
		ObjectMeta: metav1.ObjectMeta{Name: name}, Target: corev1.ObjectReference{Kind: "Node", Name: "node-1"},
	}})
	p := h.stored("pods", name).DeepCopyObject().(*corev1.Pod)
	p.Status.Phase = corev1.PodRunning
	p.Status.Conditions = append(p.Status.Conditions, corev1.PodCondition{Type: corev1.PodReady, Status: corev1.ConditionTrue})
	h.must(t, client.Request{Verb: client.Update, Resource: "pods", Subresource: "status", Name: name, Object: p})
}

func (h *harness) must(t *testing.T, r client.Request) *client.Response {
	t.Helper()
	r.Namespace = "demo"
	a := h.do(r)
	if a.Error != nil {
		t.Fatalf("%s %s/%s %s: %s", r.Verb, r.Resource, r.Subresource, r.Name, a.Error.Message)
	}
	return a
}

func (h *harness) stored(resource, name string) api.Object {
	v := h.server.Store().Get(api.Find(resource).Key("demo", name))
	if v == nil {
		return nil
	}
	return v.Object
}

func eviction(name string) client.Request {
	return client.Request{
		Verb: client.Create, Resource: "pods", Subresource: "eviction", Namespace: "demo", Name: name,
		Object: &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "demo"}},
	}
}

func TestEviction(t *testing.T) {
	h := newHarness()
	for _, name := range []string{"a", "b", "c"} {
		h.runs(t, name)
	}
	two := intstr.FromInt32(2)
	h.must(t, client.Request{Verb: client.Create, Resource: "poddisruptionbudgets.policy", Object: &policyv1.PodDisruptionBudget{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "demo"},
		Spec:       policyv1.PodDisruptionBudgetSpec{MinAvailable: &two, Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}},
	}})
	refused := func(want string) {
		t.Helper()
		a := h.do(eviction("a"))
		if a.Error == nil || a.Error.Code != 429 || a.Error.Message != "Cannot evict pod as it would violate the pod's disruption budget." ||
			a.Error.Details.Causes[0].Message != want {
			t.Errorf("answered %d, %+v; want 429 and %q", a.Code, a.Error, want)
		}
	}
	refused("The disruption budget web is still being processed by the server.")

	b := h.stored("poddisruptionbudgets.policy", "web").DeepCopyObject().(*policyv1.PodDisruptionBudget)
	b.Status = policyv1.PodDisruptionBudgetStatus{
		ObservedGeneration: 1, DisruptionsAllowed: 1, CurrentHealthy: 3, DesiredHealthy: 2, ExpectedPods: 3,
	}
	h.must(t, client.Request{Verb: client.Update, Resource: "poddisruptionbudgets.policy", Subresource: "status", Name: "web", Object: b})
	asJSON := eviction("a")
	asJSON.Body, asJSON.Object = marshal(t, asJSON.Object), nil
	a := h.do(asJSON)
	if a.Error != nil || a.Code != 201 || a.Object != nil {
		t.Fatalf("answered %d, %v, %v; want that it was done", a.Code, a.Error, a.Object)
	}
	p := h.stored("pods", "a").(*corev1.Pod)
	last := p.Status.Conditions[len(p.Status.Conditions)-1]
	if p.DeletionTimestamp == nil || last.Type != corev1.DisruptionTarget || last.Reason != "EvictionByEvictionAPI" {
		t.Errorf("the pod is deleted at %v with the condition %+v", p.DeletionTimestamp, last)
	}
	b = h.stored("poddisruptionbudgets.policy", "web").(*policyv1.PodDisruptionBudget)
	if _, told := b.Status.DisruptedPods["a"]; b.Status.DisruptionsAllowed != 0 || !told || b.Status.Conditions[0].Status != metav1.ConditionFalse {
		t.Errorf("the budget's status is %+v", b.Status)
	}
	if a := h.do(eviction("b")); a.Error == nil || a.Error.Code != 429 || h.stored("pods", "b").GetDeletionTimestamp() != nil {
		t.Errorf("a second disruption is answered %d", a.Code)
	}
	if a := h.do(eviction("nope")); a.Error == nil || a.Error.Message != `pods "nope" not found` {
		t.Errorf("a pod that is not there: %+v", a.Error)
	}
	if h.server.Open() != 0 {
		t.Errorf("%d requests are still open", h.server.Open())
	}
}

func TestScale(t *testing.T) {
	h := newHarness()
	for _, res := range api.Resources {
		if res.Subresource("scale") == nil {
			continue
		}
		body := minimal(t)[res.Kind]
		h.must(t, client.Request{Verb: client.Create, Resource: res.Name, Name: "it", Body: marshal(t, body)})
		at := client.Request{Verb: client.Get, Resource: res.Name, Subresource: "scale", Name: "it"}
		got := h.must(t, at).Object.(*autoscalingv1.Scale)
		if got.Spec.Replicas != 1 || got.Status.Selector != "app=x" || got.UID != h.stored(res.Name, "it").GetUID() {
			t.Errorf("%s: %+v", res.Name, got)
		}
		got = got.DeepCopy()
		got.Spec.Replicas = 4
		at.Verb, at.Object = client.Update, got
		if got = h.must(t, at).Object.(*autoscalingv1.Scale); got.Spec.Replicas != 4 || h.stored(res.Name, "it").GetGeneration() != 2 {
			t.Errorf("%s: updated to %+v", res.Name, got)
		}
		at.Verb, at.Object, at.PatchType, at.PatchData = client.Patch, nil, types.MergePatchType, []byte(`{"spec":{"replicas":-1}}`)
		at.Namespace = "demo"
		if a := h.do(at); a.Error == nil || a.Error.Message != `Scale.autoscaling "it" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0` {
			t.Errorf("%s: %+v", res.Name, a.Error)
		}
		at.PatchData = []byte(`{"spec":{"replicas":2}}`)
		if got = h.must(t, at).Object.(*autoscalingv1.Scale); got.Spec.Replicas != 2 {
			t.Errorf("%s: patched to %+v", res.Name, got)
		}
		if got.ResourceVersion != h.stored(res.Name, "it").GetResourceVersion() {
			t.Errorf("%s: answered with revision %s", res.Name, got.ResourceVersion)
		}
	}
	if d := h.stored("deployments.apps", "it").(*appsv1.Deployment); *d.Spec.Replicas != 2 {
		t.Errorf("%d replicas", *d.Spec.Replicas)
	}
}

func TestMethods(t *testing.T) {
	h := newHarness()
	for _, r := range []client.Request{
		{Verb: client.DeleteCollection, Resource: "namespaces"},
		{Verb: client.Get, Resource: "bindings", Name: "x"},
		{Verb: client.Update, Resource: "pods", Subresource: "binding", Name: "x", Object: &corev1.Binding{}},
		{Verb: client.Get, Resource: "configmaps", Subresource: "status", Name: "x"},
	} {
		if a := h.do(r); a.Error == nil || a.Error.Code != 405 {
			t.Errorf("%s %s/%s: %d, want 405", r.Verb, r.Resource, r.Subresource, a.Code)
		}
	}
}

func TestComponentStatuses(t *testing.T) {
	h := newHarness()
	all := h.do(client.Request{Verb: client.List, Resource: "componentstatuses"})
	if len(all.Items) != 3 {
		t.Fatalf("%d components", len(all.Items))
	}
	one := h.do(client.Request{Verb: client.Get, Resource: "componentstatuses", Name: "scheduler"})
	if one.Error != nil || one.Object.(*corev1.ComponentStatus).Conditions[0].Status != corev1.ConditionTrue {
		t.Errorf("the scheduler: %+v, %v", one.Object, one.Error)
	}
	if a := h.do(client.Request{Verb: client.Get, Resource: "componentstatuses", Name: "nope"}); a.Error == nil || a.Error.Code != 404 {
		t.Errorf("a component that is not there: %d", a.Code)
	}
}
