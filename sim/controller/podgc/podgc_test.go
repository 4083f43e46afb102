package podgc

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

var now = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func view(kept any, at time.Duration, objects ...api.Object) controller.View {
	cache := client.NewCache("nodes", "pods")
	for _, o := range objects {
		cache.Apply(client.Change{Type: client.Added, Resource: api.FindObject(o).Name, Object: o})
	}
	return controller.View{Cache: cache, Now: now.Add(at), Kept: kept}
}

func pod(name, node string, phase corev1.PodPhase, going bool) *corev1.Pod {
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name, CreationTimestamp: metav1.NewTime(now)},
		Spec:       corev1.PodSpec{NodeName: node}, Status: corev1.PodStatus{Phase: phase},
	}
	if going {
		p.DeletionTimestamp = &metav1.Time{Time: now}
	}
	return p
}

func told(p controller.Plan) string {
	var out []string
	for _, stage := range p.Stages {
		out = append(out, string(stage[0].Verb)+" "+stage[0].Name)
	}
	return strings.Join(out, ", ")
}

func TestCollect(t *testing.T) {
	out := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "out"}, Spec: corev1.NodeSpec{Taints: []corev1.Taint{{Key: corev1.TaintNodeOutOfService}}}}
	all := []api.Object{
		out, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n"}},
		pod("lost", "gone", corev1.PodRunning, false), pod("lost-done", "gone", corev1.PodSucceeded, false),
		pod("stuck", "out", corev1.PodRunning, true), pod("stays", "out", corev1.PodRunning, false),
		pod("unplaced", "", corev1.PodPending, true), pod("well", "n", corev1.PodRunning, true), pod("new", "", corev1.PodPending, false),
	}
	first := reconcile(view(nil, 0, all...), controller.Key{})
	if got, want := told(first), "patch stuck, delete stuck, patch unplaced, delete unplaced"; got != want {
		t.Errorf("at first: %s; want %s", got, want)
	}
	later := reconcile(view(first.Keep, quarantine, all...), controller.Key{})
	if got, want := told(later), "patch lost, delete lost, delete lost-done, patch stuck"; !strings.HasPrefix(got, want) {
		t.Errorf("after the quarantine: %s; want %s...", got, want)
	}
	if patch := string(later.Stages[0][0].PatchData); !strings.Contains(patch, "DeletionByPodGC") || !strings.Contains(patch, `"phase":"Failed"`) {
		t.Error(patch)
	}
	if p := reconcile(view(nil, 0, pod("well", "n", corev1.PodRunning, false), all[1]), controller.Key{}); len(p.Stages) > 0 || p.Keep != nil {
		t.Errorf("all is well: %+v", p)
	}
}

func TestOldest(t *testing.T) {
	var all []api.Object
	for i := range endedMax + 1 {
		all = append(all, pod(fmt.Sprintf("p%05d", i), "n", corev1.PodSucceeded, false))
	}
	all[7].(*corev1.Pod).CreationTimestamp = metav1.NewTime(now.Add(-time.Hour))
	all = append(all, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n"}})
	if got := told(reconcile(view(nil, 0, all...), controller.Key{})); got != "delete p00007" {
		t.Error(got)
	}
}
