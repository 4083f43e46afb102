// Package status says how an object is doing in a word or two, as kubectl's columns do.
package status

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The tones of wire.Pod and its like.
const (
	OK   = "ok"
	Wait = "wait"
	Bad  = "bad"
	Gone = "gone"
)

// Pod is what kubectl says of a pod in its columns STATUS, READY and RESTARTS.
type Pod struct {
	Reason     string
	Ready      int
	Containers int
	Restarts   int
	// LastRestart is when the container that was restarted last had ended; zero when none was.
	LastRestart metav1.Time
}

// OfPod returns how a pod is doing. Models printPod of k8s.io/kubernetes/pkg/printers/internalversion.
func OfPod(pod *corev1.Pod) Pod {
	p := Pod{Reason: string(pod.Status.Phase), Containers: len(pod.Spec.Containers)}
	if pod.Status.Reason != "" {
		p.Reason = pod.Status.Reason
	}
	for i := range pod.Status.Conditions {
		if c := &pod.Status.Conditions[i]; c.Type == corev1.PodScheduled && c.Reason == corev1.PodReasonSchedulingGated {
			p.Reason = corev1.PodReasonSchedulingGated
		}
	}
	if !p.initializing(pod) {
		p.running(pod)
	}
	if pod.DeletionTimestamp != nil {
		switch {
		case pod.Status.Reason == "NodeLost":
			p.Reason = "Unknown"
		case pod.Status.Phase != corev1.PodFailed && pod.Status.Phase != corev1.PodSucceeded:
			p.Reason = "Terminating"
		}
	}
	return p
}

// initializing looks at the init containers and reports whether they are not done.
func (p *Pod) initializing(pod *corev1.Pod) bool {
	for i := range pod.Status.InitContainerStatuses {
		c := &pod.Status.InitContainerStatuses[i]
		p.Restarts += int(c.RestartCount)
		state := &c.State
		switch {
		case state.Terminated != nil && state.Terminated.ExitCode == 0:
			continue
		case state.Terminated != nil:
			p.Reason = "Init:" + ended(state.Terminated)
		case state.Waiting != nil && state.Waiting.Reason != "" && state.Waiting.Reason != "PodInitializing":
			p.Reason = "Init:" + state.Waiting.Reason
		default:
			p.Reason = "Init:" + strconv.Itoa(i) + "/" + strconv.Itoa(len(pod.Spec.InitContainers))
		}
		return true
	}
	return false
}

func (p *Pod) running(pod *corev1.Pod) {
	p.Restarts = 0
	hasRunning := false
	for i := len(pod.Status.ContainerStatuses) - 1; i >= 0; i-- {
		c := &pod.Status.ContainerStatuses[i]
		p.Restarts += int(c.RestartCount)
		if t := c.LastTerminationState.Terminated; t != nil && p.LastRestart.Before(&t.FinishedAt) {
			p.LastRestart = t.FinishedAt
		}
		switch {
		case c.State.Waiting != nil && c.State.Waiting.Reason != "":
			p.Reason = c.State.Waiting.Reason
		case c.State.Terminated != nil:
			p.Reason = ended(c.State.Terminated)
		case c.Ready && c.State.Running != nil:
			hasRunning = true
			p.Ready++
		}
	}
	if p.Reason == "Completed" && hasRunning {
		p.Reason = "NotReady"
		for i := range pod.Status.Conditions {
			if c := &pod.Status.Conditions[i]; c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue {
				p.Reason = "Running"
			}
		}
	}
}

// ended says how a container ended.
func ended(t *corev1.ContainerStateTerminated) string {
	switch {
	case t.Reason != "":
		return t.Reason
	case t.Signal != 0:
		return "Signal:" + strconv.Itoa(int(t.Signal))
	}
	return "ExitCode:" + strconv.Itoa(int(t.ExitCode))
}

// digits are the READY columns of pods with few containers, which most are: a view of many pods makes no strings.
var digits = [...][4]string{1: {"0/1", "1/1"}, 2: {"0/2", "1/2", "2/2"}, 3: {"0/3", "1/3", "2/3", "3/3"}}

// ReadyColumn returns the READY column: "0/1".
func (p Pod) ReadyColumn() string {
	if p.Containers > 0 && p.Containers < len(digits) && p.Ready <= p.Containers {
		return digits[p.Containers][p.Ready]
	}
	return strconv.Itoa(p.Ready) + "/" + strconv.Itoa(p.Containers)
}

// Tone returns the tone of a pod.
func (p Pod) Tone() string {
	switch p.Reason {
	case "Running":
		if p.Ready < p.Containers {
			return Wait
		}
		return OK
	case "Completed", "Succeeded", "Terminating":
		return Gone
	case "Pending", "ContainerCreating", "PodInitializing", "SchedulingGated", "NotReady":
		return Wait
	}
	if len(p.Reason) > 6 && p.Reason[:5] == "Init:" && p.Reason[5] >= '0' && p.Reason[5] <= '9' {
		return Wait
	}
	return Bad
}
