// Package statefulset is the statefulset controller: it keeps pods that are not alike, each with a name and volumes of its
// own.
//
// A StatefulSet's pods are numbered. Each has its ordinal in its name, keeps its name for ever, and gets back the volumes
// that it had, because its claims are named for it. In order, each is made when the one before is available, and the last
// goes first; with podManagementPolicy Parallel all come and go at once. A rolling update goes from the last pod to the
// first, or to spec.updateStrategy.rollingUpdate.partition, one at a time. Models
// k8s.io/kubernetes/pkg/controller/statefulset.
//
// Simplified: rollingUpdate.maxUnavailable has no effect, as its feature gate is off by default; a revision that was
// written by an older release is not recognised by what it means, only by its words; a status on an old revision is
// refused, and the next sync makes it anew, where Kubernetes tries again at once.
package statefulset

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

const (
	resource = "statefulsets.apps"
	claims   = "persistentvolumeclaims"
)

// Spec is the controller.
var Spec = controller.Spec{
	Name: "statefulset-controller",
	Watches: []controller.Watch{
		{Resource: resource, Keys: controller.OwnKeys},
		{Resource: "pods", Keys: owners.Keys},
		{Resource: claims},
		{Resource: history.Resource},
	},
	Consistent:    true,
	ConsistentToo: []string{"pods", claims, history.Resource},
	ReportErrors:  true,
	Reconcile:     reconcile,
}

// owners are the StatefulSets that may control pods.
var owners = controller.Owners{
	Kind: "StatefulSet", Resource: resource,
	Selector: func(o api.Object) *metav1.LabelSelector { return o.(*appsv1.StatefulSet).Spec.Selector },
	Available: func(o api.Object) time.Duration {
		return time.Duration(o.(*appsv1.StatefulSet).Spec.MinReadySeconds) * time.Second
	},
}

// Note says what a sync found and did.
type Note struct {
	Wanted   int      `json:"wanted"`             // pods
	Saw      int      `json:"saw"`                // pods
	Creating []string `json:"creating,omitempty"` // names of pods
	Deleting []string `json:"deleting,omitempty"` // names of pods
	Claims   []string `json:"claims,omitempty"`   // that are made
	Revision string   `json:"revision,omitempty"` // that is made, or comes back
	Waiting  string   `json:"waiting,omitempty"`  // the pod that has to be available, or gone, before anything is done
	Status   bool     `json:"status,omitempty"`   // the status is written
}

// sync is one sync under way.
type sync struct {
	view      controller.View
	set       *appsv1.StatefulSet
	pods      []*corev1.Pod
	past      past
	replicas  []*corev1.Pod // those that there should be, from the first ordinal on; one that is missing has no phase
	condemned []*corev1.Pod // those that are too many, from the last ordinal on
	updated   int           // pods that a rolling update deletes
	plan      controller.Plan
	note      Note
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	set, ok := v.Get(resource, k.Namespace, k.Name).(*appsv1.StatefulSet)
	if !ok {
		return controller.Plan{}
	}
	selector, err := metav1.LabelSelectorAsSelector(set.Spec.Selector)
	if err != nil {
		return controller.Plan{} // the API server refuses such a selector
	}
	s := &sync{view: v, set: set}
	pods, writes := v.Claim(set, "pods", func(o api.Object) bool {
		parent, _ := identity(o.GetName())
		return parent == set.Name && selector.Matches(labels.Set(o.GetLabels()))
	})
	for _, o := range pods {
		s.pods = append(s.pods, o.(*corev1.Pod))
	}
	s.recall(selector)
	s.number()
	if v.Err != nil {
		s.fail(v.Err)
		return s.plan
	}
	s.plan.Then(s.past.adoptions...)
	s.plan.Then(writes...)
	s.revise()
	if set.DeletionTimestamp == nil {
		s.run()
	}
	s.report()
	s.forget()
	if len(s.note.Creating)+len(s.note.Deleting) > 0 {
		s.note.Waiting = ""
	}
	if n := &s.note; len(n.Creating)+len(n.Deleting)+len(n.Claims) > 0 || n.Revision != "" || n.Status || n.Waiting != "" {
		s.plan.Note = s.note
	}
	return s.plan
}

