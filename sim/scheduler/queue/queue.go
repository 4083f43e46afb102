// Package queue is the scheduling queue: pods that are to be tried next (active), pods that failed and are held back for
// a while (backoff), and pods that wait for something to happen in the cluster (unschedulable).
//
// Models k8s.io/kubernetes/pkg/scheduler/backend/queue.
//
// Simplified: a pod is taken and decided in one event, so nothing can happen in the meantime; Kubernetes remembers the
// cluster's events while a pod is being tried.
package queue

import (
	"time"

	"github.com/google/btree"
	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/framework"
)

// Rules are what the plugins say about waiting pods. They are pure.
type Rules struct {
	// Less orders the active pods.
	Less func(a, b *framework.QueuedPod) bool
	// Gate returns the plugin that holds a pod back, with its bit; "" for none.
	Gate func(*corev1.Pod) (plugin string, bit uint32)
	// Interesting is the set of events that any plugin cares about.
	Interesting framework.Event
	// Worth reports whether the event may help a pod that the plugins of the set refused.
	Worth func(rejectors uint32, pod *framework.Pod, e framework.Event, c framework.Change) bool
}

// Place is the part of the queue in which a pod is.
type Place string

// The parts of the queue, in the order in which Each goes through them. Errors is the part of backoff for pods that
// failed for another reason than a plugin's refusal: their backoff is never cut short.
const (
	Active        Place = "active"
	Backoff       Place = "backoff"
	Errors        Place = "errors"
	Unschedulable Place = "unschedulable"
)

const (
	backoffMin = time.Second
	backoffMax = 10 * time.Second
	window     = time.Second // backoffs end together at whole seconds
	// Leftover is how long a pod may be unschedulable before it is tried again without a reason.
	Leftover = 5 * time.Minute
	patience = 5 // errors in a row until a pod's attempts become background work
	degree   = 16
)

// Queue holds the waiting pods. The zero value is not usable; see New.
type Queue struct {
	rules         *Rules
	items         *btree.BTreeG[*item] // all, by namespace and name
	active        *btree.BTreeG[*item]
	backoff       *btree.BTreeG[*item] // by the end of their backoff
	errors        *btree.BTreeG[*item] // by the end of their backoff
	unschedulable *btree.BTreeG[*item] // in the order in which they came
	seq           uint64
	foreground    int // pods to be tried that somebody waits for
}

// item is an entry of the queue. It is never changed.
type item struct {
	framework.QueuedPod
	namespace, name string
	place           Place
}

// New returns an empty queue.
func New(rules *Rules) *Queue {
	ordered := func(a, b *item) bool {
		if rules.Less(&a.QueuedPod, &b.QueuedPod) {
			return true
		}
		return a.Seq < b.Seq && !rules.Less(&b.QueuedPod, &a.QueuedPod)
	}
	byExpiry := func(a, b *item) bool {
		if a.Expiry != b.Expiry {
			return a.Expiry < b.Expiry
		}
		return ordered(a, b)
	}
	return &Queue{
		rules: rules,
		items: btree.NewG(degree, func(a, b *item) bool {
			return a.namespace < b.namespace || a.namespace == b.namespace && a.name < b.name
		}),
		active: btree.NewG(degree, ordered), backoff: btree.NewG(degree, byExpiry), errors: btree.NewG(degree, byExpiry),
		unschedulable: btree.NewG(degree, func(a, b *item) bool { return a.Seq < b.Seq }),
	}
}

// Clone returns a copy that shares with the original only what neither changes.
func (q *Queue) Clone() *Queue {
	c := *q
	c.items, c.active, c.backoff = q.items.Clone(), q.active.Clone(), q.backoff.Clone()
	c.errors, c.unschedulable = q.errors.Clone(), q.unschedulable.Clone()
	return &c
}

