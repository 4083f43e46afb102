// Package daemonset is the daemonset controller: it keeps one pod on every node that a DaemonSet wants one on.
//
// Which nodes these are it decides itself, from the nodes' names, labels and taints. But it binds nothing: it makes each
// pod with an affinity to one node by name and leaves it to the scheduler to find that node. When the pod template changes,
// it replaces the pods node by node, within the bounds of unavailability or of surge, and keeps each template as a
// ControllerRevision, so that an older one can be put back. Models k8s.io/kubernetes/pkg/controller/daemon.
//
// Simplified: a status on an old revision is refused, and the next sync makes it anew; Kubernetes tries once more at once.
package daemonset

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
	"orrery/sim/controller/history"
)

// Spec is the controller.
var Spec = controller.Spec{
	Name: "daemon-set-controller", Reporter: "daemonset-controller", Workers: 2,
	Watches: []controller.Watch{
		{Resource: resource, Keys: controller.OwnKeys},
		{Resource: "pods", Keys: owners.Keys},
		{Resource: "nodes", Keys: nodeKeys},
		{Resource: history.Resource, Keys: revisionKeys},
	},
	Consistent:    true,
	ConsistentToo: []string{history.Resource},
	ReportErrors:  true,
	Reconcile:     reconcile,
}

const resource = "daemonsets.apps"

// owners are the DaemonSets that may control pods and revisions. One second is added to minReadySeconds because times in
// the API have no fractions.
var owners = controller.Owners{
	Kind: "DaemonSet", Resource: resource,
	Selector: func(o api.Object) *metav1.LabelSelector { return o.(*appsv1.DaemonSet).Spec.Selector },
	Available: func(o api.Object) time.Duration {
		if n := o.(*appsv1.DaemonSet).Spec.MinReadySeconds; n > 0 {
			return time.Duration(n+1) * time.Second
		}
		return 0
	},
}

// Note says what a sync found and did. Wanted, Saw and the counts are of pods.
type Note struct {
	Wanted   int    `json:"wanted"`             // nodes that should have a pod
	Saw      int    `json:"saw"`                // of these, that have one
	Creating int    `json:"creating,omitempty"` // pods
	Deleting int    `json:"deleting,omitempty"` // pods
	Revision string `json:"revision,omitempty"` // that is made
	Waiting  bool   `json:"waiting,omitempty"`  // for what earlier syncs did to be seen
	Status   bool   `json:"status,omitempty"`   // the status is written
}

// revisionKeys wakes the DaemonSet of a revision that changed or is gone. One that is new was made by it.
func revisionKeys(v controller.View, ch client.ChangeType, old, now api.Object, add func(controller.Key, time.Duration)) {
	if ch == client.Added && metav1.GetControllerOfNoCopy(now) != nil {
		return
	}
	byOwner := owners
	byOwner.Available = nil
	byOwner.Keys(v, ch, old, now, add)
}

// nodeKeys wakes the DaemonSets for which a node that is new, or has other labels or taints, makes a difference.
func nodeKeys(v controller.View, ch client.ChangeType, old, now api.Object, add func(controller.Key, time.Duration)) {
	node := now.(*corev1.Node)
	if ch == client.Deleted || old != nil && !moved(old.(*corev1.Node), node) {
		return
	}
	v.Each(resource, "", func(o api.Object) bool {
		ds := o.(*appsv1.DaemonSet)
		scheduled := false
		v.Owned("pods", ds.UID, func(pod api.Object) bool {
			scheduled = pod.(*corev1.Pod).Spec.NodeName == node.Name
			return !scheduled
		})
		run, keep := placementOf(ds).on(node)
		if run && !scheduled || scheduled && (!keep || ds.Status.NumberMisscheduled > 0) {
			add(controller.KeyOf(ds), 0)
		}
		return true
	})
}

// sync is one sync under way.
type sync struct {
	view    controller.View
	ds      *appsv1.DaemonSet
	place   *placement
	nodes   []spot                   // by name
	pods    map[string][]*corev1.Pod // by the node that they are meant for
	claimed []*corev1.Pod            // those that went already included
	claims  []controller.Write
	past    past
	plan    controller.Plan
	note    Note
}

