package queue

import (
	"time"

	"github.com/google/btree"

	"orrery/sim/scheduler/framework"
)

// Move makes those unschedulable pods active, or lets them end their backoff, that the event may help.
func (q *Queue) Move(e framework.Event, c framework.Change, now time.Duration) {
	if q.unschedulable.Len() == 0 || e&q.rules.Interesting == 0 {
		return
	}
	var worth []*item
	q.unschedulable.Ascend(func(it *item) bool {
		if !it.Held && q.rules.Worth(it.Rejectors, it.Pod, e, c) {
			worth = append(worth, it)
		}
		return true
	})
	for _, it := range worth {
		q.remove(it)
		p := it.QueuedPod
		p.Background = false
		q.retry(p, now)
	}
}

// Flush makes those pods active that have been unschedulable for longer than Leftover, and reports whether any
// unschedulable pods are left.
func (q *Queue) Flush(now time.Duration) (left bool) {
	var old []*item
	q.unschedulable.Ascend(func(it *item) bool {
		if it.Gate == "" && !it.Held && now-it.Timestamp > Leftover {
			old = append(old, it)
		}
		return true
	})
	for _, it := range old {
		q.remove(it)
		p := it.QueuedPod
		p.Background = true
		q.retry(p, now)
	}
	return q.Stuck()
}

// Stuck reports whether there are unschedulable pods that Flush would come to: not those that a plugin gates.
func (q *Queue) Stuck() (stuck bool) {
	q.unschedulable.Ascend(func(it *item) bool {
		stuck = it.Gate == ""
		return !stuck
	})
	return stuck
}

// Each calls f for every waiting pod, part by part and in order, until f returns false.
func (q *Queue) Each(f func(Place, *framework.QueuedPod) bool) {
	more := true
	for _, tree := range []*btree.BTreeG[*item]{q.active, q.backoff, q.errors, q.unschedulable} {
		if !more {
			return
		}
		tree.Ascend(func(it *item) bool {
			more = f(it.place, &it.QueuedPod)
			return more
		})
	}
}

// Len returns the number of waiting pods.
func (q *Queue) Len() int { return q.items.Len() }

// retry enqueues a pod that is worth another try: in the active queue, or in backoff while that lasts.
func (q *Queue) retry(p framework.QueuedPod, now time.Duration) {
	place := Active
	if p.Expiry == 0 {
		p.Expiry = expiry(&p)
	}
	switch {
	case !backingOff(&p, now):
	case p.Rejectors == 0:
		place = Errors
	default:
		place = Backoff
	}
	q.enqueue(p, place)
}

// enqueue inserts a pod unless a plugin gates it.
func (q *Queue) enqueue(p framework.QueuedPod, place Place) {
	var bit uint32
	if p.Gate, bit = q.rules.Gate(p.Pod.Pod); p.Gate != "" {
		p.Rejectors |= bit
		place = Unschedulable
	}
	q.insert(p, place)
}

func (q *Queue) insert(p framework.QueuedPod, place Place) {
	if p.Seq == 0 {
		q.seq++
		p.Seq = q.seq
	}
	it := &item{QueuedPod: p, namespace: p.Pod.Namespace, name: p.Pod.Name, place: place}
	q.items.ReplaceOrInsert(it)
	q.tree(place).ReplaceOrInsert(it)
	if it.counts() {
		q.foreground++
	}
}

func (q *Queue) remove(it *item) {
	q.items.Delete(it)
	q.tree(it.place).Delete(it)
	if it.counts() {
		q.foreground--
	}
}

// counts reports whether the pod is to be tried and somebody waits for that.
func (it *item) counts() bool { return it.place != Unschedulable && !it.Background }

func (q *Queue) get(namespace, name string) (*item, bool) {
	return q.items.Get(&item{namespace: namespace, name: name})
}

func (q *Queue) tree(p Place) *btree.BTreeG[*item] {
	switch p {
	case Active:
		return q.active
	case Backoff:
		return q.backoff
	case Errors:
		return q.errors
	default:
		return q.unschedulable
	}
}

// completeBackoff moves pods whose backoff has ended to the active queue.
func (q *Queue) completeBackoff(tree *btree.BTreeG[*item], now time.Duration) {
	for {
		it, ok := tree.Min()
		if !ok || backingOff(&it.QueuedPod, now) {
			return
		}
		q.remove(it)
		q.insert(it.QueuedPod, Active)
	}
}

// expiry returns when the backoff of a pod ends: a second after its first failure, then twice as long each time.
func expiry(p *framework.QueuedPod) time.Duration {
	count := p.Unschedulable
	if p.Errors > 0 {
		count = p.Errors
	}
	if count == 0 {
		return 0
	}
	d := backoffMax
	if count <= 4 {
		d = min(d, backoffMin<<(count-1))
	}
	return (p.Timestamp + d).Truncate(window)
}

// backingOff reports whether the pod's backoff lasts: until the second in which it ends is over.
func backingOff(p *framework.QueuedPod, now time.Duration) bool {
	return p.Expiry > 0 && p.Expiry >= now.Truncate(window)
}
