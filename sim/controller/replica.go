package controller

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/utils/dump"

	"orrery/sim/api"
)

// This file is what the controllers that make pods share. Models controller_utils.go of k8s.io/kubernetes/pkg/controller
// and k8s.io/kubernetes/pkg/api/v1/pod.

// NewPod returns the pod that an owner's template describes, without a name. It shares with the template what it does not
// change.
func NewPod(owner api.Object, t *corev1.PodTemplateSpec) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			GenerateName: owner.GetName() + "-", Namespace: owner.GetNamespace(),
			Labels: t.Labels, Annotations: t.Annotations, Finalizers: t.Finalizers,
			OwnerReferences: []metav1.OwnerReference{ReferenceTo(owner)},
		},
		Spec: t.Spec,
	}
}

// IsAvailable reports whether a pod has been ready for so many seconds.
func IsAvailable(pod *corev1.Pod, minReadySeconds int32, now time.Time) bool {
	c := ReadyCondition(pod)
	if c == nil || c.Status != corev1.ConditionTrue {
		return false
	}
	since := c.LastTransitionTime.Time
	return minReadySeconds == 0 || !since.IsZero() && !since.Add(time.Duration(minReadySeconds)*time.Second).After(now)
}

// NextAvailable returns how long it is until the next of the pods has been ready for so many seconds.
func NextAvailable(pods []*corev1.Pod, minReadySeconds int32, now time.Time) time.Duration {
	wait := time.Duration(minReadySeconds) * time.Second
	next := wait
	for _, pod := range pods {
		c := ReadyCondition(pod)
		if c == nil || c.Status != corev1.ConditionTrue || c.LastTransitionTime.IsZero() {
			continue
		}
		if left := c.LastTransitionTime.Add(wait).Sub(now); left > 0 {
			next = min(next, left)
		}
	}
	return next
}

// TemplateHash returns the hash by which pods, ReplicaSets and revisions of a template are told from those of another:
// FNV-1a of the template as Go prints it, in the letters of generated names. Each collision makes it another one.
func TemplateHash(template *corev1.PodTemplateSpec, collisions *int32) string {
	h := fnv.New32a()
	fmt.Fprintf(h, "%v", dump.ForHash(*template))
	if collisions != nil {
		b := make([]byte, 8)
		binary.LittleEndian.PutUint32(b, uint32(*collisions))
		h.Write(b)
	}
	return rand.SafeEncodeString(fmt.Sprint(h.Sum32()))
}
