package daemonset

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// generationLabel is what told pods of different templates apart before there were revisions. It is still set.
const generationLabel = "pod-template-generation"

// template returns the pod as it is on any node, before it is told on which.
func (s *sync) template() *corev1.Pod {
	pod := controller.NewPod(s.ds, &s.ds.Spec.Template)
	pod.Spec.Tolerations = s.place.tolerations
	pod.Labels = maps.Clone(pod.Labels)
	if generation, ok := s.generation(); ok {
		pod.Labels[generationLabel] = generation
	}
	pod.Labels[appsv1.DefaultDaemonSetUniqueLabelKey] = s.past.hash
	return pod
}

func (s *sync) generation() (string, bool) {
	n, err := strconv.ParseInt(s.ds.Annotations[appsv1.DeprecatedTemplateGeneration], 10, 64)
	return strconv.FormatInt(n, 10), err == nil
}

// updated reports whether a pod is of the present template.
func (s *sync) updated(pod *corev1.Pod) bool {
	generation, ok := s.generation()
	return pod.Labels[appsv1.DefaultDaemonSetUniqueLabelKey] == s.past.hash || ok && pod.Labels[generationLabel] == generation
}

// bound returns a pod's affinity with the node that it is for as the only one required: the scheduler does the rest. What
// else the template requires of nodes has been looked at before.
func bound(affinity *corev1.Affinity, node string) *corev1.Affinity {
	only := []corev1.NodeSelectorTerm{{MatchFields: []corev1.NodeSelectorRequirement{{
		Key: metav1.ObjectNameField, Operator: corev1.NodeSelectorOpIn, Values: []string{node},
	}}}}
	var next corev1.Affinity
	if affinity != nil {
		next = *affinity
	}
	var nodes corev1.NodeAffinity
	if next.NodeAffinity != nil {
		nodes = *next.NodeAffinity
	}
	nodes.RequiredDuringSchedulingIgnoredDuringExecution = &corev1.NodeSelector{NodeSelectorTerms: only}
	next.NodeAffinity = &nodes
	return &next
}

// target returns the name of the node that a pod runs on or is meant for; empty when it does not say.
func target(pod *corev1.Pod) string {
	if pod.Spec.NodeName != "" {
		return pod.Spec.NodeName
	}
	a := pod.Spec.Affinity
	if a == nil || a.NodeAffinity == nil || a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return ""
	}
	for _, term := range a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms {
		for _, r := range term.MatchFields {
			if r.Key == metav1.ObjectNameField && r.Operator == corev1.NodeSelectorOpIn {
				if len(r.Values) != 1 {
					return ""
				}
				return r.Values[0]
			}
		}
	}
	return ""
}

// byAge orders pods by who stays when there are too many on a node: those that have the node before those that are only
// meant for it, and of each the oldest first.
func byAge(pods []*corev1.Pod) []*corev1.Pod {
	pods = slices.Clone(pods)
	slices.SortFunc(pods, func(a, b *corev1.Pod) int {
		return cmp.Or(
			cmp.Compare(waiting(a), waiting(b)),
			a.CreationTimestamp.Compare(b.CreationTimestamp.Time),
			cmp.Compare(a.Name, b.Name),
		)
	})
	return pods
}

func waiting(pod *corev1.Pod) int {
	if pod.Spec.NodeName == "" {
		return 1
	}
	return 0
}

func (s *sync) available(pod *corev1.Pod) bool {
	return controller.IsAvailable(pod, s.ds.Spec.MinReadySeconds, s.view.Now)
}

func (s *sync) creation(template *corev1.Pod, node string) controller.Write {
	pod := *template
	pod.Spec.Affinity = bound(template.Spec.Affinity, node)
	return controller.Write{
		Request: client.Request{Verb: client.Create, Resource: "pods", Namespace: s.ds.Namespace, Object: &pod},
		Event:   s.event(corev1.EventTypeNormal, "SuccessfulCreate", "Created pod: %s"),
		Failure: s.event(corev1.EventTypeWarning, "FailedCreate", "Error creating: %v"),
		Expect:  true,
	}
}

func (s *sync) deletion(pod *corev1.Pod) controller.Write {
	return controller.Write{
		Request: client.Request{
			Verb: client.Delete, Resource: "pods", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID,
		},
		Event:    s.event(corev1.EventTypeNormal, "SuccessfulDelete", "Deleted pod: "+pod.Name),
		Failure:  s.event(corev1.EventTypeWarning, "FailedDelete", "Error deleting: %v"),
		Expect:   true,
		Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
	}
}

func (s *sync) event(kind, reason, message string) *client.Record {
	return &client.Record{Object: client.Reference(s.ds), Type: kind, Reason: reason, Message: message}
}
