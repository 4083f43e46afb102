package framework

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"orrery/sim/api"
	"orrery/sim/api/volume"
)

// Event is a set of things that happen in a cluster and may make a waiting pod fit.
type Event uint32

// The events. Those of a pod that is not on a node yet concern only that pod.
const (
	NodeAdd Event = 1 << iota
	NodeDelete
	NodeAllocatable
	NodeLabel
	NodeTaint // also that a node became schedulable again
	NodeCondition
	NodeAnnotation
	AssignedPodAdd
	AssignedPodDelete
	AssignedPodScaleDown
	AssignedPodLabel
	PodToleration
	PodGatesEliminated
	PodScaleDown
	PodLabel
	ClaimAdd
	ClaimUpdate
	VolumeAdd
	VolumeUpdate
	StorageClassAdd
	StorageClassUpdate
	CSINodeAdd
	CSINodeUpdate
	CapacityAdd
	CapacityUpdate
)

// Change is what an event was about: a node, a pod, or an object of another kind, before and after. Old is nil for what was
// added, New for what was deleted.
type Change struct {
	Old, New         api.Object
	OldNode, NewNode *corev1.Node
	OldPod, NewPod   *Pod
}

// Hint says when a pod that a plugin refused is worth another try.
type Hint struct {
	Events Event
	// Worth looks closer; nil for always.
	Worth func(*Pod, Change) bool
}

// ObjectEvent returns the event that an object of another kind was added, or changed; 0 when nobody cares.
func ObjectEvent(resource string, added bool) Event {
	pairs := map[string][2]Event{
		"persistentvolumeclaims": {ClaimAdd, ClaimUpdate}, "persistentvolumes": {VolumeAdd, VolumeUpdate},
		"storageclasses.storage.k8s.io": {StorageClassAdd, StorageClassUpdate},
		"csinodes.storage.k8s.io":       {CSINodeAdd, CSINodeUpdate}, "csistoragecapacities.storage.k8s.io": {CapacityAdd, CapacityUpdate},
	}
	if added {
		return pairs[resource][0]
	}
	return pairs[resource][1]
}

// UsesClaim is a hint's Worth for changes of claims: whether the claim is the pod's.
func UsesClaim(pod *Pod, c Change) bool {
	return c.New.GetNamespace() == pod.Namespace && volume.Uses(pod.Pod, c.New.GetName())
}

// NodeEvents returns what changed of a node that matters for scheduling, as one event each.
func NodeEvents(old, now *corev1.Node) []Event {
	var events []Event
	add := func(e Event, changed bool) {
		if changed {
			events = append(events, e)
		}
	}
	add(NodeTaint, old.Spec.Unschedulable && !now.Spec.Unschedulable)
	add(NodeAllocatable, !apiequality.Semantic.DeepEqual(old.Status.Allocatable, now.Status.Allocatable))
	add(NodeLabel, !maps.Equal(old.Labels, now.Labels))
	add(NodeTaint, !apiequality.Semantic.DeepEqual(old.Spec.Taints, now.Spec.Taints))
	add(NodeCondition, conditionsDiffer(old.Status.Conditions, now.Status.Conditions))
	add(NodeAnnotation, !maps.Equal(old.Annotations, now.Annotations))
	return events
}

// conditionsDiffer compares the conditions' statuses; a heartbeat does not matter.
func conditionsDiffer(a, b []corev1.NodeCondition) bool {
	if len(a) != len(b) {
		return true
	}
	for i := range a {
		if a[i].Type != b[i].Type || a[i].Status != b[i].Status {
			return true
		}
	}
	return false
}

// PodEvents returns what changed of a pod that matters for scheduling, as one event each.
func PodEvents(old, now *Pod) []Event {
	label, down := PodLabel, PodScaleDown
	if now.Spec.NodeName != "" {
		label, down = AssignedPodLabel, AssignedPodScaleDown
	}
	var events []Event
	add := func(e Event, changed bool) {
		if changed {
			events = append(events, e)
		}
	}
	add(label, !maps.Equal(old.Labels, now.Labels))
	add(down, scaledDown(&old.Requests, &now.Requests))
	add(PodGatesEliminated, len(old.Spec.SchedulingGates) > 0 && len(now.Spec.SchedulingGates) == 0)
	add(PodToleration, len(old.Spec.Tolerations) != len(now.Spec.Tolerations))
	return events
}

func scaledDown(old, now *Resource) bool {
	if now.MilliCPU < old.MilliCPU || now.Memory < old.Memory || now.EphemeralStorage < old.EphemeralStorage {
		return true
	}
	for _, s := range old.Scalars {
		if now.Scalar(s.Name) < s.Value {
			return true
		}
	}
	return false
}
