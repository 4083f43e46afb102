package statefulset

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// identity returns the name of the set that a pod's name says it belongs to, and its ordinal; -1 when it says none.
func identity(pod string) (set string, ordinal int) {
	i := strings.LastIndexByte(pod, '-')
	if i < 0 {
		return "", -1
	}
	n, err := strconv.ParseUint(pod[i+1:], 10, 31)
	if err != nil {
		return "", -1
	}
	return pod[:i], int(n)
}

func ordinal(pod *corev1.Pod) int {
	_, n := identity(pod.Name)
	return n
}

// start returns the ordinal of a set's first pod.
func start(set *appsv1.StatefulSet) int {
	if set.Spec.Ordinals == nil {
		return 0
	}
	return int(set.Spec.Ordinals.Start)
}

// wanted reports whether a pod's ordinal is one of those that there should be.
func (s *sync) wanted(pod *corev1.Pod) bool {
	at := ordinal(pod) - start(s.set)
	return at >= 0 && at < int(*s.set.Spec.Replicas)
}

func descending(pods []*corev1.Pod) {
	slices.SortFunc(pods, func(a, b *corev1.Pod) int { return cmp.Compare(ordinal(b), ordinal(a)) })
}

func podName(set *appsv1.StatefulSet, ordinal int) string {
	return set.Name + "-" + strconv.Itoa(ordinal)
}

// newPod returns the pod of an ordinal, as it is to be made: below the partition at the current revision, from there on at
// the one that the set is updated to.
func (s *sync) newPod(ordinal int) *corev1.Pod {
	v := s.past.update
	if s.behind(ordinal) {
		v = s.past.current
	}
	pod := controller.NewPod(s.set, v.template(s))
	pod.Name = podName(s.set, ordinal)
	pod.Labels = maps.Clone(pod.Labels)
	if pod.Labels == nil {
		pod.Labels = map[string]string{}
	}
	label(pod, ordinal)
	pod.Labels[appsv1.StatefulSetRevisionLabel] = v.name
	pod.Spec.Hostname, pod.Spec.Subdomain = pod.Name, s.set.Spec.ServiceName
	pod.Spec.Volumes = s.volumes(pod)
	return pod
}

// behind reports whether the pod of an ordinal stays at the current revision.
func (s *sync) behind(ordinal int) bool {
	strategy := &s.set.Spec.UpdateStrategy
	at := ordinal - start(s.set)
	if strategy.RollingUpdate == nil {
		return strategy.Type == appsv1.RollingUpdateStatefulSetStrategyType && at < int(s.set.Status.CurrentReplicas)
	}
	return at < s.partition()
}

// partition returns which of the pods is the first, counted from 0, that updates reach.
func (s *sync) partition() int {
	if ru := s.set.Spec.UpdateStrategy.RollingUpdate; ru != nil && ru.Partition != nil {
		return int(*ru.Partition)
	}
	return 0
}

// label says in a pod's labels which one it is.
func label(pod *corev1.Pod, ordinal int) {
	pod.Labels[appsv1.StatefulSetPodNameLabel] = pod.Name
	pod.Labels[appsv1.PodIndexLabel] = strconv.Itoa(ordinal)
}

// created reports whether there is such a pod: one that is to be made has no phase.
func created(pod *corev1.Pod) bool { return pod.Status.Phase != "" }

func going(pod *corev1.Pod) bool { return pod.DeletionTimestamp != nil }

func ready(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodRunning && controller.IsReady(pod)
}

func (s *sync) available(pod *corev1.Pod) bool {
	return controller.IsAvailable(pod, s.set.Spec.MinReadySeconds, s.view.Now)
}

// healthy reports whether a pod is there, available, and stays.
func (s *sync) healthy(pod *corev1.Pod) bool { return s.available(pod) && !going(pod) }

// keep sees to a pod that there should be.
func (s *sync) keep(pod *corev1.Pod) deed {
	switch {
	case controller.Ended(pod):
		// A new one is made when it is gone from the store: there cannot be two of one name.
		d := deed{block: pod.Name}
		if !going(pod) {
			d.writes = s.delete(pod)
		}
		return d
	case !created(pod):
		return s.create(pod)
	}
	var d deed
	if pod.Status.Phase == corev1.PodPending {
		if d = s.createClaims(pod); d.failed {
			return d
		}
		d.writes = append(d.writes, s.retain(pod)...)
	}
	if going(pod) || !ready(pod) || !s.available(pod) {
		d.block = pod.Name
		if s.inOrder() {
			return d
		}
	}
	d.writes = append(d.writes, s.mend(pod)...)
	return d
}

