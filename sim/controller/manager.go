package controller

import (
	"maps"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/trace"
)

// Config holds kube-controller-manager's knobs.
type Config struct {
	Work  engine.Latency // from a key's arrival in an idle queue to the end of its reconcile
	QPS   int            // requests a second for each controller, --kube-api-qps
	Burst int            // --kube-api-burst
}

// DefaultConfig is calibrated to recordings of a real cluster.
var DefaultConfig = Config{
	Work: engine.Latency{Min: 200 * time.Microsecond, Max: 900 * time.Microsecond}, QPS: 20, Burst: 30,
}

// Manager is kube-controller-manager: it runs the controllers on one shared cache.
type Manager struct {
	config Config
	specs  []*Spec
	states []*state // one for each spec
	cache  *client.Cache
	kinds  []string           // resources that are watched from the beginning
	woken  map[string][]wakes // by resource, in the order of specs; never changed
	custom map[string]uint64  // IDs of the watches of custom resources, by name
}

// NewManager returns a manager of some controllers, which watches what they need and some resources more.
func NewManager(config Config, specs []*Spec, more ...string) *Manager {
	m := &Manager{config: config, specs: specs, woken: map[string][]wakes{}, custom: map[string]uint64{}}
	seen := map[string]bool{}
	watch := func(resource string) {
		if !seen[resource] {
			seen[resource] = true
			m.kinds = append(m.kinds, resource)
		}
	}
	for i, spec := range specs {
		m.states = append(m.states, newState(config, spec, i))
		for n := range spec.Watches {
			w := &spec.Watches[n]
			watch(w.Resource)
			m.woken[w.Resource] = append(m.woken[w.Resource], wakes{i, w})
		}
	}
	for _, r := range more {
		watch(r)
	}
	m.cache = client.NewCache(m.kinds...)
	return m
}

// Start opens the watches and lets every controller look at what there is.
func (m *Manager) Start(b *client.Boot) {
	for i, r := range m.kinds {
		for _, o := range b.Watch(client.Subscription{ID: watched + uint64(i), Resource: r}) {
			m.cache.Apply(client.Change{Type: client.Added, Resource: r, Object: o})
		}
	}
	for i, spec := range m.specs {
		if spec.Every > 0 {
			b.Later(spec.Every, tick{i})
		}
	}
}

// Resources returns the resources that are watched.
func (m *Manager) Resources() []string { return m.kinds }

// Cache returns what the informers have seen, for looking.
func (m *Manager) Cache() *client.Cache { return m.cache }

// Queues calls f for each controller with the number of keys that it has to work on, those under way included.
func (m *Manager) Queues(f func(name string, length int)) {
	for i, s := range m.states {
		f(m.specs[i].Name, len(s.queue)+len(s.jobs))
	}
}

// Clone implements engine.Component.
func (m *Manager) Clone() engine.Component {
	c := *m
	c.cache = m.cache.Clone()
	c.custom = maps.Clone(m.custom)
	c.states = make([]*state, len(m.states))
	for i, s := range m.states {
		c.states[i] = s.clone()
	}
	return &c
}

// work is a worker's turn in one controller.
type work struct{ controller int }

// tick is when a controller works on the zero Key.
type tick struct{ controller int }

// enqueue adds a key to a controller's queue when its time has come.
type enqueue struct {
	controller int
	key        Key
	at         time.Duration
}

// Handle implements engine.Component.
func (m *Manager) Handle(t *engine.Turn, body any) {
	switch b := body.(type) {
	case *client.Change:
		if m.stale(t, b) {
			return
		}
		m.observe(t, b)
		if b.Resource == definitions {
			m.learn(t, b)
		}
	case *client.Response:
		m.answered(t, b)
	case work:
		m.work(t, b.controller)
	case tick:
		m.tick(t, b.controller)
	case enqueue:
		t.Entry.Kind, t.Entry.User = trace.Timer, m.specs[b.controller].Name
		t.Entry.Namespace, t.Entry.Name = b.key.Namespace, b.key.Name
		if !m.states[b.controller].ring(b.key, b.at) {
			t.Entry.Background = true // the key was added earlier than this
			return
		}
		t.Foreground()
		m.add(t, b.controller, b.key)
	default:
		panic("controller: unknown message")
	}
}

// view returns what a controller's Reconcile sees.
func (m *Manager) view(t *engine.Turn, controller int, failure *metav1.Status) View {
	return View{
		Cache: m.cache, Now: t.Wall(), Fresh: true, Err: failure, Rand: t.Stream(m.specs[controller].Name),
	}
}

// work takes a key from the queue and works on it.
func (m *Manager) work(t *engine.Turn, controller int) {
	s := m.states[controller]
	s.turns--
	m.reconcile(t, controller, s.pop())
}

// tick works on the zero Key, unless that is being done, and does so again later.
func (m *Manager) tick(t *engine.Turn, controller int) {
	t.Later(m.specs[controller].Every, tick{controller})
	if m.states[controller].jobs[Key{}] == nil {
		m.reconcile(t, controller, Key{})
	}
}

