package noderesourcesfit

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"orrery/sim/scheduler/framework"
)

func list(amounts ...string) corev1.ResourceList {
	l := corev1.ResourceList{}
	for i := 0; i < len(amounts); i += 2 {
		l[corev1.ResourceName(amounts[i])] = resource.MustParse(amounts[i+1])
	}
	return l
}

func pod(requests ...string) *framework.Pod {
	return framework.NewPod(&corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{
		{Resources: corev1.ResourceRequirements{Requests: list(requests...)}},
	}}})
}

func node(allocatable ...string) *framework.Node {
	return framework.NewNode(&corev1.Node{Status: corev1.NodeStatus{Allocatable: list(allocatable...)}})
}

func TestFilter(t *testing.T) {
	used := node("cpu", "4", "memory", "8Gi", "pods", "3", "ephemeral-storage", "10Gi", "example.com/gpu", "2").
		With(pod("cpu", "3", "memory", "1Gi", "example.com/gpu", "1"))
	full := used.With(pod()).With(pod())
	for _, c := range []struct {
		pod  *framework.Pod
		node *framework.Node
		want string
	}{
		{pod(), used, "0 []"},
		{pod("cpu", "1", "memory", "7Gi"), used, "0 []"},
		{pod("cpu", "1001m"), used, "1 [Insufficient cpu]"},
		{pod("cpu", "4001m"), used, "2 [Insufficient cpu]"},
		{pod("memory", "7169Mi", "cpu", "2"), used, "1 [Insufficient cpu Insufficient memory]"},
		{pod("memory", "8Ti", "cpu", "2"), used, "2 [Insufficient cpu Insufficient memory]"},
		{pod("ephemeral-storage", "11Gi"), used, "2 [Insufficient ephemeral-storage]"},
		{pod("example.com/gpu", "1"), used, "0 []"},
		{pod("example.com/gpu", "2"), used, "1 [Insufficient example.com/gpu]"},
		{pod("hugepages-2Mi", "2Mi"), used, "2 [Insufficient hugepages-2Mi]"},
		{pod(), full, "1 [Too many pods]"},
		{pod("cpu", "2"), full, "1 [Too many pods Insufficient cpu]"},
		{pod("cpu", "4"), used.Without(pod("cpu", "3", "memory", "1Gi", "example.com/gpu", "1")), "0 []"},
	} {
		st := Plugin{}.PreFilter(c.pod, nil).Filter(c.node)
		if got := fmt.Sprintf("%d %v", st.Code, st.Reasons); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.pod.Requests, got, c.want)
		}
	}
	if fmt.Sprint(tooManyPods, insufficient["cpu"]) != "[Too many pods] [Insufficient cpu]" {
		t.Error("the table of reasons was changed")
	}
}

// Init containers count as the largest of them, or as the sum of the others when that is more; a sidecar adds to both.
func TestRequests(t *testing.T) {
	always := corev1.ContainerRestartPolicyAlways
	c := func(restart *corev1.ContainerRestartPolicy, cpu string) corev1.Container {
		return corev1.Container{RestartPolicy: restart, Resources: corev1.ResourceRequirements{Requests: list("cpu", cpu)}}
	}
	p := framework.NewPod(&corev1.Pod{Spec: corev1.PodSpec{
		InitContainers: []corev1.Container{c(&always, "100m"), c(nil, "900m")},
		Containers:     []corev1.Container{c(nil, "300m"), {}},
		Overhead:       list("cpu", "50m"),
	}})
	if got := fmt.Sprint(p.Requests.MilliCPU, p.NonZero.MilliCPU, p.NonZero.Memory>>20); got != "1050 1050 600" {
		t.Errorf("got %s", got)
	}
}

// The score counts a container that requests nothing as 100m and 200Mi.
func TestScore(t *testing.T) {
	for _, c := range []struct {
		pod  *framework.Pod
		node *framework.Node
		want int64
	}{
		{pod(), node("cpu", "4", "memory", "8Gi"), (97 + 97) / 2},
		{pod("cpu", "2", "memory", "2Gi"), node("cpu", "4", "memory", "8Gi"), (50 + 75) / 2},
		{pod("cpu", "2", "memory", "2Gi"), node("cpu", "4", "memory", "8Gi").With(pod()), (47 + 72) / 2},
		{pod("cpu", "2"), node("cpu", "1", "memory", "8Gi"), (0 + 97) / 2},
		{pod(), node("cpu", "1"), 90},
		{pod(), node(), 0},
	} {
		if got := (Plugin{}).PreScore(c.pod, nil, nil).Score(c.node); got != c.want {
			t.Errorf("%+v on %+v: got %d, want %d", c.pod.NonZero, c.node.Allocatable, got, c.want)
		}
	}
}

func TestHints(t *testing.T) {
	small, big := node("cpu", "1", "pods", "9").Node, node("cpu", "4", "pods", "9").Node
	for _, c := range []struct {
		change framework.Change
		want   bool
	}{
		{framework.Change{NewNode: small}, false},
		{framework.Change{NewNode: big}, true},
		{framework.Change{OldNode: small, NewNode: big}, true},
		{framework.Change{OldNode: big, NewNode: big}, false},
	} {
		if got := worthNode(pod("cpu", "2"), c.change); got != c.want {
			t.Errorf("%v: got %v", c.change, got)
		}
	}
}
