package cronjob

import (
	"errors"
	"time"

	"github.com/robfig/cron/v3"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/kubernetes/pkg/util/parsers"

	"orrery/sim/api/timezone"
)

// schedule is when a CronJob is to start Jobs, in its time zone.
type schedule struct {
	cron.Schedule
	zone *time.Location
}

// parse reads a CronJob's schedule. A zone in the schedule itself is refused by the API server.
func parse(c *batchv1.CronJob) (schedule, error) {
	zone, err := timezone.Load(zoneName(c))
	if err != nil {
		return schedule{}, err
	}
	s, err := parsers.ParseCronScheduleWithPanicRecovery(c.Spec.Schedule)
	return schedule{s, zone}, err
}

func zoneName(c *batchv1.CronJob) string {
	if c.Spec.TimeZone == nil {
		return ""
	}
	return *c.Spec.TimeZone
}

// after returns the first start after a point in time.
func (s schedule) after(t time.Time) time.Time { return s.Next(t.In(s.zone)) }

// missed is how many starts there have been since the last.
type missed int

const (
	none missed = iota
	few
	many // more than 100
)

const manyMin = 101

// latest returns the latest start that has passed, zero for none, how many there have been, and since when they are counted.
func (s schedule) latest(c *batchv1.CronJob, now time.Time, deadline bool) (since, last time.Time, n missed, err error) {
	since = c.CreationTimestamp.Time
	if t := c.Status.LastScheduleTime; t != nil {
		since = t.Time
	}
	if limit := c.Spec.StartingDeadlineSeconds; deadline && limit != nil {
		if t := now.Add(-time.Duration(*limit) * time.Second); t.After(since) {
			since = t
		}
	}
	first := s.after(since)
	second := s.after(first)
	if now.Before(first) {
		return since, last, none, nil
	}
	if now.Before(second) {
		return since, first, none, nil
	}
	interval := second.Sub(first).Round(time.Second)
	if interval < time.Second {
		return since, last, none, errors.New("time difference between two schedules is less than 1 second")
	}
	// The latest is looked for one interval earlier than it should be: intervals differ.
	count := int64(now.Sub(first).Seconds())/int64(interval.Seconds()) + 1
	for t := s.after(first.Add(time.Duration(count-2) * interval)); !t.After(now); t = s.after(t) {
		last = t
	}
	n = few
	if count >= manyMin {
		n = many
	}
	return since, last, n, nil
}

// wait returns how long it is until the next start, and a little longer: clocks differ.
func (s schedule) wait(c *batchv1.CronJob, now time.Time) time.Duration {
	since, last, n, err := s.latest(c, now, false)
	switch {
	case err != nil || last.IsZero() && n != none:
		last = now
	case last.IsZero():
		last = since
	}
	return s.after(last).Add(100 * time.Millisecond).Sub(now)
}
