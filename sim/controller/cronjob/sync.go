package cronjob

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/api/timezone"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// sync is one look at a CronJob.
type sync struct {
	view  controller.View
	plan  controller.Plan
	note  Note
	cron  *batchv1.CronJob // its status is the one that is being made
	jobs  []*batchv1.Job   // of the CronJob, by name
	dirty bool             // the status is to be written
}

// children finds the Jobs that name the CronJob as their controller.
func (s *sync) children() {
	s.view.Each(jobs, s.cron.Namespace, func(o api.Object) bool {
		if ref := metav1.GetControllerOfNoCopy(o); ref != nil && ref.Name == s.cron.Name {
			s.jobs = append(s.jobs, o.(*batchv1.Job))
		}
		return true
	})
}

// ending returns the condition with which a Job has ended; empty when it has not.
func ending(j *batchv1.Job) batchv1.JobConditionType {
	for _, c := range j.Status.Conditions {
		if (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) && c.Status == corev1.ConditionTrue {
			return c.Type
		}
	}
	return ""
}

// tidy deletes the oldest of the Jobs that have ended, beyond the history limits.
func (s *sync) tidy() {
	for _, h := range []struct {
		ending batchv1.JobConditionType
		most   *int32
	}{{batchv1.JobComplete, s.cron.Spec.SuccessfulJobsHistoryLimit}, {batchv1.JobFailed, s.cron.Spec.FailedJobsHistoryLimit}} {
		ended := slices.DeleteFunc(slices.Clone(s.jobs), func(j *batchv1.Job) bool { return ending(j) != h.ending })
		if h.most == nil || len(ended) <= int(*h.most) {
			continue
		}
		slices.SortStableFunc(ended, byStart)
		for _, j := range ended[:len(ended)-int(*h.most)] {
			s.remove(j)
		}
	}
}

// byStart orders Jobs by when they started; those that have not come last.
func byStart(a, b *batchv1.Job) int {
	x, y := a.Status.StartTime, b.Status.StartTime
	switch {
	case x == nil && y == nil:
	case x == nil:
		return 1
	case y == nil:
		return -1
	default:
		return cmp.Or(x.Compare(y.Time), cmp.Compare(a.Name, b.Name))
	}
	return cmp.Compare(a.Name, b.Name)
}

// remove deletes a Job, and its pods after it.
func (s *sync) remove(j *batchv1.Job) {
	s.forget(j.UID)
	s.note.Deleting++
	s.dirty = true
	s.plan.Then(controller.Write{
		Request: client.Request{
			Verb: client.Delete, Resource: jobs, Namespace: j.Namespace, Name: j.Name, Propagation: metav1.DeletePropagationBackground,
		},
		Event:   s.event(corev1.EventTypeNormal, "SuccessfulDelete", "Deleted job "+j.Name),
		Failure: s.event(corev1.EventTypeWarning, "FailedDelete", "Deleted job: %v"),
	})
}

// forget takes a Job out of the active ones.
func (s *sync) forget(uid types.UID) {
	s.cron.Status.Active = slices.DeleteFunc(slices.Clone(s.cron.Status.Active), func(r corev1.ObjectReference) bool { return r.UID == uid })
}

func (s *sync) isActive(uid types.UID) bool {
	return slices.ContainsFunc(s.cron.Status.Active, func(r corev1.ObjectReference) bool { return r.UID == uid })
}

// observe brings the list of active Jobs up to date with what became of them.
func (s *sync) observe() {
	known := map[types.UID]bool{}
	for _, j := range s.jobs {
		known[j.UID] = true
		how := ending(j)
		switch active := s.isActive(j.UID); {
		case how == "" && !active:
			s.tell(corev1.EventTypeWarning, "UnexpectedJob", "Saw a job that the controller did not create or forgot: "+j.Name)
		case how != "" && active:
			s.forget(j.UID)
			s.tell(corev1.EventTypeNormal, "SawCompletedJob", "Saw completed job: "+j.Name+", condition: "+string(how))
			s.dirty = true
		}
		if at := j.Status.CompletionTime; how == batchv1.JobComplete && at != nil {
			if last := s.cron.Status.LastSuccessfulTime; last == nil || at.After(last.Time) {
				s.cron.Status.LastSuccessfulTime, s.dirty = at, true
			}
		}
	}
	for _, r := range s.cron.Status.Active {
		if s.view.Fresh && !known[r.UID] {
			s.tell(corev1.EventTypeNormal, "MissingJob", "Active job went missing: "+r.Name)
			s.forget(r.UID)
			s.dirty = true
		}
	}
}

