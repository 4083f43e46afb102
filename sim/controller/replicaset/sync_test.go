package replicaset

import (
	"fmt"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

var (
	key   = controller.Key{Namespace: "default", Name: "web"}
	label = map[string]string{"app": "web"}
)

// as returns a ReplicaSet as the controller works on it.
func as(rs *appsv1.ReplicaSet) *set {
	return &set{&Kind{Resource: "replicasets.apps", Terminating: true}, rs, rs}
}

// web returns a ReplicaSet whose status was written.
func web(replicas int32) *appsv1.ReplicaSet {
	return &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web", UID: "web-uid", Generation: 1},
		Spec: appsv1.ReplicaSetSpec{
			Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: label},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: label}},
		},
		Status: appsv1.ReplicaSetStatus{ObservedGeneration: 1, TerminatingReplicas: new(int32)},
	}
}

// owned makes a pod one that web controls.
func owned(p *corev1.Pod) {
	yes := true
	p.Namespace, p.UID, p.Labels = "default", types.UID(p.Name+"-uid"), label
	p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "web", UID: "web-uid", Controller: &yes}}
}

func going(p *corev1.Pod)  { p.DeletionTimestamp = &metav1.Time{Time: now} }
func ended(p *corev1.Pod)  { p.Status.Phase = corev1.PodSucceeded }
func orphan(p *corev1.Pod) { p.OwnerReferences = nil }
func other(p *corev1.Pod)  { p.Labels = map[string]string{"app": "other"} }

func viewOf(objects ...api.Object) controller.View {
	cache := client.NewCache("replicasets.apps", "pods")
	for _, o := range objects {
		cache.Apply(client.Change{Type: client.Added, Resource: api.FindObject(o).Name, Object: o})
	}
	return controller.View{Cache: cache, Now: now, Fresh: true}
}

