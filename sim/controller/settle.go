package controller

import (
	"time"

	"orrery/sim/api"
)

// Unsettled calls f for every object of a controller's own resource for which it would write something if it looked now,
// though neither a queue nor a timer will have it look. In a settled world f is never called: what there is is all that a
// controller goes by, and not how it came about.
func (m *Manager) Unsettled(now time.Time, f func(controller string, k Key, p Plan)) {
	for i, spec := range m.specs {
		s := m.states[i]
		m.cache.Each(spec.Watches[0].Resource, "", func(o api.Object) bool {
			k := KeyOf(o)
			if _, due := s.due[k]; due || s.queued[k] || s.jobs[k] != nil {
				return true
			}
			v := View{Cache: m.cache, Now: now, Fresh: true, Kept: s.kept[k]}
			p := spec.Reconcile(v, k)
			if len(p.Stages) == 0 && p.Next != 0 {
				v.Step = p.Next
				p = spec.Reconcile(v, k)
			}
			if len(p.Stages) > 0 {
				f(spec.Name, k, p)
			}
			return true
		})
	}
}
