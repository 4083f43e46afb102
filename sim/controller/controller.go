// Package controller runs the controllers of kube-controller-manager.
//
// A controller is a Spec and a pure reconcile: it looks at what the informers have seen and returns a Plan of writes. It
// keeps no state. The Manager keeps for all of them what client-go and the controllers themselves keep in Kubernetes:
// the shared cache, work queues with backoff, expectations, and the writes under way. Models
// k8s.io/kubernetes/cmd/kube-controller-manager and k8s.io/client-go/util/workqueue.
package controller

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
)

// Address is the address of kube-controller-manager.
const Address engine.Address = "kube-controller-manager"

// Key names what a controller works on: usually an object of its own kind.
type Key struct {
	Namespace string
	Name      string
}

// Spec says what a controller is: its name, what wakes it, and how it works. Its functions are pure.
type Spec struct {
	// Name is the controller's name and user, as in "replicaset-controller".
	Name string
	// User is the user whom it acts as, of a controller that shares another's account; Name when empty.
	User string
	// Reporter is the component that its Events name; Name when empty.
	Reporter string
	// Workers is how many keys are worked on at once; 5 when zero, as kube-controller-manager's defaults are.
	Workers int
	// Share is how many times the manager's QPS the controller may use; 1 when zero.
	Share int
	// Watches are the resources that wake it, each with a function that turns a change into keys. old is nil for an
	// object that was added; now is the last known value for one that was deleted.
	Watches []Watch
	// Custom returns, as the Keys of a Watch, what changes of a custom resource wake; nil for a controller that does not
	// work on objects of every kind.
	Custom func(*api.Resource) func(v View, ch client.ChangeType, old, now api.Object, add func(Key, time.Duration))
	// Every has the zero Key worked on every so often, as long as the world lasts; never when zero. It happens in the
	// background, as a heartbeat, unless there is something to do.
	Every time.Duration
	// Backoff is how long a key waits that failed; as client-go's default when zero.
	Backoff Backoff
	// Delay holds a key back before it is worked on, so that changes gather.
	Delay time.Duration
	// Consistent puts a key back while the cache is older than what the controller last wrote for it of its own resource,
	// which is that of the first of Watches, and of the resources in ConsistentToo.
	Consistent    bool
	ConsistentToo []string
	// ReportErrors has Reconcile called once more, with View.Err, when a write of its plan failed.
	ReportErrors bool
	// Reconcile compares what is with what should be.
	Reconcile func(View, Key) Plan
}

// Backoff is how long a key that failed waits: First, and twice as long each time, up to Most.
type Backoff struct{ First, Most time.Duration }

// Watch is one resource that wakes a controller. Without Keys it wakes nobody: the controller only looks at it.
type Watch struct {
	Resource string // plural with group
	Keys     func(v View, ch client.ChangeType, old, now api.Object, add func(Key, time.Duration))
}

// View is what a controller sees: the informers' cache, which lags behind the store.
type View struct {
	*client.Cache
	Now time.Time // the machine's clock, UTC
	// Fresh says that all writes of this key's earlier plans that were marked Expect have been seen in the cache.
	Fresh bool
	// Err is set when Reconcile is called once more because a write of its plan failed: the plan returned then may
	// report the failure, and the key is tried again later either way.
	Err *metav1.Status
	// Step is the Next of the plan that has just been carried out; 0 at first. Made is what that plan's writes made, in the
	// order of the answers.
	Step int
	Made []api.Object
	// Own says in a Watch's Keys that the change is the controller's own write.
	Own bool
	// Kept is what the key's last plan kept; nil at first.
	Kept any
	// Rand is the controller's random stream; nil in a Watch's Keys.
	Rand *engine.Stream
}

// Stamp returns the time as API objects hold it: in whole seconds.
func (v View) Stamp() metav1.Time { return metav1.NewTime(v.Now.Truncate(time.Second)) }

// Plan is what a controller wants to do about one key. The zero Plan is: nothing.
type Plan struct {
	// Stages run one after the other; the writes of one stage are sent at once. A failed write ends the plan, and the
	// key is tried again with backoff.
	Stages []Stage
	// Events are reported whatever becomes of the writes; those that belong to a write are the write's own.
	Events []client.Record
	// Next has the controller look once more when all stages succeeded, with View.Step set to it and the cache as it is
	// then: what it plans belongs to the same turn of the key. 0 for not.
	Next int
	// Again works on the key again after this long; 0 for not. With Rest nothing keeps the world from being quiet until then.
	Again time.Duration
	Rest  bool
	// Retry tries the key again with backoff even though no write failed.
	Retry bool
	// Keep is what the key's next Reconcile finds in View.Kept: what it must remember of what it saw, nil for nothing. It
	// must never be changed.
	Keep any
	// Note is what the trace keeps of the decision: a small plain struct, nil for nothing worth telling.
	Note any
}

// Stage is a set of writes that are sent at once.
type Stage []Write

// Write is a request of a plan with what hangs on it.
type Write struct {
	client.Request
	// Event is reported when the write succeeded ("%s" in its message becomes the name of the object written), Failure
	// when it did not ("%v" in its message becomes the error's message).
	Event, Failure *client.Record
	// Expect holds the key back from further creations and deletions until this one was seen in the cache.
	Expect bool
	// Chain makes the write on the revision that an earlier write of this plan to the same object made.
	Chain bool
	// Tolerate are refusals that count as success.
	Tolerate []metav1.StatusReason
}

// Then appends a stage of these writes, if there are any.
func (p *Plan) Then(writes ...Write) {
	if len(writes) > 0 {
		p.Stages = append(p.Stages, writes)
	}
}

// Tell adds an Event about an object.
func (p *Plan) Tell(o api.Object, kind, reason, message string) {
	p.Events = append(p.Events, client.Record{Object: client.Reference(o), Type: kind, Reason: reason, Message: message})
}

// KeyOf returns the key of an object.
func KeyOf(o api.Object) Key { return Key{o.GetNamespace(), o.GetName()} }

// Owner returns the object of a kind that controls another, as the cache has it; nil when there is none.
func (v View) Owner(o api.Object, kind, resource string) api.Object {
	ref := metav1.GetControllerOfNoCopy(o)
	if ref == nil || ref.Kind != kind {
		return nil
	}
	owner := v.Get(resource, o.GetNamespace(), ref.Name)
	if owner == nil || owner.GetUID() != ref.UID {
		return nil
	}
	return owner
}

// ControlledBy reports whether the owner is the object's controller.
func ControlledBy(o api.Object, owner types.UID) bool {
	ref := metav1.GetControllerOfNoCopy(o)
	return ref != nil && ref.UID == owner
}
