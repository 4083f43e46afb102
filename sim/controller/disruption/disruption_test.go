package disruption

import (
	"fmt"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

var (
	now   = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	label = map[string]string{"app": "web"}
	yes   = true
	key   = controller.Key{Namespace: "default", Name: "web"}
)

func budget(change func(*policyv1.PodDisruptionBudget)) *policyv1.PodDisruptionBudget {
	b := &policyv1.PodDisruptionBudget{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web", Generation: 1},
		Spec:       policyv1.PodDisruptionBudgetSpec{Selector: &metav1.LabelSelector{MatchLabels: label}},
	}
	change(b)
	return b
}

func pod(name string, changes ...func(*corev1.Pod)) *corev1.Pod {
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "default", Name: name, UID: types.UID(name), Labels: label,
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "web-1", UID: "rs", Controller: &yes}},
		},
		Status: corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}},
	}
	for _, change := range changes {
		change(p)
	}
	return p
}

func unready(p *corev1.Pod)   { p.Status.Conditions[0].Status = corev1.ConditionFalse }
func going(p *corev1.Pod)     { p.DeletionTimestamp = &metav1.Time{Time: now} }
func unmanaged(p *corev1.Pod) { p.OwnerReferences = nil }
func ofJob(p *corev1.Pod) {
	p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: "j", UID: "j", Controller: &yes}}
}

func targeted(ago time.Duration) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.Conditions = append(p.Status.Conditions, corev1.PodCondition{
			Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(now.Add(-ago)),
		})
	}
}

// view shows a Deployment of ten whose ReplicaSet has only some pods so far, and what is given.
func view(objects ...api.Object) controller.View {
	ten, five := int32(10), int32(5)
	objects = append(objects,
		&appsv1.Deployment{
			ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web", UID: "d"}, Spec: appsv1.DeploymentSpec{Replicas: &ten},
		},
		&appsv1.ReplicaSet{
			ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web-1", UID: "rs", OwnerReferences: []metav1.OwnerReference{
				{APIVersion: "apps/v1", Kind: "Deployment", Name: "web", UID: "d", Controller: &yes},
			}},
			Spec: appsv1.ReplicaSetSpec{Replicas: &five},
		})
	cache := client.NewCache(budgets, "pods", "deployments.apps", "replicasets.apps", "jobs.batch")
	for _, o := range objects {
		cache.Apply(client.Change{Type: client.Added, Resource: api.FindObject(o).Name, Object: o})
	}
	return controller.View{Cache: cache, Now: now, Fresh: true}
}

func TestCount(t *testing.T) {
	at := func(value intstr.IntOrString) func(*policyv1.PodDisruptionBudget) {
		return func(b *policyv1.PodDisruptionBudget) { b.Spec.MinAvailable = &value }
	}
	missing := func(value intstr.IntOrString) func(*policyv1.PodDisruptionBudget) {
		return func(b *policyv1.PodDisruptionBudget) { b.Spec.MaxUnavailable = &value }
	}
	for _, c := range []struct {
		name   string
		budget *policyv1.PodDisruptionBudget
		pods   []api.Object
		want   string // expected, healthy, desired, allowed; then the condition's reason and the Events' reasons
	}{
		{"no pods yet", budget(at(intstr.FromInt32(0))), nil, "0 0 0 0 InsufficientPods NoPods"},
		{"a number", budget(at(intstr.FromInt32(1))), []api.Object{pod("a"), pod("b"), pod("c", unready)}, "3 2 1 1 SufficientPods"},
		{"one is going", budget(at(intstr.FromInt32(1))), []api.Object{pod("a", going), pod("b")}, "2 1 1 0 InsufficientPods"},
		{"a percentage of the Deployment", budget(at(intstr.FromString("15%"))), []api.Object{pod("a"), pod("b"), pod("c")}, "10 3 2 1 SufficientPods"},
		{"how many may be missing", budget(missing(intstr.FromInt32(8))), []api.Object{pod("a"), pod("b"), pod("c")}, "10 3 2 1 SufficientPods"},
		{"more may be missing than there are", budget(missing(intstr.FromInt32(80))), []api.Object{pod("a")}, "10 1 0 1 SufficientPods"},
		{"nobody's pod", budget(missing(intstr.FromInt32(9))), []api.Object{pod("a"), pod("b", unmanaged)}, "10 2 1 1 SufficientPods UnmanagedPods"},
		{"a controller without a size", budget(missing(intstr.FromInt32(9))), []api.Object{pod("a", ofJob)}, "0 0 0 0 SyncFailed CalculateExpectedPodCountFailed"},
		{"an eviction is on its way", budget(func(b *policyv1.PodDisruptionBudget) {
			at(intstr.FromInt32(1))(b)
			b.Status.DisruptedPods = map[string]metav1.Time{"a": metav1.NewTime(now.Add(-time.Minute))}
		}), []api.Object{pod("a"), pod("b"), pod("c")}, "3 2 1 1 SufficientPods"},
		{"an eviction came to nothing", budget(func(b *policyv1.PodDisruptionBudget) {
			at(intstr.FromInt32(1))(b)
			b.Status.DisruptedPods = map[string]metav1.Time{"a": metav1.NewTime(now.Add(-3 * time.Minute))}
		}), []api.Object{pod("a"), pod("b"), pod("c")}, "3 3 1 2 SufficientPods NotDeleted"},
	} {
		plan := reconcile(view(append(c.pods, c.budget)...), key)
		if len(plan.Stages) != 1 {
			t.Errorf("%s: %d stages", c.name, len(plan.Stages))
			continue
		}
		s := plan.Stages[0][0].Object.(*policyv1.PodDisruptionBudget).Status
		got := []string{fmt.Sprint(s.ExpectedPods, s.CurrentHealthy, s.DesiredHealthy, s.DisruptionsAllowed), s.Conditions[0].Reason}
		for _, e := range plan.Events {
			got = append(got, e.Reason)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %s; want %s", c.name, strings.Join(got, " "), c.want)
		}
	}
}

