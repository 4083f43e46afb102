package scheduler

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/scheduler/framework"
)

// nomination is a pod for which place is being made on a node: others of the same or a lower priority must not take it.
type nomination struct {
	pod  *framework.Pod
	node string
}

// nominations are in the order in which they were made. They are replaced, never changed.
type nominations []nomination

// set nominates a pod for a node, and for no other; "" for none.
func (n *nominations) set(pod *framework.Pod, node string) {
	n.drop(pod.UID)
	if node != "" {
		*n = append(slices.Clip(*n), nomination{pod, node})
	}
}

// drop forgets a pod.
func (n *nominations) drop(uid types.UID) {
	if i := n.find(uid); i >= 0 {
		*n = slices.Delete(slices.Clone(*n), i, i+1)
	}
}

// update takes in a newer version of a waiting pod. What was decided holds until the pod shows it: an update that says
// nothing of a node, as the version before, may have been on its way.
func (n *nominations) update(old *corev1.Pod, pod *framework.Pod) {
	i := n.find(pod.UID)
	now := pod.Status.NominatedNodeName
	if i < 0 && now == "" {
		return
	}
	if i >= 0 && now == "" && (old == nil || old.Status.NominatedNodeName == "") {
		now = (*n)[i].node
	}
	n.set(pod, now)
}

// above returns the nominations that a pod must respect.
func (n nominations) above(pod *framework.Pod) []nomination {
	var out []nomination
	for _, o := range n {
		if o.pod.UID != pod.UID && o.pod.Priority() >= pod.Priority() {
			out = append(out, o)
		}
	}
	return out
}

func (n nominations) find(uid types.UID) int {
	return slices.IndexFunc(n, func(o nomination) bool { return o.pod.UID == uid })
}
