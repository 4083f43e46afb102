package framework

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Pod is a pod with what the scheduler computes of it once.
type Pod struct {
	*corev1.Pod
	Requests Resource // what it requests
	NonZero  Resource // cpu and memory, with defaults for containers that request none; for scoring
	Ports    []HostPort
	Affinity *Affinity // to other pods and against them; nil for none
}

// HostPort is a port that a pod takes on its node.
type HostPort struct {
	IP       string // "0.0.0.0" for every address
	Protocol corev1.Protocol
	Port     int32
}

// NewPod computes what the scheduler wants to know of a pod.
func NewPod(pod *corev1.Pod) *Pod {
	p := &Pod{Pod: pod, Affinity: newAffinity(pod)}
	p.Requests, p.NonZero = requests(pod)
	p.Ports = appendPorts(p.Ports, pod.Spec.Containers, false)
	p.Ports = appendPorts(p.Ports, pod.Spec.InitContainers, true)
	return p
}

// Renew returns p for a newer version of the same pod.
func (p *Pod) Renew(pod *corev1.Pod) *Pod {
	if p.UID != pod.UID || p.Generation != pod.Generation {
		return NewPod(pod)
	}
	n := *p
	n.Pod = pod
	return &n
}

// Priority returns the pod's priority, 0 when it has none.
func (p *Pod) Priority() int32 {
	if p.Spec.Priority == nil {
		return 0
	}
	return *p.Spec.Priority
}

// appendPorts adds the host ports of containers. Of init containers only those count that keep running.
func appendPorts(ports []HostPort, containers []corev1.Container, init bool) []HostPort {
	for i := range containers {
		c := &containers[i]
		if init && (c.RestartPolicy == nil || *c.RestartPolicy != corev1.ContainerRestartPolicyAlways) {
			continue
		}
		for _, port := range c.Ports {
			if port.HostPort > 0 {
				ports = append(ports, newHostPort(port))
			}
		}
	}
	return ports
}

func newHostPort(p corev1.ContainerPort) HostPort {
	h := HostPort{IP: p.HostIP, Protocol: p.Protocol, Port: p.HostPort}
	if h.IP == "" {
		h.IP = "0.0.0.0"
	}
	if h.Protocol == "" {
		h.Protocol = corev1.ProtocolTCP
	}
	return h
}

// Conflict reports whether any of the wanted ports is in use.
func Conflict(wanted, used []HostPort) bool {
	const every = "0.0.0.0"
	return slices.ContainsFunc(wanted, func(w HostPort) bool {
		return slices.ContainsFunc(used, func(u HostPort) bool {
			return w.Port == u.Port && w.Protocol == u.Protocol && (w.IP == u.IP || w.IP == every || u.IP == every)
		})
	})
}

// QueuedPod is a pod in the scheduling queue. It is replaced, never changed, once it is there.
type QueuedPod struct {
	Pod       *Pod
	Timestamp time.Duration // when it came, or came back after an attempt
	Seq       uint64        // decides between pods that came at the same time
	Attempts  int
	// Unschedulable counts the attempts that plugins refused, Errors the latest ones in a row that failed otherwise.
	Unschedulable, Errors int
	// Rejectors is the set of plugins that refused it in the latest attempt, a bit for each plugin of the registry.
	Rejectors uint32
	// Gate is the plugin that keeps it from being tried at all.
	Gate string
	// Held says that it must not be tried: victims of its preemption are still to be deleted.
	Held bool
	// Expiry is when its backoff ends; it is tried in the second after, or earlier when there is nothing else to do.
	Expiry time.Duration
	// Background says that it is tried only because it has waited long or failed often: nobody waits for that.
	Background bool
}