// TestSettled holds that nothing is written when the status is right, and that a granted eviction is looked at again.
func TestSettled(t *testing.T) {
	one := intstr.FromInt32(1)
	b := budget(func(b *policyv1.PodDisruptionBudget) { b.Spec.MinAvailable = &one })
	b = reconcile(view(b, pod("a"), pod("b")), key).Stages[0][0].Object.(*policyv1.PodDisruptionBudget)
	if plan := reconcile(view(b, pod("a"), pod("b")), key); len(plan.Stages)+len(plan.Events) > 0 || plan.Again != 0 {
		t.Errorf("a settled budget: %+v", plan)
	}
	b = b.DeepCopy()
	b.Status.DisruptedPods = map[string]metav1.Time{"a": metav1.NewTime(now.Add(-30 * time.Second))}
	if plan := reconcile(view(b, pod("a"), pod("b")), key); plan.Again != 90*time.Second {
		t.Errorf("looked at again in %s", plan.Again)
	}
}

func TestFailSafe(t *testing.T) {
	v := view(budget(func(b *policyv1.PodDisruptionBudget) { b.Status.DisruptionsAllowed = 2 }), pod("a"))
	v.Err = &metav1.Status{Reason: metav1.StatusReasonConflict}
	if plan := reconcile(v, key); len(plan.Stages) > 0 {
		t.Error("a conflict is more than a reason to try again")
	}
	v.Err = &metav1.Status{Reason: metav1.StatusReasonInternalError, Message: "etcd is gone"}
	s := reconcile(v, key).Stages[0][0].Object.(*policyv1.PodDisruptionBudget).Status
	if s.DisruptionsAllowed != 0 || s.Conditions[0].Reason != policyv1.SyncFailedReason || s.Conditions[0].Message != "etcd is gone" {
		t.Errorf("%+v", s)
	}
}

func TestStaleCondition(t *testing.T) {
	stale := controller.Key{Namespace: "default", Name: "pods/a"}
	if plan := reconcile(view(pod("a", targeted(time.Minute))), stale); len(plan.Stages) > 0 || plan.Again != time.Minute {
		t.Errorf("after a minute: %+v", plan)
	}
	plan := reconcile(view(pod("a", targeted(2*time.Minute))), stale)
	c := controller.Condition(plan.Stages[0][0].Object.(*corev1.Pod), corev1.DisruptionTarget)
	if c.Status != corev1.ConditionFalse || !c.LastTransitionTime.Time.Equal(now) {
		t.Errorf("after two: %+v", c)
	}
	if plan := reconcile(view(pod("a", targeted(2*time.Minute), going)), stale); len(plan.Stages) > 0 {
		t.Error("a pod that goes is told that it does not")
	}
}

func TestKeys(t *testing.T) {
	two := budget(func(b *policyv1.PodDisruptionBudget) { b.Name = "zzz" })
	var got []string
	add := func(k controller.Key, d time.Duration) { got = append(got, k.Name+" "+d.String()) }
	podKeys(view(), client.Added, nil, pod("a"), add)
	podKeys(view(budget(func(*policyv1.PodDisruptionBudget) {}), two), client.Modified, pod("a"), pod("a", targeted(time.Minute)), add)
	if want := "[web 0s shared/a 0s pods/a 1m0s]"; fmt.Sprint(got) != want {
		t.Errorf("wakes %v, want %s", got, want)
	}
	plan := reconcile(view(budget(func(*policyv1.PodDisruptionBudget) {}), two, pod("a")), controller.Key{Namespace: "default", Name: "shared/a"})
	if len(plan.Events) != 1 || plan.Events[0].Message != `Pod "default"/"a" matches multiple PodDisruptionBudgets.  Chose "web" arbitrarily.` {
		t.Errorf("%+v", plan.Events)
	}
}
