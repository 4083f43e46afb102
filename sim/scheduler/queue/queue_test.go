package queue

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/scheduler/framework"
	"orrery/sim/scheduler/plugin/prioritysort"
)

const (
	fit      uint32 = 1 // wakes on deleted pods
	affinity uint32 = 2 // wakes on labels
	gates    uint32 = 4
)

// rules are those of three plugins.
func rules() *Rules {
	return &Rules{
		Less:        prioritysort.Plugin{}.Less,
		Interesting: framework.AssignedPodDelete | framework.NodeLabel,
		Gate: func(p *corev1.Pod) (string, uint32) {
			if len(p.Spec.SchedulingGates) > 0 {
				return "SchedulingGates", gates
			}
			return "", 0
		},
		Worth: func(rejectors uint32, _ *framework.Pod, e framework.Event, _ framework.Change) bool {
			return rejectors&fit != 0 && e&framework.AssignedPodDelete != 0 ||
				rejectors&affinity != 0 && e&framework.NodeLabel != 0 ||
				rejectors&gates != 0 && e&framework.PodGatesEliminated != 0
		},
	}
}

func pod(name string, priority int32) *framework.Pod {
	return framework.NewPod(&corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: name, UID: "uid"}, Spec: corev1.PodSpec{Priority: &priority},
	})
}

// pops takes every pod that is ready and returns their names.
func pops(q *Queue, now time.Duration) (names string) {
	for {
		p, ok := q.Pop(now)
		if !ok {
			return names
		}
		names += p.Pod.Name + " "
	}
}

func where(q *Queue) (s string) {
	q.Each(func(p Place, q *framework.QueuedPod) bool {
		s += fmt.Sprintf("%s:%s ", p, q.Pod.Name)
		return true
	})
	return s
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestOrder(t *testing.T) {
	q := New(rules())
	q.Add(pod("late", 0), 2)
	q.Add(pod("early", 0), 1)
	q.Add(pod("early-too", 0), 1)
	q.Add(pod("important", 5), 3)
	equal(t, "order", pops(q, 4), "important early early-too late ")
}

func TestBackoffDoubles(t *testing.T) {
	var got []string
	p := framework.QueuedPod{Pod: pod("a", 0)}
	for range 6 {
		p.Errors++
		p.Timestamp = 100 * time.Second
		got = append(got, (expiry(&p) - p.Timestamp).String())
	}
	equal(t, "backoff", fmt.Sprint(got), "[1s 2s 4s 8s 10s 10s]")
}

// A pod that failed with an error waits for its backoff, whatever else there is to do.
func TestErrorsBackOff(t *testing.T) {
	q := New(rules())
	now := 10*time.Second + 300*time.Millisecond
	q.Add(pod("a", 0), now)
	p, _ := q.Pop(now)
	q.Refused(p, 0, now)
	at, foreground, ok := q.Wake()
	equal(t, "wake", fmt.Sprint(at, foreground, ok), "12s true true")
	equal(t, "before", pops(q, 12*time.Second-1), "")
	ready, _ := q.Ready(at)
	equal(t, "ready", ready, true)
	equal(t, "after", pops(q, at), "a ")
}

// A pod that plugins refused backs off only as long as there is other work.
func TestBackoffIsCutShort(t *testing.T) {
	q := New(rules())
	now := 10 * time.Second
	q.Add(pod("a", 9), now)
	p, _ := q.Pop(now)
	q.Refused(p, fit, now)
	equal(t, "where", where(q), "unschedulable:a ")
	equal(t, "nothing happened", pops(q, now), "")
	q.Move(framework.NodeLabel, framework.Change{}, now)
	equal(t, "what does not help", where(q), "unschedulable:a ")
	q.Move(framework.AssignedPodDelete, framework.Change{}, now)
	q.Add(pod("b", 0), now)
	equal(t, "what helps", where(q), "active:b backoff:a ")
	equal(t, "order", pops(q, now), "b a ")
}

func TestBackoffEnds(t *testing.T) {
	q := New(rules())
	now := 10 * time.Second
	q.Add(pod("a", 9), now)
	p, _ := q.Pop(now)
	q.Refused(p, fit, now)
	q.Move(framework.AssignedPodDelete, framework.Change{}, now)
	q.Add(pod("b", 0), now)
	equal(t, "order", pops(q, now+2*time.Second), "a b ")
	q.Refused(p, fit, now)
	q.Move(framework.AssignedPodDelete, framework.Change{}, now+time.Minute)
	equal(t, "long after", where(q), "active:a ")
}

func TestGate(t *testing.T) {
	q := New(rules())
	p := pod("a", 0)
	p.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "wait"}}
	q.Add(p, 1)
	equal(t, "where", where(q), "unschedulable:a ")
	equal(t, "stuck", q.Stuck(), false)
	q.Flush(time.Hour)
	q.Move(framework.AssignedPodDelete, framework.Change{}, 2)
	equal(t, "ready", pops(q, 3), "")
	q.Update(pod("a", 0), 4)
	equal(t, "without gate", pops(q, 4), "a ")
}

func TestFlushAndForeground(t *testing.T) {
	q := New(rules())
	q.Add(pod("a", 0), 0)
	_, foreground := q.Ready(0)
	equal(t, "foreground", foreground, true)
	p, _ := q.Pop(0)
	q.Refused(p, fit, 0)
	equal(t, "left", q.Flush(Leftover), true)
	equal(t, "not yet", where(q), "unschedulable:a ")
	equal(t, "left", q.Flush(Leftover+1), false)
	ready, foreground := q.Ready(Leftover + 1)
	equal(t, "ready, foreground", fmt.Sprint(ready, foreground), "true false")
	q.Delete("demo", "a")
	equal(t, "len", q.Len(), 0)
}

func TestClone(t *testing.T) {
	q := New(rules())
	for i := range 100 {
		q.Add(pod(fmt.Sprint("p", i), 0), time.Duration(i))
	}
	c := q.Clone()
	all := pops(q, time.Hour)
	q.Add(pod("new", 0), 1)
	equal(t, "the clone", pops(c, time.Hour), all)
	equal(t, "the original", where(q), "active:new ")
}
