package daemonset

import (
	"cmp"
	"maps"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// bounds returns on how many of the nodes there may be two pods at a time, and on how many none, while a rollout goes on.
func bounds(ds *appsv1.DaemonSet, nodes int) (surge, unavailable int) {
	ru := ds.Spec.UpdateStrategy.RollingUpdate
	if ds.Spec.UpdateStrategy.Type != appsv1.RollingUpdateDaemonSetStrategyType || ru == nil {
		return 0, 0
	}
	return scaled(ru.MaxSurge, nodes), scaled(ru.MaxUnavailable, nodes)
}

// scaled returns a number, or that percentage of the nodes, rounded up. The API server refuses what is neither.
func scaled(v *intstr.IntOrString, nodes int) int {
	n, _ := intstr.GetScaledValueFromIntOrPercent(intstr.ValueOrDefault(v, intstr.FromInt32(0)), nodes, true)
	return n
}

// surges reports whether a node may have two pods for a while.
func (s *sync) surges() bool {
	surge, _ := bounds(s.ds, 1)
	return surge > 0
}

// roll returns what brings the rollout one step further: old pods to delete, or nodes to get a new pod beside the old one.
func (s *sync) roll() (deleting []*corev1.Pod, creating []string) {
	wanted := 0
	places := map[string]bool{}
	for name := range s.pods { // any order
		places[name] = true
	}
	for _, node := range s.nodes {
		if node.run {
			wanted++
			places[node.name] = true
		}
	}
	surge, unavailable := bounds(s.ds, wanted)
	if wanted > 0 && surge == 0 && unavailable == 0 {
		unavailable = 1 // or nothing could ever move
	}
	names := slices.Sorted(maps.Keys(places))
	if surge == 0 {
		return s.replace(names, unavailable), nil
	}
	return s.surge(names, surge, wanted)
}

// pair returns the new and the old pod of a node; ok is false when there are several of a kind.
func (s *sync) pair(node string) (young, old *corev1.Pod, ok bool) {
	for _, pod := range alive(s.pods[node]) {
		kind := &old
		if s.updated(pod) {
			kind = &young
		}
		if *kind != nil {
			return nil, nil, false
		}
		*kind = pod
	}
	return young, old, true
}

// replace returns the old pods that may go, so that new ones take their place: all that are not available anyway, and as
// many available ones as may be missing.
//
// Simplified: of nodes that are alike the first by name comes first; in Kubernetes it is random which.
func (s *sync) replace(names []string, most int) []*corev1.Pod {
	missing := 0
	var idle, candidates []*corev1.Pod
	for _, name := range names {
		young, old, ok := s.pair(name)
		switch {
		case !ok || (young == nil) == (old == nil):
			missing++ // manage takes care of this node
		case young != nil:
			if !s.available(young) {
				missing++
			}
		case !s.available(old):
			idle = append(idle, old)
			missing++
		case missing < most:
			candidates = append(candidates, old)
		}
	}
	room := min(max(0, most-missing), len(candidates))
	return append(idle, candidates[:room]...)
}

// surge returns the old pods that are not needed any longer because a new one beside them is available, and the nodes that
// get a new pod beside the old one. On a node that should have no pod any longer the old one goes only when there are
// enough available ones elsewhere.
func (s *sync) surge(names []string, most, wanted int) (deleting []*corev1.Pod, creating []string) {
	wants := map[string]bool{}
	for _, node := range s.nodes {
		wants[node.name] = node.run
	}
	surging, available := 0, 0
	var misplaced []*corev1.Pod
	var candidates []string
	for _, name := range names {
		young, old, ok := s.pair(name)
		if !ok {
			surging++ // manage takes care of this node
			continue
		}
		if first := cmp.Or(old, young); first != nil && s.available(first) {
			available++
		}
		switch {
		case old == nil:
		case young != nil && s.available(young):
			deleting = append(deleting, old)
		case young != nil:
			surging++
		case !s.available(old) && !wants[name]:
			deleting = append(deleting, old)
		case !s.available(old):
			creating = append(creating, name)
		case !wants[name]:
			misplaced = append(misplaced, old)
		case surging < most:
			candidates = append(candidates, name)
		}
	}
	spare := min(max(0, available-wanted), len(misplaced))
	deleting = append(deleting, misplaced[:spare]...)
	room := min(max(0, most-surging), len(candidates))
	return deleting, append(creating, candidates[:room]...)
}
