package controller

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
)

// state is what the Manager keeps for one controller. Clones of a Manager share it until one of them is about to change it:
// most controllers have nothing to do.
type state struct {
	conn         client.Conn
	recorder     *client.Recorder
	queue        []Key
	queued       map[Key]bool // in the queue
	dirty        map[Key]bool // added while being worked on: queued again afterwards
	turns        int          // worker's turns that are scheduled
	jobs         map[Key]*job
	waiting      map[uint64]pending    // writes on their way, by request ID
	failures     map[Key]int           // in a row
	due          map[Key]time.Duration // when a key that waits is added
	expectations map[Key]*expectation
	kind         string          // that of its own resource
	own          string          // the controller's own resource
	tracked      []string        // the resources of which written tells
	written      map[Key][]write // what the controller last wrote of them for a key
	kept         map[Key]any     // what plans keep
	shared       bool
}

// job is a plan that is being carried out.
type job struct {
	key       Key
	plan      Plan
	stage     int // the next one
	open      int // writes of the current stage without an answer
	failed    *metav1.Status
	stop      bool              // nothing more is to be done
	reporting bool              // the plan reports an earlier failure
	revisions map[target]string // that the plan's writes made so far
	made      []api.Object      // by the plan's writes so far, when it goes on with them
}

// target names an object that a plan wrote.
type target struct{ resource, namespace, name string }

// write is the revision that a write made of an object in the key's namespace. Slices of it are replaced, never changed.
type write struct {
	resource string
	name     string
	revision int64
	created  bool
}

type pending struct {
	key   Key
	write *Write
}

// expectation is what a key's plans did with objects of one resource that the cache has not shown yet.
type expectation struct {
	resource string
	creates  int
	deletes  map[types.UID]bool
	since    time.Duration
}

// expectationsTTL is when expectations are given up, as in controller.ExpectationsTimeout.
const expectationsTTL = 5 * time.Minute

// requests is how many requests each controller may make in its life: the IDs of all of them lie apart.
const requests = 1 << 40

// controllerOf returns the controller whose request has an ID.
func controllerOf(id uint64) int { return int(id/requests) - 1 }

func newState(config Config, spec *Spec, index int) *state {
	qps := config.QPS * max(1, spec.Share)
	user, reporter := cmp.Or(spec.User, spec.Name), cmp.Or(spec.Reporter, spec.Name)
	return &state{
		conn: client.Conn{
			User: user, Limit: client.Limit{QPS: qps, Burst: config.Burst}, Numbered: uint64(index+1) * requests,
		},
		recorder: &client.Recorder{Component: reporter},
		queued:   map[Key]bool{}, dirty: map[Key]bool{}, jobs: map[Key]*job{}, waiting: map[uint64]pending{},
		failures: map[Key]int{}, due: map[Key]time.Duration{}, expectations: map[Key]*expectation{},
		own: spec.Watches[0].Resource, kind: api.Find(spec.Watches[0].Resource).Kind.Kind,
		tracked: append([]string{spec.Watches[0].Resource}, spec.ConsistentToo...), written: map[Key][]write{}, kept: map[Key]any{},
	}
}

func (s *state) clone() *state {
	c := *s
	c.shared = false
	c.recorder = s.recorder.Clone()
	c.queue = slices.Clone(s.queue)
	c.queued, c.dirty = maps.Clone(s.queued), maps.Clone(s.dirty)
	c.waiting, c.failures, c.due = maps.Clone(s.waiting), maps.Clone(s.failures), maps.Clone(s.due)
	c.written, c.kept = maps.Clone(s.written), maps.Clone(s.kept)
	c.jobs = make(map[Key]*job, len(s.jobs))
	for k, j := range s.jobs { // any order
		n := *j
		n.revisions, n.made = maps.Clone(j.revisions), slices.Clip(j.made)
		c.jobs[k] = &n
	}
	c.expectations = make(map[Key]*expectation, len(s.expectations))
	for k, e := range s.expectations { // any order
		n := *e
		n.deletes = maps.Clone(e.deletes)
		c.expectations[k] = &n
	}
	return &c
}

// tell reports Events.
func (s *state) tell(t *engine.Turn, events []client.Record) {
	for _, rec := range events {
		s.recorder.Send(t, &s.conn, 0, rec)
	}
}

// push queues a key and reports whether it was not there. A key that is being worked on waits until that is done.
func (s *state) push(k Key) bool {
	if s.jobs[k] != nil {
		s.dirty[k] = true
		return false
	}
	if s.queued[k] {
		return false
	}
	s.queued[k] = true
	s.queue = append(s.queue, k)
	return true
}

func (s *state) pop() Key {
	k := s.queue[0]
	s.queue = s.queue[1:]
	delete(s.queued, k)
	return k
}

// release queues a key again that was added while it was worked on.
func (s *state) release(k Key) {
	if s.dirty[k] {
		delete(s.dirty, k)
		s.push(k)
	}
}

// wind sets a key's timer and reports whether it rings earlier than one that is set already.
func (s *state) wind(k Key, at time.Duration) bool {
	if was, ok := s.due[k]; ok && was <= at {
		return false
	}
	s.due[k] = at
	return true
}

// ring takes a key's timer and reports whether it is the one that was set last.
func (s *state) ring(k Key, at time.Duration) bool {
	if s.due[k] != at {
		return false
	}
	delete(s.due, k)
	return true
}

// defaultBackoff is client-go's default rate limiter's.
var defaultBackoff = Backoff{5 * time.Millisecond, 1000 * time.Second}

