package admission

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	nodev1 "k8s.io/api/node/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"orrery/sim/client"
)

// runtimeClass gives a pod the overhead, the node selector and the tolerations of its RuntimeClass.
var runtimeClass = Plugin{
	Name:      "RuntimeClass",
	Resources: []string{"pods"},
	Admit: func(a *Attributes) (bool, error) {
		pod, class, err := runtimeClassOf(a)
		if err != nil || class == nil {
			return false, err
		}
		if class.Overhead != nil {
			if len(pod.Spec.Overhead) > 0 && !apiequality.Semantic.DeepEqual(class.Overhead.PodFixed, pod.Spec.Overhead) {
				return false, Forbidden(a, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
			}
			pod.Spec.Overhead = class.Overhead.PodFixed.DeepCopy()
		}
		if class.Scheduling != nil {
			if err := schedule(a, pod, class.Scheduling); err != nil {
				return false, err
			}
		}
		return class.Overhead != nil || class.Scheduling != nil, nil
	},
	Validate: func(a *Attributes) error {
		pod, class, err := runtimeClassOf(a)
		if err == nil && pod != nil && len(pod.Spec.Overhead) > 0 && (class == nil || class.Overhead == nil) {
			return Forbidden(a, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")
		}
		return err
	},
}

// runtimeClassOf returns a new pod and its RuntimeClass, which is nil when it names none.
func runtimeClassOf(a *Attributes) (*corev1.Pod, *nodev1.RuntimeClass, error) {
	pod, ok := a.Object.(*corev1.Pod)
	if !ok || a.Subresource != "" || a.Verb != client.Create {
		return nil, nil, nil
	}
	name := pod.Spec.RuntimeClassName
	if name == nil {
		return pod, nil, nil
	}
	class := get[*nodev1.RuntimeClass](a.Store, "runtimeclasses.node.k8s.io", "", *name)
	if class == nil {
		return pod, nil, Forbidden(a, fmt.Sprintf("pod rejected: RuntimeClass %q not found", *name))
	}
	return pod, class, nil
}

// schedule adds where the pods of a class run.
func schedule(a *Attributes, pod *corev1.Pod, s *nodev1.Scheduling) error {
	keys := make([]string, 0, len(s.NodeSelector))
	for key := range s.NodeSelector { // any order: sorted below
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		value := s.NodeSelector[key]
		if own, ok := pod.Spec.NodeSelector[key]; ok && own != value {
			return Forbidden(a, fmt.Sprintf("conflict: runtimeClass.scheduling.nodeSelector[%s] = %s; pod.spec.nodeSelector[%s] = %s",
				key, value, key, own))
		}
		if pod.Spec.NodeSelector == nil {
			pod.Spec.NodeSelector = map[string]string{}
		}
		pod.Spec.NodeSelector[key] = value
	}
	for _, t := range s.Tolerations {
		if !slices.ContainsFunc(pod.Spec.Tolerations, func(o corev1.Toleration) bool { return o.MatchToleration(&t) }) {
			pod.Spec.Tolerations = append(pod.Spec.Tolerations, t)
		}
	}
	return nil
}
