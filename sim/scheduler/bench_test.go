package scheduler_test

import (
	"strconv"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/apiserver"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/scheduler"
)

// BenchmarkSchedule schedules 5,000 pods that wait on 5,000 nodes, with all plugins and the real API server: from the first
// decision to the last binding.
func BenchmarkSchedule(b *testing.B) {
	const nodes, pods = 5000, 5000
	for b.Loop() {
		c := waiting(nodes, pods)
		start := time.Now()
		for !c.engine.Quiet() {
			c.engine.Step()
		}
		took := time.Since(start)
		bound := 0
		for i := range pods {
			if c.pod("web-"+strconv.Itoa(i)).Spec.NodeName != "" {
				bound++
			}
		}
		if bound < pods {
			b.Fatalf("%d of %d pods are bound", bound, pods)
		}
		b.ReportMetric(pods/took.Seconds(), "pods/s")
	}
}

// waiting returns a cluster in which pods wait for a scheduler that has just started.
func waiting(nodes, pods int) *cluster {
	c := &cluster{engine: engine.New(1), server: apiserver.New(apiserver.DefaultConfig)}
	uids := c.engine.Stream("seed")
	c.server.Seed(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "demo"}}, uids)
	c.server.Bootstrap(uids)
	list := corev1.ResourceList{
		"cpu": resource.MustParse("4"), "memory": resource.MustParse("32Gi"), "pods": resource.MustParse("110"),
	}
	for i := range nodes {
		name := "node-" + strconv.Itoa(i)
		c.server.Seed(&corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{
				corev1.LabelHostname: name, corev1.LabelTopologyZone: "zone-" + strconv.Itoa(i%3),
			}},
			Status: corev1.NodeStatus{Capacity: list, Allocatable: list},
		}, uids)
	}
	for i := range pods {
		c.server.Seed(&corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "web-" + strconv.Itoa(i), Labels: map[string]string{"app": "web"}},
			Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "nginx", Resources: corev1.ResourceRequirements{
				Requests: corev1.ResourceList{"cpu": resource.MustParse("100m"), "memory": resource.MustParse("500Mi")},
			}}}},
		}, uids)
	}
	c.engine.Add(client.Server, c.server)
	c.engine.Alias(apiserver.Etcd, client.Server)
	s := scheduler.New(scheduler.DefaultConfig)
	s.Start(&client.Boot{
		Watch: func(sub client.Subscription) []api.Object { return c.server.Subscribe(scheduler.Address, sub) },
		Later: func(d time.Duration, body any) { c.engine.PostLater(d, scheduler.Address, body) },
	})
	c.engine.Add(scheduler.Address, s)
	c.server.Seed(&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "default"}}, uids)
	// A pod that is created wakes the scheduler.
	c.engine.Post(0, client.Server, &client.Request{
		ID: 1, User: "kubectl", Verb: client.Create, Resource: "pods", Namespace: "demo", Object: &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: "last"},
			Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "nginx"}}},
		},
	})
	return c
}
