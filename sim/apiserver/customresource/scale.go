package customresource

import (
	"fmt"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Scale returns the scale subresource of an object, and whether the object says how many replicas it wants.
func (v *Version) Scale(o *Object) (scale *autoscalingv1.Scale, set bool, err error) {
	want, set, err := unstructured.NestedInt64(o.Object, splitPath(v.scale.SpecReplicasPath)...)
	if err != nil {
		return nil, false, err
	}
	have, _, err := unstructured.NestedInt64(o.Object, splitPath(v.scale.StatusReplicasPath)...)
	if err != nil {
		return nil, false, err
	}
	selector := ""
	if path := v.scale.LabelSelectorPath; path != nil && *path != "" {
		if selector, _, err = unstructured.NestedString(o.Object, splitPath(*path)...); err != nil {
			return nil, false, err
		}
	}
	return &autoscalingv1.Scale{
		TypeMeta: metav1.TypeMeta{APIVersion: "autoscaling/v1", Kind: "Scale"},
		ObjectMeta: metav1.ObjectMeta{
			Name: o.GetName(), Namespace: o.GetNamespace(), UID: o.GetUID(), ResourceVersion: o.GetResourceVersion(),
			CreationTimestamp: o.GetCreationTimestamp(),
		},
		Spec:   autoscalingv1.ScaleSpec{Replicas: int32(want)},
		Status: autoscalingv1.ScaleStatus{Replicas: int32(have), Selector: selector},
	}, set, nil
}

// SetReplicas makes an object want so many replicas. The object is changed.
func (v *Version) SetReplicas(o *Object, replicas int32) error {
	err := unstructured.SetNestedField(o.Object, int64(replicas), splitPath(v.scale.SpecReplicasPath)...)
	if err != nil {
		return fmt.Errorf("set %s: %w", v.scale.SpecReplicasPath, err)
	}
	return nil
}

// ReplicasPath returns where an object says how many replicas it wants.
func (v *Version) ReplicasPath() string { return v.scale.SpecReplicasPath }
