package admission

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"

	"orrery/sim/client"
)

// priority gives a pod the number and the preemption policy of its PriorityClass, and keeps the default class single.
var priority = Plugin{
	Name:      "Priority",
	Resources: []string{"pods", priorityClasses},
	Admit: func(a *Attributes) (bool, error) {
		pod, ok := a.Object.(*corev1.Pod)
		switch {
		case !ok || a.Subresource != "":
			return false, nil
		case a.Verb == client.Update:
			return keepPriority(pod, a.Old.(*corev1.Pod)), nil
		}
		return true, prioritise(a, pod)
	},
	Validate: func(a *Attributes) error {
		class, ok := a.Object.(*schedulingv1.PriorityClass)
		if !ok || !class.GlobalDefault {
			return nil
		}
		other := defaultPriority(a)
		if other != nil && (a.Verb == client.Create || other.Name != class.Name) {
			return Forbidden(a, "PriorityClass "+other.Name+" is already marked as default. Only one default can exist")
		}
		return nil
	},
}

const priorityClasses = "priorityclasses.scheduling.k8s.io"

// keepPriority carries over what an update left out.
func keepPriority(pod, old *corev1.Pod) (changed bool) {
	if pod.Spec.Priority == nil && old.Spec.Priority != nil {
		pod.Spec.Priority, changed = old.Spec.Priority, true
	}
	if pod.Spec.PreemptionPolicy == nil && old.Spec.PreemptionPolicy != nil {
		pod.Spec.PreemptionPolicy, changed = old.Spec.PreemptionPolicy, true
	}
	return changed
}

func prioritise(a *Attributes, pod *corev1.Pod) error {
	policy := corev1.PreemptLowerPriority
	class := &schedulingv1.PriorityClass{PreemptionPolicy: &policy}
	if name := pod.Spec.PriorityClassName; name != "" {
		if class = get[*schedulingv1.PriorityClass](a.Store, priorityClasses, "", name); class == nil {
			return Forbidden(a, "no PriorityClass with name "+name+" was found")
		}
	} else if found := defaultPriority(a); found != nil {
		class = found
	}
	pod.Spec.PriorityClassName = class.Name
	if p := pod.Spec.Priority; p != nil && *p != class.Value {
		return Forbidden(a, fmt.Sprintf("the integer value of priority (%d) must not be provided in pod spec; "+
			"priority admission controller computed %d from the given PriorityClass name", *p, class.Value))
	}
	value := class.Value
	pod.Spec.Priority = &value
	if class.PreemptionPolicy == nil {
		return nil
	}
	policy = *class.PreemptionPolicy
	if p := pod.Spec.PreemptionPolicy; p != nil && *p != policy {
		return Forbidden(a, fmt.Sprintf("the string value of PreemptionPolicy (%s) must not be provided in pod spec; "+
			"priority admission controller computed %s from the given PriorityClass name", *p, policy))
	}
	pod.Spec.PreemptionPolicy = &policy
	return nil
}

// defaultPriority returns the class of pods that name none: of several the lowest.
func defaultPriority(a *Attributes) (found *schedulingv1.PriorityClass) {
	for _, c := range list[*schedulingv1.PriorityClass](a.Store, priorityClasses, "") {
		if c.GlobalDefault && (found == nil || c.Value < found.Value) {
			found = c
		}
	}
	return found
}
