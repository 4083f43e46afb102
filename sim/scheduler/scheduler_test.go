package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
	"orrery/sim/scheduler/framework"
	"orrery/sim/scheduler/queue"
)

const plain = `{containers: [{name: c, image: nginx}]}`

func requests(what string) string {
	return `{containers: [{name: c, image: nginx, resources: {requests: {` + what + `}}}]}`
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}

func three(b *bench) {
	for _, n := range []string{"node-1", "node-2", "node-3"} {
		b.node(n, nil)
	}
	b.settle()
}

// The order of writes and the Event's fields are those of recording 01-deploy-service.
func TestSchedules(t *testing.T) {
	b := newBench(t, 1)
	three(b)
	b.pod("web", plain)
	b.settle()
	node := b.scheduler().Decision("demo", "web").Selected
	equal(t, "requests", b.took(), []string{
		"binding web " + node, "event Scheduled web: Successfully assigned demo/web to " + node,
	})
	e := b.server().events[0]
	equal(t, "action", e.Action, "Binding")
	equal(t, "type", e.Type, "Normal")
	equal(t, "reporter", e.ReportingController, "default-scheduler")
	equal(t, "regarding", e.Regarding.APIVersion+" "+e.Regarding.Kind+" "+string(e.Regarding.UID), "v1 Pod uid-web")
	if e.Regarding.ResourceVersion == "" || e.EventTime.IsZero() || e.Series != nil || e.DeprecatedCount != 0 ||
		!e.DeprecatedFirstTimestamp.IsZero() {
		t.Errorf("the Event's times, revision or counts are wrong: %+v", e)
	}
}

// Many pods at once must not be put on a node before the scheduler has seen its earlier bindings.
func TestNeverOvercommits(t *testing.T) {
	b := newBench(t, 3)
	three(b)
	for i := range 40 {
		b.pod(fmt.Sprint("web-", i), requests("cpu: 500m, memory: 100Mi"))
	}
	b.settle()
	used := map[string]int{}
	for key, o := range b.server().objects { // any order: counted
		if pod, ok := o.(*corev1.Pod); ok && strings.HasPrefix(key, "pods/") {
			used[pod.Spec.NodeName]++
		}
	}
	equal(t, "pods on nodes", used, map[string]int{"node-1": 8, "node-2": 8, "node-3": 8, "": 16})
	for _, n := range b.scheduler().cache.Nodes() {
		equal(t, n.Node.Name, fmt.Sprint(n.Requested.MilliCPU, n.Pods), "4000 8")
	}
	b.took()
	b.delete("pods/demo/" + placedOn(b, "node-2"))
	b.settle()
	bound := slices.DeleteFunc(b.took(), func(l string) bool { return !strings.HasPrefix(l, "binding") })
	if len(bound) != 1 || !strings.HasSuffix(bound[0], " node-2") {
		t.Errorf("a deleted pod's place was not taken once: %v", bound)
	}
}

func placedOn(b *bench, node string) string {
	for i := range 40 {
		name := fmt.Sprint("web-", i)
		if o, ok := b.server().objects["pods/demo/"+name].(*corev1.Pod); ok && o.Spec.NodeName == node {
			return name
		}
	}
	b.Fatal("no pod on " + node)
	return ""
}

// A pod that nothing helps is tried again after five minutes, in the background; its Event becomes a series.
func TestFlush(t *testing.T) {
	b := newBench(t, 1)
	three(b)
	b.pod("big", requests(`cpu: "100"`))
	b.settle()
	b.took()
	b.advance(5 * time.Minute)
	equal(t, "requests", b.took(), []string{})
	b.advance(40 * time.Second)
	log := b.took()
	if len(log) != 1 || !strings.HasPrefix(log[0], "event FailedScheduling big") {
		t.Errorf("after five minutes: %v", log)
	}
	if !b.engine.Quiet() {
		t.Error("the attempt keeps the world from being quiet")
	}
	b.advance(5*time.Minute + 40*time.Second)
	equal(t, "second time", b.took(), []string{`series big {"series":{"count":2`})
	s := b.scheduler()
	s.Waiting(func(p queue.Place, q *framework.QueuedPod) bool {
		equal(t, "waiting", []any{p, q.Pod.Name, q.Attempts}, "[unschedulable big 3]")
		return true
	})
}

