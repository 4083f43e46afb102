package disruption

import (
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"orrery/sim/api"
	"orrery/sim/controller"
)

// need is how many pods a budget should have, and how many of them must be healthy.
type need struct {
	expected, desired int32
	unmanaged         bool // some pod has no controller, whose size would tell
}

// needs works out a budget's numbers. A number of pods is taken as it is; a percentage, and how many may be missing, are
// of the sizes of the pods' controllers.
func needs(v controller.View, b *policyv1.PodDisruptionBudget, pods []*corev1.Pod) (need, error) {
	at, most := b.Spec.MinAvailable, b.Spec.MaxUnavailable
	switch {
	case most == nil && at == nil:
		return need{}, nil
	case most == nil && at.Type == intstr.Int:
		return need{expected: int32(len(pods)), desired: at.IntVal}, nil
	}
	n, err := scale(v, pods)
	if err != nil {
		return need{}, err
	}
	if most != nil {
		missing, err := intstr.GetScaledValueFromIntOrPercent(most, int(n.expected), true)
		n.desired = max(0, n.expected-int32(missing))
		return n, err
	}
	desired, err := intstr.GetScaledValueFromIntOrPercent(at, int(n.expected), true)
	n.desired = int32(desired)
	return n, err
}

// scale adds up the sizes of the controllers of some pods.
func scale(v controller.View, pods []*corev1.Pod) (need, error) {
	n := need{}
	var counted []types.UID
	for _, pod := range pods {
		ref := metav1.GetControllerOfNoCopy(pod)
		if ref == nil {
			n.unmanaged = true
			continue
		}
		if slices.Contains(counted, ref.UID) {
			continue
		}
		uid, size, err := sizeOf(v, pod, ref)
		if err != nil {
			return n, err
		}
		counted = append(counted, ref.UID)
		if uid != ref.UID && slices.Contains(counted, uid) {
			continue // another ReplicaSet of a Deployment that is counted already
		}
		counted = append(counted, uid)
		n.expected += size
	}
	return n, nil
}

// sizeOf returns how many pods the controller of a pod wants: its Deployment where a ReplicaSet has one.
func sizeOf(v controller.View, pod *corev1.Pod, ref *metav1.OwnerReference) (types.UID, int32, error) {
	group, err := schema.ParseGroupVersion(ref.APIVersion)
	if err != nil {
		return "", 0, err
	}
	res := api.FindKind(group.WithKind(ref.Kind))
	if res == nil {
		return "", 0, fmt.Errorf("no matches for kind %q in version %q", ref.Kind, ref.APIVersion)
	}
	if res.Subresource("scale") == nil {
		return "", 0, fmt.Errorf("%s does not implement the scale subresource", res.Name)
	}
	owner := v.Get(res.Name, pod.Namespace, ref.Name)
	if owner == nil || owner.GetUID() != ref.UID {
		return "", 0, fmt.Errorf("found no controllers for pod %q", pod.Name)
	}
	switch o := owner.(type) {
	case *appsv1.ReplicaSet:
		if d, ok := v.Owner(o, "Deployment", "deployments.apps").(*appsv1.Deployment); ok {
			return d.UID, *d.Spec.Replicas, nil
		}
		return o.UID, *o.Spec.Replicas, nil
	case *appsv1.StatefulSet:
		return o.UID, *o.Spec.Replicas, nil
	case *appsv1.Deployment:
		return o.UID, *o.Spec.Replicas, nil
	case *corev1.ReplicationController:
		return o.UID, *o.Spec.Replicas, nil
	}
	return "", 0, fmt.Errorf("found no controllers for pod %q", pod.Name)
}
