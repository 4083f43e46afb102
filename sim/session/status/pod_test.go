package status_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/session/status"
)

func running(ready bool) corev1.ContainerStatus {
	return corev1.ContainerStatus{Ready: ready, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}
}

func waiting(reason string) corev1.ContainerStatus {
	return corev1.ContainerStatus{State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}}, RestartCount: 3}
}

func ended(code int32, reason string) corev1.ContainerStatus {
	return corev1.ContainerStatus{State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason}}}
}

func TestOfPod(t *testing.T) {
	now := metav1.Now()
	for _, c := range []struct {
		name       string
		phase      corev1.PodPhase
		init, main []corev1.ContainerStatus
		deleted    bool
		reason     string
		ready      string
		tone       string
	}{
		{"new", corev1.PodPending, nil, nil, false, "Pending", "0/1", status.Wait},
		{"starting", corev1.PodPending, nil, []corev1.ContainerStatus{waiting("ContainerCreating")}, false, "ContainerCreating", "0/1", status.Wait},
		{"up", corev1.PodRunning, nil, []corev1.ContainerStatus{running(true)}, false, "Running", "1/1", status.OK},
		{"up, not ready", corev1.PodRunning, nil, []corev1.ContainerStatus{running(false)}, false, "Running", "0/1", status.Wait},
		{"crashing", corev1.PodRunning, nil, []corev1.ContainerStatus{waiting("CrashLoopBackOff")}, false, "CrashLoopBackOff", "0/1", status.Bad},
		{"no image", corev1.PodPending, nil, []corev1.ContainerStatus{waiting("ImagePullBackOff")}, false, "ImagePullBackOff", "0/1", status.Bad},
		{"done", corev1.PodSucceeded, nil, []corev1.ContainerStatus{ended(0, "Completed")}, false, "Completed", "0/1", status.Gone},
		{"failed", corev1.PodFailed, nil, []corev1.ContainerStatus{ended(1, "Error")}, false, "Error", "0/1", status.Bad},
		{"killed", corev1.PodFailed, nil, []corev1.ContainerStatus{ended(9, "")}, false, "ExitCode:9", "0/1", status.Bad},
		{"going", corev1.PodRunning, nil, []corev1.ContainerStatus{running(true)}, true, "Terminating", "1/1", status.Gone},
		{"gone", corev1.PodFailed, nil, []corev1.ContainerStatus{ended(1, "Error")}, true, "Error", "0/1", status.Bad},
		{"initializing", corev1.PodPending, []corev1.ContainerStatus{running(false)}, []corev1.ContainerStatus{waiting("PodInitializing")}, false, "Init:0/1", "0/1", status.Wait},
		{"initialized", corev1.PodRunning, []corev1.ContainerStatus{ended(0, "Completed")}, []corev1.ContainerStatus{running(true)}, false, "Running", "1/1", status.OK},
		{"init fails", corev1.PodPending, []corev1.ContainerStatus{ended(1, "Error")}, nil, false, "Init:Error", "0/1", status.Bad},
	} {
		pod := &corev1.Pod{
			Spec:   corev1.PodSpec{Containers: make([]corev1.Container, 1), InitContainers: make([]corev1.Container, len(c.init))},
			Status: corev1.PodStatus{Phase: c.phase, InitContainerStatuses: c.init, ContainerStatuses: c.main},
		}
		if c.deleted {
			pod.DeletionTimestamp = &now
		}
		got := status.OfPod(pod)
		if got.Reason != c.reason || got.ReadyColumn() != c.ready || got.Tone() != c.tone {
			t.Errorf("%s: %s %s %s, want %s %s %s", c.name, got.Reason, got.ReadyColumn(), got.Tone(), c.reason, c.ready, c.tone)
		}
	}
}