// spot is a node, whether it should have a pod, and whether one that it has may stay.
type spot struct {
	name      string
	run, keep bool
}

// counting is the step of a sync that reports what there is, when all is done.
const counting = 1

func reconcile(v controller.View, k controller.Key) controller.Plan {
	o := v.Get(resource, k.Namespace, k.Name)
	if o == nil || o.GetDeletionTimestamp() != nil {
		return controller.Plan{} // what is left of one that is going cannot be counted reliably
	}
	s := &sync{view: v, ds: o.(*appsv1.DaemonSet)}
	if !s.look() {
		return controller.Plan{} // the API server refuses such a selector
	}
	s.plan.Keep = v.Kept
	switch {
	case v.Err != nil:
		s.fail(v.Err)
	case v.Step == counting:
		s.count(true)
	default:
		s.run()
	}
	if s.note.Creating > 0 || s.note.Deleting > 0 || s.note.Revision != "" || s.note.Status {
		s.plan.Note = s.note
	}
	return s.plan
}

// look finds the nodes, the pods and the revisions. It returns false when the selector cannot be read.
func (s *sync) look() bool {
	selector, err := metav1.LabelSelectorAsSelector(s.ds.Spec.Selector)
	if err != nil {
		return false
	}
	fits := func(o api.Object) bool { return selector.Matches(labels.Set(o.GetLabels())) }
	s.place = placementOf(s.ds)
	pods, claims := s.view.Claim(s.ds, "pods", fits)
	s.claims = claims
	s.pods = map[string][]*corev1.Pod{}
	for _, o := range pods {
		pod := o.(*corev1.Pod)
		s.claimed = append(s.claimed, pod)
		node := target(pod)
		if node == "" || pod.DeletionTimestamp != nil && controller.Ended(pod) {
			continue // nothing is left to be done with it
		}
		s.pods[node] = append(s.pods[node], pod)
	}
	s.view.Each("nodes", "", func(o api.Object) bool {
		run, keep := s.place.on(o.(*corev1.Node))
		s.nodes = append(s.nodes, spot{o.GetName(), run, keep})
		if run {
			s.note.Wanted++
			s.note.Saw += min(1, len(s.pods[o.GetName()]))
		}
		return true
	})
	s.recall(fits)
	return true
}

// run does what the DaemonSet needs: its revision first, then pods where they are missing, and no pods where they should
// not be. Only when nothing of that is to be done, and all that was done has been seen, the rollout goes on.
func (s *sync) run() {
	s.plan.Then(s.claims...)
	s.revise()
	if !s.view.Fresh {
		s.note.Waiting = true
		s.count(false)
		return
	}
	creating, deleting := s.manage()
	if len(creating)+len(deleting) == 0 && s.ds.Spec.UpdateStrategy.Type == appsv1.RollingUpdateDaemonSetStrategyType {
		deleting, creating = s.roll()
	}
	s.write(creating, deleting)
	s.forget()
	s.plan.Next = counting
}

// fail does what a failure does not keep from being done: the pods that are too many go though others could not be made,
// and the status tells.
func (s *sync) fail(err *metav1.Status) {
	kind := ""
	if err.Details != nil {
		kind = err.Details.Kind
	}
	switch kind {
	case "controllerrevisions":
		s.collide(err)
	case "pods":
		if s.view.Fresh {
			_, deleting := s.manage()
			s.write(nil, deleting)
		}
		s.count(true)
	}
}

// burst is how many pods are created or deleted in one sync at most.
const burst = 250

// write plans the pods on these nodes and the deletion of these pods.
func (s *sync) write(creating []string, deleting []*corev1.Pod) {
	s.note.Creating, s.note.Deleting = min(burst, len(creating)), min(burst, len(deleting))
	template := s.template()
	s.plan.SlowStart(s.note.Creating, func(i int) controller.Write { return s.creation(template, creating[i]) })
	var stage []controller.Write
	for _, pod := range deleting[:s.note.Deleting] {
		stage = append(stage, s.deletion(pod))
	}
	s.plan.Then(stage...)
}
