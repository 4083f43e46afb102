package invariant

import (
	"fmt"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"orrery/sim"
	"orrery/sim/api"
	"orrery/sim/etcd"
	"orrery/sim/trace"
)

// A controller acts on what its cache shows, which is a little old. So what it may do is judged by what the store held at
// any of the latest revisions: one of them must justify it.

// lag is how many revisions a controller's cache may be behind at most.
const lag = 200

// past is the store as it was at a revision.
type past struct {
	store    *etcd.Store
	revision int64
}

// justified returns what check finds wrong at every one of the revisions that the writer of a commit can have seen; nil
// when one of them justifies it.
func justified(w *sim.World, e *trace.Entry, check func(past) error) error {
	s := store(w)
	var first error
	for r := e.Revision - 1; r >= max(s.Compacted()+1, e.Revision-lag); r-- {
		err := check(past{s, r})
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

func (p past) get(resource, namespace, name string) api.Object {
	v, err := p.store.At(api.Find(resource).Key(namespace, name), p.revision)
	if err != nil || v == nil || v.Deleted() {
		return nil
	}
	return v.Object
}

// owned calls f for the objects of a resource that an owner controls.
func (p past) owned(resource, namespace string, owner types.UID, f func(api.Object)) {
	_ = p.store.RangeAt(api.Find(resource).Prefix(namespace), "", p.revision, func(v *etcd.Value) bool {
		if ref := metav1.GetControllerOfNoCopy(v.Object); ref != nil && ref.UID == owner && !v.Deleted() {
			f(v.Object)
		}
		return true
	})
}

// workloads checks what the controllers of Deployments, DaemonSets and StatefulSets write.
func (c *Checker) workloads(w *sim.World, e *trace.Entry) error {
	if e.Kind != trace.Commit {
		return nil
	}
	v := committed(w, e)
	if v == nil || e.Resource != "pods" && e.Resource != "replicasets.apps" || e.Subresource != "" {
		return nil
	}
	ref := metav1.GetControllerOfNoCopy(v.Object)
	if ref == nil {
		return nil
	}
	switch e.User + " " + e.Verb {
	case "daemon-set-controller create":
		return justified(w, e, func(p past) error { return onePerNode(p, v.Object.(*corev1.Pod), ref) })
	case "daemon-set-controller delete":
		return justified(w, e, func(p past) error { return daemonsLeft(p, v.Object.(*corev1.Pod), ref) })
	case "statefulset-controller create":
		return justified(w, e, func(p past) error { return inOrder(p, v.Object.(*corev1.Pod), ref) })
	case "statefulset-controller delete":
		return justified(w, e, func(p past) error { return lastFirst(p, v.Object.(*corev1.Pod), ref) })
	case "deployment-controller create", "deployment-controller update":
		return justified(w, e, func(p past) error { return withinBounds(p, v.Object.(*appsv1.ReplicaSet), ref) })
	}
	return nil
}

func alive(pod *corev1.Pod) bool {
	return pod.DeletionTimestamp == nil && pod.Status.Phase != corev1.PodFailed && pod.Status.Phase != corev1.PodSucceeded
}

func isReady(pod *corev1.Pod) bool {
	for i := range pod.Status.Conditions {
		if c := &pod.Status.Conditions[i]; c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// place returns the node that a DaemonSet's pod is for.
func place(pod *corev1.Pod) string {
	a := pod.Spec.Affinity
	if pod.Spec.NodeName != "" || a == nil || a.NodeAffinity == nil || a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return pod.Spec.NodeName
	}
	for _, term := range a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms {
		for _, f := range term.MatchFields {
			return strings.Join(f.Values, ",")
		}
	}
	return ""
}

// onePerNode checks that a new pod of a DaemonSet is the only one of its node, or one of two when it surges.
func onePerNode(p past, pod *corev1.Pod, ref *metav1.OwnerReference) error {
	ds, ok := p.get("daemonsets.apps", pod.Namespace, ref.Name).(*appsv1.DaemonSet)
	if !ok {
		return nil
	}
	most := 1
	if ru := ds.Spec.UpdateStrategy.RollingUpdate; ru != nil && scaled(ru.MaxSurge, 1, true) > 0 {
		most = 2
	}
	count := 1
	p.owned("pods", pod.Namespace, ref.UID, func(o api.Object) {
		if other := o.(*corev1.Pod); alive(other) && place(other) == place(pod) {
			count++
		}
	})
	if count > most {
		return fmt.Errorf("daemonset %s has %d pods on %s", ds.Name, count, place(pod))
	}
	return nil
}

// daemonsLeft checks that a rolling update of a DaemonSet takes no more available pods away than it may.
func daemonsLeft(p past, pod *corev1.Pod, ref *metav1.OwnerReference) error {
	ds, ok := p.get("daemonsets.apps", pod.Namespace, ref.Name).(*appsv1.DaemonSet)
	ru := (*appsv1.RollingUpdateDaemonSet)(nil)
	if ok {
		ru = ds.Spec.UpdateStrategy.RollingUpdate
	}
	node, known := p.get("nodes", "", pod.Spec.NodeName).(*corev1.Node)
	unwanted := !known || len(node.Spec.Taints) > 0 || len(ds.Spec.Template.Spec.NodeSelector) > 0 || ds.Spec.Template.Spec.Affinity != nil
	if ru == nil || unwanted || scaled(ru.MaxSurge, 1, true) > 0 || pod.Status.Phase != corev1.PodRunning || !isReady(pod) {
		return nil // it goes for another reason than the update
	}
	nodes := int(ds.Status.DesiredNumberScheduled)
	left := -1 // the one that goes
	p.owned("pods", pod.Namespace, ref.UID, func(o api.Object) {
		if other := o.(*corev1.Pod); other.DeletionTimestamp == nil && isReady(other) {
			left++
		}
	})
	if least := nodes - max(1, scaled(ru.MaxUnavailable, nodes, true)); left < least {
		return fmt.Errorf("daemonset %s is left with %d ready pods of %d, fewer than %d", ds.Name, left, nodes, least)
	}
	return nil
}

// ordinalOf returns the number of a StatefulSet's pod; -1 when it has none.
func ordinalOf(pod *corev1.Pod) int {
	n, err := strconv.Atoi(pod.Name[strings.LastIndexByte(pod.Name, '-')+1:])
	if err != nil {
		return -1
	}
	return n
}

// inOrder checks that a StatefulSet's new pod is the only one of its ordinal, and that all before it are ready when they
// come in order.
func inOrder(p past, pod *corev1.Pod, ref *metav1.OwnerReference) error {
	set, ok := p.get("statefulsets.apps", pod.Namespace, ref.Name).(*appsv1.StatefulSet)
	if !ok {
		return nil
	}
	ready := map[int]bool{}
	twice := false
	p.owned("pods", pod.Namespace, ref.UID, func(o api.Object) {
		other := o.(*corev1.Pod)
		twice = twice || ordinalOf(other) == ordinalOf(pod)
		ready[ordinalOf(other)] = alive(other) && isReady(other)
	})
	if twice {
		return fmt.Errorf("statefulset %s has two pods of ordinal %d", set.Name, ordinalOf(pod))
	}
	first := 0
	if set.Spec.Ordinals != nil {
		first = int(set.Spec.Ordinals.Start)
	}
	for n := first; n < ordinalOf(pod) && set.Spec.PodManagementPolicy != appsv1.ParallelPodManagement; n++ {
		if !ready[n] {
			return fmt.Errorf("pod %s is made before %s-%d is ready", pod.Name, set.Name, n)
		}
	}
	return nil
}

// lastFirst checks that a StatefulSet that keeps order deletes a running pod only when those after it are gone, when it is
// one too many, or ready, when it is updated.
func lastFirst(p past, pod *corev1.Pod, ref *metav1.OwnerReference) error {
	set, ok := p.get("statefulsets.apps", pod.Namespace, ref.Name).(*appsv1.StatefulSet)
	if !ok || set.Spec.PodManagementPolicy == appsv1.ParallelPodManagement || pod.Status.Phase != corev1.PodRunning {
		return nil
	}
	end := int(*set.Spec.Replicas)
	if set.Spec.Ordinals != nil {
		end += int(set.Spec.Ordinals.Start)
		if ordinalOf(pod) < int(set.Spec.Ordinals.Start) {
			return nil
		}
	}
	var wrong error
	p.owned("pods", pod.Namespace, ref.UID, func(o api.Object) {
		other := o.(*corev1.Pod)
		healthy := alive(other) && isReady(other) && ordinalOf(other) < end
		if ordinalOf(other) > ordinalOf(pod) && !healthy {
			wrong = fmt.Errorf("pod %s is deleted before %s", pod.Name, other.Name)
		}
	})
	return wrong
}

// withinBounds checks that a rollout wants no more pods than it may surge, and keeps as many available ones as it must.
func withinBounds(p past, rs *appsv1.ReplicaSet, ref *metav1.OwnerReference) error {
	d, ok := p.get("deployments.apps", rs.Namespace, ref.Name).(*appsv1.Deployment)
	if !ok {
		return nil
	}
	was, now := int32(0), *rs.Spec.Replicas
	before, known := p.get("replicasets.apps", rs.Namespace, rs.Name).(*appsv1.ReplicaSet)
	if known {
		was = *before.Spec.Replicas
	}
	total, others, available := now, int32(0), int32(0)
	p.owned("replicasets.apps", rs.Namespace, ref.UID, func(o api.Object) {
		if other := o.(*appsv1.ReplicaSet); other.Name != rs.Name {
			total += *other.Spec.Replicas
			others += *other.Spec.Replicas
			available += min(other.Status.AvailableReplicas, *other.Spec.Replicas)
		}
	})
	wanted := int(*d.Spec.Replicas)
	ru := d.Spec.Strategy.RollingUpdate
	switch {
	case now > was && d.Spec.Strategy.Type == appsv1.RecreateDeploymentStrategyType:
		if others > 0 {
			return fmt.Errorf("deployment %s wants %d pods of a new version beside %d old ones", d.Name, now, others)
		}
	case now > was && ru != nil:
		if most := wanted + scaled(ru.MaxSurge, wanted, true); int(total) > most {
			return fmt.Errorf("deployment %s wants %d pods, more than %d", d.Name, total, most)
		}
	case now < was && ru != nil && before.Annotations["deployment.kubernetes.io/desired-replicas"] == strconv.Itoa(wanted):
		lost := min(before.Status.AvailableReplicas, was) - min(before.Status.AvailableReplicas, now)
		left := int(available + min(before.Status.AvailableReplicas, now))
		unavailable := scaled(ru.MaxUnavailable, wanted, false)
		if scaled(ru.MaxSurge, wanted, true) == 0 {
			unavailable = max(1, unavailable)
		}
		if lost > 0 && left < wanted-unavailable {
			return fmt.Errorf("deployment %s is left with %d available pods, fewer than %d", d.Name, left, wanted-unavailable)
		}
	}
	return nil
}

// scaled returns a number or a percentage of a total.
func scaled(v *intstr.IntOrString, total int, up bool) int {
	n, _ := intstr.GetScaledValueFromIntOrPercent(intstr.ValueOrDefault(v, intstr.FromInt32(0)), total, up)
	return n
}
