package nodeports

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/framework"
)

func pod(ip string, protocol corev1.Protocol, port int32) *framework.Pod {
	return framework.NewPod(&corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{
		{Ports: []corev1.ContainerPort{{HostIP: ip, Protocol: protocol, HostPort: port, ContainerPort: 80}}},
	}}})
}

func TestFilter(t *testing.T) {
	taken := pod("", corev1.ProtocolTCP, 8080)
	local := pod("127.0.0.1", corev1.ProtocolTCP, 9090)
	n := framework.NewNode(&corev1.Node{}).With(taken).With(local)
	for _, c := range []struct {
		pod  *framework.Pod
		node *framework.Node
		fits bool
	}{
		{pod("", "", 0), n, true},
		{pod("", "", 8080), n, false},
		{pod("10.0.0.1", corev1.ProtocolTCP, 8080), n, false},
		{pod("", corev1.ProtocolUDP, 8080), n, true},
		{pod("", corev1.ProtocolTCP, 8081), n, true},
		{pod("10.0.0.1", corev1.ProtocolTCP, 9090), n, true},
		{pod("", corev1.ProtocolTCP, 9090), n, false},
		{pod("", corev1.ProtocolTCP, 9090), n.Without(local), true},
		{pod("", corev1.ProtocolTCP, 8080), n.Without(local), false},
	} {
		screen := Plugin{}.PreFilter(c.pod, nil)
		fits := screen.Filter == nil || screen.Filter(c.node).Code == framework.Success
		if fits != c.fits {
			t.Errorf("%v with %v taken: got %v", c.pod.Ports, c.node.Ports, fits)
		}
	}
}

func TestHint(t *testing.T) {
	worth := Plugin{}.Hints()[0].Worth
	if !worth(pod("", "", 80), framework.Change{OldPod: pod("", "", 80)}) {
		t.Error("a deleted pod with the port does not help")
	}
	if worth(pod("", "", 80), framework.Change{OldPod: pod("", "", 81)}) {
		t.Error("a deleted pod with another port helps")
	}
}
