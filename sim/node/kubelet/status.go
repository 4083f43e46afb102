package kubelet

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
	"orrery/sim/engine"
)

// report writes the pod's status when it differs from the one last written.
func (k *Kubelet) report(t *engine.Turn, w *worker) {
	if w.gone {
		return
	}
	if s := k.status(t, w); w.status == nil || !same(w.status, s) {
		k.write(t, w, s)
	}
}

// reportSandbox writes that the pod's sandbox is there. Its address is reported with the next sync.
func (k *Kubelet) reportSandbox(t *engine.Turn, w *worker) {
	if w.status == nil || w.gone {
		return
	}
	s := *w.status
	s.Conditions = append([]corev1.PodCondition(nil), s.Conditions...)
	for i := range s.Conditions {
		if c := &s.Conditions[i]; c.Type == corev1.PodReadyToStartContainers && c.Status != corev1.ConditionTrue {
			c.Status, c.LastTransitionTime = corev1.ConditionTrue, seconds(t.Wall())
		}
	}
	k.write(t, w, &s)
}

func (k *Kubelet) write(t *engine.Turn, w *worker, s *corev1.PodStatus) {
	w.status = s
	pod := *w.pod
	pod.Status = *s
	k.conn.SendAfter(t, t.Rand().Draw(k.config.Status), client.Request{
		Verb: client.Patch, Resource: "pods", Subresource: "status", Namespace: pod.Namespace, Name: pod.Name,
		PatchType: client.TypedStatus, Object: &pod, UID: w.uid, Manager: "kubelet",
	})
}

// status returns what there is to report of the pod now. What others wrote of its status is kept.
func (k *Kubelet) status(t *engine.Turn, w *worker) *corev1.PodStatus {
	base := w.status
	if base == nil {
		base = &w.pod.Status
	}
	api := &w.pod.Status
	s := &corev1.PodStatus{
		ObservedGeneration: w.pod.Generation, Phase: base.Phase, Reason: base.Reason, Message: base.Message,
		NominatedNodeName: api.NominatedNodeName, QOSClass: api.QOSClass, Resize: api.Resize,
		ExtendedResourceClaimStatus: api.ExtendedResourceClaimStatus, ResourceClaimStatuses: api.ResourceClaimStatuses,
		HostIP: k.node.IP, HostIPs: k.node.hostIPs(), StartTime: base.StartTime,
		AllocatedResources: base.AllocatedResources, Resources: base.Resources, PodIP: base.PodIP, PodIPs: base.PodIPs,
	}
	if s.StartTime == nil {
		now := seconds(t.Wall())
		s.StartTime = &now
		s.AllocatedResources = total(w.pod, requests)
		s.Resources = &corev1.ResourceRequirements{Requests: s.AllocatedResources, Limits: total(w.pod, limits)}
	}
	if ip := k.address(w); ip != "" && s.PodIP != ip {
		s.PodIP, s.PodIPs = ip, []corev1.PodIP{{IP: ip}}
	}
	phase := w.phase()
	if !isTerminal(phase) || w.stage >= stopped {
		s.Phase = phase
		if w.expired {
			s.Reason, s.Message = overdueReason, overdueMessage
		}
	}
	inits := len(w.pod.Spec.InitContainers)
	for i := range w.containers {
		cs := w.containerStatus(i)
		switch {
		case i < inits:
			s.InitContainerStatuses = append(s.InitContainerStatuses, cs)
		case w.containers[i].debug:
			cs.Ready, cs.Started = false, nil
			s.EphemeralContainerStatuses = append(s.EphemeralContainerStatuses, cs)
		default:
			s.ContainerStatuses = append(s.ContainerStatuses, cs)
		}
	}
	s.Conditions = w.conditions(t, base, phase)
	return s
}

// address returns the address that the status shows, or "".
func (k *Kubelet) address(w *worker) string {
	switch {
	case w.pod.Spec.HostNetwork:
		return k.node.IP
	case w.seen:
		return w.ip
	}
	return ""
}

