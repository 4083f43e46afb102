package kubelet

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
)

// TestAdmission holds what a kubelet says to pods that the scheduler would not have sent it.
func TestAdmission(t *testing.T) {
	needs := func(name corev1.ResourceName, q string) func(*corev1.Pod) {
		return func(p *corev1.Pod) {
			p.Spec.Containers[0].Resources.Requests = corev1.ResourceList{name: quantity(q)}
		}
	}
	port := func(p *corev1.Pod) {
		p.Spec.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 80, HostPort: 80, Protocol: corev1.ProtocolTCP}}
	}
	for _, test := range []struct {
		first, second   func(*corev1.Pod)
		reason, message string
	}{
		{needs("cpu", "3"), needs("cpu", "1500m"), "OutOfcpu", "Node didn't have enough resource: cpu, requested: 1500, used: 3000, capacity: 4000"},
		{needs("cpu", "3"), needs("cpu", "1"), "", ""},
		{needs("cpu", "3"), nil, "", ""},
		{nil, needs("memory", "9Gi"), "OutOfmemory", "Node didn't have enough resource: memory, requested: 9663676416, used: 0, capacity: 8589934592"},
		{port, port, "NodePorts", "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"},
		{port, nil, "", ""},
		{
			nil, func(p *corev1.Pod) { p.Spec.NodeSelector = map[string]string{"disk": "ssd"} }, "NodeAffinity",
			"Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
		},
	} {
		w := newWorld(31)
		w.Post(0, client.Server, pod("first", "nginx:1.27", test.first))
		w.run(4 * time.Second)
		second := pod("second", "nginx:1.27", test.second)
		second.UID = types.UID("uid-2")
		w.Post(0, client.Server, second)
		w.run(4 * time.Second)
		s := w.server().pods["second"].Status
		switch {
		case test.reason == "" && s.Phase != corev1.PodRunning:
			t.Errorf("a pod that fits is %s: %s", s.Phase, s.Message)
		case test.reason != "" && (s.Phase != corev1.PodFailed || s.Reason != test.reason || s.Message != "Pod was rejected: "+test.message ||
			!w.said(fmt.Sprintf("Warning %s : %s", test.reason, test.message))):
			t.Errorf("%s: %s, %s: %s", test.reason, s.Phase, s.Reason, s.Message)
		}
		if test.reason != "" {
			w.remove("second")
			w.run(time.Second)
			if w.server().pods["second"] != nil {
				t.Errorf("%s: a rejected pod is not removed", test.reason)
			}
		}
	}
}
