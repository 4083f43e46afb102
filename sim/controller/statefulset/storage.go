package statefulset

import (
	"maps"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// claimName returns the name of a pod's claim: the template's, then the pod's own. So a pod that comes back finds its
// volumes again.
func claimName(template, pod string) string { return template + "-" + pod }

// templateOf returns the name of the claim template of which a pod's claim of this name is made; empty for none.
func (s *sync) templateOf(pod *corev1.Pod, name string) string {
	for i := range s.set.Spec.VolumeClaimTemplates {
		if t := s.set.Spec.VolumeClaimTemplates[i].Name; claimName(t, pod.Name) == name {
			return t
		}
	}
	return ""
}

// claim returns a pod's claim of a template as the cache has it, or nil.
func (s *sync) claim(pod *corev1.Pod, template string) *corev1.PersistentVolumeClaim {
	c, _ := s.view.Get(claims, s.set.Namespace, claimName(template, pod.Name)).(*corev1.PersistentVolumeClaim)
	return c
}

// volumes returns a pod's volumes with those of the claim templates, which take the place of others of their names.
func (s *sync) volumes(pod *corev1.Pod) []corev1.Volume {
	var all []corev1.Volume
	own := map[string]bool{}
	for i := range s.set.Spec.VolumeClaimTemplates {
		name := s.set.Spec.VolumeClaimTemplates[i].Name
		own[name] = true
		all = append(all, corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{
			PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: claimName(name, pod.Name)},
		}})
	}
	for _, v := range pod.Spec.Volumes {
		if !own[v.Name] {
			all = append(all, v)
		}
	}
	return all
}

// stored reports whether a pod has a volume for each claim template.
func (s *sync) stored(pod *corev1.Pod) bool {
	for i := range s.set.Spec.VolumeClaimTemplates {
		name := s.set.Spec.VolumeClaimTemplates[i].Name
		if !slices.ContainsFunc(pod.Spec.Volumes, func(v corev1.Volume) bool {
			return v.Name == name && v.PersistentVolumeClaim != nil && v.PersistentVolumeClaim.ClaimName == claimName(name, pod.Name)
		}) {
			return false
		}
	}
	return true
}

// createClaims makes those of a pod's claims that are missing. One that is going has to be gone first.
func (s *sync) createClaims(pod *corev1.Pod) (d deed) {
	for i := range s.set.Spec.VolumeClaimTemplates {
		template := &s.set.Spec.VolumeClaimTemplates[i]
		switch c := s.claim(pod, template.Name); {
		case c == nil:
			d.writes = append(d.writes, s.creation(pod, template))
		case c.DeletionTimestamp != nil:
			s.tell("FailedCreate", s.about("Create", pod)+" failed error: pvc "+c.Name+" is being deleted")
			d.failed = true
		}
	}
	return d
}

// creation makes a pod's claim of a template, with the labels that the set selects by.
func (s *sync) creation(pod *corev1.Pod, template *corev1.PersistentVolumeClaim) controller.Write {
	c := *template
	c.TypeMeta = metav1.TypeMeta{}
	c.Name, c.Namespace = claimName(template.Name, pod.Name), s.set.Namespace
	c.Labels = maps.Clone(template.Labels)
	if c.Labels == nil {
		c.Labels = map[string]string{}
	}
	maps.Copy(c.Labels, s.set.Spec.Selector.MatchLabels)
	s.note.Claims = append(s.note.Claims, c.Name)
	return controller.Write{
		Request: client.Request{Verb: client.Create, Resource: claims, Namespace: c.Namespace, Name: c.Name, Object: &c},
		Event: s.event(corev1.EventTypeNormal, "SuccessfulCreate",
			"Create Claim "+c.Name+" Pod "+pod.Name+" in StatefulSet "+s.set.Name+" success"),
	}
}

// deleted returns what is to become of the claims: whether they go with the set, and whether with a pod that is too many.
func deleted(set *appsv1.StatefulSet) (withSet, withPod bool) {
	p := set.Spec.PersistentVolumeClaimRetentionPolicy
	if p == nil {
		return false, false
	}
	const del = appsv1.DeletePersistentVolumeClaimRetentionPolicyType
	return p.WhenDeleted == del, p.WhenScaled == del
}

// stale reports whether a claim of a pod that is to be made still belongs to an earlier pod of its name, with which it will
// go.
func (s *sync) stale(pod *corev1.Pod) bool {
	if _, withPod := deleted(s.set); !withPod {
		return false
	}
	for i := range s.set.Spec.VolumeClaimTemplates {
		if c := s.claim(pod, s.set.Spec.VolumeClaimTemplates[i].Name); c != nil && earlier(c, pod) {
			return true
		}
	}
	return false
}

