// Package job is the job controller: it runs pods until enough of them have succeeded, and counts each exactly once.
//
// A Job's pods carry a finalizer, so that none vanishes before it was counted. A pod that has ended is first noted in
// status.uncountedTerminatedPods, then loses the finalizer, and only then becomes part of status.succeeded or
// status.failed: whatever fails in between can be done again. How a Job ends is written twice too: what it is about to
// end with (SuccessCriteriaMet, FailureTarget) while pods still run or are not counted, and that it has ended (Complete,
// Failed) when nothing of it is left.
//
// What changes of pods wakes a Job only after a second, so that changes gather. Models
// k8s.io/kubernetes/pkg/controller/job.
//
// Simplified: a sync ends with the first write that fails and is tried again; Kubernetes counts what it can first.
// Workloads and PodGroups, which are alpha in 1.36, are not made.
package job

import (
	"maps"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

const jobs = "jobs.batch"

// Spec is the controller. Its keys are Jobs, "pods/NAME" for a pod that lost its Job, and "selector/SELECTOR" for all pods
// of a Job that is over.
var Spec = controller.Spec{
	Name: "job-controller",
	Watches: []controller.Watch{
		{Resource: jobs, Keys: jobKeys},
		{Resource: "pods", Keys: podKeys},
	},
	Backoff:      controller.Backoff{First: time.Second, Most: time.Minute},
	Consistent:   true,
	ReportErrors: true,
	Reconcile:    reconcile,
}

// Note says what a sync found and did. The numbers count pods.
type Note struct {
	Wanted    int    `json:"wanted"` // that should be running
	Saw       int    `json:"saw"`    // that are
	Succeeded int    `json:"succeeded,omitempty"`
	Failed    int    `json:"failed,omitempty"`
	Creating  int    `json:"creating,omitempty"`
	Deleting  int    `json:"deleting,omitempty"`
	Counting  int    `json:"counting,omitempty"` // that lose their finalizer
	Waiting   bool   `json:"waiting,omitempty"`  // for what earlier syncs did to be seen
	Ends      string `json:"ends,omitempty"`     // the reason for which the Job ends
	Status    bool   `json:"status,omitempty"`   // the status is written
}

const (
	batch = time.Second // for which changes of pods gather

	podPrefix      = "pods/"
	selectorPrefix = "selector/"
)

// jobKeys wakes a Job: at once when it is new or its spec changed, otherwise with the next batch.
func jobKeys(_ controller.View, ch client.ChangeType, old, now api.Object, add func(controller.Key, time.Duration)) {
	j := now.(*batchv1.Job)
	switch {
	case ch == client.Deleted:
		add(controller.KeyOf(j), 0)
		addSelector(j, add)
	case ch == client.Modified && ended(j):
		addSelector(j, add)
	case ch == client.Modified && old != nil && old.GetGeneration() == j.Generation:
		add(controller.KeyOf(j), batch)
	default:
		add(controller.KeyOf(j), 0)
	}
}

func addSelector(j *batchv1.Job, add func(controller.Key, time.Duration)) {
	if selector, err := metav1.LabelSelectorAsSelector(j.Spec.Selector); err == nil {
		add(controller.Key{Namespace: j.Namespace, Name: selectorPrefix + selector.String()}, 0)
	}
}

// podKeys wakes the Job of a pod and the one before, every Job that could adopt a pod which has none, and the pod itself
// when it still carries the finalizer and no Job will remove it.
func podKeys(v controller.View, ch client.ChangeType, old, now api.Object, add func(controller.Key, time.Duration)) {
	pod := now.(*corev1.Pod)
	ref := metav1.GetControllerOfNoCopy(pod)
	if ref != nil && ref.Kind != "Job" && (old == nil || controller.ControlledBy(old, ref.UID)) {
		return // somebody else's
	}
	going := ch == client.Deleted || pod.DeletionTimestamp != nil
	owner := jobOf(v, pod)
	if old != nil && !going {
		if was := jobOf(v, old); was != nil && (owner == nil || was.UID != owner.UID) {
			add(controller.KeyOf(was), batch)
		}
	}
	lost := ref == nil || going && (owner == nil || ended(owner))
	switch {
	case lost && tracked(pod):
		add(controller.Key{Namespace: pod.Namespace, Name: podPrefix + pod.Name}, 0)
	case owner != nil && !lost:
		add(controller.KeyOf(owner), batch)
	}
	if ref == nil && !going && v.Len(jobs) > 0 &&
		(old == nil || metav1.GetControllerOfNoCopy(old) != nil || !maps.Equal(old.GetLabels(), pod.Labels)) {
		wakeAdopters(v, pod, add)
	}
}

// wakeAdopters wakes the Jobs that select a pod.
func wakeAdopters(v controller.View, pod *corev1.Pod, add func(controller.Key, time.Duration)) {
	v.Each(jobs, pod.Namespace, func(o api.Object) bool {
		selector, err := metav1.LabelSelectorAsSelector(o.(*batchv1.Job).Spec.Selector)
		if err == nil && !selector.Empty() && selector.Matches(labels.Set(pod.Labels)) {
			add(controller.KeyOf(o), batch)
		}
		return true
	})
}

// jobOf returns the Job that controls a pod, nil when there is none.
func jobOf(v controller.View, o api.Object) *batchv1.Job {
	j, _ := v.Owner(o, "Job", jobs).(*batchv1.Job)
	return j
}

// tracked reports whether a pod carries the finalizer that keeps it until it was counted.
func tracked(pod *corev1.Pod) bool {
	return slices.Contains(pod.Finalizers, batchv1.JobTrackingFinalizer)
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	if name, ok := strings.CutPrefix(k.Name, podPrefix); ok {
		return releaseOne(v, k.Namespace, name)
	}
	if selector, ok := strings.CutPrefix(k.Name, selectorPrefix); ok {
		return releaseAll(v, k.Namespace, selector)
	}
	j, ok := v.Get(jobs, k.Namespace, k.Name).(*batchv1.Job)
	if !ok || ended(j) || others(j) {
		return controller.Plan{}
	}
	memory := recall(v.Kept, j)
	if v.Err != nil {
		memory = memory.doubt()
	}
	if v.Err != nil && (v.Err.Details == nil || v.Err.Details.Kind != "pods") {
		return controller.Plan{Keep: memory} // a status on an old revision: the next sync makes it anew
	}
	s, err := look(v, j, memory)
	if err != nil {
		return controller.Plan{} // the API server refuses such a selector
	}
	s.judge()
	s.act()
	s.track()
	return s.plan
}

// others reports whether somebody else takes care of a Job.
func others(j *batchv1.Job) bool {
	return j.Spec.ManagedBy != nil && *j.Spec.ManagedBy != batchv1.JobControllerName
}

// ended reports whether a Job is complete or has failed.
func ended(j *batchv1.Job) bool {
	return isTrue(j, batchv1.JobComplete) != nil || isTrue(j, batchv1.JobFailed) != nil
}