// An attempt in the background that succeeds matters after all.
func TestFlushSucceeds(t *testing.T) {
	b := newBench(t, 1)
	three(b)
	b.pod("sel", `{nodeSelector: {disk: nvme}, containers: [{name: c}]}`)
	b.settle()
	n := b.server().objects["nodes/node-2"].DeepCopyObject().(*corev1.Node)
	n.Labels["disk"] = "nvme"
	b.scheduler().cache.SetNode(n) // as if the change that helps had been missed
	for b.scheduler().Binding() == 0 {
		b.step()
	}
	equal(t, "quiet", b.engine.Quiet(), false)
	b.settle()
	equal(t, "selected", b.scheduler().Decision("demo", "sel").Selected, "node-2")
}

// A pod that somebody waits for must not wait for an attempt in the background unnoticed.
func TestForegroundOvertakes(t *testing.T) {
	b := newBench(t, 1)
	three(b)
	b.pod("big", requests(`cpu: "100"`))
	b.settle()
	for !b.scheduler().cycle.running {
		b.step()
	}
	if b.engine.Now() < 5*time.Minute || !b.engine.Quiet() {
		t.Fatalf("at %v an attempt is under way that is not in the background", b.engine.Now())
	}
	web := &corev1.Pod{Spec: corev1.PodSpec{SchedulerName: "default-scheduler"}}
	web.Namespace, web.Name, web.UID = "demo", "web", "1"
	b.engine.Post(0, Address, &client.Change{Type: client.Added, Resource: "pods", Object: web})
	b.server().objects["pods/demo/web"] = web
	b.settle()
	if d := b.scheduler().Decision("demo", "web"); d == nil || d.Selected == "" {
		t.Errorf("the world became quiet before the pod was tried: %+v", d)
	}
}

// A pod that does not fit is reported before the next one is tried.
func TestReportsBeforeNextCycle(t *testing.T) {
	b := newBench(t, 1)
	three(b)
	b.pod("big", requests(`cpu: "100"`))
	b.pod("web", plain)
	for b.scheduler().Decision("demo", "web") == nil {
		b.step()
	}
	pod := b.server().objects["pods/demo/big"].(*corev1.Pod)
	equal(t, "conditions", len(pod.Status.Conditions), 1)
	equal(t, "patching", b.scheduler().patching, 0)
}

func TestCloneIsIsolated(t *testing.T) {
	b := newBench(t, 1)
	three(b)
	for i := range 30 {
		b.pod(fmt.Sprint("web-", i), requests("cpu: 500m"))
	}
	for range 60 {
		b.engine.Step()
	}
	clone := b.engine.Clone()
	original := *b
	outcome := func(b *bench) string {
		b.settle()
		return fmt.Sprint(b.server().log, b.engine.Now(), b.engine.Number())
	}
	s := clone.Component(Address).(*Scheduler)
	before := fmt.Sprint(s.Binding(), s.history.byPod.Len(), s.history.byEvent.Len(), s.recorder.series.Len())
	want := outcome(&original)
	equal(t, "the clone while the original went on",
		fmt.Sprint(s.Binding(), s.history.byPod.Len(), s.history.byEvent.Len(), s.recorder.series.Len()), before)
	if got := outcome(&bench{t, clone}); got != want {
		t.Errorf("a clone goes on differently:\n got %s\nwant %s", got, want)
	}
}

// BenchmarkThousandPods schedules 1,000 pods on 10 nodes; the figure is for all of them, the server included.
func BenchmarkThousandPods(bb *testing.B) {
	bb.ReportAllocs()
	for range bb.N {
		b := newBench(bb, 1)
		for i := range 10 {
			b.node(fmt.Sprint("node-", i), nil)
		}
		spec := &corev1.Pod{}
		b.parse("spec: "+requests("cpu: 10m, memory: 20Mi"), spec)
		for i := range 1000 {
			p := *spec
			p.Name, p.Namespace, p.UID = fmt.Sprint("web-", i), "demo", types.UID(fmt.Sprint(i))
			p.Spec.SchedulerName = "default-scheduler"
			b.post("pods/demo/"+p.Name, &p)
		}
		b.settle()
		if n := b.scheduler().Binding(); n != 0 || b.engine.Now() < 10*time.Second {
			bb.Fatal("not all pods were bound at 50 a second")
		}
	}
}
