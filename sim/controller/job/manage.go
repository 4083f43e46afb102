package job

import (
	"cmp"
	"slices"
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// burst is how many pods are created or deleted in one sync at most.
const burst = 500

// manage creates the pods that are missing or deletes those that are too many.
func (s *sync) manage() {
	if suspended(s.job) {
		s.stop(s.superfluous(len(s.active)), true)
		return
	}
	want := s.wanted()
	s.note.Wanted = want
	if pods := s.superfluous(max(0, len(s.active)-want)); len(pods) > 0 {
		s.stop(pods[:min(len(pods), burst)], true)
		return
	}
	missing := want - len(s.active)
	if replacesOnlyFailed(s.job) {
		missing -= int(s.terminating)
	}
	if missing > 0 {
		s.create(min(missing, burst))
	}
}

// wanted returns how many pods should run: as many side by side as the Job allows, and no more than are still needed.
func (s *sync) wanted() int {
	parallelism := int(*s.job.Spec.Parallelism)
	switch {
	case s.job.Spec.Completions != nil:
		return max(0, min(parallelism, int(*s.job.Spec.Completions-s.succeeded)))
	case s.succeeded > 0:
		return len(s.active) // those that run may finish
	}
	return parallelism
}

// superfluous returns at least n active pods that are missed least: those without a valid index of their own first.
func (s *sync) superfluous(n int) []*corev1.Pod {
	pods := slices.Clone(s.active)
	var extra []*corev1.Pod
	if indexed(s.job) {
		extra, pods = s.doubled(pods)
	}
	if more := n - len(extra); more > 0 {
		slices.SortStableFunc(pods, missed)
		extra = append(extra, pods[:more]...)
	}
	return extra
}

var phases = map[corev1.PodPhase]int{corev1.PodPending: 0, corev1.PodUnknown: 1, corev1.PodRunning: 2}

// missed orders pods by how little they are missed: without a node, not running, not ready, ready for a shorter time,
// restarted more often, younger.
func missed(a, b *corev1.Pod) int {
	number := func(yes bool) int {
		if yes {
			return 1
		}
		return 0
	}
	order := cmp.Or(
		cmp.Compare(number(a.Spec.NodeName != ""), number(b.Spec.NodeName != "")),
		cmp.Compare(phases[a.Status.Phase], phases[b.Status.Phase]),
		cmp.Compare(number(controller.IsReady(a)), number(controller.IsReady(b))),
	)
	if ra, rb := controller.ReadyCondition(a), controller.ReadyCondition(b); order == 0 && controller.IsReady(a) {
		order = rb.LastTransitionTime.Compare(ra.LastTransitionTime.Time)
	}
	return cmp.Or(order, cmp.Compare(restarts(b), restarts(a)), b.CreationTimestamp.Compare(a.CreationTimestamp.Time))
}

func restarts(pod *corev1.Pod) (most int32) {
	for i := range pod.Status.ContainerStatuses {
		most = max(most, pod.Status.ContainerStatuses[i].RestartCount)
	}
	return most
}

// create creates n pods, or waits when others have failed lately.
func (s *sync) create(n int) {
	var indexes []int
	wait := s.memory.wait(s.view.Now)
	if perIndex(s.job) {
		wait = 0
	}
	if wait == 0 && indexed(s.job) {
		indexes = s.pending(n)
		if perIndex(s.job) {
			indexes, wait = s.due(indexes)
		}
		n = len(indexes)
	}
	if wait > 0 {
		s.again(max(wait, batch))
		return
	}
	template := s.template()
	s.plan.SlowStart(n, func(i int) controller.Write {
		pod := newPod(s.job, template)
		if len(indexes) > 0 {
			s.index(pod, indexes[i])
		}
		return s.creation(pod)
	})
	s.running += int32(n)
	s.note.Creating = n
}

// template returns what all new pods have in common.
func (s *sync) template() *corev1.PodTemplateSpec {
	t := s.job.Spec.Template.DeepCopy()
	if !slices.Contains(t.Finalizers, batchv1.JobTrackingFinalizer) {
		t.Finalizers = append(t.Finalizers, batchv1.JobTrackingFinalizer)
	}
	if indexed(s.job) {
		for _, list := range [][]corev1.Container{t.Spec.InitContainers, t.Spec.Containers} {
			for i := range list {
				tellIndex(&list[i])
			}
		}
	}
	return t
}

// newPod returns a pod of the Job. Its labels, annotations and spec are the template's own.
func newPod(j *batchv1.Job, t *corev1.PodTemplateSpec) *corev1.Pod {
	prefix := j.Name + "-"
	if len(validation.NameIsDNSSubdomain(prefix, true)) > 0 {
		prefix = j.Name
	}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			GenerateName: prefix, Namespace: j.Namespace, Labels: t.Labels, Annotations: t.Annotations, Finalizers: t.Finalizers,
			OwnerReferences: []metav1.OwnerReference{reference(j)},
		},
		Spec: t.Spec,
	}
}

func (s *sync) creation(pod *corev1.Pod) controller.Write {
	return controller.Write{
		Request: client.Request{Verb: client.Create, Resource: "pods", Namespace: s.job.Namespace, Object: pod},
		Event:   s.event(corev1.EventTypeNormal, "SuccessfulCreate", "Created pod: %s"),
		Failure: s.event(corev1.EventTypeWarning, "FailedCreate", "Error creating: %v"),
		Expect:  true,
	}
}

func (s *sync) deletion(pod *corev1.Pod, expect bool) controller.Write {
	return controller.Write{
		Request: client.Request{
			Verb: client.Delete, Resource: "pods", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID,
		},
		Event:    s.event(corev1.EventTypeNormal, "SuccessfulDelete", "Deleted pod: "+pod.Name),
		Failure:  s.event(corev1.EventTypeWarning, "FailedDelete", "Error deleting: %v"),
		Expect:   expect,
		Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
	}
}

func itoa(n int) string { return strconv.Itoa(n) }
