package job

import (
	"encoding/json"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// claim finds the Job's pods, takes in those that match and that nobody controls, and lets those go that no longer match.
func (s *sync) claim() error {
	selector, err := metav1.LabelSelectorAsSelector(s.job.Spec.Selector)
	if err != nil {
		return err
	}
	s.view.Owned("pods", s.job.UID, func(o api.Object) bool {
		pod := o.(*corev1.Pod)
		switch {
		case selector.Matches(labels.Set(pod.Labels)):
			s.pods = append(s.pods, pod)
		case s.job.DeletionTimestamp == nil && s.view.Err == nil:
			s.plan.Then(patch(pod, map[string]any{
				"ownerReferences":                     []any{map[string]any{"$patch": "delete", "uid": s.job.UID}},
				"$deleteFromPrimitiveList/finalizers": []string{batchv1.JobTrackingFinalizer}, "uid": pod.UID,
			}))
		}
		return true
	})
	if s.job.DeletionTimestamp == nil && s.view.Err == nil && !selector.Empty() {
		s.adopt(selector)
	}
	return nil
}

func (s *sync) adopt(selector labels.Selector) {
	s.view.Owned("pods", "", func(o api.Object) bool {
		pod := o.(*corev1.Pod)
		if pod.Namespace != s.job.Namespace || pod.DeletionTimestamp != nil || !selector.Matches(labels.Set(pod.Labels)) {
			return true
		}
		s.plan.Then(patch(pod, map[string]any{
			"ownerReferences": []metav1.OwnerReference{reference(s.job)}, "uid": pod.UID,
			"finalizers": []string{batchv1.JobTrackingFinalizer},
		}))
		if !tracked(pod) {
			adopted := *pod
			adopted.Finalizers = append(slices.Clip(pod.Finalizers), batchv1.JobTrackingFinalizer)
			pod = &adopted
		}
		s.pods = append(s.pods, pod)
		return true
	})
}

func reference(j *batchv1.Job) metav1.OwnerReference {
	return *metav1.NewControllerRef(j, batchv1.SchemeGroupVersion.WithKind("Job"))
}

// release removes the finalizer from a pod.
func release(pod *corev1.Pod) controller.Write {
	return patch(pod, map[string]any{"$deleteFromPrimitiveList/finalizers": []string{batchv1.JobTrackingFinalizer}})
}

func patch(pod *corev1.Pod, metadata map[string]any) controller.Write {
	data, err := json.Marshal(map[string]any{"metadata": metadata})
	if err != nil {
		panic("job: a pod's patch: " + err.Error())
	}
	return controller.Write{
		Request: client.Request{
			Verb: client.Patch, Resource: "pods", Namespace: pod.Namespace, Name: pod.Name,
			PatchType: types.StrategicMergePatchType, PatchData: data,
		},
		Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
	}
}

// releaseOne removes the finalizer from a pod whose Job is gone or over: it would never go.
func releaseOne(v controller.View, namespace, name string) controller.Plan {
	plan := controller.Plan{}
	if pod, ok := v.Get("pods", namespace, name).(*corev1.Pod); ok && lost(v, pod) {
		plan.Then(release(pod))
	}
	return plan
}

// releaseAll is releaseOne for all pods that a selector finds.
func releaseAll(v controller.View, namespace, text string) controller.Plan {
	plan := controller.Plan{}
	selector, err := labels.Parse(text)
	if err != nil {
		return plan
	}
	var writes []controller.Write
	v.Each("pods", namespace, func(o api.Object) bool {
		if pod := o.(*corev1.Pod); selector.Matches(labels.Set(pod.Labels)) && lost(v, pod) {
			writes = append(writes, release(pod))
		}
		return true
	})
	plan.Then(writes...)
	return plan
}

// lost reports whether a pod carries the finalizer and no Job will remove it.
func lost(v controller.View, pod *corev1.Pod) bool {
	ref := metav1.GetControllerOfNoCopy(pod)
	if !tracked(pod) || ref != nil && (ref.Kind != "Job" || ref.APIVersion != batchv1.SchemeGroupVersion.String()) {
		return false
	}
	owner := jobOf(v, pod)
	return ref == nil || owner == nil || ended(owner) && !others(owner)
}
