package deployment

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// The annotations by which a Deployment and its ReplicaSets know of each other.
const (
	revision        = "deployment.kubernetes.io/revision"
	revisionHistory = "deployment.kubernetes.io/revision-history"
	desiredReplicas = "deployment.kubernetes.io/desired-replicas"
	maxReplicas     = "deployment.kubernetes.io/max-replicas"
)

// historyMax is how many characters of earlier revisions a ReplicaSet remembers.
const historyMax = 2000

// kept are the annotations that are not copied from a Deployment to its ReplicaSets.
var kept = map[string]bool{
	corev1.LastAppliedConfigAnnotation: true, revision: true, revisionHistory: true, desiredReplicas: true, maxReplicas: true,
	"deprecated.deployment.rollback.to": true,
}

// replicaSets returns the ReplicaSet of the present template, which is made when it is missing and create is set, and all
// others. It brings the revision annotations up to date, as every look at them does in Kubernetes.
func (s *sync) replicaSets(create bool) (newRS *appsv1.ReplicaSet, oldRSs []*appsv1.ReplicaSet) {
	existing := s.current
	latest := int64(0)
	for _, rs := range s.all {
		if rs != existing {
			oldRSs = append(oldRSs, rs)
			latest = max(latest, revisionOf(rs))
		}
	}
	next := strconv.FormatInt(latest+1, 10)
	switch {
	case existing != nil:
		newRS = s.renew(existing, next)
	case create:
		newRS = s.create(oldRSs, next)
	}
	return newRS, oldRSs
}

// sameTemplate compares templates but for the hash label.
func sameTemplate(a, b *corev1.PodTemplateSpec) bool {
	x, y := *a, *b
	x.Labels, y.Labels = without(x.Labels), without(y.Labels)
	return apiequality.Semantic.DeepEqual(&x, &y)
}

func without(labels map[string]string) map[string]string {
	labels = maps.Clone(labels)
	delete(labels, appsv1.DefaultDeploymentUniqueLabelKey)
	return labels
}

// renew brings an existing ReplicaSet's annotations up to date, or the Deployment's when the ReplicaSet's are.
func (s *sync) renew(existing *appsv1.ReplicaSet, next string) *appsv1.ReplicaSet {
	rs := *existing
	rs.Annotations = maps.Clone(existing.Annotations)
	changed := s.annotate(&rs, next, true)
	if rs.Spec.MinReadySeconds != s.d.Spec.MinReadySeconds {
		rs.Spec.MinReadySeconds, changed = s.d.Spec.MinReadySeconds, true
	}
	if changed {
		s.update(existing, &rs, nil)
		return &rs
	}
	needed := s.setRevision(rs.Annotations[revision])
	if s.hasDeadline() && condition(s.d.Status.Conditions, appsv1.DeploymentProgressing) == nil {
		s.setCondition(&s.d.Status, appsv1.DeploymentProgressing, corev1.ConditionTrue, "FoundNewReplicaSet",
			"Found new replica set "+strconv.Quote(rs.Name))
		needed = true
	}
	if needed {
		s.updateStatus()
	}
	return &rs
}

