package table

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/kubernetes/pkg/apis/batch"
	"k8s.io/kubernetes/pkg/apis/core"
)

// move adds d to every time of an internal object that a printer measures an age from. The object itself is the caller's
// own; what lies behind its pointers and slices is not, and is copied.
func move(in runtime.Object, d time.Duration) {
	if m, ok := in.(metav1.Object); ok {
		m.SetCreationTimestamp(moved(m.GetCreationTimestamp(), d))
	}
	switch o := in.(type) {
	case *core.Pod:
		movePod(&o.Status, d)
	case *core.Event:
		o.FirstTimestamp, o.LastTimestamp = moved(o.FirstTimestamp, d), moved(o.LastTimestamp, d)
		o.EventTime = movedMicro(o.EventTime, d)
		if o.Series != nil {
			series := *o.Series
			series.LastObservedTime = movedMicro(series.LastObservedTime, d)
			o.Series = &series
		}
	case *batch.Job:
		o.Status.StartTime = movedAt(o.Status.StartTime, d)
		o.Status.CompletionTime = movedAt(o.Status.CompletionTime, d)
	case *batch.CronJob:
		o.Status.LastScheduleTime = movedAt(o.Status.LastScheduleTime, d)
	}
}

// movePod moves when containers ended before they were restarted: "3 (2m ago)".
func movePod(s *core.PodStatus, d time.Duration) {
	s.ContainerStatuses = moveContainers(s.ContainerStatuses, d)
	s.InitContainerStatuses = moveContainers(s.InitContainerStatuses, d)
}

func moveContainers(all []core.ContainerStatus, d time.Duration) []core.ContainerStatus {
	copied := false
	for i := range all {
		ended := all[i].LastTerminationState.Terminated
		if ended == nil {
			continue
		}
		if !copied {
			all, copied = append([]core.ContainerStatus(nil), all...), true
		}
		state := *ended
		state.FinishedAt = moved(state.FinishedAt, d)
		all[i].LastTerminationState.Terminated = &state
	}
	return all
}

func moved(t metav1.Time, d time.Duration) metav1.Time {
	if t.IsZero() {
		return t
	}
	return metav1.NewTime(t.Add(d))
}

func movedAt(t *metav1.Time, d time.Duration) *metav1.Time {
	if t == nil {
		return nil
	}
	at := moved(*t, d)
	return &at
}

func movedMicro(t metav1.MicroTime, d time.Duration) metav1.MicroTime {
	if t.IsZero() {
		return t
	}
	return metav1.NewMicroTime(t.Add(d))
}
