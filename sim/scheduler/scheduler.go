// Package scheduler is kube-scheduler: it looks for a node for every pod that has none.
//
// Pods wait in the scheduling queue. One at a time is taken in a scheduling cycle: the filter plugins refuse nodes, the
// score plugins rate those that are left, and the best one is taken. The pod is then assumed to be on its node, so that
// the next cycle can begin while the binding is on its way. A pod that fits nowhere waits until something happens in the
// cluster that may help the plugins that refused it. Every cycle is kept as a Decision. Models
// k8s.io/kubernetes/pkg/scheduler.
//
// Simplified: no extenders; nodes are looked at in the order of their names, where
// Kubernetes takes turns between zones.
package scheduler

import (
	"time"

	"github.com/google/btree"
	corev1 "k8s.io/api/core/v1"

	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/scheduler/cache"
	"orrery/sim/scheduler/framework"
	"orrery/sim/scheduler/queue"
	"orrery/sim/trace"
)

const (
	// Address is where the scheduler's messages go.
	Address engine.Address = "kube-scheduler"
	// User is on whose behalf the scheduler's requests are.
	User = "scheduler"

	flushEvery = 30 * time.Second
)

// watched are the resources that plugins look at, beside nodes and pods.
var watched = []string{
	"namespaces", "services", "replicationcontrollers", "replicasets.apps", "statefulsets.apps",
	"poddisruptionbudgets.policy", "persistentvolumeclaims", "persistentvolumes", "storageclasses.storage.k8s.io",
	"csinodes.storage.k8s.io", "csidrivers.storage.k8s.io", "csistoragecapacities.storage.k8s.io",
}

// Config holds the scheduler's knobs.
type Config struct {
	Cycle engine.Latency // how long a scheduling cycle takes
	QPS   int            // requests a second, for bindings and Events each; 0 for no limit
	Burst int            // requests at once
	// Profiles are the schedulers that pods can name; the default one when there are none.
	Profiles []Profile `json:",omitempty"`
}

// DefaultConfig has Kubernetes' limits and latencies as in recordings of a real cluster.
var DefaultConfig = Config{
	Cycle: engine.Latency{Min: 300 * time.Microsecond, Max: 1500 * time.Microsecond}, QPS: 50, Burst: 100,
}

// Scheduler is the component. See New.
type Scheduler struct {
	config   Config
	profiles []*profile
	conn     client.Conn // bindings and status patches
	recorder recorder    // Events, over a connection of its own
	cache    *cache.Cache
	queue    *queue.Queue
	binding  *btree.BTreeG[*binding]
	history  history

	nominations nominations
	preemptions *btree.BTreeG[preemption] // under way
	evictions   *btree.BTreeG[eviction]   // under way
	prebindings *btree.BTreeG[prebinding] // under way

	next     int // index of the node that the next cycle looks at first
	cycle    pending
	patching uint64 // request that the next cycle waits for
	wake     alarm  // the timer for pods that failed
	flushing bool   // the timer for pods that wait for long is set
}

// binding is a pod whose binding is under way.
type binding struct {
	id   uint64 // of the request
	pod  framework.QueuedPod
	node string
}

// pending is the scheduling cycle under way.
type pending struct {
	id         uint64 // of the latest cycle
	due        time.Duration
	running    bool
	foreground bool
}

// alarm is a timer that is set. The zero alarm is none.
type alarm struct {
	due        time.Duration
	foreground bool
}

// Messages that the scheduler sends itself.
type (
	cycle struct{ id uint64 } // the scheduling cycle is over
	wake  struct{}            // a pod that failed ends its backoff
	flush struct{}            // look for pods that have been unschedulable for long
)

// New returns a scheduler with an empty queue.
func New(config Config) *Scheduler {
	var profiles []*profile
	for _, p := range config.profiles() {
		profiles = append(profiles, newProfile(p))
	}
	p := newProfile(Profile{}) // what every plugin says of waiting pods; those that do not run refuse none
	limit := client.Limit{QPS: config.QPS, Burst: config.Burst}
	return &Scheduler{
		config: config, profiles: profiles, conn: client.Conn{User: User, Limit: limit},
		recorder: newRecorder(client.Conn{User: User, Limit: limit}), cache: cache.New(watched...), queue: queue.New(p.rules()),
		binding: btree.NewG(16, func(a, b *binding) bool { return a.id < b.id }), history: newHistory(),
		preemptions: btree.NewG(16, func(a, b preemption) bool { return a.uid < b.uid }),
		evictions:   btree.NewG(16, func(a, b eviction) bool { return a.id < b.id }),
		prebindings: btree.NewG(16, func(a, b prebinding) bool { return a.uid < b.uid }),
	}
}

