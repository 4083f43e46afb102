package scheduler

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
)

func quantity(s string) *resource.Quantity { q := resource.MustParse(s); return &q }

func TestBindingFails(t *testing.T) {
	b := newBench(t, 1)
	three(b)
	refusals := 2
	b.server().refuse = func(r *client.Request) *metav1.Status {
		if r.Subresource != "binding" || refusals == 0 {
			return nil
		}
		refusals--
		return &metav1.Status{Code: http.StatusConflict, Reason: metav1.StatusReasonConflict, Message: "try again"}
	}
	b.pod("web", requests(`cpu: "3"`))
	b.settle()
	log := b.took()
	slices.Sort(log[1:3])
	equal(t, "first", log[:3], []string{
		"refused create pods/binding web", `event FailedScheduling web: running Bind plugin "DefaultBinder": try again`,
		"status web PodScheduled=False SchedulerError",
	})
	if log[len(log)-2] != "binding web "+b.scheduler().Decision("demo", "web").Selected {
		t.Errorf("the pod was not bound in the end: %v", log)
	}
	if b.engine.Now() < 2*time.Second {
		t.Errorf("two failures were retried without backoff: %v", b.engine.Now())
	}
	var milliCPU int64
	for _, n := range b.scheduler().cache.Nodes() {
		milliCPU += n.Requested.MilliCPU
	}
	equal(t, "requested", milliCPU, 3000)
}

func TestDeletedWhileBinding(t *testing.T) {
	b := newBench(t, 1)
	three(b)
	b.server().refuse = func(r *client.Request) *metav1.Status {
		if r.Subresource != "binding" {
			return nil
		}
		return &metav1.Status{Code: http.StatusNotFound, Reason: metav1.StatusReasonNotFound, Message: `pods "web" not found`}
	}
	b.pod("web", plain)
	for b.scheduler().Binding() == 0 {
		b.engine.Step()
	}
	b.delete("pods/demo/web")
	b.settle()
	b.advance(time.Minute)
	equal(t, "waiting", b.scheduler().queue.Len(), 0)
	for _, n := range b.scheduler().cache.Nodes() {
		equal(t, n.Node.Name, n.Pods, 0)
	}
}

func TestGate(t *testing.T) {
	b := newBench(t, 1)
	three(b)
	b.pod("gated", `{schedulingGates: [{name: example.com/wait}], containers: [{name: c}]}`)
	b.pod("other", `{schedulerName: mine, containers: [{name: c}]}`)
	b.settle()
	b.node("node-4", nil)
	b.settle()
	equal(t, "requests", b.took(), []string{})
	pod := b.server().objects["pods/demo/gated"].DeepCopyObject().(*corev1.Pod)
	pod.Spec.SchedulingGates = nil
	b.post("pods/demo/gated", pod)
	b.settle()
	equal(t, "requests", len(b.took()), 2)
}

// Which event makes which pod worth another try, as recording 09-unschedulable shows: taints wake whatever the reason.
func TestHints(t *testing.T) {
	b := newBench(t, 1)
	three(b)
	b.pod("big", requests(`cpu: "100"`))
	b.pod("sel", `{nodeSelector: {disk: nvme}, containers: [{name: c}]}`)
	b.settle()
	change := func(f func(*corev1.Node)) {
		n := b.server().objects["nodes/node-1"].DeepCopyObject().(*corev1.Node)
		f(n)
		b.post("nodes/node-1", n)
		b.settle()
	}
	attempts := func(name string) int { return b.scheduler().Decision("demo", name).Attempt }
	for _, c := range []struct {
		what     string
		change   func(*corev1.Node)
		big, sel int
	}{
		{"heartbeat", func(n *corev1.Node) {
			n.Status.Conditions = []corev1.NodeCondition{{LastHeartbeatTime: metav1.Now()}}
		}, 1, 1},
		{"an unrelated label", func(n *corev1.Node) { n.Labels["a"] = "b" }, 1, 1},
		{"too little more", func(n *corev1.Node) { n.Status.Allocatable[corev1.ResourceCPU] = *quantity("50") }, 1, 1},
		{"a taint", func(n *corev1.Node) {
			n.Spec.Taints = []corev1.Taint{{Key: "a", Effect: corev1.TaintEffectPreferNoSchedule}}
		}, 2, 2},
		{"the label", func(n *corev1.Node) { n.Labels["disk"] = "nvme" }, 2, 3},
		{"enough", func(n *corev1.Node) { n.Status.Allocatable[corev1.ResourceCPU] = *quantity("200") }, 3, 3},
	} {
		change(c.change)
		equal(t, "attempts after "+c.what, fmt.Sprint(attempts("big"), attempts("sel")), fmt.Sprint(c.big, c.sel))
	}
	equal(t, "waiting", b.scheduler().queue.Len(), 0)
}
