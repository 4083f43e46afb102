package defaultpreemption

import (
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/scheduler/framework"
)

// protected returns those pods whose disruption budgets would be violated if all up to them went, or the others, in the
// order given.
func (s *search) protected(pods []*framework.Pod, protected bool) []*framework.Pod {
	if len(s.budgets) == 0 && !protected {
		return pods
	}
	allowed := make([]int32, len(s.budgets))
	for i, b := range s.budgets {
		allowed[i] = b.Status.DisruptionsAllowed
	}
	var out []*framework.Pod
	for _, p := range pods {
		violated := false
		for i, b := range s.budgets {
			if b.Namespace != p.Namespace || len(p.Labels) == 0 {
				continue
			}
			if selector := framework.Selector(b.Spec.Selector); selector.Empty() || !selector.Matches(labels.Set(p.Labels)) {
				continue
			}
			if _, going := b.Status.DisruptedPods[p.Name]; going {
				continue
			}
			allowed[i]--
			violated = violated || allowed[i] < 0
		}
		if violated == protected {
			out = append(out, p)
		}
	}
	return out
}
