package invariant

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"orrery/sim/api"
	"orrery/sim/etcd"
)

// storeOf returns a past in which there are these objects.
func storeOf(t *testing.T, objects ...api.Object) past {
	t.Helper()
	s := etcd.New()
	for _, o := range objects {
		if _, err := s.Commit(etcd.Write{Key: api.FindObject(o).Key(o.GetNamespace(), o.GetName()), Object: o}); err != nil {
			t.Fatal(err)
		}
	}
	return past{s, s.Revision()}
}

func meta(name string, owner types.UID) metav1.ObjectMeta {
	m := metav1.ObjectMeta{Namespace: "default", Name: name, UID: types.UID(name)}
	if owner != "" {
		yes := true
		m.OwnerReferences = []metav1.OwnerReference{{Name: string(owner), UID: owner, Controller: &yes}}
	}
	return m
}

func pod(name, owner, node string, ready corev1.ConditionStatus) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: meta(name, types.UID(owner)), Spec: corev1.PodSpec{NodeName: node},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}}},
	}
}

func wrong(t *testing.T, err error, words string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), words) {
		t.Errorf("found %v, want something about %q", err, words)
	}
}

func TestDaemonSets(t *testing.T) {
	one := intstr.FromInt32(1)
	ds := &appsv1.DaemonSet{
		ObjectMeta: meta("agent", ""), Status: appsv1.DaemonSetStatus{DesiredNumberScheduled: 3},
		Spec: appsv1.DaemonSetSpec{UpdateStrategy: appsv1.DaemonSetUpdateStrategy{RollingUpdate: &appsv1.RollingUpdateDaemonSet{MaxUnavailable: &one}}},
	}
	node := func(name string) *corev1.Node { return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}} }
	a, b, c := pod("a", "agent", "n1", "True"), pod("b", "agent", "n2", "True"), pod("c", "agent", "n3", "False")
	p := storeOf(t, ds, node("n1"), node("n2"), node("n3"), a, b, c)
	wrong(t, onePerNode(p, pod("d", "agent", "n1", "False"), &a.OwnerReferences[0]), "2 pods on n1")
	if err := onePerNode(p, pod("d", "agent", "n4", "False"), &a.OwnerReferences[0]); err != nil {
		t.Error(err)
	}
	wrong(t, daemonsLeft(p, a, &a.OwnerReferences[0]), "left with 1 ready pods of 3")
	if err := daemonsLeft(p, c, &a.OwnerReferences[0]); err != nil {
		t.Error(err)
	}
}

func TestStatefulSets(t *testing.T) {
	two := int32(2)
	set := &appsv1.StatefulSet{ObjectMeta: meta("db", ""), Spec: appsv1.StatefulSetSpec{Replicas: &two}}
	zero, one := pod("db-0", "db", "n1", "True"), pod("db-1", "db", "n1", "False")
	p := storeOf(t, set, zero, one)
	ref := &zero.OwnerReferences[0]
	wrong(t, inOrder(p, pod("db-2", "db", "", ""), ref), "before db-1 is ready")
	wrong(t, inOrder(p, pod("db-00", "db", "", ""), ref), "two pods of ordinal 0")
	wrong(t, lastFirst(p, zero, ref), "deleted before db-1")
	if err := lastFirst(p, one, ref); err != nil {
		t.Error(err)
	}
	set.Spec.PodManagementPolicy = appsv1.ParallelPodManagement
	if err := inOrder(p, pod("db-2", "db", "", ""), ref); err != nil {
		t.Error(err)
	}
}

func TestDeployments(t *testing.T) {
	three, one := int32(3), intstr.FromInt32(1)
	set := func(name string, replicas, available int32) *appsv1.ReplicaSet {
		rs := &appsv1.ReplicaSet{
			ObjectMeta: meta(name, "web"), Spec: appsv1.ReplicaSetSpec{Replicas: &replicas},
			Status: appsv1.ReplicaSetStatus{AvailableReplicas: available},
		}
		rs.Annotations = map[string]string{"deployment.kubernetes.io/desired-replicas": "3"}
		return rs
	}
	d := &appsv1.Deployment{ObjectMeta: meta("web", ""), Spec: appsv1.DeploymentSpec{Replicas: &three, Strategy: appsv1.DeploymentStrategy{
		Type: appsv1.RollingUpdateDeploymentStrategyType, RollingUpdate: &appsv1.RollingUpdateDeployment{MaxSurge: &one, MaxUnavailable: &one},
	}}}
	p := storeOf(t, d, set("old", 3, 3), set("new", 1, 0))
	ref := &set("new", 0, 0).OwnerReferences[0]
	wrong(t, withinBounds(p, set("new", 2, 0), ref), "5 pods, more than 4")
	wrong(t, withinBounds(p, set("old", 1, 3), ref), "left with 1 available pods, fewer than 2")
	if err := withinBounds(p, set("old", 2, 3), ref); err != nil {
		t.Error(err)
	}
	d.Spec.Strategy = appsv1.DeploymentStrategy{Type: appsv1.RecreateDeploymentStrategyType}
	wrong(t, withinBounds(p, set("new", 3, 0), ref), "beside 3 old ones")
}
