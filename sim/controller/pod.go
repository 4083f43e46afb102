package controller

import (
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
)

// This file is what several controllers do with pods that are to go.

// Ended reports whether a pod has ended for good.
func Ended(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

// Condition returns a pod's condition of a type, or nil.
func Condition(pod *corev1.Pod, t corev1.PodConditionType) *corev1.PodCondition {
	for i := range pod.Status.Conditions {
		if c := &pod.Status.Conditions[i]; c.Type == t {
			return c
		}
	}
	return nil
}

// Disrupt says in a pod's conditions that it is about to be deleted, and why.
func Disrupt(v View, pod *corev1.Pod, reason, message string) Write {
	return PatchStatus(pod, map[string]any{"conditions": []any{disruption(v, reason, message)}})
}

// DisruptFailed is Disrupt for a pod of which nothing runs any more: its phase becomes Failed. Without a reason no
// condition is set.
func DisruptFailed(v View, pod *corev1.Pod, reason, message string) Write {
	status := map[string]any{"phase": corev1.PodFailed, "observedGeneration": pod.Generation}
	if reason != "" {
		status["conditions"] = []any{disruption(v, reason, message)}
	}
	return PatchStatus(pod, status)
}

func disruption(v View, reason, message string) map[string]any {
	return map[string]any{
		"type": corev1.DisruptionTarget, "status": corev1.ConditionTrue, "reason": reason, "message": message,
		"lastTransitionTime": v.Stamp(),
	}
}

// PatchStatus changes some of a pod's status.
func PatchStatus(pod *corev1.Pod, status map[string]any) Write {
	data, err := json.Marshal(map[string]any{"metadata": map[string]any{"uid": pod.UID}, "status": status})
	if err != nil {
		panic("controller: a pod's patch: " + err.Error())
	}
	return Write{
		Request: client.Request{
			Verb: client.Patch, Resource: "pods", Subresource: "status", Namespace: pod.Namespace, Name: pod.Name,
			PatchType: types.StrategicMergePatchType, PatchData: data,
		},
		Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
	}
}

// Tolerates reports whether a toleration is one of a taint.
//
// Simplified: the operators Lt and Gt, which are alpha in 1.36, tolerate nothing.
func Tolerates(t *corev1.Toleration, taint *corev1.Taint) bool {
	switch {
	case t.Effect != "" && t.Effect != taint.Effect, t.Key != "" && t.Key != taint.Key:
		return false
	case t.Operator == corev1.TolerationOpExists:
		return true
	}
	return (t.Operator == "" || t.Operator == corev1.TolerationOpEqual) && t.Value == taint.Value
}
