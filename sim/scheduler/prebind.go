package scheduler

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/scheduler/framework"
)

const (
	checkEvery   = time.Second      // that a node is looked at that is being prepared
	prebindLimit = 10 * time.Minute // until it is given up
)

// prebinding is a pod whose node is being prepared: first the pod's status names the node, then what plugins ask for is
// written, then it is waited for. It is replaced, never changed.
type prebinding struct {
	uid     types.UID
	pod     framework.QueuedPod
	node    string
	naming  uint64           // request that is waited for first; 0 when it was answered
	writes  []client.Request // sent after that
	open    []uint64         // requests among them without an answer
	before  []api.Object     // what they write, as it was
	waiting bool             // all were answered
	since   time.Duration
}

// check looks whether a node is prepared.
type check struct{ uid types.UID }

// prebind begins to prepare a node for a pod, and reports whether there is anything to do. What is to be written counts
// from now on, so that the next pod cannot be promised the same.
func (s *Scheduler) prebind(t *engine.Turn, p framework.QueuedPod, node string) bool {
	pre := s.of(p.Pod).pre
	if pre == nil {
		return false
	}
	writes := pre.PreBind(p.Pod, s.cache.Node(node), s.cache)
	if len(writes) == 0 {
		return false
	}
	b := prebinding{uid: p.Pod.UID, pod: p, node: node, writes: writes, since: t.Now()}
	for _, w := range writes {
		b.before = append(b.before, s.cache.Objects().Get(w.Resource, w.Namespace, w.Name))
		s.cache.Objects().Apply(client.Change{Type: client.Modified, Resource: w.Resource, Object: w.Object})
	}
	n := *p.Pod.Pod
	n.Status.NominatedNodeName = node
	b.naming = s.conn.Send(t, client.Request{
		Verb: client.Patch, Resource: "pods", Subresource: "status", Namespace: n.Namespace, Name: n.Name,
		PatchType: client.TypedStatus, Object: &n, UID: n.UID,
	})
	s.prebindings.ReplaceOrInsert(b)
	return true
}

// prepared takes in the answer to a request that prepares a node.
func (s *Scheduler) prepared(t *engine.Turn, resp *client.Response) {
	var b prebinding
	s.prebindings.Ascend(func(o prebinding) bool {
		if o.naming == resp.ID || slices.Contains(o.open, resp.ID) {
			b = o
		}
		return b.uid == ""
	})
	switch {
	case b.uid == "":
		return
	case b.naming == resp.ID: // whatever became of it
		b.naming = 0
		for _, w := range b.writes {
			b.open = append(b.open, s.conn.Send(t, w))
		}
	case resp.Error != nil:
		s.giveUp(t, b, resp.Error.Message)
		return
	default:
		b.open = slices.DeleteFunc(slices.Clone(b.open), func(id uint64) bool { return id == resp.ID })
		if len(b.open) == 0 {
			b.waiting = true
			t.After(checkEvery, check{b.uid})
		}
	}
	s.prebindings.ReplaceOrInsert(b)
}

// check binds a pod whose node is prepared, or looks again later.
func (s *Scheduler) check(t *engine.Turn, uid types.UID) {
	b, ok := s.prebindings.Get(prebinding{uid: uid})
	if !ok || !b.waiting {
		return
	}
	n := s.cache.Node(b.node)
	p, there := s.cache.Get(b.pod.Pod.Namespace, b.pod.Pod.Name)
	if n == nil || !there || p.Pod.UID != uid {
		s.giveUp(t, b, "binding volumes: pod does not exist any more")
		return
	}
	done, failure := s.of(p.Pod).pre.Prebound(p.Pod, n, s.cache)
	switch {
	case failure != "":
		s.giveUp(t, b, failure)
	case t.Now()-b.since > prebindLimit:
		s.giveUp(t, b, "binding volumes: context deadline exceeded")
	case done:
		s.prebindings.Delete(b)
		b.pod.Pod = p.Pod
		s.bind(t, b.pod, b.node)
	default:
		again := t.After
		if t.Now()-b.since > patience {
			again = t.Later
		}
		again(checkEvery, check{uid})
	}
}

// patience is how long somebody waits for a node to be prepared; after that it is background work.
const patience = 30 * time.Second

// giveUp ends the preparation of a node. What was to be written counts no longer, unless it was.
func (s *Scheduler) giveUp(t *engine.Turn, b prebinding, failure string) {
	s.prebindings.Delete(b)
	for i, w := range b.writes {
		if b.before[i] != nil && s.cache.Objects().Get(w.Resource, w.Namespace, w.Name) == w.Object {
			s.cache.Objects().Apply(client.Change{Type: client.Modified, Resource: w.Resource, Object: b.before[i]})
		}
	}
	s.unbound(t, b.pod, "running PreBind plugin \""+s.of(b.pod.Pod).pre.Name()+"\": "+failure)
}