var (
	falseValue, trueValue = false, true
	// rootUser is whom the simulated containers run as.
	rootUser = &corev1.ContainerUser{Linux: &corev1.LinuxContainerUser{SupplementalGroups: []int64{0}}}
)

func (w *worker) containerStatus(i int) corev1.ContainerStatus {
	c := &w.containers[i]
	cs := corev1.ContainerStatus{
		Name: c.spec.Name, Image: c.spec.Image, RestartCount: c.restarts, Started: &falseValue, VolumeMounts: c.mounts,
	}
	if c.last != nil {
		cs.LastTerminationState = *c.last
	}
	switch c.state {
	case running:
		now := clock(c.began)
		cs.State.Running = &corev1.ContainerStateRunning{StartedAt: now}
		cs.Ready = c.ready && c.started && !c.init
		if c.started && !c.init {
			cs.Started = &trueValue
		}
	case exited:
		cs.State.Terminated = c.terminated()
		cs.Ready = c.init && c.code == 0
	case created:
		cs.State.Waiting = &corev1.ContainerStateWaiting{}
	default:
		reason := "ContainerCreating"
		if len(w.pod.Spec.InitContainers) > 0 {
			reason = "PodInitializing"
		}
		cs.State.Waiting = &corev1.ContainerStateWaiting{Reason: reason}
	}
	if c.id != "" {
		cs.Image, cs.ImageID, cs.ContainerID = c.image.Reference.String(), c.image.ID(), containerID(c.id)
		cs.Resources, cs.AllocatedResources, cs.User = &c.spec.Resources, c.spec.Resources.Requests, rootUser
	}
	if c.waits != "" && w.restarts(i) {
		if cs.State.Terminated != nil {
			cs.LastTerminationState = corev1.ContainerState{Terminated: cs.State.Terminated}
		}
		cs.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: c.waits, Message: c.waitMessage}}
	}
	return cs
}

func containerID(id string) string {
	if id == "" {
		return ""
	}
	return "containerd://" + id
}

// clock returns a virtual time as statuses show it: in whole seconds, nothing for 0.
func clock(at time.Duration) metav1.Time {
	if at == 0 {
		return metav1.Time{}
	}
	return seconds(engine.Epoch.Add(at))
}

func seconds(t time.Time) metav1.Time { return metav1.NewTime(t.Truncate(time.Second)) }

// same reports whether two statuses of one pod say the same, in all that a kubelet changes.
func same(a, b *corev1.PodStatus) bool {
	if a.Phase != b.Phase || a.ObservedGeneration != b.ObservedGeneration || a.PodIP != b.PodIP || a.Reason != b.Reason ||
		a.Message != b.Message || len(a.Conditions) != len(b.Conditions) || len(a.PodIPs) != len(b.PodIPs) {
		return false
	}
	for i := range a.Conditions {
		if a.Conditions[i] != b.Conditions[i] {
			return false
		}
	}
	return sameContainers(a.InitContainerStatuses, b.InitContainerStatuses) &&
		sameContainers(a.EphemeralContainerStatuses, b.EphemeralContainerStatuses) &&
		sameContainers(a.ContainerStatuses, b.ContainerStatuses)
}

func sameContainers(a, b []corev1.ContainerStatus) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := &a[i], &b[i]
		if x.Ready != y.Ready || x.RestartCount != y.RestartCount || x.ContainerID != y.ContainerID || x.Image != y.Image ||
			isTrue(x.Started) != isTrue(y.Started) || !sameState(&x.State, &y.State) || !sameState(&x.LastTerminationState, &y.LastTerminationState) {
			return false
		}
	}
	return true
}

func sameState(a, b *corev1.ContainerState) bool {
	return (a.Waiting == nil) == (b.Waiting == nil) && (a.Waiting == nil || *a.Waiting == *b.Waiting) &&
		(a.Running == nil) == (b.Running == nil) && (a.Running == nil || *a.Running == *b.Running) &&
		(a.Terminated == nil) == (b.Terminated == nil) && (a.Terminated == nil || *a.Terminated == *b.Terminated)
}
