package daemonset

import (
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
	"orrery/sim/controller/history"
)

// past is what a DaemonSet's revisions tell: of the templates that it had, and of the hash of the present one.
type past struct {
	data    []byte                       // of the present template
	hash    string                       // of the present template: that of its revision
	current []*appsv1.ControllerRevision // those of the present template: one as a rule
	old     []*appsv1.ControllerRevision
	claims  []controller.Write
}

// recall finds the revisions.
func (s *sync) recall(fits func(api.Object) bool) {
	p := past{data: history.Data(&s.ds.Spec.Template)}
	all, claims := s.view.Claim(s.ds, history.Resource, fits)
	p.claims = claims
	for _, o := range all {
		r := o.(*appsv1.ControllerRevision)
		if history.Holds(r, p.data) {
			p.current = append(p.current, r)
		} else {
			p.old = append(p.old, r)
		}
	}
	history.Sort(p.old)
	history.Sort(p.current)
	if n := len(p.current); n > 0 {
		p.hash = p.current[n-1].Labels[appsv1.DefaultDaemonSetUniqueLabelKey]
	} else {
		p.hash = controller.TemplateHash(&s.ds.Spec.Template, s.ds.Status.CollisionCount)
	}
	s.past = p
}

// revise plans the revision of the present template: a new one, or an old one's number raised.
func (s *sync) revise() {
	s.plan.Then(s.past.claims...)
	next := history.Latest(s.past.old) + 1
	n := len(s.past.current)
	if n == 0 {
		r := history.New(s.ds, &s.ds.Spec.Template, s.past.data, appsv1.DefaultDaemonSetUniqueLabelKey, s.past.hash, next)
		s.note.Revision = r.Name
		s.plan.Then(history.Create(r))
		return
	}
	current := s.past.current[n-1]
	s.dedupe(s.past.current[:n-1])
	if current.Revision < next {
		s.note.Revision = current.Name
		s.plan.Then(history.Renumber(current, next))
	}
}

// dedupe deletes the doubles of the current revision, after their pods were given to it.
func (s *sync) dedupe(doubles []*appsv1.ControllerRevision) {
	if len(doubles) == 0 {
		return
	}
	for _, pod := range s.claimed {
		if pod.Labels[appsv1.DefaultDaemonSetUniqueLabelKey] == s.past.hash {
			continue
		}
		s.plan.Then(controller.Write{Request: client.Request{
			Verb: client.Patch, Resource: "pods", Namespace: pod.Namespace, Name: pod.Name, PatchType: types.MergePatchType,
			PatchData: []byte(`{"metadata":{"labels":{"` + appsv1.DefaultDaemonSetUniqueLabelKey + `":` + strconv.Quote(s.past.hash) + `}}}`),
		}})
	}
	for _, r := range doubles {
		s.plan.Then(history.Delete(r))
	}
}

// forget deletes the oldest revisions beyond the limit, but for those that pods still have.
func (s *sync) forget() {
	kill := len(s.past.old) - int(*s.ds.Spec.RevisionHistoryLimit)
	if kill <= 0 {
		return
	}
	live := map[string]bool{}
	for _, pod := range s.claimed {
		live[pod.Labels[appsv1.DefaultDaemonSetUniqueLabelKey]] = true
	}
	for _, r := range s.past.old {
		if kill > 0 && !live[r.Labels[appsv1.DefaultDaemonSetUniqueLabelKey]] {
			s.plan.Then(history.Delete(r))
			kill--
		}
	}
}

// collide makes the next hash another one, when a revision with another template has the name that this one makes.
func (s *sync) collide(err *metav1.Status) {
	if err.Reason != metav1.StatusReasonAlreadyExists {
		return
	}
	taken := history.Get(s.view, s.ds.Namespace, err.Details.Name)
	if taken == nil || history.Holds(taken, s.past.data) {
		return // it was just created, and not seen yet
	}
	ds := *s.ds
	n := int32(1)
	if c := ds.Status.CollisionCount; c != nil {
		n += *c
	}
	ds.Status.CollisionCount = &n
	s.plan.Then(s.statusWrite(&ds))
}