// refersTo reports whether a reference names an object, whatever its UID.
func refersTo(ref *metav1.OwnerReference, o api.Object) bool {
	gvk := controller.KindOf(o)
	return ref.APIVersion == gvk.GroupVersion().String() && ref.Kind == gvk.Kind && ref.Name == o.GetName()
}

// earlier reports whether a claim belongs to an earlier object of this one's name.
func earlier(c *corev1.PersistentVolumeClaim, o api.Object) bool {
	for i := range c.OwnerReferences {
		if ref := &c.OwnerReferences[i]; refersTo(ref, o) {
			return ref.UID != o.GetUID()
		}
	}
	return false
}

func ownedBy(c *corev1.PersistentVolumeClaim, o api.Object) bool {
	return slices.ContainsFunc(c.OwnerReferences, func(ref metav1.OwnerReference) bool { return ref.UID == o.GetUID() })
}

// retain gives a pod's claims the owners that the retention policy asks for: the set, for those that go with it, or the
// pod, for those that go with it when it is one too many. The garbage collector does the rest.
func (s *sync) retain(pod *corev1.Pod) (writes []controller.Write) {
	for i := range s.set.Spec.VolumeClaimTemplates {
		c := s.claim(pod, s.set.Spec.VolumeClaimTemplates[i].Name)
		if c == nil {
			continue
		}
		if s.foreign(c, pod) {
			s.tell("ConflictingController", "PersistentVolumeClaim "+c.Name+" has a conflicting OwnerReference that acts as a manging"+
				" controller, the retention policy is ignored for this claim")
		}
		if s.settled(c, pod) {
			continue
		}
		next := *c
		next.OwnerReferences = s.owners(c, pod)
		writes = append(writes, controller.Write{
			Request: client.Request{Verb: client.Update, Resource: claims, Namespace: c.Namespace, Name: c.Name, Object: &next},
			Failure: s.event(corev1.EventTypeWarning, "FailedUpdate",
				s.about("Update", pod)+" failed error: could not update claim "+c.Name+" for delete policy ownerRefs: %v"),
		})
	}
	return writes
}

// foreign reports whether somebody else controls a claim that the policy would have deleted.
func (s *sync) foreign(c *corev1.PersistentVolumeClaim, pod *corev1.Pod) bool {
	if withSet, withPod := deleted(s.set); !withSet && !withPod {
		return false
	}
	for i := range c.OwnerReferences {
		ref := &c.OwnerReferences[i]
		switch {
		case refersTo(ref, s.set):
			if ref.UID != s.set.UID {
				return true
			}
		case refersTo(ref, pod):
			if ref.UID != pod.UID {
				return true
			}
		case ref.Controller != nil && *ref.Controller:
			return true
		}
	}
	return false
}

// settled reports whether a claim's owners need no change. Those of an earlier set or pod of the same name are left alone.
func (s *sync) settled(c *corev1.PersistentVolumeClaim, pod *corev1.Pod) bool {
	bySet, byPod := ownedBy(c, s.set), ownedBy(c, pod)
	switch {
	case earlier(c, s.set) || earlier(c, pod):
		return true
	case s.foreign(c, pod):
		return !bySet && !byPod
	}
	for _, ref := range c.OwnerReferences {
		if (ref.UID == s.set.UID || ref.UID == pod.UID) && (ref.Controller == nil || !*ref.Controller) {
			return false
		}
	}
	wantSet, wantPod := s.keepers(pod)
	return bySet == wantSet && byPod == wantPod
}

// keepers returns whether the set and the pod should own the pod's claims.
func (s *sync) keepers(pod *corev1.Pod) (set, own bool) {
	withSet, withPod := deleted(s.set)
	condemned := withPod && !s.wanted(pod)
	return withSet && !condemned, condemned
}

// owners returns the owners that a claim should have.
func (s *sync) owners(c *corev1.PersistentVolumeClaim, pod *corev1.Pod) []metav1.OwnerReference {
	refs := slices.DeleteFunc(slices.Clone(c.OwnerReferences), func(ref metav1.OwnerReference) bool {
		return refersTo(&ref, s.set) || refersTo(&ref, pod)
	})
	if s.foreign(c, pod) {
		return refs
	}
	bySet, byPod := s.keepers(pod)
	if bySet {
		refs = append(refs, controller.ReferenceTo(s.set))
	}
	if byPod {
		refs = append(refs, controller.ReferenceTo(pod))
	}
	return refs
}
