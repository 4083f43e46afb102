package managedfields

import (
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// marks are entries whose times were replaced by numbers, as times, in the same order. The managers stamp what they change
// with the time of the machine that the simulation runs on, which must not come in: it is none of the marks.
type marks struct {
	times         []time.Time // by number
	first, second []metav1.ManagedFieldsEntry
}

func mark(first, second []metav1.ManagedFieldsEntry) *marks {
	m := &marks{}
	for _, entries := range [][]metav1.ManagedFieldsEntry{first, second} {
		for _, e := range entries {
			if e.Time != nil {
				m.times = append(m.times, e.Time.Time)
			}
		}
	}
	slices.SortFunc(m.times, time.Time.Compare)
	m.times = slices.CompactFunc(m.times, time.Time.Equal)
	m.first, m.second = m.mark(first), m.mark(second)
	return m
}

func (m *marks) mark(entries []metav1.ManagedFieldsEntry) []metav1.ManagedFieldsEntry {
	out := slices.Clone(entries)
	for i, e := range entries {
		if e.Time != nil {
			n, _ := slices.BinarySearchFunc(m.times, e.Time.Time, time.Time.Compare)
			out[i].Time = &metav1.Time{Time: time.Unix(int64(n), 0).UTC()}
		}
	}
	return out
}

// unmark puts the times back, and the time of the write at what it changed.
func (m *marks) unmark(entries []metav1.ManagedFieldsEntry, now metav1.Time) []metav1.ManagedFieldsEntry {
	out := slices.Clone(entries)
	for i, e := range entries {
		if e.Time == nil {
			continue
		}
		t := now
		if n := e.Time.Unix(); n >= 0 && n < int64(len(m.times)) {
			t = metav1.NewTime(m.times[n])
		}
		out[i].Time = &t
	}
	return out
}
