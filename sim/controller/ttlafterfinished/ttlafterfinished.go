// Package ttlafterfinished is the TTL-after-finished controller: it deletes Jobs that have ended when
// spec.ttlSecondsAfterFinished have passed. Their pods go first. Models k8s.io/kubernetes/pkg/controller/ttlafterfinished.
package ttlafterfinished

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

const jobs = "jobs.batch"

// Spec is the controller. Its keys are Jobs.
var Spec = controller.Spec{
	Name:      "ttl-after-finished-controller",
	Watches:   []controller.Watch{{Resource: jobs, Keys: jobKey}},
	Reconcile: reconcile,
}

// Note says of a Job how many seconds it has left.
type Note struct {
	Left int `json:"left"`
}

func jobKey(_ controller.View, ch client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	if _, limited := expiry(now.(*batchv1.Job)); limited && ch != client.Deleted {
		add(controller.KeyOf(now), 0)
	}
}

// expiry returns when a Job is to be deleted; false for never, as far as is known.
func expiry(j *batchv1.Job) (time.Time, bool) {
	ttl := j.Spec.TTLSecondsAfterFinished
	if ttl == nil || j.DeletionTimestamp != nil {
		return time.Time{}, false
	}
	for _, c := range j.Status.Conditions {
		if (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) && c.Status == corev1.ConditionTrue {
			return c.LastTransitionTime.Add(time.Duration(*ttl) * time.Second), true
		}
	}
	return time.Time{}, false
}

// reconcile deletes a Job whose time has come.
//
// Simplified: that it has not been given more time meanwhile is a precondition of the deletion; Kubernetes looks first.
func reconcile(v controller.View, k controller.Key) controller.Plan {
	j, ok := v.Get(jobs, k.Namespace, k.Name).(*batchv1.Job)
	if !ok {
		return controller.Plan{}
	}
	at, limited := expiry(j)
	left := at.Sub(v.Now)
	switch {
	case !limited:
		return controller.Plan{}
	case left > 0:
		return controller.Plan{Again: left, Note: Note{Left: int(left / time.Second)}}
	}
	plan := controller.Plan{Note: Note{}}
	plan.Then(controller.Write{
		Request: client.Request{
			Verb: client.Delete, Resource: jobs, Namespace: j.Namespace, Name: j.Name, UID: j.UID, Revision: j.ResourceVersion,
			Propagation: metav1.DeletePropagationForeground,
		},
		Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
	})
	return plan
}