// number sorts the pods by ordinal into those that there should be, with new ones where they are missing, and those too
// many.
func (s *sync) number() {
	first, n := start(s.set), int(*s.set.Spec.Replicas)
	s.note.Wanted, s.note.Saw = n, len(s.pods)
	s.replicas = make([]*corev1.Pod, n)
	for _, pod := range s.pods {
		switch at := ordinal(pod) - first; {
		case at >= 0 && at < n:
			s.replicas[at] = pod
		case ordinal(pod) >= 0:
			s.condemned = append(s.condemned, pod)
		}
	}
	descending(s.condemned)
	for i := range s.replicas {
		if s.replicas[i] == nil {
			s.replicas[i] = s.newPod(first + i)
		}
	}
}

// run brings the pods nearer to what they should be: first those that there should be, one after the other or all at once;
// then those too many; and when all that is as it should be, the update.
func (s *sync) run() {
	if s.each(s.replicas, s.keep) && s.each(s.condemned, s.settle) && s.each(s.condemned, s.remove) {
		s.roll()
	}
}

// inOrder reports whether each pod waits for the one before.
func (s *sync) inOrder() bool { return s.set.Spec.PodManagementPolicy != appsv1.ParallelPodManagement }

// deed is what is done about one pod.
type deed struct {
	writes []controller.Write // one after the other
	block  string             // the pod that those after it wait for
	failed bool               // nothing more is done, and the sync is tried again
}

// each does something about each of some pods: in order until one has to be waited for, or, in parallel, in batches of 1,
// 2, 4 and so on. It reports whether what comes after may begin.
func (s *sync) each(pods []*corev1.Pod, do func(*corev1.Pod) deed) bool {
	if !s.inOrder() {
		return s.parallel(pods, do)
	}
	for _, pod := range pods {
		d := do(pod)
		for _, w := range d.writes {
			s.plan.Then(w)
		}
		if d.block != "" || d.failed {
			s.note.Waiting = d.block
			s.plan.Retry = s.plan.Retry || d.failed
			return false
		}
	}
	return true
}

// batchMax is how many pods are seen to at once at most.
const batchMax = 500

func (s *sync) parallel(pods []*corev1.Pod, do func(*corev1.Pod) deed) bool {
	for n := 1; len(pods) > 0; n = min(2*n, batchMax) {
		batch := pods[:min(n, len(pods))]
		pods = pods[len(batch):]
		failed := false
		var stages []controller.Stage
		for _, pod := range batch {
			d := do(pod)
			failed = failed || d.failed
			for i, w := range d.writes {
				if i == len(stages) {
					stages = append(stages, nil)
				}
				stages[i] = append(stages[i], w)
			}
		}
		s.plan.Stages = append(s.plan.Stages, stages...)
		if failed {
			s.plan.Retry = true
			return false
		}
	}
	return true
}

// fail tells of what could not be made, and still writes the status.
func (s *sync) fail(err *metav1.Status) {
	if err.Details == nil {
		return
	}
	name := err.Details.Name
	switch err.Details.Kind {
	case claims:
		for _, pod := range s.replicas {
			if template := s.templateOf(pod, name); template != "" {
				if err.Reason != metav1.StatusReasonAlreadyExists {
					s.tell("FailedCreate", "Create Claim "+name+" for Pod "+pod.Name+" in StatefulSet "+s.set.Name+" failed error: "+err.Message)
				}
				s.tell("FailedCreate", s.about("Create", pod)+" failed error: failed to create PVC "+name+": "+err.Message)
			}
		}
	case "pods":
		created := s.view.Get("pods", s.set.Namespace, name) != nil
		for _, pod := range s.replicas {
			if pod.Name == name && !created && err.Reason != metav1.StatusReasonAlreadyExists {
				s.tell("FailedCreate", s.about("Create", pod)+" failed error: "+err.Message)
			}
		}
	default:
		return
	}
	s.report()
}

// tell reports a warning that hangs on no write.
func (s *sync) tell(reason, message string) {
	s.plan.Tell(s.set, corev1.EventTypeWarning, reason, message)
}

func (s *sync) event(kind, reason, message string) *client.Record {
	return &client.Record{Object: client.Reference(s.set), Type: kind, Reason: reason, Message: message}
}

// about begins an Event's message about a pod.
func (s *sync) about(verb string, pod *corev1.Pod) string {
	return verb + " Pod " + pod.Name + " in StatefulSet " + s.set.Name
}
