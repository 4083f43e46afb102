package invariant

import (
	"fmt"

	"orrery/sim"
	"orrery/sim/controller"
	"orrery/sim/engine"
	"orrery/sim/trace"
)

// settled checks, when nothing is on its way, that no controller would do anything if it looked at its objects again.
func (c *Checker) settled(w *sim.World, _ *trace.Entry) (wrong error) {
	if !w.Quiet() || onItsWay(w) || c.looked == c.revision {
		return nil
	}
	c.looked = c.revision
	m := w.Engine().Component(controller.Address).(*controller.Manager)
	m.Unsettled(engine.Epoch.Add(w.Now()), func(name string, k controller.Key, p controller.Plan) {
		q := p.Stages[0][0].Request
		if q.Resource == "daemonsets.apps" && q.Subresource == "status" {
			return // a taint that lets a pod stay wakes no DaemonSet, though it is counted otherwise then: so it is in Kubernetes
		}
		wrong = fmt.Errorf("%s is not done with %s/%s: it would %s %s %s", name, k.Namespace, k.Name, q.Verb, q.Resource, q.Name)
	})
	return wrong
}
