package deployment

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// bounds returns how many pods more and how many fewer than wanted a rolling update may have.
func (s *sync) bounds() (surge, unavailable int32) {
	ru := s.d.Spec.Strategy.RollingUpdate
	if s.d.Spec.Strategy.Type != appsv1.RollingUpdateDeploymentStrategyType || ru == nil {
		return 0, 0
	}
	surge = scaledValue(ru.MaxSurge, *s.d.Spec.Replicas, true)
	unavailable = scaledValue(ru.MaxUnavailable, *s.d.Spec.Replicas, false)
	if surge == 0 && unavailable == 0 {
		unavailable = 1 // or nothing could ever move
	}
	return surge, unavailable
}

// scaledValue returns a number, or that percentage of the total. The API server refuses what is neither.
func scaledValue(v *intstr.IntOrString, total int32, up bool) int32 {
	n, _ := intstr.GetScaledValueFromIntOrPercent(intstr.ValueOrDefault(v, intstr.FromInt32(0)), int(total), up)
	return int32(n)
}

func (s *sync) maxSurge() int32 {
	surge, _ := s.bounds()
	return surge
}

func (s *sync) maxUnavailable() int32 {
	if *s.d.Spec.Replicas == 0 {
		return 0
	}
	_, unavailable := s.bounds()
	return min(unavailable, *s.d.Spec.Replicas)
}

// newSize returns how many replicas the new ReplicaSet may have now.
func (s *sync) newSize(all []*appsv1.ReplicaSet, newRS *appsv1.ReplicaSet) int32 {
	wanted := *s.d.Spec.Replicas
	if s.d.Spec.Strategy.Type == appsv1.RecreateDeploymentStrategyType {
		return wanted
	}
	var surge int32
	if ru := s.d.Spec.Strategy.RollingUpdate; ru != nil {
		surge = scaledValue(ru.MaxSurge, wanted, true)
	}
	room := wanted + surge - wantedOf(all)
	if room <= 0 {
		return *newRS.Spec.Replicas
	}
	return *newRS.Spec.Replicas + min(room, wanted-*newRS.Spec.Replicas)
}

// wantedOf adds up the replicas that ReplicaSets want.
func wantedOf(all []*appsv1.ReplicaSet) int32 {
	n := int32(0)
	for _, rs := range all {
		if rs != nil {
			n += *rs.Spec.Replicas
		}
	}
	return n
}

// scale gives a ReplicaSet another size, and reports whether it had one. With force its annotations are looked at even
// when its size is right. The result is the ReplicaSet as it will be.
func (s *sync) scale(rs *appsv1.ReplicaSet, size int32, force bool) (*appsv1.ReplicaSet, bool) {
	from := *rs.Spec.Replicas
	if from == size && !force {
		return rs, false
	}
	scaled := *rs
	scaled.Annotations = maps.Clone(rs.Annotations)
	scaled.Spec.Replicas = &size
	if !setSizes(&scaled, *s.d.Spec.Replicas, *s.d.Spec.Replicas+s.maxSurge()) && from == size {
		return rs, false
	}
	var event *client.Record
	if from != size {
		direction := "up"
		if from > size {
			direction = "down"
		}
		event = s.event("ScalingReplicaSet",
			"Scaled "+direction+" replica set "+rs.Name+" from "+itoa(from)+" to "+itoa(size))
		s.note.Scaled = append(s.note.Scaled, Scale{rs.Name, from, size})
	}
	s.update(rs, &scaled, event)
	return &scaled, from != size
}

// setSizes notes in a ReplicaSet what the Deployment's size was when it got its own, and reports whether that changed.
// The annotations must be the ReplicaSet's own.
func setSizes(rs *appsv1.ReplicaSet, desired, most int32) bool {
	changed := false
	if rs.Annotations == nil {
		rs.Annotations = map[string]string{}
	}
	for _, a := range []struct{ key, value string }{{desiredReplicas, itoa(desired)}, {maxReplicas, itoa(most)}} {
		if rs.Annotations[a.key] != a.value {
			rs.Annotations[a.key], changed = a.value, true
		}
	}
	return changed
}

// annotated returns a count that a ReplicaSet's annotation holds.
func annotated(rs *appsv1.ReplicaSet, key string) (int32, bool) {
	n, err := strconv.ParseInt(rs.Annotations[key], 10, 32)
	return int32(n), err == nil && n >= 0
}

// resize follows a change of the Deployment's size, or does what a paused Deployment still gets.
func (s *sync) resize() {
	newRS, oldRSs := s.replicaSets(false)
	s.distribute(newRS, oldRSs)
	if s.d.Spec.Paused {
		s.cleanUp(oldRSs)
	}
	s.syncStatus(append(oldRSs, newRS), newRS)
}

