package tainteviction

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

var now = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func node(keys ...string) *corev1.Node {
	n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n"}}
	for _, key := range keys {
		n.Spec.Taints = append(n.Spec.Taints, corev1.Taint{Key: key, Effect: corev1.TaintEffectNoExecute})
	}
	return n
}

func tolerating(key string, seconds int64) corev1.Toleration {
	t := corev1.Toleration{Key: key, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute}
	if seconds >= 0 {
		t.TolerationSeconds = &seconds
	}
	return t
}

func view(n *corev1.Node, kept any, at time.Duration, tolerations ...corev1.Toleration) controller.View {
	cache := client.NewCache("nodes", "pods")
	for _, o := range []api.Object{n, &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "p"}, Spec: corev1.PodSpec{NodeName: "n", Tolerations: tolerations},
	}} {
		cache.Apply(client.Change{Type: client.Added, Resource: api.FindObject(o).Name, Object: o})
	}
	return controller.View{Cache: cache, Now: now.Add(at), Kept: kept}
}

var key = controller.Key{Namespace: "default", Name: "p"}

func evicts(p controller.Plan) bool {
	return len(p.Stages) == 2 && p.Stages[0][0].Subresource == "status" && p.Stages[1][0].Verb == client.Delete &&
		p.Events[0].Message == "Marking for deletion Pod default/p"
}

func TestEvict(t *testing.T) {
	for _, c := range []struct {
		name        string
		node        *corev1.Node
		tolerations []corev1.Toleration
		evicts      bool
		again       time.Duration
	}{
		{"not tolerated", node("down"), nil, true, 0},
		{"one of two not tolerated", node("down", "late"), []corev1.Toleration{tolerating("down", -1)}, true, 0},
		{"tolerated for ever", node("down"), []corev1.Toleration{tolerating("down", -1)}, false, 0},
		{"for no time", node("down"), []corev1.Toleration{tolerating("down", 0)}, true, 0},
		{"for a while, the shortest", node("down", "late"), []corev1.Toleration{tolerating("down", 300), tolerating("late", 20)}, false, 20 * time.Second},
		{"for a while and for ever", node("down", "late"), []corev1.Toleration{tolerating("down", 300), tolerating("late", -1)}, false, 300 * time.Second},
		{"no taint", node(), nil, false, 0},
	} {
		p := reconcile(view(c.node, nil, 0, c.tolerations...), key)
		if evicts(p) != c.evicts || p.Again != c.again {
			t.Errorf("%s: evicts %t, again in %s", c.name, evicts(p), p.Again)
		}
	}
}

func TestWait(t *testing.T) {
	first := reconcile(view(node("down"), nil, 0, tolerating("down", 300)), key)
	later := reconcile(view(node("down"), first.Keep, 200*time.Second, tolerating("down", 300)), key)
	if later.Again != 100*time.Second {
		t.Errorf("after 200 s of 300 the pod waits for %s more", later.Again)
	}
	if p := reconcile(view(node("down"), later.Keep, 300*time.Second, tolerating("down", 300)), key); !evicts(p) {
		t.Errorf("after all of them: %+v", p)
	}
	p := reconcile(view(node(), later.Keep, 250*time.Second, tolerating("down", 300)), key)
	if len(p.Stages) > 0 || len(p.Events) != 1 || p.Events[0].Message != "Cancelling deletion of Pod default/p" || p.Keep != nil {
		t.Errorf("the taint goes: %+v", p)
	}
}

func TestKeys(t *testing.T) {
	n := 0
	add := func(controller.Key, time.Duration) { n++ }
	v := view(node("down"), nil, 0)
	pod := v.Get("pods", "default", "p")
	nodeKeys(v, client.Modified, node(), node("down"), add)
	podKeys(v, client.Added, nil, pod, add)
	if n != 2 {
		t.Errorf("%d keys, want one for the taint and one for the pod", n)
	}
	nodeKeys(v, client.Modified, node("down"), node("down"), add)
	podKeys(v, client.Modified, pod, pod, add)
	if n != 2 {
		t.Error("what changes nothing wakes")
	}
}
