package controller

import (
	"maps"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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
	states []*state // one for each spec; see state
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
			if w.Keys != nil {
				m.woken[w.Resource] = append(m.woken[w.Resource], wakes{i, w})
			}
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
	c.states = slices.Clone(m.states)
	for _, s := range m.states {
		s.shared = true
	}
	return &c
}

// state returns what is kept for a controller, to be changed.
func (m *Manager) state(controller int) *state {
	s := m.states[controller]
	if s.shared {
		s = s.clone()
		m.states[controller] = s
	}
	return s
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
		if !m.state(b.controller).ring(b.key, b.at) {
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
	s := m.state(controller)
	s.turns--
	m.reconcile(t, controller, s.pop())
}

// tick works on the zero Key, unless that is being done, and does so again later.
func (m *Manager) tick(t *engine.Turn, controller int) {
	t.Later(m.specs[controller].Every, tick{controller})
	if m.state(controller).jobs[Key{}] == nil {
		m.reconcile(t, controller, Key{})
	}
}

// reconcile has a controller compare what is with what should be, and begins to carry out the plan.
func (m *Manager) reconcile(t *engine.Turn, controller int, k Key) {
	s, spec := m.state(controller), m.specs[controller]
	t.Entry.Kind, t.Entry.User, t.Entry.Namespace, t.Entry.Name = trace.Sync, spec.Name, k.Namespace, k.Name
	if spec.Consistent && !s.caughtUp(m.cache, k) {
		m.addAfter(t, controller, k, s.backoff(spec.Backoff, k))
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
	m.begin(t, controller, &job{key: k, plan: plan})
}

// begin begins to carry out a plan.
func (m *Manager) begin(t *engine.Turn, controller int, j *job) {
	s := m.state(controller)
	if e := t.Entry; e.Kind == trace.Sync && e.Verb == "" {
		e.Data = j.plan.Note
		if len(j.plan.Stages) > 0 && len(j.plan.Stages[0]) > 0 {
			e.Verb, e.Subresource = string(j.plan.Stages[0][0].Verb), j.plan.Stages[0][0].Subresource
		}
	}
	s.jobs[j.key] = j
	s.expect(j, t.Now())
	m.next(t, controller, j)
	s.tell(t, j.plan.Events)
}

// next sends the writes of the job's next stage, or ends the job.
func (m *Manager) next(t *engine.Turn, controller int, j *job) {
	s := m.state(controller)
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

// end finishes a job: after a failure the controller may report it, and the key is tried again with backoff.
func (m *Manager) end(t *engine.Turn, controller int, j *job) {
	s, spec := m.state(controller), m.specs[controller]
	for _, stage := range j.plan.Stages[j.stage:] { // those that a failure kept from being sent
		for i := range stage {
			s.unexpect(j.key, &stage[i])
		}
	}
	if j.failed != nil && spec.ReportErrors && !j.reporting {
		v := m.view(t, controller, j.failed)
		v.Kept = s.kept[j.key]
		report := &job{key: j.key, plan: spec.Reconcile(v, j.key), reporting: true}
		report.plan.Retry, report.plan.Next = true, 0
		s.keep(j.key, report.plan.Keep)
		m.begin(t, controller, report)
		return
	}
	if j.failed == nil && !j.stop && j.plan.Next != 0 {
		m.continued(t, controller, j)
		return
	}
	delete(s.jobs, j.key)
	switch {
	case j.failed != nil || j.plan.Retry:
		m.addAfter(t, controller, j.key, s.backoff(spec.Backoff, j.key))
	default:
		delete(s.failures, j.key)
		if j.plan.Again > 0 {
			m.later(t, controller, j.key, j.plan.Again, j.plan.Rest || j.plan.Again > distant)
		}
	}
	s.release(j.key)
	m.wake(t, controller)
}

// continued has a controller look once more in the same turn of a key, now that its plan was carried out.
func (m *Manager) continued(t *engine.Turn, controller int, was *job) {
	s, spec := m.state(controller), m.specs[controller]
	v := m.view(t, controller, nil)
	v.Step, v.Made, v.Fresh, v.Kept = was.plan.Next, was.made, s.fresh(was.key, t.Now()), s.kept[was.key]
	plan := spec.Reconcile(v, was.key)
	s.keep(was.key, plan.Keep)
	plan.Retry = plan.Retry || was.plan.Retry
	if plan.Again == 0 || was.plan.Again > 0 && was.plan.Again < plan.Again {
		plan.Again, plan.Rest = was.plan.Again, was.plan.Rest
	}
	m.begin(t, controller, &job{key: was.key, plan: plan})
}
