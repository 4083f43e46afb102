package table

import (
	"fmt"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
)

// born is when the tests' objects were created, in a world far from the wall's time.
var born = metav1.NewTime(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC))

func pod(i int) *corev1.Pod {
	ended := metav1.NewTime(born.Add(60 * time.Second))
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "demo", Name: fmt.Sprintf("web-%d", i), CreationTimestamp: born, UID: "u", ResourceVersion: "7",
			Labels:          map[string]string{"app": "web", "pod-template-hash": "6cbd945d79"},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "web", UID: "u"}},
		},
		Spec: corev1.PodSpec{NodeName: "node-1", Containers: []corev1.Container{{Name: "nginx", Image: "nginx:1.27"}}},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning, PodIP: "10.244.0.5", PodIPs: []corev1.PodIP{{IP: "10.244.0.5"}},
			Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
			ContainerStatuses: []corev1.ContainerStatus{{
				Name: "nginx", Ready: true, RestartCount: 3,
				State:                corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: ended}},
				LastTerminationState: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{FinishedAt: ended}},
			}},
		},
	}
}

// TestAges holds that ages are those of the world's now, whatever the wall's clock says, and that the objects stay as
// they were.
func TestAges(t *testing.T) {
	o := pod(1)
	before := o.DeepCopy()
	columns, rows, err := New().Rows([]api.Object{o}, born.Add(150*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(rows[0].Cells)
	if want := "[web-1 1/1 Running 3 (90s ago) 2m30s 10.244.0.5 node-1 <none> <none>]"; got != want {
		t.Errorf("cells %s, want %s", got, want)
	}
	if len(columns) != 9 || columns[3].Name != "Restarts" || columns[5].Priority != 1 {
		t.Errorf("columns %v", columns)
	}
	if rows[0].Object.Object != o || fmt.Sprint(o) != fmt.Sprint(before) {
		t.Error("the object was changed, or is not the row's")
	}
}

// plain are the kinds that Kubernetes has no columns for: their tables are names and ages.
var plain = []string{
	"limitranges", "clusterroles.rbac.authorization.k8s.io", "roles.rbac.authorization.k8s.io",
	"customresourcedefinitions.apiextensions.k8s.io",
}

// TestColumns holds that every other kind has columns of its own.
func TestColumns(t *testing.T) {
	p := New()
	for _, r := range api.Resources {
		if !r.Serves("list", "") {
			continue // it is only asked, and answers
		}
		columns, err := p.Columns(r.Kind)
		if own := err == nil && len(columns) > 0; own == slices.Contains(plain, r.Name) {
			t.Errorf("%s: %d columns, %v", r.Name, len(columns), err)
		}
	}
}

func BenchmarkRows5000(b *testing.B) {
	objects := make([]api.Object, 5000)
	for i := range objects {
		objects[i] = pod(i)
	}
	p := New()
	for b.Loop() {
		if _, rows, err := p.Rows(objects, born.Time); err != nil || len(rows) != 5000 {
			b.Fatal(err)
		}
	}
}
