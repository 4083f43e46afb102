package scheduler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/apiserver"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/scheduler"
	"orrery/sim/trace"
)

// cluster is a scheduler with the real API server.
type cluster struct {
	*testing.T
	engine *engine.Engine
	server *apiserver.Server
	writes []string // what was stored for the scheduler
	ids    uint64
}

func newCluster(t *testing.T) *cluster {
	c := &cluster{T: t, engine: engine.New(1), server: apiserver.New(apiserver.DefaultConfig)}
	uids := c.engine.Stream("seed")
	c.server.Seed(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "demo"}}, uids)
	c.server.Seed(&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "default"}}, uids)
	c.server.Bootstrap(uids)
	for i, zone := range []string{"zone-a", "zone-b", "zone-c"} {
		list := corev1.ResourceList{
			"cpu": resource.MustParse("4"), "memory": resource.MustParse("8Gi"), "pods": resource.MustParse("110"),
		}
		c.server.Seed(&corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("node-", i+1), Labels: map[string]string{corev1.LabelTopologyZone: zone}},
			Status:     corev1.NodeStatus{Capacity: list, Allocatable: list},
		}, uids)
	}
	c.engine.Add(client.Server, c.server)
	c.engine.Alias(apiserver.Etcd, client.Server)
	s := scheduler.New(scheduler.DefaultConfig)
	s.Start(&client.Boot{Watch: func(sub client.Subscription) []api.Object {
		return c.server.Subscribe(scheduler.Address, sub)
	}})
	c.engine.Add(scheduler.Address, s)
	return c
}

// do sends a request from outside and runs until quiet.
func (c *cluster) do(r client.Request) {
	c.Helper()
	c.ids++
	r.ID, r.User = c.ids, "kubectl"
	c.engine.Post(0, client.Server, &r)
	for !c.engine.Quiet() {
		e, _ := c.engine.Step()
		switch {
		case e.Kind == trace.Refuse:
			c.Fatalf("refused: %s %s %s: %s", e.Verb, e.Resource, e.Name, e.Message)
		case e.Kind == trace.Commit && e.User == scheduler.User:
			name, _, _ := strings.Cut(e.Name, ".")
			c.writes = append(c.writes, strings.TrimSuffix(e.Verb+" "+e.Resource+"/"+e.Subresource, "/")+" "+name)
		}
	}
}

func (c *cluster) create(name, cpu string) {
	c.Helper()
	c.do(client.Request{Verb: client.Create, Resource: "pods", Namespace: "demo", Object: &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: name},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "nginx", Resources: corev1.ResourceRequirements{
			Requests: corev1.ResourceList{"cpu": resource.MustParse(cpu)},
		}}}},
	}})
}

func (c *cluster) pod(name string) *corev1.Pod {
	return c.server.Store().Get(api.Find("pods").Key("demo", name)).Object.(*corev1.Pod)
}

func (c *cluster) took() []string {
	w := c.writes
	c.writes = nil
	slices.Sort(w[max(0, len(w)-2):]) // the Event and the status go over connections of their own
	return w
}

// What the real API server stores of the scheduler's writes is what recordings 01-deploy-service and 09-unschedulable
// show.
func TestWithAPIServer(t *testing.T) {
	c := newCluster(t)
	c.create("web", "10m")
	if got := fmt.Sprint(c.writes); got != "[create pods/binding web create events.events.k8s.io web]" {
		t.Errorf("writes for a pod that fits: %s", got)
	}
	web := c.pod("web")
	if web.Spec.NodeName == "" || web.Labels[corev1.LabelTopologyZone] == "" || web.Status.Conditions[0].Status != corev1.ConditionTrue {
		t.Errorf("the bound pod: %+v", web)
	}
	c.took()
	c.create("bigcpu", "100")
	if got := fmt.Sprint(c.took()); got != "[create events.events.k8s.io bigcpu patch pods/status bigcpu]" {
		t.Errorf("writes for a pod that does not fit: %s", got)
	}
	const want = "0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
	condition := c.pod("bigcpu").Status.Conditions[0]
	if condition.Type != corev1.PodScheduled || condition.Status != corev1.ConditionFalse || condition.ObservedGeneration != 1 ||
		condition.Reason != "Unschedulable" || condition.Message != want || condition.LastTransitionTime.IsZero() {
		t.Errorf("condition: %+v", condition)
	}
	c.do(client.Request{
		Verb: client.Patch, Resource: "nodes", Name: "node-1", PatchType: types.MergePatchType,
		PatchData: []byte(`{"spec":{"taints":[{"key":"a","effect":"PreferNoSchedule"}]}}`),
	})
	if got := fmt.Sprint(c.took()); got != "[create events.events.k8s.io bigcpu]" {
		t.Errorf("writes after a taint: %s", got)
	}
	var events []string
	items, _ := c.server.List(api.Find("events"), &client.Request{Namespace: "demo"})
	for _, o := range items {
		e := o.(*corev1.Event)
		events = append(events, fmt.Sprintf("%s %s %s %s %s %d", e.Type, e.Reason, e.Action, e.InvolvedObject.Name, e.ReportingController, e.Count))
	}
	slices.Sort(events)
	if got := strings.Join(events, "\n"); got != strings.Join([]string{
		"Normal Scheduled Binding web default-scheduler 0",
		"Warning FailedScheduling Scheduling bigcpu default-scheduler 0",
		"Warning FailedScheduling Scheduling bigcpu default-scheduler 0",
	}, "\n") {
		t.Errorf("Events:\n%s", got)
	}
}
