package cronjob

import (
	"maps"
	"slices"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// start is a start whose Job is being made. The status that tells of it needs the Job's UID, so it is written afterwards.
type start struct {
	cron *batchv1.CronJob // with the status as it will be, but for this start
	due  time.Time
	name string // of the Job
}

// jobName returns the name of the Job for a start: it ends with the minute, counted since 1970.
func jobName(c *batchv1.CronJob, due time.Time) string {
	return c.Name + "-" + strconv.FormatInt(due.Unix()/60, 10)
}

// start makes the Job that is due. Under the policy Replace those that still run make room for it.
func (s *sync) start(due time.Time, sched schedule) {
	if s.cron.Spec.ConcurrencyPolicy == batchv1.ReplaceConcurrent {
		for _, r := range slices.Clone(s.cron.Status.Active) {
			if i := slices.IndexFunc(s.jobs, func(j *batchv1.Job) bool { return j.UID == r.UID }); i >= 0 {
				s.remove(s.jobs[i])
			}
		}
	}
	j := newJob(s.cron, due, sched.zone)
	s.note.Due, s.note.Creating = rfc3339(due), j.Name
	s.plan.Then(controller.Write{
		Request: client.Request{Verb: client.Create, Resource: jobs, Namespace: j.Namespace, Name: j.Name, Object: j},
		Event:   s.event(corev1.EventTypeNormal, "SuccessfulCreate", "Created job %s"),
		Failure: s.event(corev1.EventTypeWarning, "FailedCreate", "Error creating job: %v"),
		Expect:  true, Tolerate: []metav1.StatusReason{metav1.StatusReasonAlreadyExists},
	})
	s.plan.Keep, s.plan.Next, s.plan.Note = &start{s.cron, due, j.Name}, recording, s.note
}

// newJob returns the Job for a start.
func newJob(c *batchv1.CronJob, due time.Time, zone *time.Location) *batchv1.Job {
	t := c.Spec.JobTemplate.DeepCopy()
	annotations := maps.Clone(t.Annotations)
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[batchv1.CronJobScheduledTimestampAnnotation] = due.In(zone).Format(time.RFC3339)
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: c.Namespace, Name: jobName(c, due), Labels: t.Labels, Annotations: annotations,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(c, batchv1.SchemeGroupVersion.WithKind("CronJob"))},
		},
		Spec: t.Spec,
	}
}

// record goes on when the Job was made, or had been: it is active now, and its start is the last.
func (s *start) record(v controller.View, c *batchv1.CronJob) controller.Plan {
	next := sync{view: v, cron: s.cron}
	var j api.Object
	for _, o := range v.Made {
		if o.GetName() == s.name {
			j = o
		}
	}
	if j == nil { // somebody made it before, perhaps the controller itself
		j = v.Get(jobs, c.Namespace, s.name)
		if j == nil || !controller.ControlledBy(j, c.UID) || next.isActive(j.GetUID()) {
			return controller.Plan{Retry: true}
		}
	}
	cron := s.cron.DeepCopy()
	due := metav1.NewTime(s.due)
	cron.Status.Active = append(cron.Status.Active, client.Reference(j))
	cron.Status.LastScheduleTime = &due
	next.cron, next.dirty = cron, true
	if sched, err := parse(cron); err == nil {
		next.next(sched)
	}
	next.end()
	return next.plan
}
