package daemonset

import (
	"fmt"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
	"orrery/sim/controller/history"
)

var (
	now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	key = controller.Key{Namespace: "default", Name: "agent"}
)

// agent returns a DaemonSet with the API server's defaults, after change.
func agent(change ...func(*appsv1.DaemonSet)) *appsv1.DaemonSet {
	labels := map[string]string{"app": "agent"}
	ds := &appsv1.DaemonSet{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "default", Name: "agent", UID: "agent-uid", Generation: 1,
			Annotations: map[string]string{appsv1.DeprecatedTemplateGeneration: "1"},
		},
		Spec: appsv1.DaemonSetSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "nginx:1.27"}}},
			},
		},
	}
	for _, c := range change {
		c(ds)
	}
	api.Scheme.Default(ds)
	return ds
}

func surging(ds *appsv1.DaemonSet) {
	one, zero := intstr.FromInt32(1), intstr.FromInt32(0)
	ds.Spec.UpdateStrategy = appsv1.DaemonSetUpdateStrategy{
		Type: appsv1.RollingUpdateDaemonSetStrategyType, RollingUpdate: &appsv1.RollingUpdateDaemonSet{MaxSurge: &one, MaxUnavailable: &zero},
	}
}

func node(name string, change ...func(*corev1.Node)) *corev1.Node {
	n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}}
	for _, c := range change {
		c(n)
	}
	return n
}

func tainted(effect corev1.TaintEffect) func(*corev1.Node) {
	return func(n *corev1.Node) { n.Spec.Taints = []corev1.Taint{{Key: "k", Effect: effect}} }
}

// hashOf is the hash label of the pods of a DaemonSet's present template.
func hashOf(ds *appsv1.DaemonSet) string { return controller.TemplateHash(&ds.Spec.Template, nil) }

// pod returns a ready pod of agent on a node, as old as its name says.
func pod(ds *appsv1.DaemonSet, name, node string, change ...func(*corev1.Pod)) *corev1.Pod {
	yes := true
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "default", Name: name, UID: types.UID(name),
			Labels:          map[string]string{"app": "agent", appsv1.DefaultDaemonSetUniqueLabelKey: hashOf(ds)},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "DaemonSet", Name: "agent", UID: "agent-uid", Controller: &yes}},
		},
		Spec: corev1.PodSpec{NodeName: node},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{
			{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(now.Add(-time.Minute))},
		}},
	}
	for _, c := range change {
		c(p)
	}
	return p
}

func old(p *corev1.Pod)     { p.Labels[appsv1.DefaultDaemonSetUniqueLabelKey] = "old" }
func unready(p *corev1.Pod) { p.Status.Conditions = nil }
func failed(p *corev1.Pod)  { p.Status.Phase = corev1.PodFailed }
func going(p *corev1.Pod)   { p.DeletionTimestamp = &metav1.Time{Time: now} }

// revisionOf returns the revision of a DaemonSet's present template.
func revisionOf(ds *appsv1.DaemonSet, number int64) *appsv1.ControllerRevision {
	return history.New(ds, &ds.Spec.Template, history.Data(&ds.Spec.Template), appsv1.DefaultDaemonSetUniqueLabelKey, hashOf(ds), number)
}

func viewOf(objects ...api.Object) controller.View {
	cache := client.NewCache(resource, "pods", "nodes", history.Resource)
	for _, o := range objects {
		cache.Apply(client.Change{Type: client.Added, Resource: api.FindObject(o).Name, Object: o})
	}
	return controller.View{Cache: cache, Now: now, Fresh: true}
}

// print tells what a plan does, and its Events.
func print(p controller.Plan) string {
	var out []string
	for _, e := range p.Events {
		out = append(out, e.Reason)
	}
	for _, stage := range p.Stages {
		for _, w := range stage {
			s := string(w.Verb) + " " + strings.TrimSuffix(w.Resource, ".apps")
			switch o := w.Object.(type) {
			case *corev1.Pod:
				s += " on " + target(o)
			case *appsv1.DaemonSet:
				s = fmt.Sprintf("status collisions=%v", o.Status.CollisionCount != nil)
			default:
				s += " " + w.Name
			}
			out = append(out, s)
		}
	}
	return strings.Join(out, ", ")
}

