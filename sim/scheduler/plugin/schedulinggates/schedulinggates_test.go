package schedulinggates

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/framework"
)

func TestPreEnqueue(t *testing.T) {
	pod := &corev1.Pod{}
	if st := (Plugin{}).PreEnqueue(pod); st.Code != framework.Success {
		t.Errorf("without gates: %+v", st)
	}
	pod.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "a"}, {Name: "b"}}
	st := Plugin{}.PreEnqueue(pod)
	if st.Code != framework.UnschedulableAndUnresolvable || st.Reasons[0] != "waiting for scheduling gates: [a b]" {
		t.Errorf("with gates: %+v", st)
	}
}