// Add takes in a pod that is not there yet. A pod that a plugin gates waits with the unschedulable ones.
func (q *Queue) Add(pod *framework.Pod, now time.Duration) {
	q.enqueue(framework.QueuedPod{Pod: pod, Timestamp: now}, Active)
}

// Update replaces a waiting pod by a newer version, which may make an unschedulable one worth another try. It adds a pod
// that is not there.
func (q *Queue) Update(pod *framework.Pod, now time.Duration) {
	old, ok := q.get(pod.Namespace, pod.Name)
	if !ok {
		q.Add(pod, now)
		return
	}
	n := old.QueuedPod
	n.Pod = pod
	q.remove(old)
	q.insert(n, old.place)
	if old.place != Unschedulable {
		return
	}
	for _, e := range framework.PodEvents(old.Pod, pod) {
		if !n.Held && q.rules.Worth(n.Rejectors, pod, e, framework.Change{OldPod: old.Pod, NewPod: pod}) {
			q.Delete(pod.Namespace, pod.Name)
			q.retry(n, now)
			return
		}
	}
}

// Hold keeps a waiting pod from being tried, whatever happens, or does so no longer.
func (q *Queue) Hold(namespace, name string, held bool) {
	if it, ok := q.get(namespace, name); ok {
		p := it.QueuedPod
		p.Held = held
		q.remove(it)
		q.insert(p, it.place)
	}
}

// Activate lets an unschedulable pod be tried again, as if something had happened that helps.
func (q *Queue) Activate(namespace, name string, now time.Duration) {
	if it, ok := q.get(namespace, name); ok && it.place == Unschedulable {
		q.remove(it)
		q.retry(it.QueuedPod, now)
	}
}

// Delete removes a pod, if it is there.
func (q *Queue) Delete(namespace, name string) {
	if it, ok := q.get(namespace, name); ok {
		q.remove(it)
	}
}

// Get returns a waiting pod.
func (q *Queue) Get(namespace, name string) (framework.QueuedPod, bool) {
	it, ok := q.get(namespace, name)
	if !ok {
		return framework.QueuedPod{}, false
	}
	return it.QueuedPod, true
}

// Pop takes the pod that is to be tried next: the first of the active ones and, when there are none, the first of those
// that are backing off after plugins refused them.
func (q *Queue) Pop(now time.Duration) (framework.QueuedPod, bool) {
	q.completeBackoff(q.backoff, now)
	q.completeBackoff(q.errors, now)
	it, ok := q.active.Min()
	if !ok {
		it, ok = q.backoff.Min()
	}
	if !ok {
		return framework.QueuedPod{}, false
	}
	q.remove(it)
	p := it.QueuedPod
	p.Attempts++
	p.Expiry = 0
	return p, true
}

// Ready reports whether Pop would return a pod, and whether anybody waits for one that is to be tried.
func (q *Queue) Ready(now time.Duration) (ready, foreground bool) {
	ready = q.active.Len() > 0 || q.backoff.Len() > 0
	if it, ok := q.errors.Min(); ok && !backingOff(&it.QueuedPod, now) {
		ready = true
	}
	return ready, q.foreground > 0
}

// Wake returns when the first pod that failed with an error ends its backoff.
func (q *Queue) Wake() (at time.Duration, foreground, ok bool) {
	it, ok := q.errors.Min()
	if !ok {
		return 0, false, false
	}
	return it.Expiry + window, q.foreground > 0, true
}

// Refused takes back a pod whose attempt failed because of the plugins of the set, or for another reason when the set is
// empty.
func (q *Queue) Refused(p framework.QueuedPod, rejectors uint32, now time.Duration) {
	p.Rejectors, p.Timestamp, p.Gate = rejectors, now, ""
	if rejectors == 0 {
		p.Errors++
		p.Background = p.Background || p.Errors > patience
		q.retry(p, now)
		return
	}
	p.Unschedulable++
	p.Errors = 0
	q.insert(p, Unschedulable)
}