func TestSync(t *testing.T) {
	ds, surge := agent(), agent(surging)
	n1, n2 := node("n1"), node("n2")
	for _, test := range []struct {
		name    string
		objects []api.Object
		stale   bool
		want    string
	}{
		{"new", []api.Object{n1, n2}, false, "create controllerrevisions agent-" + hashOf(ds) + ", create pods on n1, create pods on n2"},
		{"all there", []api.Object{revisionOf(ds, 1), n1, pod(ds, "a", "n1")}, false, ""},
		{"a taint keeps out", []api.Object{revisionOf(ds, 1), node("n1", tainted("NoSchedule"))}, false, ""},
		{"a taint lets stay", []api.Object{revisionOf(ds, 1), node("n1", tainted("NoSchedule")), pod(ds, "a", "n1")}, false, ""},
		{"a taint drives away", []api.Object{revisionOf(ds, 1), node("n1", tainted("NoExecute")), pod(ds, "a", "n1")}, false, "delete pods a"},
		{"two on a node", []api.Object{revisionOf(ds, 1), n1, pod(ds, "a", "n1"), pod(ds, "b", "n1")}, false, "delete pods b"},
		{"one is going", []api.Object{revisionOf(ds, 1), n1, pod(ds, "a", "n1", going)}, false, ""},
		{"one has ended and is going", []api.Object{revisionOf(ds, 1), n1, pod(ds, "a", "n1", failed, going)}, false, "create pods on n1"},
		{"one failed", []api.Object{revisionOf(ds, 1), n1, pod(ds, "a", "n1", failed)}, false, "FailedDaemonPod, delete pods a"},
		{"one old of two", []api.Object{revisionOf(ds, 2), n1, n2, pod(ds, "a", "n1", old), pod(ds, "b", "n2", old)}, false, "delete pods a"},
		{"a new one is not available", []api.Object{revisionOf(ds, 2), n1, n2, pod(ds, "a", "n1", unready), pod(ds, "b", "n2", old)}, false, ""},
		{"an old one is not available", []api.Object{revisionOf(ds, 2), n1, n2, pod(ds, "a", "n1", unready), pod(ds, "b", "n2", old, unready)}, false, "delete pods b"},
		{"not seen yet", []api.Object{revisionOf(ds, 1), n1}, true, "status collisions=false"},
		{"an orphan", []api.Object{revisionOf(ds, 1), n1, pod(ds, "a", "n1", func(p *corev1.Pod) { p.OwnerReferences = nil })}, false, "patch pods a"},
	} {
		v := viewOf(append(test.objects, ds)...)
		v.Fresh = !test.stale
		if got := print(reconcile(v, key)); got != test.want {
			t.Errorf("%s: %s\nwant %s", test.name, got, test.want)
		}
	}
	for _, test := range []struct {
		name string
		pods []api.Object
		want string
	}{
		{"a new one beside the old", []api.Object{pod(surge, "a", "n1", old), pod(surge, "b", "n2", old)}, "create pods on n1"},
		{"the new one is not ready", []api.Object{pod(surge, "a", "n1", old), pod(surge, "c", "n1", unready), pod(surge, "b", "n2", old)}, ""},
		{"the new one is ready", []api.Object{pod(surge, "a", "n1", old), pod(surge, "c", "n1"), pod(surge, "b", "n2", old)}, "delete pods a"},
		{"the old one is not", []api.Object{pod(surge, "a", "n1", old, unready), pod(surge, "b", "n2")}, "create pods on n1"},
		{"three on a node", []api.Object{pod(surge, "a", "n1"), pod(surge, "b", "n2"), pod(surge, "c", "n2")}, "delete pods c"},
	} {
		v := viewOf(append(test.pods, surge, n1, n2, revisionOf(surge, 1))...)
		if got := print(reconcile(v, key)); got != test.want {
			t.Errorf("surging, %s: %s\nwant %s", test.name, got, test.want)
		}
	}
}

// TestBackoff holds that a pod that fails again and again is replaced ever more slowly.
func TestBackoff(t *testing.T) {
	ds := agent()
	v := viewOf(ds, revisionOf(ds, 1), node("n1"), pod(ds, "a", "n1", failed))
	wait := time.Second
	for range 3 {
		p := reconcile(v, key)
		if got := print(p); got != "FailedDaemonPod, delete pods a" {
			t.Fatalf("after %v: %s", v.Now.Sub(now), got)
		}
		v.Kept = p.Keep
		v.Now = v.Now.Add(wait - time.Millisecond)
		if p = reconcile(v, key); len(p.Stages) > 0 || p.Again != wait {
			t.Errorf("before %v have passed: %s, again after %v", wait, print(p), p.Again)
		}
		v.Now, wait = v.Now.Add(time.Millisecond), 2*wait
	}
}

