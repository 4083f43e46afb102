package cronjob

import (
	"fmt"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

var (
	now = time.Date(2026, 3, 1, 12, 0, 30, 0, time.UTC)
	key = controller.Key{Namespace: "default", Name: "tick"}
)

func ptr[T any](v T) *T { return &v }

// tick returns a CronJob that was last started a minute and a half ago.
func tick(changes ...func(*batchv1.CronJob)) *batchv1.CronJob {
	last := metav1.NewTime(now.Add(-90 * time.Second))
	c := &batchv1.CronJob{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "tick", UID: "cron", CreationTimestamp: metav1.NewTime(now.Add(-time.Hour))},
		Spec:       batchv1.CronJobSpec{Schedule: "* * * * *", ConcurrencyPolicy: batchv1.AllowConcurrent},
		Status:     batchv1.CronJobStatus{LastScheduleTime: &last},
	}
	for _, change := range changes {
		change(c)
	}
	return c
}

func at(schedule, zone string, last time.Time) func(*batchv1.CronJob) {
	return func(c *batchv1.CronJob) {
		c.Spec.Schedule, c.Spec.TimeZone = schedule, &zone
		t := metav1.NewTime(last)
		c.Status.LastScheduleTime = &t
	}
}

func active(names ...string) func(*batchv1.CronJob) {
	return func(c *batchv1.CronJob) {
		for _, name := range names {
			c.Status.Active = append(c.Status.Active, corev1.ObjectReference{Name: name, UID: types.UID(name)})
		}
	}
}

func policy(p batchv1.ConcurrencyPolicy) func(*batchv1.CronJob) {
	return func(c *batchv1.CronJob) { c.Spec.ConcurrencyPolicy = p }
}

func keep(n int32) func(*batchv1.CronJob) {
	return func(c *batchv1.CronJob) { c.Spec.SuccessfulJobsHistoryLimit = &n }
}

func job(name string, ends batchv1.JobConditionType) *batchv1.Job {
	started := metav1.NewTime(now.Add(-time.Minute))
	j := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "default", Name: name, UID: types.UID(name),
			OwnerReferences: []metav1.OwnerReference{{Kind: "CronJob", Name: "tick", UID: "cron", Controller: ptr(true)}},
		},
		Status: batchv1.JobStatus{StartTime: &started},
	}
	if ends != "" {
		j.Status.Conditions = []batchv1.JobCondition{{Type: ends, Status: corev1.ConditionTrue}}
		j.Status.CompletionTime = ptr(metav1.NewTime(now.Add(-10 * time.Second)))
	}
	return j
}

func view(objects ...api.Object) controller.View {
	cache := client.NewCache(cronJobs, jobs)
	for _, o := range objects {
		cache.Apply(client.Change{Type: client.Added, Resource: api.FindObject(o).Name, Object: o})
	}
	return controller.View{Cache: cache, Now: now, Fresh: true}
}

func told(p controller.Plan) string {
	var out []string
	for _, stage := range p.Stages {
		for _, w := range stage {
			s := string(w.Verb) + " " + w.Name
			if c, ok := w.Object.(*batchv1.CronJob); ok {
				s = "status"
				for _, r := range c.Status.Active {
					s += " " + r.Name
				}
				if c.Status.LastSuccessfulTime != nil {
					s += " succeeded"
				}
			}
			out = append(out, s)
		}
	}
	for _, e := range p.Events {
		out = append(out, e.Reason)
	}
	return strings.Join(out, ", ")
}

// due is the name of the Job for twelve o'clock.
const due = "tick-29539440"

