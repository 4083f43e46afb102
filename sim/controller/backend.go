package controller

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/api"
)

// Backend is a pod behind a Service, with what a controller of endpoints made of it. It never changes.
type Backend[T any] struct {
	Pod   *corev1.Pod
	Made  T
	since time.Time // since when the pod has been ready or not; zero while it does not say
}

// Backends is what a controller of endpoints remembers of a Service between two syncs, so that the next one works on what
// changed: the pods behind it. It must never be changed.
type Backends[T any] struct {
	service     *corev1.Service
	All         []*Backend[T] // by name
	Fresh, Gone []*Backend[T] // by which All differs from what it was one sync earlier
}

// Next returns the pods behind a Service now, and the earliest of the changes since: the value of the annotation
// last-change-trigger-time, zero for none. The Service itself is the change when nothing is remembered yet, by a nil
// pointer. A pod that is as it was keeps its Backend as long as the Service is as it was, too: made must depend on nothing
// else.
func (b *Backends[T]) Next(v View, svc *corev1.Service, made func(*corev1.Pod) T) (*Backends[T], time.Time) {
	w := &walk[T]{next: &Backends[T]{service: svc}, made: made}
	if b != nil {
		w.rest, w.keep = b.All, b.service == svc
		w.next.All = make([]*Backend[T], 0, len(b.All)+1)
	}
	v.Each("pods", svc.Namespace, func(o api.Object) bool {
		w.visit(o.(*corev1.Pod))
		return true
	})
	w.next.Gone = append(w.next.Gone, w.rest...)
	created := svc.CreationTimestamp.Time
	if b == nil {
		return w.next, created
	}
	w.changed(created, b.service.CreationTimestamp.Time)
	return w.next, w.first
}

// walk goes through the pods of a namespace and the Backends of the sync before, both by name.
type walk[T any] struct {
	next  *Backends[T]
	made  func(*corev1.Pod) T
	rest  []*Backend[T] // of before
	keep  bool          // a pod that did not change keeps its Backend
	first time.Time     // the earliest change
}

func (w *walk[T]) visit(pod *corev1.Pod) {
	for len(w.rest) > 0 && w.rest[0].Pod != pod && w.rest[0].Pod.Name < pod.Name {
		w.drop()
	}
	if w.keep && len(w.rest) > 0 && w.rest[0].Pod == pod {
		w.next.All = append(w.next.All, w.rest[0])
		w.rest = w.rest[1:]
		return
	}
	if !Selects(w.next.service.Spec.Selector, pod.Labels) {
		return
	}
	var was time.Time
	if len(w.rest) > 0 && w.rest[0].Pod.Name == pod.Name {
		was = w.rest[0].since
		w.drop()
	}
	b := &Backend[T]{Pod: pod, Made: w.made(pod)}
	if c := ReadyCondition(pod); c != nil {
		b.since = c.LastTransitionTime.Time
	}
	w.changed(b.since, was)
	w.next.All, w.next.Fresh = append(w.next.All, b), append(w.next.Fresh, b)
}

func (w *walk[T]) drop() {
	w.next.Gone = append(w.next.Gone, w.rest[0])
	w.rest = w.rest[1:]
}

// changed takes in that something is since at what was since was.
func (w *walk[T]) changed(at, was time.Time) {
	if at.After(was) && (w.first.IsZero() || at.Before(w.first)) {
		w.first = at
	}
}
