package controller

import (
	"time"

	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/trace"
)

// wakes is what of a controller changes of a resource wake.
type wakes struct {
	controller int
	watch      *Watch
}

// Woken is a key that a change put into a controller's queue.
type Woken struct {
	Controller string `json:"controller"`
	Namespace  string `json:"namespace,omitempty"`
	Name       string `json:"name"`
}

// observe takes a change that a watch delivered.
func (m *Manager) observe(t *engine.Turn, ch *client.Change) {
	e := t.Entry
	e.Kind, e.User, e.Verb, e.Resource, e.Subresource = trace.Watch, ch.User, string(ch.Type), ch.Resource, ch.Subresource
	e.Namespace, e.Name, e.Revision = ch.Object.GetNamespace(), ch.Object.GetName(), ch.Revision
	if woken := m.take(t, ch); woken != nil {
		e.Data = woken
	}
}

// take takes a change into the cache and wakes the controllers that it concerns.
func (m *Manager) take(t *engine.Turn, ch *client.Change) []Woken {
	old := m.cache.Apply(*ch)
	for i, s := range m.states {
		if s.concerns(ch) {
			m.state(i).observe(ch)
		}
	}
	var woken []Woken
	var of int // the controller whose turn it is
	add := func(k Key, after time.Duration) {
		woken = append(woken, Woken{m.specs[of].Name, k.Namespace, k.Name})
		m.addAfter(t, of, k, after+m.specs[of].Delay)
	}
	v := View{Cache: m.cache, Now: t.Wall(), Fresh: true}
	wake := func(w wakes) {
		of, v.Own = w.controller, ch.User == m.states[w.controller].conn.User
		w.watch.Keys(v, ch.Type, old, ch.Object, add)
	}
	for _, w := range m.woken[ch.Resource] {
		wake(w)
	}
	for _, w := range m.customWakes(ch.Resource) {
		wake(w)
	}
	return woken
}

// add puts a key into a queue, unless it is there, and gives it to a worker if one is idle.
func (m *Manager) add(t *engine.Turn, controller int, k Key) {
	s := m.state(controller)
	if !s.push(k) {
		return
	}
	m.wake(t, controller)
}

// addAfter puts a key into a queue after d, unless it goes there earlier anyway.
func (m *Manager) addAfter(t *engine.Turn, controller int, k Key, d time.Duration) {
	m.later(t, controller, k, d, d > distant)
}

// later is addAfter; with rest the world counts as quiet in the meantime.
func (m *Manager) later(t *engine.Turn, controller int, k Key, d time.Duration, rest bool) {
	at := t.Now() + d
	switch {
	case d <= 0:
		m.add(t, controller, k)
	case !m.state(controller).wind(k, at):
	case rest || d > distant:
		t.Later(d, enqueue{controller, k, at})
	default:
		t.Send(Address, d, enqueue{controller, k, at})
	}
}

// distant is how far ahead a timer must be for the world to count as quiet in the meantime.
const distant = 2 * time.Minute

// wake schedules a worker's turn when there is a key to work on and a worker for it.
func (m *Manager) wake(t *engine.Turn, controller int) {
	s, workers := m.state(controller), m.specs[controller].Workers
	if workers == 0 {
		workers = 5
	}
	if s.turns < len(s.queue) && s.turns+len(s.jobs) < workers {
		s.turns++
		t.Send(Address, t.Stream(m.specs[controller].Name).Draw(m.config.Work), work{controller})
	}
}
