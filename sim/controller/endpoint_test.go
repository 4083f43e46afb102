package controller

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
)

// backend returns a pod of the label app that is ready since some seconds; never for a negative number.
func backend(name, app string, ready int, change ...func(*corev1.Pod)) *corev1.Pod {
	c := corev1.PodCondition{Type: corev1.PodReady, Status: corev1.ConditionFalse, LastTransitionTime: metav1.NewTime(time.Unix(100, 0))}
	if ready >= 0 {
		c.Status, c.LastTransitionTime = corev1.ConditionTrue, metav1.NewTime(time.Unix(int64(100+ready), 0))
	}
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name, Labels: map[string]string{"app": app}},
		Status:     corev1.PodStatus{Conditions: []corev1.PodCondition{c}, PodIPs: []corev1.PodIP{{IP: "10.244.0.1"}}},
	}
	for _, c := range change {
		c(p)
	}
	return p
}

func TestServiceKeys(t *testing.T) {
	cache := client.NewCache("services")
	for _, name := range []string{"a", "b", "none"} {
		s := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name}}
		if name != "none" {
			s.Spec.Selector = map[string]string{"app": name}
		}
		cache.Apply(client.Change{Type: client.Added, Resource: "services", Object: s})
	}
	bare := func(p *corev1.Pod) { p.Status = corev1.PodStatus{} }
	moved := func(p *corev1.Pod) { p.Status.PodIPs = []corev1.PodIP{{IP: "10.244.0.2"}} }
	going := func(p *corev1.Pod) { p.DeletionTimestamp = &metav1.Time{Time: time.Unix(100, 0)} }
	zone := func(p *corev1.Pod) { p.Labels["zone"] = "z" }
	for _, test := range []struct {
		name     string
		change   client.ChangeType
		old, now *corev1.Pod
		want     string
	}{
		{"a new pod has nothing to show", client.Added, nil, backend("p", "a", 0, bare), "[]"},
		{"a pod that was there before", client.Added, nil, backend("p", "a", 0), "[a]"},
		{"the node's labels", client.Modified, backend("p", "a", 0), backend("p", "a", 0, zone), "[]"},
		{"an address", client.Modified, backend("p", "a", -1, bare), backend("p", "a", -1), "[a]"},
		{"another address", client.Modified, backend("p", "a", -1), backend("p", "a", -1, moved), "[a]"},
		{"readiness", client.Modified, backend("p", "a", -1), backend("p", "a", 0), "[a]"},
		{"the same", client.Modified, backend("p", "a", 0), backend("p", "a", 0), "[]"},
		{"a deletion that begins", client.Modified, backend("p", "a", 0), backend("p", "a", 0, going), "[a]"},
		{"from one Service to another", client.Modified, backend("p", "a", 0), backend("p", "b", 0), "[a b]"},
		{"gone", client.Deleted, backend("p", "a", 0), backend("p", "a", 0), "[a]"},
		{"of no Service", client.Added, nil, backend("p", "c", 0), "[]"},
	} {
		var old api.Object
		if test.old != nil {
			old = test.old
		}
		got := []string{}
		ServiceKeys(View{Cache: cache}, test.change, old, test.now, func(k Key, _ time.Duration) { got = append(got, k.Name) })
		if fmt.Sprint(got) != test.want {
			t.Errorf("%s wakes %v, want %s", test.name, got, test.want)
		}
	}
}

