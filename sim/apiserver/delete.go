package apiserver

import (
	"net/http"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/etcd"
)

func (s *Server) prepareDelete(t *engine.Turn, res *api.Resource, r *client.Request) (outcome, *metav1.Status) {
	res = res.Stored()
	v := s.store.Get(res.Key(r.Namespace, r.Name))
	if v == nil {
		return outcome{}, notFound(res, r.Name)
	}
	old := v.Object
	if status := checkPreconditions(res, r, old); status != nil {
		return outcome{}, status
	}
	if status := s.admitDelete(t, res, r, old); status != nil {
		return outcome{}, status
	}
	o := old.DeepCopyObject().(api.Object)
	if d, ok := o.(*apiextensionsv1.CustomResourceDefinition); ok && d.DeletionTimestamp == nil {
		customresource.Doom(d, stamp(t))
		return outcome{
			write: &etcd.Write{Key: v.Key, Object: d, Expect: v.Mod}, old: old, object: dry(r, d), code: http.StatusOK,
		}, nil
	}
	finalizers := wantedFinalizers(o, propagation(res, r, o))
	pending := grace(t, o, old, r)
	o.SetFinalizers(finalizers)
	switch {
	case pending: // a graceful deletion is under way and this one does not hurry it
		return outcome{object: old, code: http.StatusOK}, nil
	case len(finalizersOf(o)) > 0:
		if old.GetDeletionTimestamp() != nil && slices.Equal(o.GetFinalizers(), old.GetFinalizers()) {
			return outcome{object: old, code: http.StatusOK}, nil // it waits already
		}
		markDeleted(t, o, old)
	case o.GetDeletionGracePeriodSeconds() == nil || *o.GetDeletionGracePeriodSeconds() == 0:
		return outcome{
			write: &etcd.Write{Key: v.Key, Expect: v.Mod, Last: o}, old: old, object: dry(r, o), code: http.StatusOK,
		}, nil
	}
	return outcome{
		write: &etcd.Write{Key: v.Key, Object: o, Expect: v.Mod}, old: old, object: dry(r, o), code: http.StatusOK,
	}, nil
}

// checkPreconditions refuses to delete another object than the one that was meant. Its words name the kind, as Kubernetes'
// do, where other conflicts name the resource.
func checkPreconditions(res *api.Resource, r *client.Request, o api.Object) *metav1.Status {
	res = &api.Resource{Plural: res.Kind.Kind, Kind: res.Kind}
	if r.UID != "" && r.UID != o.GetUID() {
		return conflict(res, r.Name, "the UID in the precondition ("+string(r.UID)+") does not match the UID in record ("+
			string(o.GetUID())+"). The object might have been deleted and then recreated")
	}
	if r.Revision != "" && r.Revision != o.GetResourceVersion() {
		return conflict(res, r.Name, "the ResourceVersion in the precondition ("+r.Revision+
			") does not match the ResourceVersion in record ("+o.GetResourceVersion()+"). The object might have been modified")
	}
	return nil
}

// propagation returns what becomes of the dependents of an object that is deleted. Jobs and ReplicationControllers leave
// them when nobody says otherwise, as their first clients deleted them themselves.
func propagation(res *api.Resource, r *client.Request, o api.Object) metav1.DeletionPropagation {
	said := slices.ContainsFunc(o.GetFinalizers(), func(s string) bool {
		return s == metav1.FinalizerOrphanDependents || s == metav1.FinalizerDeleteDependents
	})
	if r.Propagation == "" && !said && strategyOf(res).orphans {
		return metav1.DeletePropagationOrphan
	}
	return r.Propagation
}

// wantedFinalizers returns the finalizers that the object waits for when it is deleted this way.
func wantedFinalizers(o api.Object, p metav1.DeletionPropagation) []string {
	f := slices.DeleteFunc(slices.Clone(o.GetFinalizers()), func(s string) bool {
		return p != "" && (s == metav1.FinalizerOrphanDependents || s == metav1.FinalizerDeleteDependents)
	})
	switch p {
	case metav1.DeletePropagationForeground:
		f = append(f, metav1.FinalizerDeleteDependents)
	case metav1.DeletePropagationOrphan:
		f = append(f, metav1.FinalizerOrphanDependents)
	}
	if len(f) == 0 {
		return nil
	}
	return f
}

// grace sets when a pod is to be gone. It reports whether an earlier deletion already says so and this one changes
// nothing. Other kinds have no grace: they go at once.
func grace(t *engine.Turn, o, old api.Object, r *client.Request) (pending bool) {
	pod, ok := o.(*corev1.Pod)
	if !ok {
		return false
	}
	was := pod.DeletionGracePeriodSeconds
	if pod.DeletionTimestamp != nil && (was == nil || *was == 0) {
		return false
	}
	period := podGrace(pod, r.Grace, pod.DeletionTimestamp != nil)
	if pod.DeletionTimestamp != nil {
		if r.Grace == nil || period >= *was {
			return true
		}
		at := pod.DeletionTimestamp.Add(time.Duration(period-*was) * time.Second)
		if now := stamp(t); at.Before(now.Time) {
			at = now.Time
			if period != 0 {
				period = 1
			}
		}
		pod.DeletionTimestamp = &metav1.Time{Time: at}
		pod.DeletionGracePeriodSeconds = &period
		return false
	}
	pod.DeletionTimestamp = &metav1.Time{Time: stamp(t).Add(time.Duration(period) * time.Second)}
	pod.DeletionGracePeriodSeconds = &period
	pod.Generation = old.GetGeneration() + 1
	return false
}

// podGrace returns the seconds that a pod gets: none when no kubelet holds it or it has ended by itself.
func podGrace(pod *corev1.Pod, asked *int64, deleting bool) int64 {
	period := int64(0)
	switch {
	case asked != nil:
		period = *asked
	case pod.Spec.TerminationGracePeriodSeconds != nil:
		period = *pod.Spec.TerminationGracePeriodSeconds
	}
	ended := pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded
	if !deleting && (pod.Spec.NodeName == "" || ended) {
		return 0
	}
	if period < 0 {
		return 1
	}
	return period
}

// markDeleted notes that an object that waits for its finalizers is being deleted.
func markDeleted(t *engine.Turn, o, old api.Object) {
	if o.GetDeletionTimestamp() == nil {
		now, zero := stamp(t), int64(0)
		o.SetDeletionTimestamp(&now)
		o.SetDeletionGracePeriodSeconds(&zero)
		if o.GetGeneration() > 0 {
			o.SetGeneration(old.GetGeneration() + 1)
		}
	}
	if ns, ok := o.(*corev1.Namespace); ok {
		ns.Status.Phase = corev1.NamespaceTerminating
		ns.DeletionGracePeriodSeconds = nil
	}
}

// finalizersOf returns what must be done before an object can go. A namespace's are in its spec.
func finalizersOf(o api.Object) []string {
	f := o.GetFinalizers()
	if ns, ok := o.(*corev1.Namespace); ok {
		for _, n := range ns.Spec.Finalizers {
			f = append(f[:len(f):len(f)], string(n))
		}
	}
	return f
}
