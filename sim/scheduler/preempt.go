package scheduler

import (
	"encoding/json"
	"net/http"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/scheduler/framework"
)

// preemption is the deletion of pods to make place for one. All are deleted at once, but the last one after the others.
// It is replaced, never changed.
type preemption struct {
	namespace, name string // of the pod that place is made for
	uid             types.UID
	scheduler       string // that it names
	node            string
	open            int // victims on their way out, the last one not counted
	last            *corev1.Pod
}

// eviction is a request to mark or to delete a victim.
type eviction struct {
	id     uint64 // of the request
	of     types.UID
	victim *corev1.Pod
	marked bool
}

// preempt has the victims of a decision deleted. Meanwhile the pod is not tried again, whatever happens in the cluster.
func (s *Scheduler) preempt(t *engine.Turn, pod *corev1.Pod, d *framework.Preemption) {
	var victims []*corev1.Pod
	for _, v := range d.Chosen().Victims() {
		if p, ok := s.cache.Get(v.Namespace, v.Name); ok && p.Pod.UID == v.UID && p.Pod.DeletionTimestamp == nil {
			victims = append(victims, p.Pod.Pod)
		}
	}
	s.yield(t, pod, d.Node)
	if len(victims) == 0 {
		return
	}
	p := preemption{
		namespace: pod.Namespace, name: pod.Name, uid: pod.UID, scheduler: pod.Spec.SchedulerName, node: d.Node,
		open: len(victims) - 1, last: victims[len(victims)-1],
	}
	s.preemptions.ReplaceOrInsert(p)
	s.queue.Hold(pod.Namespace, pod.Name, true)
	for _, v := range victims[:p.open] {
		s.mark(t, p, v)
	}
	if p.open == 0 {
		s.mark(t, p, p.last)
	}
}

// yield has the pods of lower priority that were nominated for a node look for another.
func (s *Scheduler) yield(t *engine.Turn, pod *corev1.Pod, node string) {
	above := framework.NewPod(pod).Priority()
	for _, n := range s.nominations {
		if n.node != node || n.pod.Priority() >= above || n.pod.Status.NominatedNodeName == "" {
			continue
		}
		o := *n.pod.Pod
		o.Status.NominatedNodeName = ""
		s.conn.Send(t, client.Request{
			Verb: client.Patch, Resource: "pods", Subresource: "status", Namespace: o.Namespace, Name: o.Name,
			PatchType: client.TypedStatus, Object: &o, UID: o.UID,
		})
	}
}

// mark tells in a victim's status why it will go.
func (s *Scheduler) mark(t *engine.Turn, p preemption, victim *corev1.Pod) {
	condition := corev1.PodCondition{
		Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, ObservedGeneration: victim.Generation,
		Reason:             corev1.PodReasonPreemptionByScheduler,
		Message:            p.scheduler + ": preempting to accommodate a higher priority pod",
		LastTransitionTime: metav1.NewTime(t.Wall()),
	}
	patch, err := json.Marshal(map[string]any{"status": map[string]any{"conditions": []corev1.PodCondition{condition}}})
	if err != nil {
		panic("scheduler: a condition's patch: " + err.Error())
	}
	id := s.conn.Send(t, client.Request{
		Verb: client.Patch, Resource: "pods", Subresource: "status", Namespace: victim.Namespace, Name: victim.Name,
		PatchType: types.StrategicMergePatchType, PatchData: patch,
	})
	s.evictions.ReplaceOrInsert(eviction{id: id, of: p.uid, victim: victim})
}

// evicted takes in the answer to a request about a victim: one that is marked is deleted, one that is deleted is reported.
func (s *Scheduler) evicted(t *engine.Turn, e eviction, resp *client.Response) {
	p, ok := s.preemptions.Get(preemption{uid: e.of})
	if !ok {
		return
	}
	gone := resp.Error != nil && resp.Code == http.StatusNotFound
	switch {
	case resp.Error != nil && !gone:
		s.finish(t, p, true)
		return
	case !gone && !e.marked:
		id := s.conn.Send(t, client.Request{
			Verb: client.Delete, Resource: "pods", Namespace: e.victim.Namespace, Name: e.victim.Name, UID: e.victim.UID,
		})
		s.evictions.ReplaceOrInsert(eviction{id: id, of: e.of, victim: e.victim, marked: true})
		return
	case !gone:
		s.recorder.relate(t, e.victim, &corev1.ObjectReference{
			Kind: "Pod", APIVersion: "v1", Namespace: p.namespace, Name: p.name, UID: p.uid,
		}, p.scheduler, corev1.EventTypeNormal, "Preempted", "Preempting", "Preempted by pod "+string(p.uid)+" on node "+p.node)
	}
	if e.victim == p.last {
		s.finish(t, p, false)
		return
	}
	p.open--
	s.preemptions.ReplaceOrInsert(p)
	if p.open == 0 {
		s.mark(t, p, p.last)
	}
}

// finish ends a preemption: the pod waits for its victims to be gone, and is tried again at once when that has happened
// already, or never will.
func (s *Scheduler) finish(t *engine.Turn, p preemption, failed bool) {
	s.preemptions.Delete(p)
	s.queue.Hold(p.namespace, p.name, false)
	last, there := s.cache.Get(p.last.Namespace, p.last.Name)
	if failed || !there || last.Pod.UID != p.last.UID {
		s.queue.Activate(p.namespace, p.name, t.Now())
	}
}