func TestBackends(t *testing.T) {
	svc := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", CreationTimestamp: metav1.NewTime(time.Unix(50, 0))},
		Spec:       corev1.ServiceSpec{Selector: map[string]string{"app": "a"}},
	}
	a9, b7, b8, c8, other := backend("a", "a", 9), backend("b", "a", 7), backend("b", "a", 8), backend("c", "a", 8), backend("d", "b", 0)
	var known *Backends[string]
	made := ""
	for _, step := range []struct {
		name   string
		pods   []*corev1.Pod
		want   int64  // when the earliest change was; 0 for none
		made   string // the pods that were looked at
		differ int    // Backends that came and went
	}{
		{"the Service is new", []*corev1.Pod{backend("b", "a", -1)}, 50, "b", 1},
		{"a pod became ready", []*corev1.Pod{b7, other}, 107, "b", 2},
		{"nothing", []*corev1.Pod{b7, other}, 0, "", 0},
		{"two pods are new", []*corev1.Pod{a9, b7, c8}, 108, "ac", 2},
		{"one is gone", []*corev1.Pod{a9, c8, other}, 0, "", 1},
		{"it came back", []*corev1.Pod{a9, b7, c8}, 107, "b", 1},
		{"it changed", []*corev1.Pod{a9, b8, c8}, 108, "b", 2},
		{"all are gone", nil, 0, "", 3},
	} {
		cache := client.NewCache("pods")
		for _, pod := range step.pods {
			cache.Apply(client.Change{Type: client.Added, Resource: "pods", Object: pod})
		}
		made = ""
		var at time.Time
		known, at = known.Next(View{Cache: cache}, svc, func(pod *corev1.Pod) string { made += pod.Name; return pod.Name })
		if got := max(0, at.Unix()); got != step.want || made != step.made || len(known.Fresh)+len(known.Gone) != step.differ {
			t.Errorf("%s: %d, made %q, %d came, %d went", step.name, got, made, len(known.Fresh), len(known.Gone))
		}
		names := ""
		for _, b := range known.All {
			names += b.Made
		}
		want := ""
		for _, pod := range step.pods {
			if pod != other {
				want += pod.Name
			}
		}
		if names != want {
			t.Errorf("%s: the pods are %q, want %q", step.name, names, want)
		}
	}
}

func TestTimers(t *testing.T) {
	s := newState(Config{}, &Spec{Watches: []Watch{{Resource: "pods"}}}, 0)
	k := Key{"default", "web"}
	if !s.wind(k, 20) || s.wind(k, 30) || !s.wind(k, 10) {
		t.Error("only a timer that rings earlier than the one that is set is set")
	}
	if s.ring(k, 20) || !s.ring(k, 10) || s.ring(k, 10) {
		t.Error("only the timer that was set last rings, and once")
	}
}

// TestCaughtUp holds when a key may be worked on again after its own writes.
func TestCaughtUp(t *testing.T) {
	k := Key{"default", "web"}
	pod := func(revision string) *corev1.Pod {
		return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web-1", ResourceVersion: revision}}
	}
	seen := func(revision string) *client.Cache {
		c := client.NewCache("pods")
		if revision != "" {
			c.Apply(client.Change{Type: client.Added, Resource: "pods", Object: pod(revision)})
		}
		return c
	}
	for _, test := range []struct {
		verb client.Verb
		seen string
		want bool
	}{
		{client.Update, "6", false},
		{client.Update, "7", true},
		{client.Update, "8", true},
		{client.Update, "", true},
		{client.Create, "", false},
		{client.Create, "7", true},
		{client.Delete, "6", true},
	} {
		s := newState(Config{}, &Spec{Watches: []Watch{{Resource: "pods"}}}, 0)
		s.wrote(k, &client.Response{Object: pod("7"), Request: &client.Request{Verb: test.verb, Resource: "pods"}})
		if got := s.caughtUp(seen(test.seen), k); got != test.want {
			t.Errorf("after %s at 7, revision %q seen: %t, want %t", test.verb, test.seen, got, test.want)
		}
	}
	s := newState(Config{}, &Spec{Watches: []Watch{{Resource: "pods"}}}, 0)
	s.wrote(k, &client.Response{Object: pod("7"), Request: &client.Request{Verb: client.Create, Resource: "pods"}})
	s.observe(&client.Change{Type: client.Deleted, Resource: "pods", Object: pod("9")})
	if !s.caughtUp(seen(""), k) {
		t.Error("an object that was created and deleted again is waited for")
	}
}
