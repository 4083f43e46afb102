package deployment

import (
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
)

var notFound = []metav1.StatusReason{metav1.StatusReasonNotFound}

// roll moves pods from the old ReplicaSets to the new one within the bounds of surge and unavailability: one move a sync,
// up before down.
func (s *sync) roll() {
	newRS, oldRSs := s.replicaSets(true)
	all := append(slices.Clone(oldRSs), newRS)
	moved := s.growNew(all, newRS)
	if !moved {
		moved = s.shrinkOld(all, oldRSs, newRS)
	}
	if !moved && s.complete(&s.d.Status) {
		s.cleanUp(oldRSs)
	}
	s.syncRollout(all, newRS)
}

func (s *sync) growNew(all []*appsv1.ReplicaSet, newRS *appsv1.ReplicaSet) bool {
	wanted := *s.d.Spec.Replicas
	size := wanted
	if *newRS.Spec.Replicas < wanted {
		size = s.newSize(all, newRS)
	}
	_, scaled := s.scale(newRS, size, false)
	return scaled
}

// shrinkOld takes pods from the old ReplicaSets: first those that are not available anyway, then as many available ones
// as the Deployment can miss.
func (s *sync) shrinkOld(all, oldRSs []*appsv1.ReplicaSet, newRS *appsv1.ReplicaSet) bool {
	if wantedOf(oldRSs) == 0 {
		return false
	}
	minAvailable := *s.d.Spec.Replicas - s.maxUnavailable()
	newUnavailable := *newRS.Spec.Replicas - newRS.Status.AvailableReplicas
	most := wantedOf(all) - minAvailable - newUnavailable
	if most <= 0 {
		return false
	}
	oldRSs, cleaned, ok := s.dropUnhealthy(active(oldRSs), most)
	if !ok {
		return false
	}
	return s.dropAvailable(append(slices.Clone(oldRSs), newRS), oldRSs, minAvailable) || cleaned
}

// dropUnhealthy takes up to most pods that are not available from the ReplicaSets and returns these as they will be, and
// whether any was taken. ok is false when a ReplicaSet reports more available pods than it wants: it is still shrinking,
// and nothing more is done until it has shrunk.
func (s *sync) dropUnhealthy(oldRSs []*appsv1.ReplicaSet, most int32) (left []*appsv1.ReplicaSet, taken, ok bool) {
	dropped := int32(0)
	for i, rs := range oldRSs {
		unhealthy := *rs.Spec.Replicas - rs.Status.AvailableReplicas
		if dropped >= most {
			break
		}
		if unhealthy == 0 {
			continue
		}
		if unhealthy < 0 {
			return nil, false, false
		}
		n := min(most-dropped, unhealthy)
		oldRSs[i], _ = s.scale(rs, *rs.Spec.Replicas-n, false)
		dropped += n
	}
	return oldRSs, dropped > 0, true
}

// dropAvailable takes as many pods from the old ReplicaSets as there are available ones beyond the least that there must
// be, and reports whether it took any.
func (s *sync) dropAvailable(all, oldRSs []*appsv1.ReplicaSet, minAvailable int32) bool {
	spare := int32(0)
	for _, rs := range all {
		spare += rs.Status.AvailableReplicas
	}
	spare -= minAvailable
	dropped := int32(0)
	for _, rs := range oldRSs {
		if dropped >= spare {
			break
		}
		if *rs.Spec.Replicas == 0 {
			continue
		}
		n := min(*rs.Spec.Replicas, spare-dropped)
		s.scale(rs, *rs.Spec.Replicas-n, false)
		dropped += n
	}
	return dropped > 0
}

// recreate takes all old pods away before it makes the first new one.
func (s *sync) recreate() {
	newRS, oldRSs := s.replicaSets(false)
	all := append(slices.Clone(oldRSs), newRS)
	scaled := false
	for _, rs := range active(oldRSs) {
		_, done := s.scale(rs, 0, false)
		scaled = scaled || done
	}
	if scaled || s.running(oldRSs) {
		s.syncRollout(all, newRS)
		return
	}
	if newRS == nil {
		newRS, oldRSs = s.replicaSets(true)
		all = append(slices.Clone(oldRSs), newRS)
	}
	s.scale(newRS, *s.d.Spec.Replicas, false)
	if s.complete(&s.d.Status) {
		s.cleanUp(oldRSs)
	}
	s.syncRollout(all, newRS)
}

// running reports whether any pod of the ReplicaSets has not ended, or one of them still counts one.
func (s *sync) running(oldRSs []*appsv1.ReplicaSet) (found bool) {
	for _, rs := range oldRSs {
		if rs.Status.Replicas > 0 {
			return true
		}
		s.view.Owned("pods", rs.UID, func(o api.Object) bool {
			phase := o.(*corev1.Pod).Status.Phase
			found = found || phase != corev1.PodFailed && phase != corev1.PodSucceeded
			return !found
		})
	}
	return found
}
