package deployment

import (
	"cmp"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/api"
)

// claim finds the Deployment's ReplicaSets. It returns false when the selector cannot be read.
func (s *sync) claim() bool {
	selector, err := metav1.LabelSelectorAsSelector(s.d.Spec.Selector)
	if err != nil {
		return false
	}
	claimed, writes := s.view.Claim(s.d, "replicasets.apps", func(rs api.Object) bool {
		return selector.Matches(labels.Set(rs.GetLabels()))
	})
	for _, w := range writes {
		s.write(w)
	}
	for _, o := range claimed {
		s.all = append(s.all, o.(*appsv1.ReplicaSet))
	}
	slices.SortFunc(s.all, older)
	for _, rs := range s.all {
		if sameTemplate(&rs.Spec.Template, &s.d.Spec.Template) {
			s.current = rs
			break
		}
	}
	return true
}

// older orders ReplicaSets by age, and by name where they are of one age.
func older(a, b *appsv1.ReplicaSet) int {
	return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
}