// stages prints what each stage of a plan does, and how often.
func stages(p controller.Plan) string {
	var out []string
	for _, stage := range p.Stages {
		w := stage[0]
		s := string(w.Verb) + " " + w.Resource
		if w.Verb != client.Create && w.Subresource == "" {
			s += " " + w.Name
		}
		if len(stage) > 1 {
			s += fmt.Sprintf(" x%d", len(stage))
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func TestSync(t *testing.T) {
	pod := func(name string, change ...func(*corev1.Pod)) *corev1.Pod {
		return running(name, "n1", time.Minute, append([]func(*corev1.Pod){owned}, change...)...)
	}
	for _, test := range []struct {
		name  string
		view  controller.View
		stale bool
		want  string
	}{
		{"seven pods are missing", viewOf(web(7)), false, "create pods, create pods x2, create pods x4"},
		{"six hundred are missing", viewOf(web(600)), false, "create pods, create pods x2, create pods x4, create pods x8, " +
			"create pods x16, create pods x32, create pods x64, create pods x128, create pods x245"},
		{"what was created is not seen yet", viewOf(web(7)), true, ""},
		{"one too many", viewOf(web(1), pod("a"), pod("b", func(p *corev1.Pod) { p.Status.Conditions = nil })), false, "delete pods b, update replicasets.apps"},
		{"all too many", viewOf(web(0), pod("a"), pod("b")), false, "delete pods a x2, update replicasets.apps"},
		{"one that is going is replaced", viewOf(web(1), pod("a", going)), false, "create pods, update replicasets.apps"},
		{"one that ended is replaced", viewOf(web(1), pod("a", ended)), false, "create pods"},
		{"an orphan is adopted", viewOf(web(1), pod("a", orphan)), false, "patch pods a, update replicasets.apps"},
		{"one that no longer matches is let go", viewOf(web(1), pod("a", other)), false, "patch pods a, create pods"},
	} {
		test.view.Fresh = !test.stale
		if got := stages(Spec.Reconcile(test.view, key)); got != test.want {
			t.Errorf("%s: %s\nwant %s", test.name, got, test.want)
		}
	}
}

// TestStatus holds that a status counts the pods as the sync found them.
func TestStatus(t *testing.T) {
	pod := func(name string, change ...func(*corev1.Pod)) *corev1.Pod {
		return running(name, "n1", time.Minute, append([]func(*corev1.Pod){owned}, change...)...)
	}
	rs := web(3)
	rs.Generation, rs.Spec.MinReadySeconds = 2, 90
	rs.Spec.Template.Labels = map[string]string{"app": "web", "tier": "front"}
	p := Spec.Reconcile(viewOf(rs, pod("a"), pod("b", func(p *corev1.Pod) {
		p.Labels = rs.Spec.Template.Labels
		p.Status.Conditions[0].LastTransitionTime = metav1.NewTime(now.Add(-2 * time.Minute))
	}), pod("c", func(p *corev1.Pod) { p.Status.Conditions = nil }), pod("d", going)), key)
	s := p.Stages[len(p.Stages)-1][0].Object.(*appsv1.ReplicaSet).Status
	got := []int32{s.Replicas, s.FullyLabeledReplicas, s.ReadyReplicas, s.AvailableReplicas, *s.TerminatingReplicas, int32(s.ObservedGeneration)}
	if want := []int32{3, 1, 2, 1, 1, 2}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("replicas, labeled, ready, available, terminating and generation are %v, want %v", got, want)
	}
	if p.Again != 30*time.Second {
		t.Errorf("again after %v, want 30s: when the younger pod will have been ready for 90 s", p.Again)
	}
}

// TestFailure holds that a failure to create pods is reported until it is over, and that no other failure is.
func TestFailure(t *testing.T) {
	v := viewOf(web(2))
	v.Err = &metav1.Status{Reason: metav1.StatusReasonForbidden, Message: "exceeded quota", Details: &metav1.StatusDetails{Kind: "pods"}}
	p := Spec.Reconcile(v, key)
	if got := stages(p); got != "update replicasets.apps" {
		t.Fatalf("after a refusal: %s", got)
	}
	failed := p.Stages[0][0].Object.(*appsv1.ReplicaSet)
	c := failed.Status.Conditions[0]
	if c.Type != appsv1.ReplicaSetReplicaFailure || c.Status != corev1.ConditionTrue || c.Reason != "FailedCreate" || c.Message != "exceeded quota" {
		t.Errorf("the condition is %v", c)
	}
	v = viewOf(web(2))
	v.Err = &metav1.Status{Reason: metav1.StatusReasonConflict, Details: &metav1.StatusDetails{Kind: "replicasets"}}
	if got := stages(Spec.Reconcile(v, key)); got != "" {
		t.Errorf("after a conflict of its status: %s, want nothing", got)
	}
	p = Spec.Reconcile(viewOf(failed), key)
	last := p.Stages[len(p.Stages)-1][0].Object.(*appsv1.ReplicaSet)
	if len(last.Status.Conditions) > 0 {
		t.Errorf("the condition stays when pods are created: %v", last.Status.Conditions)
	}
}

// TestTogether holds that the pods of all versions count when one on a crowded node is to go, and none for a ReplicaSet
// that belongs to nobody.
func TestTogether(t *testing.T) {
	yes := true
	sibling := web(1)
	sibling.Name, sibling.UID = "old", "old-uid"
	mine := web(1)
	a, b := running("a", "n1", time.Minute, owned), running("b", "n2", time.Minute, owned)
	a.UID, b.UID = "1", "2"
	c := running("c", "n2", time.Minute, owned)
	c.OwnerReferences[0].Name, c.OwnerReferences[0].UID = "old", "old-uid"
	v := viewOf(mine, sibling, a, b, c)
	if got := victims(v, as(mine), []*corev1.Pod{a, b}, 1)[0].Name; got != "a" {
		t.Errorf("without an owner %s goes, want a, by UID", got)
	}
	owner := []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "Deployment", Name: "web", UID: "d", Controller: &yes}}
	mine.OwnerReferences, sibling.OwnerReferences = owner, owner
	v = viewOf(mine, sibling, a, b, c)
	if got := victims(v, as(mine), []*corev1.Pod{a, b}, 1)[0].Name; got != "b" {
		t.Errorf("%s goes, want b: another version has a pod on its node", got)
	}
}

func TestKeys(t *testing.T) {
	ready := running("a", "n1", time.Minute, owned)
	unready := running("a", "n1", time.Minute, owned, func(p *corev1.Pod) { p.Status.Conditions = nil })
	free := running("a", "n1", time.Minute, owned, orphan)
	rs := web(1)
	rs.Spec.MinReadySeconds = 5
	v := viewOf(rs)
	for _, test := range []struct {
		name     string
		change   client.ChangeType
		old, now api.Object
		want     string
	}{
		{"its pod", client.Modified, ready, ready, "0s"},
		{"its pod that became ready", client.Modified, unready, ready, "0s 5s"},
		{"a new orphan", client.Added, nil, free, "0s"},
		{"an orphan whose labels are the same", client.Modified, free, free, ""},
		{"an orphan that is deleted", client.Deleted, free, free, ""},
		{"a pod that is let go", client.Modified, ready, free, "0s 0s"},
	} {
		var got []string
		Spec.Watches[1].Keys(v, test.change, test.old, test.now, func(_ controller.Key, after time.Duration) { got = append(got, after.String()) })
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s wakes it after %v, want %s", test.name, got, test.want)
		}
	}
}