// backoff returns how long a key that failed waits.
func (s *state) backoff(b Backoff, k Key) time.Duration {
	if b == (Backoff{}) {
		b = defaultBackoff
	}
	n := s.failures[k]
	s.failures[k]++
	return min(b.First<<min(n, 20), b.Most)
}

// expect notes what a plan will create and delete.
func (s *state) expect(j *job, now time.Duration) {
	for _, stage := range j.plan.Stages {
		for i := range stage {
			w := &stage[i]
			if !w.Expect {
				continue
			}
			e := s.expectations[j.key]
			if e == nil || now-e.since > expectationsTTL {
				e = &expectation{resource: w.Resource, deletes: map[types.UID]bool{}, since: now}
				s.expectations[j.key] = e
			}
			if w.Verb == client.Delete {
				e.deletes[w.UID] = true
			} else {
				e.creates++
			}
		}
	}
}

// unexpect takes back what a write that failed would have done.
func (s *state) unexpect(k Key, w *Write) {
	e := s.expectations[k]
	if e == nil || !w.Expect {
		return
	}
	if w.Verb == client.Delete {
		delete(e.deletes, w.UID)
	} else {
		e.creates--
	}
}

// concerns reports whether a change may be one that observe does something about.
func (s *state) concerns(ch *client.Change) bool {
	return ch.Type == client.Deleted || len(s.expectations) > 0
}

// observe sees whether a change is one that was expected.
func (s *state) observe(ch *client.Change) {
	if ch.Type == client.Deleted && slices.Contains(s.tracked, ch.Resource) {
		s.forget(ch.Resource, ch.Object)
	}
	owner := metav1.GetControllerOfNoCopy(ch.Object)
	if owner == nil || owner.Kind != s.kind {
		return
	}
	k := Key{ch.Object.GetNamespace(), owner.Name}
	e := s.expectations[k]
	if e == nil || e.resource != ch.Resource {
		return
	}
	if ch.Type == client.Added && e.creates > 0 {
		e.creates--
	}
	if ch.Type == client.Deleted || ch.Object.GetDeletionTimestamp() != nil {
		delete(e.deletes, ch.Object.GetUID())
	}
	if e.creates <= 0 && len(e.deletes) == 0 {
		delete(s.expectations, k)
	}
}

// fresh reports whether everything expected of a key has been seen, or is waited for no longer.
func (s *state) fresh(k Key, now time.Duration) bool {
	e := s.expectations[k]
	return e == nil || e.creates <= 0 && len(e.deletes) == 0 || now-e.since > expectationsTTL
}

// wrote remembers the revision of a write to the controller's own resource, or to another that is tracked.
func (s *state) wrote(k Key, r *client.Response) {
	q := r.Request
	if !slices.Contains(s.tracked, q.Resource) || q.Verb == client.Delete || r.Object == nil {
		return
	}
	name := r.Object.GetName()
	s.written[k] = append(without(s.written[k], q.Resource, name), write{q.Resource, name, revisionOf(r.Object), q.Verb == client.Create})
}

// without returns what was written but for one object.
func without(all []write, resource, name string) []write {
	return slices.DeleteFunc(slices.Clone(all), func(w write) bool { return w.resource == resource && w.name == name })
}

// caughtUp reports whether the cache has seen what the controller last wrote for a key of what is tracked. An object that the
// cache does not have is still to come when it was created, and gone otherwise.
func (s *state) caughtUp(c *client.Cache, k Key) bool {
	for _, w := range s.written[k] {
		o := c.Get(w.resource, k.Namespace, w.name)
		if o == nil && w.created || o != nil && revisionOf(o) < w.revision {
			return false
		}
	}
	delete(s.written, k)
	return true
}

// forget waits no longer for an object that was deleted, nor for what belonged to it.
func (s *state) forget(resource string, o api.Object) {
	if resource == s.own {
		delete(s.expectations, KeyOf(o))
	}
	for k, last := range s.written { // any order
		if k.Namespace == o.GetNamespace() {
			s.written[k] = without(last, resource, o.GetName())
		}
	}
}

// keep remembers for a key's next reconcile what its plan asks for.
func (s *state) keep(k Key, v any) {
	if v == nil {
		delete(s.kept, k)
		return
	}
	s.kept[k] = v
}

// revisionOf returns an object's revision, 0 when it has none.
func revisionOf(o api.Object) int64 {
	n, _ := strconv.ParseInt(o.GetResourceVersion(), 10, 64)
	return n
}

// request returns the request of a write, on the revision that an earlier write of the plan made when it is chained.
func (j *job) request(w *Write) client.Request {
	r := w.Request
	if !w.Chain || r.Object == nil {
		return r
	}
	if rv, ok := j.revisions[target{r.Resource, r.Namespace, r.Name}]; ok {
		o := r.Object.DeepCopyObject().(api.Object)
		o.SetResourceVersion(rv)
		r.Object = o
	}
	return r
}

// keep remembers the revision that a write made.
func (j *job) keep(r *client.Response) {
	if r.Object == nil {
		return
	}
	if j.plan.Next != 0 {
		j.made = append(j.made, r.Object)
	}
	if j.revisions == nil {
		j.revisions = map[target]string{}
	}
	j.revisions[target{r.Request.Resource, r.Request.Namespace, r.Request.Name}] = r.Object.GetResourceVersion()
}

func replace(s, old, with string) string { return strings.Replace(s, old, with, 1) }
