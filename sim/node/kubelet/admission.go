package kubelet

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"

	"orrery/sim/engine"
)

// refusal says why a pod may not run on the node: the reason of its status and of an Event, and their message. It is empty
// when nothing stands against it.
//
// Simplified: devices and the operating system are not looked at; Kubernetes does.
func (k *Kubelet) refusal(pod *corev1.Pod) (reason, message string) {
	if k.object == nil {
		return "", ""
	}
	if reason, message = k.lack(pod); reason != "" {
		return reason, message
	}
	failed := func(predicate, why string) (string, string) {
		return predicate, "Predicate " + predicate + " failed: " + why
	}
	a := pod.Spec.Affinity
	if len(pod.Spec.NodeSelector) > 0 || a != nil && a.NodeAffinity != nil {
		if ok, err := nodeaffinity.GetRequiredNodeAffinity(pod).Match(k.object); err == nil && !ok {
			return failed("NodeAffinity", "node(s) didn't match Pod's node affinity/selector")
		}
	}
	if ports := hostPorts(pod); ports != nil && k.portsTaken(pod, ports) {
		return failed("NodePorts", "node(s) didn't have free ports for the requested pod ports")
	}
	for i := range k.object.Spec.Taints {
		if taint := &k.object.Spec.Taints[i]; taint.Effect == corev1.TaintEffectNoExecute && !tolerates(pod, taint) {
			return failed("TaintToleration", "node(s) had taints that the pod didn't tolerate")
		}
	}
	return "", ""
}

// others calls f for the other pods of the node that are not over.
func (k *Kubelet) others(pod *corev1.Pod, f func(*corev1.Pod)) {
	k.workers.Ascend(func(w *worker) bool {
		if w.uid != pod.UID && w.stage < finished && !isTerminal(w.pod.Status.Phase) {
			f(w.pod)
		}
		return true
	})
}

// lack says of what the node has too little for one more pod.
func (k *Kubelet) lack(pod *corev1.Pod) (reason, message string) {
	wants := amounts(pod)
	var used resources
	count := int64(0)
	k.others(pod, func(o *corev1.Pod) {
		count++
		if wants != (resources{}) {
			more := amounts(o)
			for i := range used {
				used[i] += more[i]
			}
		}
	})
	short := func(name corev1.ResourceName, requested, used, capacity int64) (string, string) {
		n := func(v int64) string { return strconv.FormatInt(v, 10) }
		return "OutOf" + string(name), "Node didn't have enough resource: " + string(name) + ", requested: " + n(requested) +
			", used: " + n(used) + ", capacity: " + n(capacity)
	}
	allocatable := k.object.Status.Allocatable
	if pods := allocatable.Pods().Value(); count+1 > pods {
		return short(corev1.ResourcePods, 1, count, pods)
	}
	for i, name := range measured {
		q := allocatable[name]
		if has := amount(name, q.MilliValue(), q.Value()); wants[i] > 0 && wants[i] > has-used[i] {
			return short(name, wants[i], used[i], has)
		}
	}
	return "", ""
}

// measured are the resources that pods are admitted by, resources how much of each.
var measured = [...]corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage}

type resources [len(measured)]int64

// amount returns a quantity in the unit of its resource: CPU in thousandths.
func amount(name corev1.ResourceName, milli, whole int64) int64 {
	if name == corev1.ResourceCPU {
		return milli
	}
	return whole
}

func amounts(pod *corev1.Pod) (r resources) {
	list := total(pod, requests)
	for i, name := range measured {
		if q, ok := list[name]; ok {
			r[i] = amount(name, q.MilliValue(), q.Value())
		}
	}
	return r
}

// hostPorts returns the ports of the node that a pod takes; nil for none.
func hostPorts(pod *corev1.Pod) []corev1.ContainerPort {
	var ports []corev1.ContainerPort
	for i := range pod.Spec.Containers {
		for _, p := range pod.Spec.Containers[i].Ports {
			if p.HostPort > 0 {
				ports = append(ports, p)
			}
		}
	}
	return ports
}

func (k *Kubelet) portsTaken(pod *corev1.Pod, ports []corev1.ContainerPort) (taken bool) {
	k.others(pod, func(o *corev1.Pod) {
		for _, has := range hostPorts(o) {
			for _, p := range ports {
				every := p.HostIP == "" || has.HostIP == "" || p.HostIP == "0.0.0.0" || has.HostIP == "0.0.0.0"
				taken = taken || p.HostPort == has.HostPort && p.Protocol == has.Protocol && (every || p.HostIP == has.HostIP)
			}
		}
	})
	return taken
}

func tolerates(pod *corev1.Pod, taint *corev1.Taint) bool {
	for i := range pod.Spec.Tolerations {
		t := &pod.Spec.Tolerations[i]
		if (t.Effect == "" || t.Effect == taint.Effect) && (t.Key == "" || t.Key == taint.Key) &&
			(t.Operator == corev1.TolerationOpExists || t.Value == taint.Value && t.Key != "") {
			return true
		}
	}
	return false
}

// reject says that a pod may not run here, and is done with it.
func (k *Kubelet) reject(t *engine.Turn, w *worker, reason, message string) {
	w.stage, w.rejected = finished, true
	k.record(t, w, -1, corev1.EventTypeWarning, reason, message)
	s := w.pod.Status
	s.Phase, s.Reason, s.Message, s.ObservedGeneration = corev1.PodFailed, reason, "Pod was rejected: "+message, w.pod.Generation
	now := seconds(t.Wall())
	s.StartTime = &now
	k.write(t, w, &s)
}
