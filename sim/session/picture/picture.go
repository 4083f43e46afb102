// Package picture makes the page's picture of a cluster: nodes with their pods, queues, and messages on their way. It
// only looks, and everything it returns is bounded, because a picture is made for every frame of a playing world.
package picture

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/framework"
	"orrery/sim/scheduler/queue"
	"orrery/sim/session/instant"
	"orrery/sim/trace"
	"orrery/sim/wire"
)

// Bounds of a picture; see wire.Cluster.
const (
	pendingMax  = 12
	podsMax     = 200
	messagesMax = 40
)

// Cluster returns the picture. Pods written after the revision since are marked as changed; commanded says whether there
// ever was a command.
func Cluster(i *instant.Instant, since int64, commanded bool) wire.Cluster {
	store, latest := i.Store(), i.Latest()
	c := wire.Cluster{
		Kubectl: terminal(i, commanded), Requests: i.Server().Open(), Watches: i.Server().Watches(),
		Revision: store.Revision(), Keys: store.Len(),
	}
	if latest != nil {
		c.Active = latest.Actor
	}
	c.Controllers = controllers(i, latest)
	c.Pending, c.PendingAll = waiting(i)
	c.Nodes = nodes(i, since)
	messages(i, latest, &c)
	return c
}

// terminal says what the user's kubectl is doing.
func terminal(i *instant.Instant, commanded bool) string {
	switch {
	case i.Terminal().Busy():
		return "waiting"
	case commanded:
		return "done"
	}
	return "idle"
}

// controllers returns the controllers that have something to do, and the one that did something just now.
func controllers(i *instant.Instant, latest *trace.Entry) []wire.Queue {
	var out []wire.Queue
	i.Manager().Queues(func(name string, length int) {
		active := latest != nil && latest.Kind == trace.Sync && latest.User == name
		if length > 0 || active {
			out = append(out, wire.Queue{Name: strings.TrimSuffix(name, "-controller"), Length: length, Active: active})
		}
	})
	return out
}

// waiting returns the first pods of the scheduler's queue and how many there are.
func waiting(i *instant.Instant) (pods []wire.Ref, all int) {
	i.Scheduler().Waiting(func(_ queue.Place, p *framework.QueuedPod) bool {
		if all++; len(pods) < pendingMax {
			pods = append(pods, wire.Ref{Resource: "pods", Namespace: p.Pod.Namespace, Name: p.Pod.Name})
		}
		return true
	})
	return pods, all
}

// ready reports whether a node's Ready condition is true.
func ready(n *corev1.Node) bool {
	for i := range n.Status.Conditions {
		if c := &n.Status.Conditions[i]; c.Type == corev1.NodeReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}