// schedule makes the Job that is due, if there is one, and sees to it that the next is made in time.
func (s *sync) schedule() {
	c := s.cron
	if c.DeletionTimestamp != nil || !s.zoned() || c.Spec.Suspend != nil && *c.Spec.Suspend {
		s.end()
		return
	}
	sched, err := parse(c)
	if err != nil {
		s.tell(corev1.EventTypeWarning, "UnparseableSchedule", fmt.Sprintf("unparseable schedule: %q : %s", c.Spec.Schedule, err))
		s.end()
		return
	}
	_, due, n, err := sched.latest(c, s.view.Now, true)
	if err != nil {
		s.tell(corev1.EventTypeWarning, "InvalidSchedule", "invalid schedule: "+c.Spec.Schedule+" : "+err.Error())
		s.end()
		return
	}
	if n == many && !due.IsZero() {
		s.tell(corev1.EventTypeWarning, "TooManyMissedTimes",
			"too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew")
	}
	switch {
	case due.IsZero() || s.handled(due):
	case s.tooLate(due):
		s.note.Due, s.note.Skipped = rfc3339(due), "it is too late"
		s.tell(corev1.EventTypeWarning, "MissSchedule", "Missed scheduled time to start a job: "+due.UTC().Format(time.RFC1123Z))
	case c.Spec.ConcurrencyPolicy == batchv1.ForbidConcurrent && len(c.Status.Active) > 0:
		s.note.Due, s.note.Skipped = rfc3339(due), "an earlier Job still runs"
		s.tell(corev1.EventTypeNormal, "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid")
	default:
		s.start(due, sched)
		return
	}
	s.next(sched)
	s.end()
}

// zoned reports whether the CronJob's time zone is one.
func (s *sync) zoned() bool {
	name := zoneName(s.cron)
	_, err := timezone.Load(name)
	if err != nil {
		s.tell(corev1.EventTypeWarning, "UnknownTimeZone", fmt.Sprintf("invalid timeZone: %q: %s", name, err))
	}
	return err == nil
}

func (s *sync) tooLate(due time.Time) bool {
	limit := s.cron.Spec.StartingDeadlineSeconds
	return limit != nil && due.Add(time.Duration(*limit)*time.Second).Before(s.view.Now)
}

// handled reports whether there has been a Job for a start.
func (s *sync) handled(due time.Time) bool {
	last := s.cron.Status.LastScheduleTime
	return last != nil && last.Time.Equal(due) ||
		slices.ContainsFunc(s.cron.Status.Active, func(r corev1.ObjectReference) bool { return r.Name == jobName(s.cron, due) })
}

// next has the CronJob looked at again when its next start is due.
func (s *sync) next(sched schedule) {
	s.plan.Again, s.plan.Rest = max(sched.wait(s.cron, s.view.Now), time.Millisecond), true
	s.note.Next = rfc3339(s.view.Now.Add(s.plan.Again).Truncate(time.Second))
}

// end writes the status, if it changed.
func (s *sync) end() {
	if s.dirty {
		s.plan.Then(statusWrite(s.cron))
	}
	if s.note != (Note{}) {
		s.plan.Note = s.note
	}
}

func statusWrite(c *batchv1.CronJob) controller.Write {
	return controller.Write{Request: client.Request{
		Verb: client.Update, Resource: cronJobs, Subresource: "status", Namespace: c.Namespace, Name: c.Name, Object: c,
	}}
}

func (s *sync) tell(kind, reason, message string) { s.plan.Tell(s.cron, kind, reason, message) }

func (s *sync) event(kind, reason, message string) *client.Record {
	return &client.Record{Object: client.Reference(s.cron), Type: kind, Reason: reason, Message: message}
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }
