// Package kubelet runs the pods that are bound to a node: it mounts their volumes, has the container runtime make their
// sandbox, pull images and run containers, probes them, restarts them, reports their status, and stops them when they
// are deleted. It reports the node's own status and renews its Lease.
//
// A pod worker takes one step at a time, as upstream's: a sync compares the pod with what runs, writes the status, and
// starts what is missing. The order and content of its writes are those of the recordings of a real cluster.
//
// It leaves out volumes of storage, eviction, static pods, in-place changes of a pod, and device
// plugins. Models k8s.io/kubernetes/pkg/kubelet.
package kubelet

import (
	"time"

	"github.com/google/btree"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/node/cri"
	"orrery/sim/node/image"
	"orrery/sim/trace"
)

// Kubelet is the kubelet of one node.
type Kubelet struct {
	config  *Config
	node    Node
	runtime engine.Address

	conn     client.Conn // for pods
	events   client.Conn
	beat     client.Conn // for the node's Lease and status
	recorder client.Recorder

	workers *btree.BTreeG[*worker] // by UID; the values are immutable, see edit
	tokens  []request              // under way; replaced, never changed
	asks    []ask                  // for objects, under way; replaced, never changed
	execs   []exec                 // commands of users, under way; replaced, never changed
	pulls   []turn                 // for their turn to pull, the first under way; replaced, never changed
	tag     uint64                 // of the latest call to the runtime
	relist  time.Duration          // within Config.Relist, when this kubelet looks at what runs

	clones   uint64 // that were ever made
	object   *corev1.Node
	lease    *coordinationv1.Lease
	images   []*image.Image // that the node has; replaced, never changed
	known    int            // how many of them the node's status shows
	reported time.Duration  // when the node's status was last written
}

// request is a request for a token that waits for its answer.
type request struct {
	id  uint64
	pod types.UID
}

// Watches of a kubelet.
const (
	watchPods uint64 = iota
	watchNode
)

// New returns the kubelet of a node that calls a container runtime.
func New(config *Config, node Node, runtime engine.Address) *Kubelet {
	user := "kubelet/" + node.Name
	limit := client.Limit{QPS: config.QPS, Burst: config.Burst}
	return &Kubelet{
		config: config, node: node, runtime: runtime,
		conn:     client.Conn{User: user, Limit: limit},
		events:   client.Conn{User: user, Limit: limit},
		beat:     client.Conn{User: user},
		recorder: client.Recorder{Component: "kubelet", Host: node.Name},
		workers:  btree.NewG(16, func(a, b *worker) bool { return a.uid < b.uid }),
		images:   node.images(), known: 1 + len(node.Images),
	}
}

// Start opens the watches and begins to report the node.
func (k *Kubelet) Start(b *client.Boot) {
	k.relist = time.Duration(b.Stream.IntN(int(k.config.Relist)))
	for _, o := range b.Watch(client.Subscription{ID: watchNode, Resource: "nodes", Fields: "metadata.name=" + k.node.Name}) {
		k.object = o.(*corev1.Node)
	}
	for _, o := range b.Watch(client.Subscription{ID: watchPods, Resource: "pods", Fields: "spec.nodeName=" + k.node.Name}) {
		b.Later(0, arrival{o.(*corev1.Pod)})
	}
	b.Later(time.Duration(b.Stream.IntN(int(k.config.Lease))), renew{})
	b.Later(time.Duration(b.Stream.IntN(int(k.config.Sync))), nodeSync{})
}

// Clone implements engine.Component.
func (k *Kubelet) Clone() engine.Component {
	k.clones++
	c := *k
	c.recorder = *k.recorder.Clone()
	c.workers = k.workers.Clone()
	return &c
}

// arrival is a pod that was bound to the node before the world began.
type arrival struct{ pod *corev1.Pod }

// Handle implements engine.Component.
func (k *Kubelet) Handle(t *engine.Turn, body any) {
	switch b := body.(type) {
	case *client.Change:
		k.observe(t, b)
	case *client.Response:
		k.answered(t, b)
	case *cri.Answer:
		k.done(t, b)
	case *cri.Exited:
		k.exited(t, b)
	case *client.Ask:
		k.asked(t, b)
	case follow:
		k.follow(t, b)
	case timer:
		k.timer(t, b)
	case probeTimer:
		k.probe(t, b)
	case mountTimer:
		k.mountAgain(t, b)
	case hookTimer:
		k.hookTimer(t, b)
	case renew:
		k.renew(t)
	case nodeSync:
		k.syncNode(t)
	case arrival:
		t.Entry.Kind, t.Entry.Verb = trace.Timer, "arrival"
		k.podChanged(t, client.Added, b.pod)
	default:
		panic("kubelet: unknown message")
	}
}

func (k *Kubelet) observe(t *engine.Turn, ch *client.Change) {
	e := t.Entry
	e.Kind, e.User, e.Verb, e.Resource, e.Subresource = trace.Watch, ch.User, string(ch.Type), ch.Resource, ch.Subresource
	e.Namespace, e.Name, e.Revision = ch.Object.GetNamespace(), ch.Object.GetName(), ch.Revision
	switch o := ch.Object.(type) {
	case *corev1.Node:
		if ch.Type != client.Deleted {
			k.object = o
		}
	case *corev1.Pod:
		k.podChanged(t, ch.Type, o)
	}
}

// answered takes the answer of the API server. Writes of a status and of Events need no answer: a status that could not
// be written is written with the next change, or the pod is gone.
func (k *Kubelet) answered(t *engine.Turn, r *client.Response) {
	e := t.Entry
	e.Kind, e.User, e.Verb, e.Code = trace.Answer, r.Request.User, string(r.Request.Verb), r.Code
	e.Resource, e.Subresource, e.Namespace, e.Name = r.Request.Resource, r.Request.Subresource, r.Request.Namespace, r.Request.Name
	if r.Error != nil {
		e.Message = r.Error.Message
	}
	switch {
	case r.Request.Subresource == "token":
		k.tokenAnswered(t, r)
	case r.Request.Resource == leases:
		k.leaseAnswered(t, r)
	case r.Request.Verb == client.Get && (r.Request.Resource == configMaps || r.Request.Resource == secrets):
		k.told(t, r)
	}
}

// record writes an Event about a pod, or about one of its containers.
func (k *Kubelet) record(t *engine.Turn, w *worker, container int, kind, reason, message string) {
	ref := client.Reference(w.pod)
	if container >= 0 {
		ref.FieldPath = w.path(container)
	}
	k.recorder.Send(t, &k.events, 0, client.Record{Object: ref, Type: kind, Reason: reason, Message: message})
}

// call calls the runtime about a pod and returns the tag that the answer will carry.
func (k *Kubelet) call(t *engine.Turn, w *worker, c cri.Call) uint64 {
	k.tag++
	c.Tag = k.tag
	c.Pod = cri.Pod{UID: w.uid, Namespace: w.pod.Namespace, Name: w.pod.Name}
	t.Send(k.runtime, 0, &c)
	return c.Tag
}

// relisted returns how long it is until this kubelet next looks at what runs.
func (k *Kubelet) relisted(now time.Duration) time.Duration {
	return k.config.Relist - (now-k.relist+k.config.Relist)%k.config.Relist
}
