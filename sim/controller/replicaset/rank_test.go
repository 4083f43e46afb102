package replicaset

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// running returns a pod that has been ready for some time on a node.
func running(name, node string, readyFor time.Duration, change ...func(*corev1.Pod)) *corev1.Pod {
	since := metav1.NewTime(now.Add(-readyFor))
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, CreationTimestamp: since},
		Spec:       corev1.PodSpec{NodeName: node},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{
			{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: since},
		}},
	}
	for _, c := range change {
		c(p)
	}
	return p
}

// TestCompare holds that of two pods the first is the one to go.
func TestCompare(t *testing.T) {
	unready := func(p *corev1.Pod) { p.Status.Conditions[0].Status = corev1.ConditionFalse }
	tests := []struct {
		name      string
		goes, not *corev1.Pod
		together  map[string]int
	}{
		{"not assigned", running("a", "", time.Hour), running("b", "n1", time.Second), nil},
		{
			"pending", running("a", "n1", time.Hour, func(p *corev1.Pod) { p.Status.Phase = corev1.PodPending }),
			running("b", "n1", time.Second), nil,
		},
		{"not ready", running("a", "n1", time.Hour, unready), running("b", "n1", time.Second), nil},
		{
			"cheap by annotation", running("a", "n1", time.Hour, func(p *corev1.Pod) {
				p.Annotations = map[string]string{corev1.PodDeletionCost: "-5"}
			}), running("b", "n1", time.Second), nil,
		},
		{
			"doubled up on a node", running("a", "n1", time.Hour), running("b", "n2", time.Second),
			map[string]int{"n1": 2, "n2": 1},
		},
		{"ready for a much shorter time", running("a", "n1", time.Minute), running("b", "n1", time.Hour), nil},
		{
			"restarted more often", running("a", "n1", time.Hour, unready, func(p *corev1.Pod) {
				p.Status.ContainerStatuses = []corev1.ContainerStatus{{RestartCount: 3}}
			}), running("b", "n1", time.Hour, unready), nil,
		},
		{"much younger", running("a", "n1", time.Minute, unready), running("b", "n1", time.Hour, unready), nil},
	}
	for _, test := range tests {
		if got := compare(test.goes, test.not, test.together, now); got >= 0 {
			t.Errorf("%s: compare is %d", test.name, got)
		}
		if got := compare(test.not, test.goes, test.together, now); got <= 0 {
			t.Errorf("%s, the other way round: compare is %d", test.name, got)
		}
	}
}

func TestLog2(t *testing.T) {
	for d, want := range map[time.Duration]int{-1: -1, 0: -1, 1: 0, 2: 1, 3: 1, 4: 2, 1023: 9, 1024: 10} {
		if got := log2(d); got != want {
			t.Errorf("log2(%d) = %d, want %d", d, got, want)
		}
	}
}