// TestPast holds that an old template takes its revision out again, and that no more than the limit stay.
func TestPast(t *testing.T) {
	ds := agent()
	var objects []api.Object
	for i := range 4 {
		other := agent(func(ds *appsv1.DaemonSet) { ds.Spec.Template.Spec.Containers[0].Image = fmt.Sprint("nginx:1.", i) })
		objects = append(objects, revisionOf(other, int64(i+2)))
	}
	three := int32(3)
	ds.Spec.RevisionHistoryLimit = &three
	v := viewOf(append(objects, ds, revisionOf(ds, 1))...)
	want := "update controllerrevisions agent-" + hashOf(ds) + ", delete controllerrevisions " + objects[0].GetName()
	p := reconcile(v, key)
	if got := print(p); got != want || p.Stages[0][0].Object.(*appsv1.ControllerRevision).Revision != 6 {
		t.Errorf("%s\nwant %s", got, want)
	}
	taken := revisionOf(ds, 1)
	taken.Data.Raw, taken.OwnerReferences, taken.Labels = []byte("{}"), nil, nil
	v = viewOf(ds, taken)
	v.Err = &metav1.Status{Reason: metav1.StatusReasonAlreadyExists, Details: &metav1.StatusDetails{Kind: "controllerrevisions", Name: taken.Name}}
	if got := print(reconcile(v, key)); got != "status collisions=true" {
		t.Errorf("the name is taken: %s", got)
	}
}

// TestFailure holds that pods go though others cannot be made.
func TestFailure(t *testing.T) {
	ds := agent()
	v := viewOf(ds, revisionOf(ds, 1), node("n1", tainted("NoExecute")), pod(ds, "a", "n1"), node("n2"))
	v.Err = &metav1.Status{Reason: metav1.StatusReasonForbidden, Details: &metav1.StatusDetails{Kind: "pods"}}
	if got := print(reconcile(v, key)); got != "delete pods a, status collisions=false" {
		t.Errorf("after a refusal: %s", got)
	}
}

func TestStatus(t *testing.T) {
	ds := agent(func(ds *appsv1.DaemonSet) { ds.Spec.MinReadySeconds = 90 })
	v := viewOf(ds, revisionOf(ds, 1), node("n1"), node("n2"), node("n3"), node("n4", tainted("NoSchedule")),
		pod(ds, "a", "n1"), pod(ds, "b", "n2", old, unready), pod(ds, "d", "n4"))
	v.Step = counting
	p := reconcile(v, key)
	s := p.Stages[0][0].Object.(*appsv1.DaemonSet).Status
	want := appsv1.DaemonSetStatus{
		DesiredNumberScheduled: 3, CurrentNumberScheduled: 2, NumberMisscheduled: 1, NumberReady: 1, UpdatedNumberScheduled: 1,
		NumberUnavailable: 3, ObservedGeneration: 1,
	}
	if s.String() != want.String() || p.Again != 90*time.Second {
		t.Errorf("the status is %v, again after %v\nwant %v", s, p.Again, want)
	}
}

// TestKeys holds which changes of a node matter.
func TestKeys(t *testing.T) {
	ds := agent()
	v := viewOf(ds, pod(ds, "a", "n1"))
	for _, test := range []struct {
		name     string
		old, now api.Object
		want     int
	}{
		{"a node without a pod", nil, node("n2"), 1},
		{"a node with a pod", nil, node("n1"), 0},
		{"a heartbeat", node("n2"), node("n2"), 0},
		{"a taint that drives away", node("n1"), node("n1", tainted("NoExecute")), 1},
		{"a taint that keeps out", node("n1"), node("n1", tainted("NoSchedule")), 0},
	} {
		got := 0
		nodeKeys(v, client.Modified, test.old, test.now, func(controller.Key, time.Duration) { got++ })
		if got != test.want {
			t.Errorf("%s wakes %d, want %d", test.name, got, test.want)
		}
	}
}

func TestTolerations(t *testing.T) {
	ds := agent(func(ds *appsv1.DaemonSet) {
		ds.Spec.Template.Spec.HostNetwork = true
		ds.Spec.Template.Spec.Tolerations = []corev1.Toleration{{Key: corev1.TaintNodeNotReady, Operator: "Exists", Effect: "NoExecute", TolerationSeconds: new(int64)}}
	})
	all := tolerating(&ds.Spec.Template.Spec)
	if len(all) != 7 || all[0].TolerationSeconds != nil || all[6].Key != corev1.TaintNodeNetworkUnavailable {
		t.Errorf("tolerations: %v", all)
	}
}