// create plans a new ReplicaSet of the size that the rollout allows at once.
func (s *sync) create(oldRSs []*appsv1.ReplicaSet, next string) *appsv1.ReplicaSet {
	hash := controller.TemplateHash(&s.d.Spec.Template, s.d.Status.CollisionCount)
	labels := func(m map[string]string) map[string]string {
		m = maps.Clone(m)
		if m == nil {
			m = map[string]string{}
		}
		m[appsv1.DefaultDeploymentUniqueLabelKey] = hash
		return m
	}
	selector := s.d.Spec.Selector.DeepCopy()
	selector.MatchLabels = labels(selector.MatchLabels)
	template := s.d.Spec.Template
	template.Labels = labels(template.Labels)
	zero, yes := int32(0), true
	rs := &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{
			Name: nameOf(s.d.Name, hash), Namespace: s.d.Namespace, Labels: template.Labels, Annotations: map[string]string{},
			OwnerReferences: []metav1.OwnerReference{{
				APIVersion: "apps/v1", Kind: "Deployment", Name: s.d.Name, UID: s.d.UID, Controller: &yes, BlockOwnerDeletion: &yes,
			}},
		},
		Spec: appsv1.ReplicaSetSpec{
			Replicas: &zero, MinReadySeconds: s.d.Spec.MinReadySeconds, Selector: selector, Template: template,
		},
	}
	size := s.newSize(append(slices.Clone(oldRSs), rs), rs)
	rs.Spec.Replicas = &size
	s.annotate(rs, next, false)
	w := controller.Write{Request: client.Request{
		Verb: client.Create, Resource: "replicasets.apps", Namespace: rs.Namespace, Name: rs.Name, Object: rs,
	}}
	if size > 0 {
		w.Event = s.event("ScalingReplicaSet", "Scaled up replica set "+rs.Name+" from 0 to "+itoa(size))
	}
	s.note.Created = rs.Name
	s.write(w)
	s.written[rs] = true
	needed := s.setRevision(next)
	if s.hasDeadline() {
		s.setCondition(&s.d.Status, appsv1.DeploymentProgressing, corev1.ConditionTrue, "NewReplicaSetCreated",
			"Created new replica set "+strconv.Quote(rs.Name))
		needed = true
	}
	if needed {
		s.updateStatus()
	}
	return rs
}

// annotate copies the Deployment's annotations to the new ReplicaSet and sets its revision; it reports whether anything
// changed. The annotations must be the ReplicaSet's own.
func (s *sync) annotate(rs *appsv1.ReplicaSet, next string, exists bool) bool {
	changed := false
	for k, v := range s.d.Annotations { // any order
		if was, ok := rs.Annotations[k]; !kept[k] && (!ok || was != v) {
			rs.Annotations[k], changed = v, true
		}
	}
	was, had := rs.Annotations[revision]
	wasNumber, err := strconv.ParseInt(was, 10, 64)
	if err != nil && was != "" {
		return false // somebody tampered with it
	}
	nextNumber, _ := strconv.ParseInt(next, 10, 64)
	if wasNumber < nextNumber {
		rs.Annotations[revision], changed = next, true
		if had {
			remember(rs, was)
		}
	}
	if !exists {
		changed = setSizes(rs, *s.d.Spec.Replicas, *s.d.Spec.Replicas+s.maxSurge()) || changed
	}
	return changed
}

// remember appends a revision to those that the ReplicaSet had, and drops the oldest that no longer fit.
func remember(rs *appsv1.ReplicaSet, was string) {
	var had []string
	if h := rs.Annotations[revisionHistory]; h != "" {
		had = strings.Split(h, ",")
	}
	had = append(had, was)
	for len(strings.Join(had, ",")) > historyMax {
		had = had[1:]
	}
	rs.Annotations[revisionHistory] = strings.Join(had, ",")
}

func (s *sync) setRevision(r string) bool {
	if s.d.Annotations[revision] == r {
		return false
	}
	s.d.Annotations = maps.Clone(s.d.Annotations)
	if s.d.Annotations == nil {
		s.d.Annotations = map[string]string{}
	}
	s.d.Annotations[revision] = r
	return true
}

func revisionOf(rs *appsv1.ReplicaSet) int64 {
	n, _ := strconv.ParseInt(rs.Annotations[revision], 10, 64)
	return n
}

// nameOf returns the name of the ReplicaSet of a template, which is cut to fit.
func nameOf(deployment, hash string) string {
	most := validation.DNS1123SubdomainMaxLength - 1 - len(hash)
	return deployment[:min(len(deployment), most)] + "-" + hash
}

// update plans the change of a ReplicaSet from what it was. It is made on the revision that this sync's own write to it
// made, if what it was is the outcome of one.
func (s *sync) update(was, rs *appsv1.ReplicaSet, event *client.Record) {
	s.written[rs] = true
	s.write(controller.Write{
		Request: client.Request{
			Verb: client.Update, Resource: "replicasets.apps", Namespace: rs.Namespace, Name: rs.Name, Object: rs,
		},
		Event: event,
		Chain: s.written[was],
	})
}

func itoa(n int32) string { return strconv.FormatInt(int64(n), 10) }
