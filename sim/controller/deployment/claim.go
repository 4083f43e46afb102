package deployment

import (
	"cmp"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// claim finds the Deployment's ReplicaSets: those that it controls and selects, and those that it selects and nobody
// controls, which it adopts. It lets go of those that it controls and no longer selects. It returns false when the
// selector cannot be read.
//
// Simplified: Kubernetes reads the Deployment anew before it adopts anything.
func (s *sync) claim() bool {
	selector, err := metav1.LabelSelectorAsSelector(s.d.Spec.Selector)
	if err != nil {
		return false
	}
	going := s.d.DeletionTimestamp != nil
	s.view.Owned("replicasets.apps", s.d.UID, func(o api.Object) bool {
		rs := o.(*appsv1.ReplicaSet)
		switch {
		case selector.Matches(labels.Set(rs.Labels)):
			s.all = append(s.all, rs)
		case !going:
			s.write(ownership(rs, `{"metadata":{"uid":"`+string(rs.UID)+`","ownerReferences":[{"$patch":"delete","uid":"`+
				string(s.d.UID)+`"}]}}`))
		}
		return true
	})
	if !going {
		s.adopt(selector)
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

// adopt takes in the ReplicaSets that the Deployment selects and nobody controls.
func (s *sync) adopt(selector labels.Selector) {
	s.view.Owned("replicasets.apps", "", func(o api.Object) bool {
		rs := o.(*appsv1.ReplicaSet)
		if rs.Namespace != s.d.Namespace || rs.DeletionTimestamp != nil || !selector.Matches(labels.Set(rs.Labels)) {
			return true
		}
		s.all = append(s.all, rs)
		s.write(ownership(rs, `{"metadata":{"ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"`+s.d.Name+
			`","uid":"`+string(s.d.UID)+`","controller":true,"blockOwnerDeletion":true}],"uid":"`+string(rs.UID)+`"}}`))
		return true
	})
}

// ownership patches a ReplicaSet's owner references.
func ownership(rs *appsv1.ReplicaSet, patch string) controller.Write {
	return controller.Write{
		Request: client.Request{
			Verb: client.Patch, Resource: "replicasets.apps", Namespace: rs.Namespace, Name: rs.Name,
			PatchType: types.StrategicMergePatchType, PatchData: []byte(patch),
		},
		Tolerate: notFound,
	}
}

// older orders ReplicaSets by age, and by name where they are of one age.
func older(a, b *appsv1.ReplicaSet) int {
	return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
}