// create makes a pod, after its claims.
func (s *sync) create(pod *corev1.Pod) deed {
	if s.stale(pod) {
		return deed{block: pod.Name}
	}
	d := s.createClaims(pod)
	d.block = pod.Name
	if d.failed {
		return d
	}
	s.note.Creating = append(s.note.Creating, pod.Name)
	d.writes = append(d.writes, controller.Write{
		Request: client.Request{Verb: client.Create, Resource: "pods", Namespace: pod.Namespace, Name: pod.Name, Object: pod},
		Event:   s.event(corev1.EventTypeNormal, "SuccessfulCreate", s.about("Create", pod)+" successful"),
	})
	d.writes = append(d.writes, s.retain(pod)...)
	return d
}

// mend gives a pod its identity and its storage back, and its claims their owners.
func (s *sync) mend(pod *corev1.Pod) []controller.Write {
	writes := s.retain(pod)
	named := pod.Labels[appsv1.StatefulSetPodNameLabel] == pod.Name && pod.Name == podName(s.set, ordinal(pod))
	stored := s.stored(pod)
	if named && stored && len(writes) == 0 {
		return nil
	}
	next := *pod
	next.Labels = maps.Clone(pod.Labels)
	if !named {
		label(&next, ordinal(pod))
	}
	if !stored {
		next.Spec.Volumes = s.volumes(pod)
		writes = append(s.createClaims(pod).writes, writes...)
	}
	return append(writes, controller.Write{
		Request: client.Request{Verb: client.Update, Resource: "pods", Namespace: pod.Namespace, Name: pod.Name, Object: &next},
		Event:   s.event(corev1.EventTypeNormal, "SuccessfulUpdate", s.about("Update", pod)+" successful"),
		Failure: s.event(corev1.EventTypeWarning, "FailedUpdate", s.about("Update", pod)+" failed error: %v"),
	})
}

// settle gives the claims of a pod that is too many their owners, before it goes.
func (s *sync) settle(pod *corev1.Pod) deed { return deed{writes: s.retain(pod)} }

// remove deletes a pod that is too many: in order, when all those before it are available or it is itself the first that
// is not.
func (s *sync) remove(pod *corev1.Pod) deed {
	if going(pod) {
		return deed{block: pod.Name}
	}
	if s.inOrder() && !(ready(pod) && s.available(pod)) {
		if first := s.firstUnhealthy(); first != nil && first != pod {
			return deed{block: first.Name}
		}
	}
	return deed{writes: s.delete(pod), block: pod.Name}
}

// firstUnhealthy returns the pod of the lowest ordinal that is not healthy, those too many last; nil when all are.
func (s *sync) firstUnhealthy() *corev1.Pod {
	for _, pod := range s.replicas {
		if !s.healthy(pod) {
			return pod
		}
	}
	for _, pod := range slices.Backward(s.condemned) {
		if !s.healthy(pod) {
			return pod
		}
	}
	return nil
}

// roll deletes the last pod that is not of the revision that the set is updated to, when all after it are healthy. It is
// made anew when it is gone.
func (s *sync) roll() {
	if s.set.Spec.UpdateStrategy.Type == appsv1.OnDeleteStatefulSetStrategyType {
		return
	}
	for i := len(s.replicas) - 1; i >= s.partition(); i-- {
		pod := s.replicas[i]
		if pod.Labels[appsv1.StatefulSetRevisionLabel] != s.past.update.name && !going(pod) {
			s.plan.Then(s.delete(pod)...)
			s.updated++
			return
		}
		if !s.healthy(pod) {
			s.note.Waiting = pod.Name
			return
		}
	}
}

func (s *sync) delete(pod *corev1.Pod) []controller.Write {
	s.note.Deleting = append(s.note.Deleting, pod.Name)
	return []controller.Write{{
		Request:  client.Request{Verb: client.Delete, Resource: "pods", Namespace: pod.Namespace, Name: pod.Name},
		Event:    s.event(corev1.EventTypeNormal, "SuccessfulDelete", s.about("Delete", pod)+" successful"),
		Failure:  s.event(corev1.EventTypeWarning, "FailedDelete", s.about("Delete", pod)+" failed error: %v"),
		Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
	}}
}
