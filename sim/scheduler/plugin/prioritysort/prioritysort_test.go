package prioritysort

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/framework"
)

func TestLess(t *testing.T) {
	pod := func(priority *int32, at time.Duration) *framework.QueuedPod {
		return &framework.QueuedPod{Pod: framework.NewPod(&corev1.Pod{Spec: corev1.PodSpec{Priority: priority}}), Timestamp: at}
	}
	low, high := int32(-1), int32(1)
	ordered := []*framework.QueuedPod{pod(&high, 3), pod(nil, 1), pod(nil, 2), pod(&low, 0)}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := (Plugin{}).Less(a, b); got != (i < j) {
				t.Errorf("%d before %d: got %v", i, j, got)
			}
		}
	}
}
