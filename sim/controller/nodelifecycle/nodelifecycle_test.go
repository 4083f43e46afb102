package nodelifecycle

import (
	"fmt"
	"strings"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

var now = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// node is one whose kubelet last said something at some time, in a zone.
func node(name, zone string, ready corev1.ConditionStatus, ago time.Duration, taints ...corev1.Taint) *corev1.Node {
	heard := metav1.NewTime(now.Add(-ago))
	n := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, UID: types.UID(name), ResourceVersion: "7", CreationTimestamp: heard,
			Labels: map[string]string{corev1.LabelTopologyZone: zone},
		},
		Spec: corev1.NodeSpec{Taints: taints},
	}
	if ready != "" {
		n.Status.Conditions = []corev1.NodeCondition{
			{Type: corev1.NodeMemoryPressure, Status: corev1.ConditionFalse, LastHeartbeatTime: heard},
			{Type: corev1.NodeReady, Status: ready, LastHeartbeatTime: heard},
		}
	}
	return n
}

func lease(name string, ago time.Duration) *coordinationv1.Lease {
	at := metav1.NewMicroTime(now.Add(-ago))
	return &coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{Namespace: corev1.NamespaceNodeLease, Name: name},
		Spec:       coordinationv1.LeaseSpec{RenewTime: &at},
	}
}

func podOn(node, name string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name}, Spec: corev1.PodSpec{NodeName: node},
		Status: corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}},
	}
}

func view(kept any, objects ...api.Object) controller.View {
	cache := client.NewCache("nodes", leases, "pods")
	for _, o := range objects {
		cache.Apply(client.Change{Type: client.Added, Resource: api.FindObject(o).Name, Object: o})
	}
	return controller.View{Cache: cache, Now: now, Kept: kept}
}

// told prints a plan's writes and Events.
func told(p controller.Plan) string {
	var out []string
	for _, stage := range p.Stages {
		for _, w := range stage {
			s := string(w.Verb) + " " + w.Resource + "/" + w.Subresource + " " + w.Name + " " + string(w.PatchData)
			if w.Event != nil {
				s += " " + w.Event.Reason
			}
			out = append(out, strings.TrimSpace(s))
		}
	}
	for _, e := range p.Events {
		out = append(out, e.Reason+": "+e.Message)
	}
	return strings.Join(out, "; ")
}

func TestSilence(t *testing.T) {
	pod := podOn("a", "web")
	for _, c := range []struct {
		name    string
		objects []api.Object
		want    string
	}{
		{"a Lease keeps a node alive", []api.Object{node("a", "", corev1.ConditionTrue, time.Hour), lease("a", 49*time.Second), pod}, ""},
		{"what came between two looks counts from the second", []api.Object{node("a", "", corev1.ConditionTrue, time.Hour), lease("a", 54*time.Second), pod}, ""},
		{
			"more than 50 s",
			[]api.Object{node("a", "", corev1.ConditionTrue, time.Hour), lease("a", 55*time.Second), pod, node("b", "", corev1.ConditionTrue, 0)},
			"update nodes/status a  NodeNotReady; update pods/status web  NodeNotReady",
		},
		{
			"a kubelet that never came",
			[]api.Object{node("a", "", "", 65*time.Second), node("b", "", corev1.ConditionTrue, 0)},
			"update nodes/status a",
		},
		{"it may still come", []api.Object{node("a", "", "", time.Minute)}, ""},
	} {
		plan := reconcile(view(nil, c.objects...), controller.Key{})
		if got := told(plan); got != c.want {
			t.Errorf("%s: %s; want %s", c.name, got, c.want)
		}
		if c.want != "" && plan.Again != soon {
			t.Errorf("%s: the taint is thought of in %s", c.name, plan.Again)
		}
	}
	plan := reconcile(view(nil, node("a", "", corev1.ConditionTrue, time.Minute)), controller.Key{})
	n := plan.Stages[0][0].Object.(*corev1.Node)
	if c := n.Status.Conditions[1]; c.Status != corev1.ConditionUnknown || c.Reason != "NodeStatusUnknown" || len(n.Status.Conditions) != 4 ||
		n.Status.Conditions[2].Reason != "NodeStatusNeverUpdated" {
		t.Errorf("%+v", n.Status.Conditions)
	}
}

const patchOf = `patch nodes/ %s {"metadata":{"resourceVersion":"7"},"spec":{"taints":%s}}`

func tainting(name string, key string) string {
	return fmt.Sprintf(patchOf, name, `[{"key":"node.kubernetes.io/`+key+`","effect":"NoExecute","timeAdded":"2026-01-01T12:00:00Z"}]`)
}

