package nodename

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/scheduler/framework"
)

func TestFilter(t *testing.T) {
	pod := func(node string) *framework.Pod {
		return framework.NewPod(&corev1.Pod{Spec: corev1.PodSpec{NodeName: node}})
	}
	n := framework.NewNode(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "node-1"}})
	if (Plugin{}).PreFilter(pod(""), nil).Filter != nil {
		t.Error("a pod that names no node is filtered")
	}
	if st := (Plugin{}).PreFilter(pod("node-1"), nil).Filter(n); st.Code != framework.Success {
		t.Errorf("the named node: %+v", st)
	}
	st := Plugin{}.PreFilter(pod("node-2"), nil).Filter(n)
	if st.Code != framework.UnschedulableAndUnresolvable || st.Reasons[0] != "node(s) didn't match the requested node name" {
		t.Errorf("another node: %+v", st)
	}
}
