package daemonset

import (
	"maps"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"orrery/sim/controller"
)

// manage returns the nodes on which a pod is missing, and the pods that are too many or have ended.
func (s *sync) manage() (creating []string, deleting []*corev1.Pod) {
	known := map[string]bool{}
	for _, node := range s.nodes {
		known[node.name] = true
		pods, has := s.pods[node.name]
		switch {
		case node.run && !has:
			creating = append(creating, node.name)
		case node.keep:
			running := s.sweep(node.name, pods, &deleting)
			if s.surges() && node.run && len(running) == 0 {
				creating = append(creating, node.name) // beside the one that is going
			}
			deleting = append(deleting, s.surplus(running)...)
		default:
			deleting = append(deleting, alive(pods)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.pods)) {
		for _, pod := range s.pods[name] {
			if !known[name] && pod.Spec.NodeName == "" {
				deleting = append(deleting, pod) // its node is gone before it came there
			}
		}
	}
	return creating, deleting
}

// alive returns the pods that are not going.
func alive(pods []*corev1.Pod) (out []*corev1.Pod) {
	for _, pod := range pods {
		if pod.DeletionTimestamp == nil {
			out = append(out, pod)
		}
	}
	return out
}

// sweep has pods that ended deleted, so that others take their place, and returns those that run or will.
func (s *sync) sweep(node string, pods []*corev1.Pod, deleting *[]*corev1.Pod) (running []*corev1.Pod) {
	for _, pod := range alive(pods) {
		name := pod.Namespace + "/" + pod.Name + " on node " + node
		switch pod.Status.Phase {
		case corev1.PodFailed:
			if !s.retry(node) {
				continue
			}
			s.plan.Tell(s.ds, corev1.EventTypeWarning, "FailedDaemonPod", "Found failed daemon pod "+name+", will try to kill it")
			*deleting = append(*deleting, pod)
		case corev1.PodSucceeded:
			s.plan.Tell(s.ds, corev1.EventTypeNormal, "SucceededDaemonPod", "Found succeeded daemon pod "+name+", will try to delete it")
			*deleting = append(*deleting, pod)
		default:
			running = append(running, pod)
		}
	}
	return running
}

// surplus returns the pods of one node that are too many: all but the oldest. While a rollout surges there may be two, an
// old one that is ready and a new one that is not yet available.
func (s *sync) surplus(running []*corev1.Pod) (surplus []*corev1.Pod) {
	if len(running) <= 1 {
		return nil
	}
	running = byAge(running)
	if !s.surges() {
		return running[1:]
	}
	var young, old *corev1.Pod
	for _, pod := range running {
		isNew := pod.Labels[appsv1.DefaultDaemonSetUniqueLabelKey] == s.past.hash
		switch {
		case isNew && young == nil:
			young = pod
		case !isNew && old == nil:
			old = pod
		default:
			surplus = append(surplus, pod)
		}
	}
	if young != nil && old != nil && (!controller.IsReady(old) || s.available(young)) {
		surplus = append(surplus, old)
	}
	return surplus
}

// The kubelet may refuse a pod as soon as it is there, again and again. So a failed pod is only replaced after a while,
// twice as long each time.
const (
	retryFirst = time.Second
	retryMost  = 15 * time.Minute
)

// retries is what a DaemonSet's syncs remember of its failed pods. It must never be changed.
type retries struct {
	generation int64            // that was observed: with a new one all begins anew
	nodes      map[string]retry // by name
}

type retry struct {
	wait time.Duration
	last time.Time
}

// retry reports whether a node's failed pod may be replaced now, and takes note of it; otherwise it sees to it that the
// DaemonSet is looked at again.
func (s *sync) retry(node string) bool {
	kept, _ := s.plan.Keep.(*retries)
	if kept == nil || kept.generation != s.ds.Status.ObservedGeneration {
		kept = &retries{generation: s.ds.Status.ObservedGeneration}
	}
	was, known := kept.nodes[node]
	since := s.view.Now.Sub(was.last)
	known = known && since <= 2*retryMost
	if known && since < was.wait {
		s.again(was.wait)
		return false
	}
	next := retry{retryFirst, s.view.Now}
	if known {
		next.wait = min(2*was.wait, retryMost)
	}
	nodes := maps.Clone(kept.nodes)
	if nodes == nil {
		nodes = map[string]retry{}
	}
	nodes[node] = next
	s.plan.Keep = &retries{kept.generation, nodes}
	return true
}

// again looks at the DaemonSet again after d at the latest.
func (s *sync) again(d time.Duration) {
	if s.plan.Again == 0 || d < s.plan.Again {
		s.plan.Again = d
	}
}
