package statefulset

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/api"
	"orrery/sim/controller"
	"orrery/sim/controller/history"
)

// hashLabel is the label of a revision that holds the hash of its data.
const hashLabel = "controller.kubernetes.io/hash"

// past is what a StatefulSet's revisions tell. While an update goes on there are two that matter: the current one, from
// which the pods come, and the one to which they go.
type past struct {
	all             []*appsv1.ControllerRevision // by number
	current, update version
	collisions      int32
	adoptions       []controller.Write
	change          *controller.Write // of the revision that the set is updated to: one that is made or comes back
}

// version is a template that pods are made of, by the name of its revision.
type version struct {
	name     string
	revision *appsv1.ControllerRevision // nil for the set's present template
}

// template returns the pod template of a version: the present one when its revision cannot be read.
func (v *version) template(s *sync) *corev1.PodTemplateSpec {
	if v.revision == nil {
		return &s.set.Spec.Template
	}
	t, err := history.Template(v.revision)
	if err != nil {
		return &s.set.Spec.Template
	}
	return t
}

// recall finds the revisions: those that the set controls, and those that it selects and nobody controls, which it adopts.
func (s *sync) recall(selector labels.Selector) {
	p := &s.past
	add := func(o api.Object) bool {
		if r := o.(*appsv1.ControllerRevision); r.Namespace == s.set.Namespace && selector.Matches(labels.Set(r.Labels)) {
			p.all = append(p.all, r)
			if metav1.GetControllerOfNoCopy(r) == nil && s.set.DeletionTimestamp == nil {
				p.adoptions = append(p.adoptions, controller.Adopt(history.Resource, r, s.set))
			}
		}
		return true
	}
	s.view.Owned(history.Resource, s.set.UID, add)
	s.view.Owned(history.Resource, "", add)
	history.Sort(p.all)
	if n := s.set.Status.CollisionCount; n != nil {
		p.collisions = *n
	}
	p.update = version{name: s.updateRevision(history.Data(&s.set.Spec.Template))}
	p.current = p.update
	for _, r := range p.all {
		if r.Name == s.set.Status.CurrentRevision && r.Name != p.update.name {
			p.current = version{r.Name, r}
		}
	}
}

// updateRevision returns the name of the present template's revision: the last one that holds it, which becomes the newest
// again when it is not, or a new one.
func (s *sync) updateRevision(data []byte) string {
	p := &s.past
	next := history.Latest(p.all) + 1
	for i := len(p.all) - 1; i >= 0; i-- {
		r := p.all[i]
		if !history.Holds(r, data) {
			continue
		}
		if i < len(p.all)-1 {
			w := history.Renumber(r, next)
			p.change = &w
		}
		return r.Name
	}
	hash := history.Hash(data, p.collisions)
	for {
		name := history.Name(s.set.Name, history.Hash(data, p.collisions))
		taken := history.Get(s.view, s.set.Namespace, name)
		switch {
		case taken == nil:
			r := history.New(s.set, &s.set.Spec.Template, data, hashLabel, hash, next)
			r.Name = name
			w := history.Create(r)
			p.change = &w
			return name
		case history.Holds(taken, data):
			return name
		}
		p.collisions++
	}
}

// revise plans the revision that the set is updated to, if it is not there yet or not the newest.
func (s *sync) revise() {
	if s.past.change != nil {
		s.note.Revision = s.past.update.name
		s.plan.Then(*s.past.change)
	}
}

// forget deletes the oldest revisions beyond the limit that neither the set nor a pod has.
func (s *sync) forget() {
	live := map[string]bool{s.past.current.name: true, s.past.update.name: true}
	for _, pod := range s.pods {
		live[pod.Labels[appsv1.StatefulSetRevisionLabel]] = true
	}
	var old []*appsv1.ControllerRevision
	for _, r := range s.past.all {
		if !live[r.Name] {
			old = append(old, r)
		}
	}
	limit := int(*s.set.Spec.RevisionHistoryLimit)
	if limit < 0 {
		return
	}
	for _, r := range old[:max(0, len(old)-limit)] {
		s.plan.Then(history.Delete(r))
	}
}