// distribute gives the Deployment's size to its only active ReplicaSet, or shares the difference between those that a
// rollout is moving between, in proportion to their sizes.
func (s *sync) distribute(newRS *appsv1.ReplicaSet, oldRSs []*appsv1.ReplicaSet) {
	if only := activeOrLatest(newRS, oldRSs); only != nil {
		s.scale(only, *s.d.Spec.Replicas, false)
		return
	}
	if s.saturated(newRS) {
		old := active(oldRSs)
		slices.Reverse(old) // the newest first
		for _, rs := range old {
			s.scale(rs, 0, false)
		}
		return
	}
	if s.d.Spec.Strategy.Type == appsv1.RollingUpdateDeploymentStrategyType {
		s.share(active(append(slices.Clone(oldRSs), newRS)))
	}
}

// share shares out how many pods are to be added or taken away, the largest ReplicaSet first.
func (s *sync) share(all []*appsv1.ReplicaSet) {
	allowed := int32(0)
	if *s.d.Spec.Replicas > 0 {
		allowed = *s.d.Spec.Replicas + s.maxSurge()
	}
	toAdd := allowed - wantedOf(all)
	slices.SortStableFunc(all, func(a, b *appsv1.ReplicaSet) int {
		newer := older(b, a)
		if toAdd < 0 {
			newer = older(a, b)
		}
		return cmp.Or(cmp.Compare(*b.Spec.Replicas, *a.Spec.Replicas), newer)
	})
	added := int32(0)
	sizes := make([]int32, len(all))
	for i, rs := range all {
		part := s.proportion(rs, toAdd, added)
		sizes[i] = *rs.Spec.Replicas + part
		added += part
	}
	for i, rs := range all {
		if i == 0 {
			sizes[i] = max(0, sizes[i]+toAdd-added)
		}
		s.scale(rs, sizes[i], true)
	}
}

// proportion returns a ReplicaSet's part of what is to be added, or of what is to be taken away.
func (s *sync) proportion(rs *appsv1.ReplicaSet, toAdd, added int32) int32 {
	size := *rs.Spec.Replicas
	if size == 0 || toAdd == 0 || toAdd == added {
		return 0
	}
	part := -size
	if *s.d.Spec.Replicas != 0 {
		before, ok := annotated(rs, maxReplicas)
		if !ok || before == 0 {
			before = s.d.Status.Replicas
		}
		if before == 0 {
			return 0
		}
		part = rounded(int64(size)*int64(*s.d.Spec.Replicas+s.maxSurge()), int64(before)) - size
	}
	if toAdd > 0 {
		return min(part, toAdd-added)
	}
	return max(part, toAdd-added)
}

// rounded divides numbers that are not negative, half up.
func rounded(a, b int64) int32 { return int32((2*a + b) / (2 * b)) }

// saturated reports whether the new ReplicaSet has all the pods that the Deployment wants, and they are available.
func (s *sync) saturated(rs *appsv1.ReplicaSet) bool {
	if rs == nil {
		return false
	}
	wanted := *s.d.Spec.Replicas
	desired, ok := annotated(rs, desiredReplicas)
	return ok && *rs.Spec.Replicas == wanted && desired == wanted && rs.Status.AvailableReplicas == wanted
}

// activeOrLatest returns the only active ReplicaSet, or the latest when none is; nil when several are.
func activeOrLatest(newRS *appsv1.ReplicaSet, oldRSs []*appsv1.ReplicaSet) *appsv1.ReplicaSet {
	running := active(append(slices.Clone(oldRSs), newRS))
	switch {
	case len(running) == 1:
		return running[0]
	case len(running) > 1:
		return nil
	case newRS != nil:
		return newRS
	case len(oldRSs) > 0:
		return oldRSs[len(oldRSs)-1]
	}
	return nil
}

// cleanUp deletes the oldest ReplicaSets beyond the revision history limit that have no pods.
func (s *sync) cleanUp(oldRSs []*appsv1.ReplicaSet) {
	limit := s.d.Spec.RevisionHistoryLimit
	if limit == nil {
		return
	}
	alive := slices.DeleteFunc(slices.Clone(oldRSs), func(rs *appsv1.ReplicaSet) bool { return rs.DeletionTimestamp != nil })
	slices.SortStableFunc(alive, func(a, b *appsv1.ReplicaSet) int {
		return cmp.Or(cmp.Compare(revisionOf(a), revisionOf(b)), older(a, b))
	})
	for _, rs := range alive[:max(0, len(alive)-int(*limit))] {
		if rs.Status.Replicas != 0 || *rs.Spec.Replicas != 0 || rs.Generation > rs.Status.ObservedGeneration {
			continue
		}
		s.note.Cleaned++
		s.write(controller.Write{
			Request: client.Request{
				Verb: client.Delete, Resource: "replicasets.apps", Namespace: rs.Namespace, Name: rs.Name,
			},
			Tolerate: notFound,
		})
	}
}
