package invariant

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim"
	"orrery/sim/trace"
)

// ends are the pods of each Job that were seen to end in some way.
type ends map[types.UID]map[types.UID]bool

func (e *ends) add(job, pod types.UID) {
	if *e == nil {
		*e = ends{}
	}
	if (*e)[job] == nil {
		(*e)[job] = map[types.UID]bool{}
	}
	(*e)[job][pod] = true
}

// jobs checks that a Job counts no pod twice: it cannot have counted and noted more successes than pods have succeeded, nor
// more pods in all than have ended or were deleted; and that what was counted stays counted.
func (c *Checker) jobs(w *sim.World, e *trace.Entry) error {
	v := committed(w, e)
	if v == nil {
		return nil
	}
	switch o := v.Object.(type) {
	case *corev1.Pod:
		c.ended(o)
	case *batchv1.Job:
		if c.older[o.UID] || o.Spec.CompletionMode != nil && *o.Spec.CompletionMode == batchv1.IndexedCompletion {
			return nil // the indexes tell
		}
		s := o.Status
		succeeded, failed := int(s.Succeeded), int(s.Failed)
		if u := s.UncountedTerminatedPods; u != nil {
			succeeded, failed = succeeded+len(u.Succeeded), failed+len(u.Failed)
		}
		if n := len(c.succeeded[o.UID]); succeeded > n {
			return fmt.Errorf("job %s counts %d successes of %d pods that have succeeded", o.Name, succeeded, n)
		}
		if n := len(c.over[o.UID]); succeeded+failed > n {
			return fmt.Errorf("job %s counts %d pods of %d that have ended", o.Name, succeeded+failed, n)
		}
		before, err := store(w).At(v.Key, v.Mod-1)
		if err != nil || before == nil {
			return nil
		}
		if was := before.Object.(*batchv1.Job); was.UID == o.UID && (was.Status.Succeeded > s.Succeeded || was.Status.Failed > s.Failed) {
			return fmt.Errorf("job %s forgets what it counted: %d and %d of %d and %d", o.Name, s.Succeeded, s.Failed, was.Status.Succeeded, was.Status.Failed)
		}
	}
	return nil
}

// ended notes what became of a Job's pod.
func (c *Checker) ended(pod *corev1.Pod) {
	ref := metav1.GetControllerOfNoCopy(pod)
	if ref == nil || ref.Kind != "Job" {
		return
	}
	if pod.Status.Phase == corev1.PodSucceeded {
		c.succeeded.add(ref.UID, pod.UID)
	}
	if pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed || pod.DeletionTimestamp != nil {
		c.over.add(ref.UID, pod.UID)
	}
}
