package namespace

import (
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

var now = time.Date(2026, 1, 1, 0, 0, 10, 0, time.UTC)

// going returns a namespace that has been deleted 5 s ago.
func going(conditions ...corev1.NamespaceCondition) *corev1.Namespace {
	return &corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{Name: "demo", DeletionTimestamp: &metav1.Time{Time: now.Add(-5 * time.Second)}},
		Spec:       corev1.NamespaceSpec{Finalizers: []corev1.FinalizerName{"example.com/hold", corev1.FinalizerKubernetes}},
		Status:     corev1.NamespaceStatus{Phase: corev1.NamespaceTerminating, Conditions: conditions},
	}
}

func pod(change ...func(*corev1.Pod)) *corev1.Pod {
	grace := int64(30)
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "a"},
		Spec:       corev1.PodSpec{NodeName: "n1", TerminationGracePeriodSeconds: &grace},
	}
	for _, c := range change {
		c(p)
	}
	return p
}

func configMap(finalizers ...string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "c", Finalizers: finalizers}}
}

func plan(objects ...api.Object) controller.Plan {
	var kinds []string
	for _, w := range Spec.Watches {
		kinds = append(kinds, w.Resource)
	}
	cache := client.NewCache(kinds...)
	for _, o := range objects {
		cache.Apply(client.Change{Type: client.Added, Resource: api.FindObject(o).Name, Object: o})
	}
	return reconcile(controller.View{Cache: cache, Now: now, Fresh: true}, controller.Key{Name: "demo"})
}

// text prints what a plan does.
func text(p controller.Plan) string {
	var out []string
	for _, stage := range p.Stages {
		w := stage[0]
		s := string(w.Verb) + " " + w.Resource
		if w.Subresource != "" {
			s = w.Subresource
		}
		if w.Chain {
			s += " chained"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

// all is the deletion of everything but pods.
func all() string {
	var out []string
	for _, r := range contents(nil)[1:] {
		out = append(out, "deletecollection "+r.Name)
	}
	return "deletecollection pods, " + strings.Join(out, ", ")
}

func TestReconcile(t *testing.T) {
	emptied := plan(going()).Stages
	status := emptied[len(emptied)-3][0].Object.(*corev1.Namespace).Status.Conditions
	for _, test := range []struct {
		name  string
		plan  controller.Plan
		want  string
		again time.Duration
	}{
		{"one that stays", plan(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "demo"}}), "", 0},
		{"pods first, half of their grace period", plan(going(), pod(), configMap()), "deletecollection pods, status", 16 * time.Second},
		{"pods that were told already", plan(going(status...), pod()), "deletecollection pods", 16 * time.Second},
		{"a pod that no kubelet holds", plan(going(status...), pod(func(p *corev1.Pod) { p.Spec.NodeName = "" })), all() + ", finalize", 0},
		{"a pod that has ended", plan(going(status...), pod(func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed })), all() + ", finalize", 0},
		{"a finalizer", plan(going(), configMap("example.com/hold")), all() + ", status", 8 * time.Second},
		{"nothing is left", plan(going(), configMap()), all() + ", status, finalize, finalize chained", 0},
	} {
		if got := text(test.plan); got != test.want || test.plan.Again != test.again {
			t.Errorf("%s: %s\nagain after %v, want %s\nafter %v", test.name, got, test.plan.Again, test.want, test.again)
		}
	}
	last := emptied[len(emptied)-1][0].Object.(*corev1.Namespace)
	if fmt.Sprint(last.Spec.Finalizers) != "[example.com/hold]" {
		t.Errorf("finalized to %v, want the finalizers of others", last.Spec.Finalizers)
	}
}

// TestConditions holds what is told of a namespace that something holds.
func TestConditions(t *testing.T) {
	p := plan(going(), configMap("example.com/hold"))
	ns := p.Stages[len(p.Stages)-1][0].Object.(*corev1.Namespace)
	var got []string
	for _, c := range ns.Status.Conditions {
		got = append(got, fmt.Sprintf("%s=%s %s: %s", c.Type, c.Status, c.Reason, c.Message))
	}
	want := []string{
		"NamespaceDeletionDiscoveryFailure=False ResourcesDiscovered: All resources successfully discovered",
		"NamespaceDeletionGroupVersionParsingFailure=False ParsedGroupVersions: All legacy kube types successfully parsed",
		"NamespaceDeletionContentFailure=False ContentDeleted: All content successfully deleted, may be waiting on finalization",
		"NamespaceContentRemaining=True SomeResourcesRemain: Some resources are remaining: configmaps. has 1 resource instances",
		"NamespaceFinalizersRemaining=True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: " +
			"example.com/hold in 1 resource instances",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the conditions are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	freed := plan(ns, configMap())
	for _, c := range freed.Stages[len(freed.Stages)-3][0].Object.(*corev1.Namespace).Status.Conditions {
		if c.Status != corev1.ConditionFalse {
			t.Errorf("nothing is left, but %s: %s", c.Type, c.Message)
		}
	}
}
