package replicaset

import (
	"cmp"
	"math/bits"
	"slices"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/controller"
)

// victims returns the n pods that are missed least, as controller.ActivePodsWithRanks orders them.
func victims(v controller.View, s *set, active []*corev1.Pod, n int) []*corev1.Pod {
	if n >= len(active) {
		return active
	}
	ranked := slices.Clone(active)
	together := related(v, s)
	slices.SortStableFunc(ranked, func(a, b *corev1.Pod) int { return compare(a, b, together, v.Now) })
	return ranked[:n]
}

// related counts, by node, the active pods of all sets that belong to the same owner as this one. A set without an owner
// has none.
func related(v controller.View, s *set) map[string]int {
	count := map[string]int{}
	add := func(o api.Object) bool {
		pod := o.(*corev1.Pod)
		if pod.DeletionTimestamp == nil && !controller.Ended(pod) {
			count[pod.Spec.NodeName]++
		}
		return true
	}
	owner := metav1.GetControllerOfNoCopy(s.object)
	if owner == nil {
		return count
	}
	v.Owned(s.kind.Resource, owner.UID, func(o api.Object) bool {
		v.Owned("pods", o.GetUID(), add)
		return true
	})
	return count
}

// phases says how far a pod is: those that got less far go first.
var phases = map[corev1.PodPhase]int{corev1.PodPending: 0, corev1.PodUnknown: 1, corev1.PodRunning: 2}

// compare orders pods by how little they are missed: unassigned, not running, not ready, cheap by annotation, doubled up
// on a node, ready for a shorter time, restarted more often, younger.
func compare(a, b *corev1.Pod, together map[string]int, now time.Time) int {
	aReady, aSince := readySince(a)
	bReady, bSince := readySince(b)
	order := cmp.Or(
		cmp.Compare(assigned(a), assigned(b)),
		cmp.Compare(phases[a.Status.Phase], phases[b.Status.Phase]),
		cmp.Compare(number(aReady), number(bReady)),
		cmp.Compare(cost(a), cost(b)),
		cmp.Compare(together[b.Spec.NodeName], together[a.Spec.NodeName]),
	)
	if order == 0 && aReady && bReady && !aSince.Equal(&bSince) {
		return cmp.Or(younger(aSince, bSince, now), cmp.Compare(a.UID, b.UID))
	}
	if order == 0 {
		aRegular, aSidecar := restarts(a)
		bRegular, bSidecar := restarts(b)
		order = cmp.Or(cmp.Compare(bRegular, aRegular), cmp.Compare(bSidecar, aSidecar))
	}
	if order == 0 && !a.CreationTimestamp.Equal(&b.CreationTimestamp) {
		return cmp.Or(younger(a.CreationTimestamp, b.CreationTimestamp, now), cmp.Compare(a.UID, b.UID))
	}
	return order
}

// younger compares ages on a logarithmic scale, so that pods of similar age are taken at random, by UID.
func younger(a, b metav1.Time, now time.Time) int {
	if a.IsZero() || b.IsZero() {
		return cmp.Compare(number(!a.IsZero()), number(!b.IsZero()))
	}
	return cmp.Compare(log2(now.Sub(a.Time)), log2(now.Sub(b.Time)))
}

// log2 returns the whole part of the binary logarithm of an age in nanoseconds, -1 when there is none.
func log2(d time.Duration) int {
	if d <= 0 {
		return -1
	}
	return bits.Len64(uint64(d)) - 1
}

func assigned(p *corev1.Pod) int { return number(p.Spec.NodeName != "") }

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// cost is the annotation by which users say which pods they would miss.
func cost(p *corev1.Pod) int64 {
	n, err := strconv.ParseInt(p.Annotations[corev1.PodDeletionCost], 10, 32)
	if err != nil {
		return 0
	}
	return n
}

// restarts returns the most restarts of any container and of any sidecar.
func restarts(p *corev1.Pod) (regular, sidecar int32) {
	for i := range p.Status.ContainerStatuses {
		regular = max(regular, p.Status.ContainerStatuses[i].RestartCount)
	}
	for i := range p.Status.InitContainerStatuses {
		status := &p.Status.InitContainerStatuses[i]
		if slices.ContainsFunc(p.Spec.InitContainers, func(c corev1.Container) bool {
			return c.Name == status.Name && c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
		}) {
			sidecar = max(sidecar, status.RestartCount)
		}
	}
	return regular, sidecar
}

// readySince reports whether a pod is ready, and since when.
func readySince(p *corev1.Pod) (bool, metav1.Time) {
	c := controller.ReadyCondition(p)
	if c == nil {
		return false, metav1.Time{}
	}
	return c.Status == corev1.ConditionTrue, c.LastTransitionTime
}
