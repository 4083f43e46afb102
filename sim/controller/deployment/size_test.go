package deployment

import (
	"fmt"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"orrery/sim/controller"
)

// rollout returns a sync of a Deployment with some bounds.
func rollout(replicas int32, surge, unavailable string) *sync {
	s, u := intstr.Parse(surge), intstr.Parse(unavailable)
	return &sync{written: map[*appsv1.ReplicaSet]bool{}, d: &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web"},
		Spec: appsv1.DeploymentSpec{Replicas: &replicas, Strategy: appsv1.DeploymentStrategy{
			Type: appsv1.RollingUpdateDeploymentStrategyType, RollingUpdate: &appsv1.RollingUpdateDeployment{MaxSurge: &s, MaxUnavailable: &u},
		}},
	}}
}

func replicaSet(name string, wanted, available int32, annotations ...int32) *appsv1.ReplicaSet {
	rs := &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: appsv1.ReplicaSetSpec{Replicas: &wanted}}
	rs.Status.AvailableReplicas = available
	if len(annotations) == 2 {
		setSizes(rs, annotations[0], annotations[1])
	}
	return rs
}

func TestBounds(t *testing.T) {
	tests := []struct {
		replicas              int32
		surge, unavailable    string
		wantSurge, wantMissed int32
	}{
		{3, "25%", "25%", 1, 0}, // up for surge, down for unavailability
		{4, "25%", "25%", 1, 1},
		{10, "30%", "0", 3, 0},
		{10, "0", "0%", 0, 1}, // or nothing could ever move
		{2, "1", "5", 1, 2},   // no more than there are
		{0, "25%", "1", 0, 0},
		{1, "100%", "100%", 1, 1},
	}
	for _, test := range tests {
		s := rollout(test.replicas, test.surge, test.unavailable)
		if s.maxSurge() != test.wantSurge || s.maxUnavailable() != test.wantMissed {
			t.Errorf("%d replicas, surge %s, unavailable %s: %d and %d, want %d and %d", test.replicas, test.surge,
				test.unavailable, s.maxSurge(), s.maxUnavailable(), test.wantSurge, test.wantMissed)
		}
	}
}

func TestShare(t *testing.T) {
	tests := []struct {
		name     string
		replicas int32
		surge    string
		sizes    []int32 // of ReplicaSets that were sized for 10 replicas and 13 at most
		want     []int32
	}{
		{"from 10 to 15 in the middle of a rollout", 15, "3", []int32{8, 5}, []int32{11, 7}},
		{"from 10 to 5", 5, "3", []int32{8, 5}, []int32{5, 3}},
		{"what is left over goes to the largest", 12, "3", []int32{5, 5, 3}, []int32{6, 6, 3}},
	}
	for _, test := range tests {
		s := rollout(test.replicas, test.surge, "2")
		var all []*appsv1.ReplicaSet
		for i, n := range test.sizes {
			all = append(all, replicaSet(fmt.Sprintf("rs-%d", i), n, n, 10, 13))
		}
		s.share(all)
		got := map[string]int32{}
		for _, stage := range s.plan.Stages {
			for _, w := range stage {
				got[w.Name] = *w.Object.(*appsv1.ReplicaSet).Spec.Replicas
			}
		}
		total := int32(0)
		for i, want := range test.want {
			name := fmt.Sprintf("rs-%d", i)
			total += got[name]
			if got[name] != want {
				t.Errorf("%s: %s gets %d, want %d", test.name, name, got[name], want)
			}
		}
		if total != test.replicas+3 {
			t.Errorf("%s: %d in all, want %d", test.name, total, test.replicas+3)
		}
	}
}

// TestShrinkOld holds that unhealthy pods go first and that enough stay available.
func TestShrinkOld(t *testing.T) {
	s := rollout(10, "3", "2")
	old, newRS := replicaSet("old", 10, 8), replicaSet("new", 3, 0)
	all := []*appsv1.ReplicaSet{old, newRS}
	if !s.shrinkOld(all, all[:1], newRS) {
		t.Fatal("nothing was scaled down")
	}
	if got := *s.plan.Stages[0][0].Object.(*appsv1.ReplicaSet).Spec.Replicas; got != 8 {
		t.Errorf("old is scaled to %d first, want 8: the two that are not available go", got)
	}
	if len(s.plan.Stages) != 1 {
		t.Errorf("%d writes, want 1: the 8 available ones cannot be missed", len(s.plan.Stages))
	}
}

func TestTemplateHash(t *testing.T) {
	collisions := int32(1)
	d := rollout(1, "1", "1").d
	plain, other := controller.TemplateHash(&d.Spec.Template, nil), controller.TemplateHash(&d.Spec.Template, &collisions)
	if plain == other || plain == "" {
		t.Errorf("hashes %q and %q, want two that differ", plain, other)
	}
}