// Start opens the scheduler's watches.
func (s *Scheduler) Start(b *client.Boot) {
	for _, o := range b.Watch(client.Subscription{ID: 1, Resource: "nodes"}) {
		s.cache.SetNode(o.(*corev1.Node))
	}
	for _, o := range b.Watch(client.Subscription{ID: 2, Resource: "pods"}) {
		pod := o.(*corev1.Pod)
		switch {
		case terminal(pod):
		case pod.Spec.NodeName != "":
			s.cache.Place(framework.NewPod(pod), pod.Spec.NodeName, false)
		case s.profileOf(pod.Spec.SchedulerName) != nil:
			p := framework.NewPod(pod)
			s.nominations.update(nil, p)
			s.queue.Add(p, 0)
		}
	}
	for i, resource := range watched {
		for _, o := range b.Watch(client.Subscription{ID: uint64(3 + i), Resource: resource}) {
			s.cache.Objects().Apply(client.Change{Type: client.Added, Resource: resource, Object: o})
		}
	}
	if s.queue.Len() > 0 {
		b.Later(0, wake{})
	}
}

// Clone implements engine.Component.
func (s *Scheduler) Clone() engine.Component {
	c := *s
	c.recorder, c.cache, c.queue = s.recorder.clone(), s.cache.Clone(), s.queue.Clone()
	c.binding, c.history = s.binding.Clone(), s.history.clone()
	c.preemptions, c.evictions, c.prebindings = s.preemptions.Clone(), s.evictions.Clone(), s.prebindings.Clone()
	return &c
}

// Handle implements engine.Component.
func (s *Scheduler) Handle(t *engine.Turn, body any) {
	t.Entry.Kind, t.Entry.User = trace.Timer, User
	switch m := body.(type) {
	case *client.Change:
		s.observe(t, m)
	case *client.Response:
		s.answered(t, m)
	case cycle:
		if m.id != s.cycle.id {
			return // it was replaced by one that somebody waits for
		}
		s.cycle.running = false
		s.schedule(t)
	case wake:
		s.wake = alarm{}
	case flush:
		s.flushing = s.queue.Flush(t.Now())
		if s.flushing {
			t.Later(flushEvery, flush{})
		}
	case check:
		s.check(t, m.uid)
	case finish:
		s.recorder.finish(t)
	default:
		panic("scheduler: unknown message")
	}
	s.proceed(t)
}

// proceed begins the next scheduling cycle when there is a pod to try, and sets the timers.
func (s *Scheduler) proceed(t *engine.Turn) {
	now := t.Now()
	if !s.flushing && s.queue.Stuck() {
		s.flushing = true
		t.Later(flushEvery, flush{})
	}
	if s.patching != 0 {
		return
	}
	ready, foreground := s.queue.Ready(now)
	switch {
	case s.cycle.running && (s.cycle.foreground || !foreground):
	case s.cycle.running:
		s.begin(t, s.cycle.due, true)
	case ready:
		s.begin(t, now+t.Rand().Draw(s.config.Cycle), foreground)
	default:
		s.setWake(t)
	}
}

// begin schedules the end of a cycle.
func (s *Scheduler) begin(t *engine.Turn, due time.Duration, foreground bool) {
	s.cycle = pending{id: s.cycle.id + 1, due: due, running: true, foreground: foreground}
	if foreground {
		t.After(due-t.Now(), cycle{s.cycle.id})
	} else {
		t.Later(due-t.Now(), cycle{s.cycle.id})
	}
}

// setWake sets the timer for the first pod that failed with an error.
func (s *Scheduler) setWake(t *engine.Turn) {
	at, foreground, ok := s.queue.Wake()
	set := s.wake.due != 0 && s.wake.due <= at && (s.wake.foreground || !foreground)
	if !ok || set {
		return
	}
	s.wake = alarm{at, foreground}
	if foreground {
		t.After(at-t.Now(), wake{})
	} else {
		t.Later(at-t.Now(), wake{})
	}
}

// Waiting calls f for every pod that waits for a node, part of the queue by part and in order, until it returns false.
func (s *Scheduler) Waiting(f func(queue.Place, *framework.QueuedPod) bool) { s.queue.Each(f) }

// Cluster returns what the scheduler believes of the cluster, for looking.
func (s *Scheduler) Cluster() framework.Cluster { return s.cache }

// Binding returns how many bindings are under way.
func (s *Scheduler) Binding() int { return s.binding.Len() }

func terminal(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}
