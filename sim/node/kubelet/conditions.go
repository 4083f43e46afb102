package kubelet

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/engine"
)

// conditions returns the pod's conditions: first those that others wrote, then the kubelet's own in its order.
func (w *worker) conditions(t *engine.Turn, old *corev1.PodStatus, phase corev1.PodPhase) []corev1.PodCondition {
	list := make([]corev1.PodCondition, 0, 5)
	for _, c := range w.pod.Status.Conditions {
		if !isOwn(c.Type) {
			list = append(list, c)
		}
	}
	sandbox := corev1.PodCondition{Type: corev1.PodReadyToStartContainers, Status: truth(w.live)}
	ready := w.containersReady(phase)
	pod := ready
	pod.Type = corev1.PodReady
	if message := w.gates(list); ready.Status == corev1.ConditionTrue && message != "" {
		pod.Status, pod.Reason, pod.Message = corev1.ConditionFalse, "ReadinessGatesNotReady", message
	}
	scheduled := corev1.PodCondition{Type: corev1.PodScheduled, Status: corev1.ConditionTrue}
	for _, c := range [...]corev1.PodCondition{sandbox, w.initialized(phase), pod, ready, scheduled} {
		c.ObservedGeneration = w.pod.Generation
		c.LastTransitionTime = seconds(t.Wall())
		for i := range old.Conditions {
			if o := &old.Conditions[i]; o.Type == c.Type && o.Status == c.Status {
				c.LastTransitionTime = o.LastTransitionTime
			}
		}
		list = append(list, c)
	}
	return list
}

// isOwn reports whether a condition is the kubelet's to write.
func isOwn(c corev1.PodConditionType) bool {
	switch c {
	case corev1.PodReadyToStartContainers, corev1.PodInitialized, corev1.PodReady, corev1.ContainersReady, corev1.PodScheduled:
		return true
	}
	return false
}

func truth(b bool) corev1.ConditionStatus {
	if b {
		return corev1.ConditionTrue
	}
	return corev1.ConditionFalse
}

func (w *worker) containersReady(phase corev1.PodPhase) corev1.PodCondition {
	c := corev1.PodCondition{Type: corev1.ContainersReady, Status: corev1.ConditionFalse}
	switch phase {
	case corev1.PodSucceeded:
		c.Reason = "PodCompleted"
		return c
	case corev1.PodFailed:
		c.Reason = "PodFailed"
		return c
	}
	var unready []string
	for i := range w.containers {
		if p := &w.containers[i]; !p.init && !p.debug && !(p.state == running && p.started && p.ready) {
			unready = append(unready, p.spec.Name)
		}
	}
	if unready == nil {
		c.Status = corev1.ConditionTrue
		return c
	}
	c.Reason, c.Message = "ContainersNotReady", "containers with unready status: ["+strings.Join(unready, " ")+"]"
	return c
}

func (w *worker) initialized(phase corev1.PodPhase) corev1.PodCondition {
	c := corev1.PodCondition{Type: corev1.PodInitialized, Status: corev1.ConditionTrue}
	if phase == corev1.PodSucceeded {
		c.Reason = "PodCompleted"
		return c
	}
	var incomplete []string
	for i := range w.containers {
		p := &w.containers[i]
		switch {
		case p.init && !(p.state == exited && p.code == 0), p.sidecar && !(p.state == running && p.started):
			incomplete = append(incomplete, p.spec.Name)
		case !p.init && !p.sidecar && !p.debug && (p.began > 0 || p.last != nil):
			return c // once a regular container has run, the pod stays initialized
		}
	}
	if incomplete != nil {
		c.Status, c.Reason = corev1.ConditionFalse, "ContainersNotInitialized"
		c.Message = "containers with incomplete status: [" + strings.Join(incomplete, " ") + "]"
	}
	return c
}

// gates returns which readiness gates of the pod are not met, or "".
func (w *worker) gates(others []corev1.PodCondition) string {
	var missing []string
	for _, g := range w.pod.Spec.ReadinessGates {
		message := `corresponding condition of pod readiness gate "` + string(g.ConditionType) + `" does not exist.`
		for _, c := range others {
			if c.Type == g.ConditionType {
				message = ""
				if c.Status != corev1.ConditionTrue {
					message = `the status of pod readiness gate "` + string(c.Type) + `" is not "True", but ` + string(c.Status)
				}
			}
		}
		if message != "" {
			missing = append(missing, message)
		}
	}
	return strings.Join(missing, ", ")
}
