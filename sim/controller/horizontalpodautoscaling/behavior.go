package horizontalpodautoscaling

import (
	"math"
	"slices"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// memory is what the controller remembers of an autoscaler. A sync has a copy of its own.
type memory struct {
	uid         types.UID
	recommended []recommendation
	ups, downs  []change
	attempt     string // the size that was tried last, in words
}

// recommendation is the size that the metrics asked for at some time.
type recommendation struct {
	size int32
	at   time.Time
}

// change is by how much a workload grew or shrank.
type change struct {
	by int32
	at time.Time
}

// longest is how long anything of this matters: spec.behavior knows no longer window or period.
const longest = time.Hour

func recall(kept any, uid types.UID) *memory {
	m, ok := kept.(*memory)
	if !ok || m.uid != uid {
		return &memory{uid: uid}
	}
	c := *m
	c.recommended, c.ups, c.downs = slices.Clip(m.recommended), slices.Clip(m.ups), slices.Clip(m.downs)
	return &c
}

// store remembers that a workload was scaled.
func (m *memory) store(now time.Time, from, to int32) {
	fresh := func(all []change) []change {
		return slices.DeleteFunc(slices.Clone(all), func(c change) bool { return now.Sub(c.at) > longest })
	}
	if to > from {
		m.ups = append(fresh(m.ups), change{to - from, now})
	} else {
		m.downs = append(fresh(m.downs), change{from - to, now})
	}
}

// recommend remembers what the metrics ask for.
func (m *memory) recommend(now time.Time, size int32, window time.Duration) {
	m.recommended = slices.DeleteFunc(slices.Clone(m.recommended), func(r recommendation) bool { return now.Sub(r.at) > window })
	m.recommended = append(m.recommended, recommendation{size, now})
}

// normalise makes of the size that the metrics ask for one that the autoscaler may have now.
func (s *sync) normalise(size, least int32) int32 {
	stable, reason, message := s.stabilise(size)
	if stable == size {
		reason, message = "ReadyForNewScale", "recommended size matches current size"
	}
	s.set(autoscalingv2.AbleToScale, corev1.ConditionTrue, reason, message)
	limited, reason, message := s.limit(stable, least)
	value := corev1.ConditionTrue
	if limited == stable {
		value = corev1.ConditionFalse
	}
	s.set(autoscalingv2.ScalingLimited, value, reason, message)
	return limited
}

// stabilise follows only what has been recommended throughout a window: of sizes to grow to the least, of sizes to shrink to
// the greatest.
func (s *sync) stabilise(size int32) (stable int32, reason, message string) {
	up, down := time.Duration(0), stabilising
	b := s.hpa.Spec.Behavior
	if b != nil {
		up = windowOf(b.ScaleUp, up)
		down = windowOf(b.ScaleDown, down)
	}
	lowest, highest := size, size
	for _, r := range s.memory.recommended {
		if age := s.view.Now.Sub(r.at); age < up {
			lowest = min(lowest, r.size)
		}
		if age := s.view.Now.Sub(r.at); age < down || b == nil && age == down {
			highest = max(highest, r.size)
		}
	}
	stable = highest
	if b != nil {
		stable = min(max(s.target.size, lowest), highest)
	}
	s.memory.recommend(s.view.Now, size, max(up, down))
	if b != nil && size >= s.target.size {
		return stable, "ScaleUpStabilized", "recent recommendations were lower than current one, applying the lowest recent recommendation"
	}
	return stable, "ScaleDownStabilized", "recent recommendations were higher than current one, applying the highest recent recommendation"
}

func windowOf(r *autoscalingv2.HPAScalingRules, usual time.Duration) time.Duration {
	if r == nil || r.StabilizationWindowSeconds == nil {
		return usual
	}
	return time.Duration(*r.StabilizationWindowSeconds) * time.Second
}

// limit bounds a size by the autoscaler's minimum and maximum, and by how fast the workload may change.
func (s *sync) limit(size, least int32) (limited int32, reason, message string) {
	most, current := s.hpa.Spec.MaxReplicas, s.target.size
	fastest, slowest := int32(math.Max(2*float64(current), 4)), least
	if b := s.hpa.Spec.Behavior; b != nil {
		fastest = max(current, s.bound(b.ScaleUp, 1))
		slowest = min(current, s.bound(b.ScaleDown, -1))
	}
	behaves := s.hpa.Spec.Behavior != nil
	switch {
	case size > current || !behaves && size >= least:
		if most > fastest && size > fastest {
			return fastest, "ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate"
		}
		if size > most {
			return most, "TooManyReplicas", "the desired replica count is more than the maximum replica count"
		}
	case size < current || !behaves:
		if behaves && least < slowest && size < slowest {
			return slowest, "ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate"
		}
		if size < least {
			return least, "TooFewReplicas", "the desired replica count is less than the minimum replica count"
		}
	}
	return size, "DesiredWithinRange", "the desired count is within the acceptable range"
}

// bound returns how far the policies of some rules let the workload grow, or shrink where the sign is -1.
func (s *sync) bound(r *autoscalingv2.HPAScalingRules, sign int32) int32 {
	if r == nil || r.SelectPolicy != nil && *r.SelectPolicy == autoscalingv2.DisabledPolicySelect {
		return s.target.size
	}
	least := r.SelectPolicy != nil && *r.SelectPolicy == autoscalingv2.MinChangePolicySelect
	var bound int32
	for i, p := range r.Policies {
		period := time.Duration(p.PeriodSeconds) * time.Second
		start := s.target.size - s.changed(s.memory.ups, period) + s.changed(s.memory.downs, period)
		n := start + sign*p.Value
		if p.Type == autoscalingv2.PercentScalingPolicy {
			exact := float64(start) * (1 + float64(sign)*float64(p.Value)/100)
			n = int32(exact)
			if sign > 0 {
				n = int32(math.Ceil(exact))
			}
		}
		if i == 0 || (n*sign > bound*sign) != least {
			bound = n
		}
	}
	return bound
}

// changed adds up the changes of the last while.
func (s *sync) changed(all []change, period time.Duration) (n int32) {
	for _, c := range all {
		if s.view.Now.Sub(c.at) < period {
			n += c.by
		}
	}
	return n
}
