package nodeunschedulable

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/framework"
)

func node(unschedulable bool) *framework.Node {
	return framework.NewNode(&corev1.Node{Spec: corev1.NodeSpec{Unschedulable: unschedulable}})
}

func pod(tolerations ...corev1.Toleration) *framework.Pod {
	return framework.NewPod(&corev1.Pod{Spec: corev1.PodSpec{Tolerations: tolerations}})
}

var tolerant = corev1.Toleration{Key: "node.kubernetes.io/unschedulable", Operator: corev1.TolerationOpExists}

func TestFilter(t *testing.T) {
	for _, c := range []struct {
		pod  *framework.Pod
		node *framework.Node
		want framework.Code
	}{
		{pod(), node(false), framework.Success},
		{pod(), node(true), framework.UnschedulableAndUnresolvable},
		{pod(tolerant), node(true), framework.Success},
	} {
		if got := (Plugin{}).PreFilter(c.pod, nil).Filter(c.node); got.Code != c.want {
			t.Errorf("%v on %v: got %+v", c.pod.Spec.Tolerations, c.node.Node.Spec, got)
		}
	}
}

func TestHints(t *testing.T) {
	hints := Plugin{}.Hints()
	for _, c := range []struct {
		change framework.Change
		want   bool
	}{
		{framework.Change{NewNode: node(false).Node}, true},
		{framework.Change{NewNode: node(true).Node}, false},
		{framework.Change{OldNode: node(true).Node, NewNode: node(false).Node}, true},
		{framework.Change{OldNode: node(false).Node, NewNode: node(false).Node}, false},
	} {
		if got := hints[0].Worth(pod(), c.change); got != c.want {
			t.Errorf("%v: got %v", c.change, got)
		}
	}
	if !hints[1].Worth(pod(tolerant), framework.Change{}) || hints[1].Worth(pod(), framework.Change{}) {
		t.Error("a new toleration is judged wrongly")
	}
}
