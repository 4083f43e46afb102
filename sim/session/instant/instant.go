// Package instant is a world at one instant, for looking: its components as they are now and the trace up to now.
package instant

import (
	"time"

	"orrery/sim/api"
	"orrery/sim/apiserver"
	"orrery/sim/client"
	"orrery/sim/controller"
	"orrery/sim/engine"
	"orrery/sim/etcd"
	"orrery/sim/kubectl"
	"orrery/sim/network/kubeproxy"
	"orrery/sim/node/runtime"
	"orrery/sim/scheduler"
	"orrery/sim/trace"
	"orrery/sim/wire"
)

// Instant is the present of a world. It is valid until the world moves on.
type Instant struct {
	Engine *engine.Engine
	Trace  []*trace.Entry // of the past: its length is the number of events behind the present
}

// Now returns the virtual time since the world began.
func (i *Instant) Now() time.Duration { return i.Engine.Now() }

// Wall returns the virtual time as the clocks of the simulated machines show it.
func (i *Instant) Wall() time.Time { return engine.Epoch.Add(i.Engine.Now()) }

// Latest returns the event that was run last, or nil.
func (i *Instant) Latest() *trace.Entry { return i.Entry(uint64(len(i.Trace))) }

// Entry returns a past event, or nil.
func (i *Instant) Entry(n uint64) *trace.Entry {
	if n == 0 || n > uint64(len(i.Trace)) {
		return nil
	}
	return i.Trace[n-1]
}

// Server returns the API server.
func (i *Instant) Server() *apiserver.Server {
	return i.Engine.Component(client.Server).(*apiserver.Server)
}

// Store returns the store.
func (i *Instant) Store() *etcd.Store { return i.Server().Store() }

// Resource returns the resource of a name, of Kubernetes or a custom one, or nil.
func (i *Instant) Resource(name string) *api.Resource { return i.Server().Resource(name) }

// Ref returns the reference to an object of the store.
func (i *Instant) Ref(o api.Object) wire.Ref {
	res := i.Server().ResourceOf(o)
	if res == nil {
		return wire.Ref{}
	}
	return wire.Ref{Resource: res.Name, Namespace: o.GetNamespace(), Name: o.GetName()}
}

// Scheduler returns the scheduler.
func (i *Instant) Scheduler() *scheduler.Scheduler {
	return i.Engine.Component(scheduler.Address).(*scheduler.Scheduler)
}

// Manager returns kube-controller-manager.
func (i *Instant) Manager() *controller.Manager {
	return i.Engine.Component(controller.Address).(*controller.Manager)
}

// Terminal returns the user's kubectl.
func (i *Instant) Terminal() *kubectl.Terminal {
	return i.Engine.Component(kubectl.Address).(*kubectl.Terminal)
}

// Runtime returns a node's container runtime, or nil.
func (i *Instant) Runtime(node string) *runtime.Runtime {
	r, _ := i.Engine.Component(engine.Address("runtime/" + node)).(*runtime.Runtime)
	return r
}

// Proxy returns a node's kube-proxy, or nil.
func (i *Instant) Proxy(node string) *kubeproxy.Proxy {
	p, _ := i.Engine.Component(engine.Address("kube-proxy/" + node)).(*kubeproxy.Proxy)
	return p
}

// Committed returns what a commit stored, or nil when it is no longer kept.
func (i *Instant) Committed(e *trace.Entry) *etcd.Value {
	if e.Kind != trace.Commit {
		return nil
	}
	writes, err := i.Store().Since(e.Revision - 1)
	if err != nil || len(writes) == 0 || writes[0].Mod != e.Revision {
		return nil
	}
	return writes[0]
}

// At returns what the object that an event is about was at the revision of the event, or is now, or nil.
func (i *Instant) At(e *trace.Entry) api.Object {
	res := i.Resource(e.Resource)
	if res == nil {
		return nil
	}
	key := e.Key
	if key == "" {
		key = res.Key(e.Namespace, e.Name)
	}
	if e.Revision != 0 {
		if v, err := i.Store().At(key, e.Revision); err == nil && v != nil {
			return v.Object
		}
	}
	if v := i.Store().Get(key); v != nil {
		return v.Object
	}
	return nil
}
