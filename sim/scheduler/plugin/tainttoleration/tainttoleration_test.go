package tainttoleration

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/framework"
)

func node(taints ...corev1.Taint) *framework.Node {
	return framework.NewNode(&corev1.Node{Spec: corev1.NodeSpec{Taints: taints}})
}

func pod(tolerations ...corev1.Toleration) *framework.Pod {
	return framework.NewPod(&corev1.Pod{Spec: corev1.PodSpec{Tolerations: tolerations}})
}

func TestFilter(t *testing.T) {
	gpu := corev1.Taint{Key: "dedicated", Value: "gpu", Effect: corev1.TaintEffectNoSchedule}
	out := corev1.Taint{Key: "maint", Effect: corev1.TaintEffectNoExecute}
	soft := corev1.Taint{Key: "soft", Effect: corev1.TaintEffectPreferNoSchedule}
	for _, c := range []struct {
		what string
		pod  *framework.Pod
		node *framework.Node
		fits bool
	}{
		{"no taint", pod(), node(), true},
		{"NoSchedule", pod(), node(gpu), false},
		{"NoExecute", pod(), node(out), false},
		{"PreferNoSchedule", pod(), node(soft), true},
		{"tolerated", pod(corev1.Toleration{Key: "dedicated", Operator: corev1.TolerationOpEqual, Value: "gpu"}), node(gpu), true},
		{"tolerated without operator", pod(corev1.Toleration{Key: "dedicated", Value: "gpu"}), node(gpu), true},
		{"another value", pod(corev1.Toleration{Key: "dedicated", Value: "tpu"}), node(gpu), false},
		{"another effect", pod(corev1.Toleration{Key: "dedicated", Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute}), node(gpu), false},
		{"every taint", pod(corev1.Toleration{Operator: corev1.TolerationOpExists}), node(gpu, out), true},
		{"one of two", pod(corev1.Toleration{Key: "maint", Operator: corev1.TolerationOpExists}), node(gpu, out), false},
	} {
		st := Plugin{}.PreFilter(c.pod, nil).Filter(c.node)
		if (st.Code == framework.Success) != c.fits {
			t.Errorf("%s: %+v", c.what, st)
		}
		if !c.fits && st.Reasons[0] != "node(s) had untolerated taint(s)" {
			t.Errorf("%s: %s", c.what, st.Reasons)
		}
	}
}

func TestScore(t *testing.T) {
	a := corev1.Taint{Key: "a", Effect: corev1.TaintEffectPreferNoSchedule}
	b := corev1.Taint{Key: "b", Effect: corev1.TaintEffectPreferNoSchedule}
	s := Plugin{}.PreScore(pod(corev1.Toleration{Key: "b", Operator: corev1.TolerationOpExists}), nil, nil)
	scores := []int64{s.Score(node()), s.Score(node(a)), s.Score(node(b)), s.Score(node(a, a))}
	s.Normalize(scores)
	if got := fmt.Sprint(scores); got != "[100 50 100 0]" {
		t.Errorf("got %s", got)
	}
}

func TestHints(t *testing.T) {
	gpu := node(corev1.Taint{Key: "gpu", Effect: corev1.TaintEffectNoSchedule}).Node
	worth := Plugin{}.Hints()[0].Worth
	if !worth(pod(), framework.Change{OldNode: gpu, NewNode: node().Node}) {
		t.Error("a taint that went away does not help")
	}
	if worth(pod(), framework.Change{OldNode: node().Node, NewNode: gpu}) || worth(pod(), framework.Change{NewNode: gpu}) {
		t.Error("a taint that came helps")
	}
}
