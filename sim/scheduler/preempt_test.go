package scheduler

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
	"orrery/sim/scheduler/framework"
)

func prioritized(priority int, cpu string) string {
	return fmt.Sprintf(`{priority: %d, containers: [{name: c, resources: {requests: {cpu: "%s"}}}]}`, priority, cpu)
}

func TestPreemption(t *testing.T) {
	b := newBench(t, 1)
	three(b)
	for i := range 3 {
		b.pod(fmt.Sprint("low-", i), prioritized(10, "3"))
	}
	b.settle()
	b.took()
	b.pod("high", prioritized(1000, "3"))
	b.settle()
	d := b.scheduler().Decision("demo", "high")
	if d.Selected == "" || d.Attempt != 2 || d.Evaluated != 1 {
		t.Fatalf("the pod was not tried again on the node that it was nominated for: %+v", d)
	}
	var victim string
	log := b.took()
	for _, line := range log {
		if name, ok := strings.CutPrefix(line, "delete "); ok {
			victim = name
		}
	}
	for i, want := range []string{
		"event FailedScheduling high: 0/3 nodes are available: 3 Insufficient cpu.",
		"status high PodScheduled=False Unschedulable", "mark " + victim + " PreemptionByScheduler", "delete " + victim,
		"event Preempted " + victim + ": Preempted by pod uid-high on node " + d.Selected, "binding high " + d.Selected,
	} {
		if !slices.Contains(log, want) {
			t.Errorf("%d: no %q in %q", i, want, log)
		}
	}
	equal(t, "left over", fmt.Sprint(b.scheduler().preemptions.Len(), b.scheduler().evictions.Len(), len(b.scheduler().nominations)), "0 0 0")
}

// What a decision keeps of a preemption: who was considered, who was spared, and why other nodes do not help.
func TestPreemptionIsExplained(t *testing.T) {
	b := newBench(t, 1)
	three(b)
	b.node("node-4", func(n *corev1.Node) { n.Spec.Unschedulable = true })
	on := func(node, name string, priority int, cpu string) {
		b.pod(name, fmt.Sprintf(`{nodeName: %s, priority: %d, containers: [{name: c, resources: {requests: {cpu: "%s"}}}]}`, node, priority, cpu))
	}
	on("node-1", "a", 1, "1")
	on("node-1", "b", 2, "2")
	on("node-1", "c", 3, "1")
	on("node-2", "d", 5, "4")
	on("node-3", "e", 100, "4")
	b.settle()
	b.server().refuse = func(r *client.Request) *metav1.Status { // keeps everything as it is
		if r.Verb == client.Delete {
			return &metav1.Status{Code: http.StatusInternalServerError, Message: "no"}
		}
		return nil
	}
	b.pod("new", prioritized(50, "2"))
	for b.scheduler().Decision("demo", "new") == nil {
		b.step()
	}
	p := b.scheduler().Decision("demo", "new").Preemption
	var got []string
	for _, c := range p.Candidates {
		line := c.Node + ":"
		for _, v := range c.Considered {
			line += fmt.Sprintf(" %s %d %v", v.Name, v.Priority, v.Spared)
		}
		got = append(got, line+strings.Join(c.Reasons, ","))
	}
	slices.Sort(got)
	equal(t, "candidates", strings.Join(got, "; "),
		"node-1: c 3 true b 2 false a 1 true; node-2: d 5 false; node-3:No preemption victims found for incoming pod")
	equal(t, "node", p.Node, "node-1")
}

// A victim that its budget protects goes only when no other does.
func TestPreemptionMindsBudgets(t *testing.T) {
	b := newBench(t, 1)
	three(b)
	for i := range 3 {
		n := fmt.Sprint(i + 1)
		b.pod("low-"+n, `{nodeName: node-`+n+`, priority: 1, containers: [{name: c, resources: {requests: {cpu: "4"}}}]}`)
	}
	b.settle()
	for _, n := range []string{"1", "3"} {
		pod := b.server().objects["pods/demo/low-"+n].DeepCopyObject().(*corev1.Pod)
		pod.Labels = map[string]string{"app": "guarded"}
		b.post("pods/demo/low-"+n, pod)
	}
	b.post("poddisruptionbudgets.policy/demo/guard", &policyv1.PodDisruptionBudget{
		ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "guard"},
		Spec:       policyv1.PodDisruptionBudgetSpec{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "guarded"}}},
	})
	b.settle()
	b.pod("high", prioritized(5, "4"))
	b.settle()
	equal(t, "selected", b.scheduler().Decision("demo", "high").Selected, "node-2")
	b.pod("higher", prioritized(7, "4"))
	b.settle()
	d := b.scheduler().Decision("demo", "higher")
	equal(t, "selected", d.Selected, "node-2")
	b.pod("other", prioritized(6, "4"))
	b.settle()
	if at := b.scheduler().Decision("demo", "other").Selected; at != "node-1" && at != "node-3" {
		t.Errorf("when all others are protected or more important, a protected one goes: got %q", at)
	}
}

// Place that was made for one pod is not taken by another, unless that is more important.
func TestNomination(t *testing.T) {
	b := newBench(t, 1)
	b.node("node-1", nil)
	b.pod("low", prioritized(1, "4"))
	b.settle()
	b.pod("high", prioritized(10, "3"))
	for len(b.scheduler().nominations) == 0 {
		b.step()
	}
	for b.scheduler().preemptions.Len() > 0 {
		b.step()
	}
	s := b.scheduler()
	for _, c := range []struct {
		priority int32
		want     string
	}{{9, "Insufficient cpu"}, {10, "Insufficient cpu"}, {11, ""}} {
		pod := framework.NewPod(&corev1.Pod{Spec: corev1.PodSpec{Priority: &c.priority, Containers: []corev1.Container{{
			Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{"cpu": *quantity("2")}},
		}}}})
		low, _ := s.cache.Get("demo", "low")
		node := s.cache.Node("node-1")
		if low.Pod != nil {
			node = node.Without(low.Pod)
		}
		f := filtering{profile: s.profiles[0], cluster: s.cache, nodes: s.cache.Nodes(), decision: &Decision{}, guests: s.nominations.above(pod)}
		f.prepare(pod)
		equal(t, fmt.Sprint("priority ", c.priority), strings.Join(f.check(node).Reasons, ","), c.want)
	}
	b.settle()
	equal(t, "selected", s.Decision("demo", "high").Selected, "node-1")
}

// When a victim cannot be deleted, the pod is tried again instead of waiting for ever.
func TestPreemptionFails(t *testing.T) {
	b := newBench(t, 1)
	b.node("node-1", nil)
	b.pod("low", prioritized(1, "4"))
	b.settle()
	refusals := 1
	b.server().refuse = func(r *client.Request) *metav1.Status {
		if r.Verb != client.Delete || refusals == 0 {
			return nil
		}
		refusals--
		return &metav1.Status{Code: http.StatusInternalServerError, Message: "try again"}
	}
	b.pod("high", prioritized(10, "3"))
	b.settle()
	equal(t, "selected", b.scheduler().Decision("demo", "high").Selected, "node-1")
	if b.engine.Now() > time.Minute {
		t.Errorf("it took %v", b.engine.Now())
	}
}