// TestRates holds that a zone loses one node in ten seconds, a zone that is mostly down none, and that nothing is evicted
// when all zones are down.
func TestRates(t *testing.T) {
	well := node("z", "z", corev1.ConditionTrue, 0)
	plan := reconcile(view(nil, node("a", "a", corev1.ConditionFalse, 0), node("b", "a", corev1.ConditionUnknown, 0), well), controller.Key{})
	if got, want := told(plan), tainting("a", "not-ready"); got != want {
		t.Errorf("the first: %s; want %s", got, want)
	}
	tainted := node("a", "a", corev1.ConditionFalse, 0, notReady)
	v := view(plan.Keep, tainted, node("b", "a", corev1.ConditionUnknown, 0), well)
	if got := told(reconcile(v, controller.Key{})); got != "" {
		t.Errorf("at the same time: %s", got)
	}
	v.Now = now.Add(10 * time.Second)
	if got := told(reconcile(v, controller.Key{})); !strings.Contains(got, "nodes/ b") || !strings.Contains(got, "unreachable") {
		t.Errorf("ten seconds later: %s", got)
	}

	zone := []api.Object{well}
	for _, name := range []string{"a", "b", "c"} {
		zone = append(zone, node(name, "a", corev1.ConditionFalse, 0))
	}
	if got := told(reconcile(view(nil, append(zone, node("d", "a", corev1.ConditionTrue, 0))...), controller.Key{})); got != "" {
		t.Errorf("most of a small zone is down: %s", got)
	}

	plan = reconcile(view(nil, tainted), controller.Key{})
	if got, want := told(plan), fmt.Sprintf(patchOf, "a", "null"); got != want {
		t.Errorf("all is down: %s; want %s", got, want)
	}
	if got := told(reconcile(view(plan.Keep, node("a", "a", corev1.ConditionFalse, 0)), controller.Key{})); got != "" {
		t.Errorf("and stays so: %s", got)
	}
	plan = reconcile(view(plan.Keep, node("a", "a", corev1.ConditionTrue, 0)), controller.Key{})
	if m, ok := plan.Keep.(*memory); !ok || !m.since.Equal(now) {
		t.Errorf("that somebody came back is not remembered: %+v", plan.Keep)
	}
	v = view(&memory{since: now.Add(-grace)}, node("a", "a", corev1.ConditionTrue, 0), node("b", "b", corev1.ConditionTrue, time.Hour))
	if got := told(reconcile(v, controller.Key{})); got != "" {
		t.Errorf("when one is back, the others have time to come: %s", got)
	}
}

func TestReturn(t *testing.T) {
	got := told(reconcile(view(nil, node("a", "", corev1.ConditionTrue, 0, unreachable)), controller.Key{}))
	if want := fmt.Sprintf(patchOf, "a", "null"); got != want {
		t.Errorf("%s; want %s", got, want)
	}
}

func TestSymptoms(t *testing.T) {
	n := node("a", "", corev1.ConditionTrue, 0, corev1.Taint{Key: "mine", Effect: corev1.TaintEffectNoSchedule})
	n.Spec.Unschedulable = true
	n.Status.Conditions[0].Status = corev1.ConditionTrue
	plan := reconcile(view(nil, n), controller.KeyOf(n))
	want := fmt.Sprintf(patchOf, "a", `[{"key":"mine","effect":"NoSchedule"},`+
		`{"key":"node.kubernetes.io/memory-pressure","effect":"NoSchedule","timeAdded":"2026-01-01T12:00:00Z"},`+
		`{"key":"node.kubernetes.io/unschedulable","effect":"NoSchedule","timeAdded":"2026-01-01T12:00:00Z"}]`)
	if got := told(plan); got != want {
		t.Errorf("%s; want %s", got, want)
	}
	n = node("a", "", corev1.ConditionTrue, 0, corev1.Taint{Key: corev1.TaintNodeUnschedulable, Effect: corev1.TaintEffectNoSchedule})
	if got, want := told(reconcile(view(nil, n), controller.KeyOf(n))), fmt.Sprintf(patchOf, "a", "null"); got != want {
		t.Errorf("%s; want %s", got, want)
	}
	n = node("a", "", corev1.ConditionTrue, 0)
	n.Labels[corev1.LabelOSStable] = "linux"
	want = `patch nodes/ a {"metadata":{"labels":{"beta.kubernetes.io/os":"linux"}}}`
	if got := told(reconcile(view(nil, n), controller.KeyOf(n))); got != want {
		t.Errorf("%s; want %s", got, want)
	}
}

func TestTold(t *testing.T) {
	var keys []string
	add := func(k controller.Key, d time.Duration) { keys = append(keys, fmt.Sprint(k.Name, " ", d)) }
	n := node("a", "", corev1.ConditionTrue, 0)
	v := view(nil, n)
	v.Now = now.Add(2 * time.Second)
	nodeKeys(v, client.Added, nil, n, add)
	nodeKeys(v, client.Deleted, n, n, add)
	if want := "[added/a 3s a 0s removed/a/a 3s]"; fmt.Sprint(keys) != want {
		t.Errorf("wakes %v, want %s", keys, want)
	}
	if got := told(reconcile(v, controller.Key{Name: "added/a"})); got != "RegisteredNode: Node a event: Registered Node a in Controller" {
		t.Error(got)
	}
	if got := told(reconcile(v, controller.Key{Name: "removed/a/a"})); got != "RemovingNode: Node a event: Removing Node a from Controller" {
		t.Error(got)
	}
}
