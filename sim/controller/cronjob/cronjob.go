// Package cronjob is the cron job controller: it makes a Job of a CronJob whenever its schedule says so.
//
// It looks at what the schedule has asked for since the last Job (or since the CronJob exists), and makes up for the latest
// start that was missed, unless that is longer ago than spec.startingDeadlineSeconds. What becomes of a start while Jobs of
// earlier ones still run is the concurrency policy's to say. A Job's name ends with the minute for which it was meant, so
// that no start happens twice. Jobs that have ended are kept as far as the history limits go. Models
// k8s.io/kubernetes/pkg/controller/cronjob.
//
// Simplified: whether a Job or the CronJob changed in the meantime is asked of the cache, which has seen the controller's own
// writes; Kubernetes asks the API server before it complains.
package cronjob

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

const (
	cronJobs = "cronjobs.batch"
	jobs     = "jobs.batch"
)

// Spec is the controller. Its keys are CronJobs.
var Spec = controller.Spec{
	Name: "cronjob-controller",
	Watches: []controller.Watch{
		{Resource: cronJobs, Keys: cronJobKey},
		{Resource: jobs, Keys: jobKey},
	},
	Consistent: true,
	Reconcile:  reconcile,
}

// Note says what a sync found and did.
type Note struct {
	Due      string `json:"due,omitempty"`      // the start that is made up for
	Creating string `json:"creating,omitempty"` // the Job that is made for it
	Deleting int    `json:"deleting,omitempty"` // Jobs that go
	Skipped  string `json:"skipped,omitempty"`  // why there is no Job for it
	Next     string `json:"next,omitempty"`     // when the next is due
}

// recording is the step after a Job was made.
const recording = 1

// cronJobKey wakes a CronJob; one whose schedule changed when that says so.
func cronJobKey(v controller.View, _ client.ChangeType, old, now api.Object, add func(controller.Key, time.Duration)) {
	c := now.(*batchv1.CronJob)
	was, updated := old.(*batchv1.CronJob)
	if !updated || was.Spec.Schedule == c.Spec.Schedule && zoneName(was) == zoneName(c) {
		add(controller.KeyOf(c), 0)
		return
	}
	if s, err := parse(c); err == nil {
		add(controller.KeyOf(c), s.wait(c, v.Now))
	}
}

// jobKey wakes the CronJob of a Job and the one before.
func jobKey(v controller.View, ch client.ChangeType, old, now api.Object, add func(controller.Key, time.Duration)) {
	owner := v.Owner(now, "CronJob", cronJobs)
	if old != nil && ch == client.Modified {
		if was := v.Owner(old, "CronJob", cronJobs); was != nil && (owner == nil || owner.GetUID() != was.GetUID()) {
			add(controller.KeyOf(was), 0)
		}
	}
	if owner != nil {
		add(controller.KeyOf(owner), 0)
	}
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	c, ok := v.Get(cronJobs, k.Namespace, k.Name).(*batchv1.CronJob)
	if !ok {
		return controller.Plan{}
	}
	if s, ok := v.Kept.(*start); ok && v.Step == recording {
		return s.record(v, c)
	}
	s := sync{view: v, cron: c.DeepCopy()}
	s.children()
	s.tidy()
	s.observe()
	s.schedule()
	return s.plan
}