func TestSync(t *testing.T) {
	for _, c := range []struct {
		name string
		cron *batchv1.CronJob
		jobs []api.Object
		want string
		next time.Duration // 0 for any
	}{
		{"a start is due", tick(), nil, "create " + due, 0},
		{"its Job has been made", tick(active(due)), []api.Object{job(due, "")}, "", 30*time.Second + 100*time.Millisecond},
		{"a Job has succeeded", tick(active(due), at("* * * * *", "UTC", now.Truncate(time.Minute))), []api.Object{job(due, batchv1.JobComplete)}, "status succeeded, SawCompletedJob", 0},
		{"a Job is gone", tick(active(due, "old")), []api.Object{job(due, "")}, "status tick-29539440, MissingJob", 0},
		{"a Job of somebody's making", tick(active(due)), []api.Object{job(due, ""), job("manual", "")}, "UnexpectedJob", 0},
		{"one at a time: wait", tick(policy(batchv1.ForbidConcurrent), active("old")), []api.Object{job("old", "")}, "JobAlreadyActive", 0},
		{"one at a time: replace", tick(policy(batchv1.ReplaceConcurrent), active("old")), []api.Object{job("old", "")}, "delete old, create " + due, 0},
		{"suspended", tick(func(c *batchv1.CronJob) { c.Spec.Suspend = ptr(true) }), nil, "", 0},
		{"too late", tick(func(c *batchv1.CronJob) { c.Spec.StartingDeadlineSeconds = ptr(int64(20)) }), nil, "", 0},
		{"in time", tick(func(c *batchv1.CronJob) { c.Spec.StartingDeadlineSeconds = ptr(int64(40)) }), nil, "create " + due, 0},
		{"many were missed: only the last is made up for", tick(at("* * * * *", "UTC", now.Add(-3*time.Hour))), nil, "create " + due + ", TooManyMissedTimes", 0},
		{
			"the oldest go", tick(keep(1), active(due)),
			[]api.Object{job("a", batchv1.JobComplete), job("b", batchv1.JobComplete), job(due, "")},
			"delete a, status tick-29539440 succeeded", 0,
		},
		{"a schedule that never comes", tick(at("59 23 31 2 *", "UTC", now)), nil, "InvalidSchedule", 0},
		{"seven in Berlin is six", tick(at("0 7 * * *", "Europe/Berlin", now)), nil, "", 17*time.Hour + 59*time.Minute + 30*time.Second + 100*time.Millisecond},
	} {
		plan := reconcile(view(append(c.jobs, c.cron)...), key)
		if got := told(plan); got != c.want {
			t.Errorf("%s: %s; want %s", c.name, got, c.want)
		}
		if c.next != 0 && (plan.Again != c.next || !plan.Rest) {
			t.Errorf("%s: again in %s, want %s", c.name, plan.Again, c.next)
		}
	}
}

// TestRecord holds that the Job's reference and its start are written when the Job was made, or had been before.
func TestRecord(t *testing.T) {
	plan := reconcile(view(tick()), key)
	made := plan.Stages[0][0].Object.(*batchv1.Job)
	if got := made.Annotations[batchv1.CronJobScheduledTimestampAnnotation]; plan.Next != recording || got != "2026-03-01T12:00:00Z" {
		t.Fatalf("the Job is meant for %s; goes on: %t", got, plan.Next == recording)
	}
	for _, existed := range []bool{false, true} {
		v := view(tick())
		stored := job(due, "")
		if existed {
			v = view(tick(), stored)
		} else {
			v.Made = []api.Object{stored}
		}
		v.Step, v.Kept = recording, plan.Keep
		next := reconcile(v, key)
		c := next.Stages[0][0].Object.(*batchv1.CronJob)
		if len(c.Status.Active) != 1 || c.Status.Active[0].UID != types.UID(due) ||
			!c.Status.LastScheduleTime.Time.Equal(now.Truncate(time.Minute)) || next.Again != 30*time.Second+100*time.Millisecond {
			t.Errorf("%+v, again in %s", c.Status, next.Again)
		}
	}
}

func TestKeys(t *testing.T) {
	var got []string
	add := func(k controller.Key, d time.Duration) { got = append(got, k.Name+" "+d.String()) }
	cronJobKey(view(), client.Modified, tick(), tick(at("30 * * * *", "UTC", now)), add)
	cronJobKey(view(), client.Modified, tick(), tick(active("a")), add)
	jobKey(view(tick()), client.Added, nil, job("a", ""), add)
	if want := "[tick 29m30.1s tick 0s tick 0s]"; fmt.Sprint(got) != want {
		t.Errorf("wakes %v, want %s", got, want)
	}
}
