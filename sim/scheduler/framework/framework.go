// Package framework is what the scheduler and its plugins share: the plugins' interfaces, nodes and pods with their
// resources added up, and the events that may make a waiting pod fit.
//
// A plugin is a value without state. What it computes once for a pod it keeps in the functions that PreFilter and
// PreScore return. Everything here is immutable once made. Models k8s.io/kube-scheduler/framework.
//
// Simplified: there is no Reserve, Permit and PostBind; Kubernetes has them all.
package framework

import (
	corev1 "k8s.io/api/core/v1"

	"orrery/sim/client"
)

// MaxNodeScore is the highest score that a plugin gives after normalising.
const MaxNodeScore int64 = 100

// Plugin is what every plugin is. The interfaces below are its extension points; a plugin has one or more.
type Plugin interface {
	// Name is Kubernetes' name of the plugin.
	Name() string
}

// Sorter orders the active queue.
type Sorter interface {
	Plugin
	// Less reports whether a is to be scheduled before b.
	Less(a, b *QueuedPod) bool
}

// PreEnqueuer holds pods back from the queue.
type PreEnqueuer interface {
	Plugin
	PreEnqueue(*corev1.Pod) Status
}

// Filterer refuses nodes.
type Filterer interface {
	Plugin
	PreFilter(*Pod, Cluster) Screen
}

// Scorer prefers nodes among those that are left.
type Scorer interface {
	Plugin
	// PreScore is told the nodes that are left.
	PreScore(*Pod, Cluster, []*Node) Scoring
}

// Binder makes the request that assigns a pod to a node.
type Binder interface {
	Plugin
	Bind(pod *corev1.Pod, node string) client.Request
}

// PreBinder prepares a node for a pod before the pod is bound to it.
type PreBinder interface {
	Plugin
	// PreBind returns what must be written, nil when there is nothing to do.
	PreBind(*Pod, *Node, Cluster) []client.Request
	// Prebound reports whether what was written has had its effect, or why it never will.
	Prebound(*Pod, *Node, Cluster) (done bool, failure string)
}

// Hinter says which events may help a pod that the plugin refused.
type Hinter interface {
	Plugin
	Hints() []Hint
}

// Screen is what a Filterer does about one pod. The zero Screen lets every node pass.
type Screen struct {
	// Filter looks at one node; nil when the plugin has nothing to do with the pod.
	Filter func(*Node) Status
	// Count has Filter take into account that a pod came to a node (1) or left it (-1): one that is nominated, or whose
	// preemption is tried out. The opposite undoes it. Nil when Filter looks at nothing but the node.
	Count func(p *Pod, n *Node, sign int64)
	// Nodes are the only nodes worth looking at; nil for all.
	Nodes []string
	// Refusal, unless it is a success, says that the pod fits nowhere.
	Refusal Status
}

// Refuse is the Screen that says that a pod fits nowhere, whatever pods there are.
func Refuse(reason string) Screen {
	return Screen{Refusal: Status{Code: UnschedulableAndUnresolvable, Reasons: []string{reason}}}
}

// Scoring is what a Scorer does about one pod. The zero Scoring gives every node 0.
type Scoring struct {
	// Score scores one node; nil when the plugin has nothing to do with the pod.
	Score func(*Node) int64
	// Normalize brings the scores of all nodes into 0 to MaxNodeScore; nil when they already are.
	Normalize func([]int64)
}

// Code says what became of a check.
type Code int8

// The codes. A node that is refused as unresolvable would be refused even if all its pods went away.
const (
	Success Code = iota
	Unschedulable
	UnschedulableAndUnresolvable
)

// Status is the outcome of a check. The zero Status is a success.
type Status struct {
	Code    Code
	Reasons []string
}

// Normalize scales scores so that the highest is MaxNodeScore; reversed, the highest becomes 0.
func Normalize(scores []int64, reverse bool) {
	var highest int64
	for _, s := range scores {
		highest = max(highest, s)
	}
	for i, s := range scores {
		if highest > 0 {
			s = MaxNodeScore * s / highest
		}
		if reverse {
			s = MaxNodeScore - s
		}
		scores[i] = s
	}
}
