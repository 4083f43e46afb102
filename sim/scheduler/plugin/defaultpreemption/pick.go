package defaultpreemption

import (
	"cmp"
	"math"
	"time"

	"orrery/sim/scheduler/framework"
)

// pick returns the candidate that does the least harm, or nil: the fewest violated budgets, the lowest priority of its most
// important victim, the smallest sum of priorities, the fewest victims, the latest start of the most important ones.
// Among equal ones chance decides.
func (s *search) pick() *framework.Candidate {
	var left []int
	for i := range s.candidates {
		if s.candidates[i].Reasons == nil {
			left = append(left, i)
		}
	}
	for _, harm := range []func(*framework.Candidate) int64{
		func(c *framework.Candidate) int64 { return int64(c.Violations) },
		highest,
		func(c *framework.Candidate) (sum int64) {
			for _, v := range c.Victims() {
				sum += int64(v.Priority) + math.MaxInt32 + 1
			}
			return sum
		},
		func(c *framework.Candidate) int64 { return int64(len(c.Victims())) },
		func(c *framework.Candidate) int64 { return -s.earliest(c) },
	} {
		if len(left) > 1 {
			left = s.least(left, harm)
		}
	}
	switch len(left) {
	case 0:
		return nil
	case 1:
		return &s.candidates[left[0]]
	}
	return &s.candidates[left[s.Chance(len(left))]]
}

// least returns those of some candidates that do the least of one kind of harm.
func (s *search) least(candidates []int, harm func(*framework.Candidate) int64) []int {
	var best []int
	lowest := int64(math.MaxInt64)
	for _, i := range candidates {
		h := harm(&s.candidates[i])
		if h < lowest {
			lowest, best = h, best[:0]
		}
		if h == lowest {
			best = append(best, i)
		}
	}
	return best
}

// highest returns the highest priority of a candidate's victims.
func highest(c *framework.Candidate) int64 {
	h := int64(math.MinInt32)
	for _, v := range c.Victims() {
		h = max(h, int64(v.Priority))
	}
	return h
}

// earliest returns when the first of a candidate's most important victims was started.
func (s *search) earliest(c *framework.Candidate) int64 {
	at := int64(math.MaxInt64)
	for _, v := range c.Victims() {
		if int64(v.Priority) != highest(c) {
			continue
		}
		for _, p := range s.pods[c.Node] {
			if p.UID == v.UID {
				at = min(at, started(p))
			}
		}
	}
	return at
}

// started returns when a pod was started, in seconds; one that its kubelet has not accepted yet starts now.
func started(p *framework.Pod) int64 {
	if p.Status.StartTime == nil {
		return math.MaxInt64
	}
	return p.Status.StartTime.Unix()
}

// moreImportant orders pods by priority, then by how long they have run.
func moreImportant(a, b *framework.Pod) int {
	if c := cmp.Compare(b.Priority(), a.Priority()); c != 0 {
		return c
	}
	start := func(p *framework.Pod) time.Time {
		if p.Status.StartTime == nil {
			return time.Unix(math.MaxInt32, 0)
		}
		return p.Status.StartTime.Time
	}
	return start(a).Compare(start(b))
}