// reconcile has a controller compare what is with what should be, and begins to carry out the plan.
func (m *Manager) reconcile(t *engine.Turn, controller int, k Key) {
	s, spec := m.states[controller], m.specs[controller]
	t.Entry.Kind, t.Entry.User, t.Entry.Namespace, t.Entry.Name = trace.Sync, spec.Name, k.Namespace, k.Name
	if spec.Consistent && !s.caughtUp(m.cache, k) {
		m.addAfter(t, controller, k, s.backoff(k))
		m.wake(t, controller)
		return
	}
	v := m.view(t, controller, nil)
	v.Fresh, v.Kept = s.fresh(k, t.Now()), s.kept[k]
	plan := spec.Reconcile(v, k)
	if len(plan.Stages)+len(plan.Events) > 0 {
		t.Foreground()
	}
	s.keep(k, plan.Keep)
	t.Entry.Data = plan.Note
	if len(plan.Stages) > 0 && len(plan.Stages[0]) > 0 {
		t.Entry.Verb, t.Entry.Subresource = string(plan.Stages[0][0].Verb), plan.Stages[0][0].Subresource
	}
	j := &job{key: k, plan: plan}
	s.jobs[k] = j
	s.expect(j, t.Now())
	m.next(t, controller, j)
	s.tell(t, plan.Events)
}

// next sends the writes of the job's next stage, or ends the job.
func (m *Manager) next(t *engine.Turn, controller int, j *job) {
	s := m.states[controller]
	if j.stage == len(j.plan.Stages) || j.failed != nil || j.stop {
		m.end(t, controller, j)
		return
	}
	for i := range j.plan.Stages[j.stage] {
		w := &j.plan.Stages[j.stage][i]
		s.waiting[s.conn.Send(t, j.request(w))] = pending{j.key, w}
		j.open++
	}
	j.stage++
	if j.open == 0 {
		m.next(t, controller, j)
	}
}

// answered takes the answer to a write of a job.
func (m *Manager) answered(t *engine.Turn, r *client.Response) {
	q := r.Request
	e := t.Entry
	e.Kind, e.User, e.Verb, e.Resource, e.Subresource = trace.Answer, q.User, string(q.Verb), q.Resource, q.Subresource
	e.Namespace, e.Name, e.Code = q.Namespace, q.Name, r.Code
	controller := controllerOf(r.ID)
	s := m.states[controller]
	p, ok := s.waiting[r.ID]
	if !ok && m.listed(t, r) {
		return
	}
	if !ok {
		return // an Event's
	}
	delete(s.waiting, r.ID)
	j := s.jobs[p.key]
	j.open--
	switch {
	case r.Error == nil:
		j.keep(r)
		s.wrote(p.key, r)
		if p.write.Event != nil {
			s.recorder.Send(t, &s.conn, 0, named(*p.write.Event, r.Object))
		}
	case terminating(r.Error):
		// Nothing can be created any more, and it is not tried again: what was expected stays so.
		j.stop = !p.write.Expect
	case p.write.tolerates(r.Error.Reason):
		s.unexpect(p.key, p.write)
	default:
		j.failed = r.Error
		s.unexpect(p.key, p.write)
		if p.write.Failure != nil {
			s.recorder.Send(t, &s.conn, 0, explained(*p.write.Failure, r.Error))
		}
	}
	if j.open == 0 {
		m.next(t, controller, j)
	}
}

// end finishes a job: after a failure the controller may report it, and the key is tried again with backoff.
func (m *Manager) end(t *engine.Turn, controller int, j *job) {
	s, spec := m.states[controller], m.specs[controller]
	for _, stage := range j.plan.Stages[j.stage:] { // those that a failure kept from being sent
		for i := range stage {
			s.unexpect(j.key, &stage[i])
		}
	}
	if j.failed != nil && spec.ReportErrors && !j.reporting {
		v := m.view(t, controller, j.failed)
		report := &job{key: j.key, plan: spec.Reconcile(v, j.key), reporting: true}
		report.plan.Retry = true
		s.jobs[j.key] = report
		m.next(t, controller, report)
		s.tell(t, report.plan.Events)
		return
	}
	delete(s.jobs, j.key)
	switch {
	case j.failed != nil || j.plan.Retry:
		m.addAfter(t, controller, j.key, s.backoff(j.key))
	default:
		delete(s.failures, j.key)
		if j.plan.Again > 0 {
			m.addAfter(t, controller, j.key, j.plan.Again)
		}
	}
	s.release(j.key)
	m.wake(t, controller)
}

// terminating reports whether a creation was refused because its namespace is being deleted.
func terminating(s *metav1.Status) bool {
	return s.Details != nil && slices.ContainsFunc(s.Details.Causes, func(c metav1.StatusCause) bool {
		return c.Type == corev1.NamespaceTerminatingCause
	})
}

func (w *Write) tolerates(reason metav1.StatusReason) bool {
	for _, r := range w.Tolerate {
		if r == reason {
			return true
		}
	}
	return false
}

// named fills in the name of the object that a write created: "%s" in the message.
func named(rec client.Record, o api.Object) client.Record {
	if o != nil {
		rec.Message = replace(rec.Message, "%s", o.GetName())
	}
	return rec
}

// explained fills in why a write failed: "%v" in the message.
func explained(rec client.Record, s *metav1.Status) client.Record {
	rec.Message = replace(rec.Message, "%v", s.Message)
	return rec
}
