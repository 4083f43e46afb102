package deployment

import (
	"slices"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// fail reports that the new ReplicaSet could not be created. Other writes that failed are only tried again.
func (s *sync) fail(err *metav1.Status) {
	s.plan = controller.Plan{}
	if err.Details == nil || err.Details.Kind != "replicasets" || s.current != nil {
		return
	}
	switch err.Reason {
	case metav1.StatusReasonAlreadyExists:
		s.collide(err.Details.Name)
	case metav1.StatusReasonConflict, metav1.StatusReasonNotFound: // of an update
	default:
		s.refused(err)
	}
}

// collide makes the next hash another one, when the name that this one makes is taken by a ReplicaSet with another
// template.
func (s *sync) collide(name string) {
	if s.view.Get("replicasets.apps", s.d.Namespace, name) == nil {
		return // it was just created, and not seen yet
	}
	n := int32(1)
	if s.d.Status.CollisionCount != nil {
		n += *s.d.Status.CollisionCount
	}
	s.d.Status.CollisionCount = &n
	s.updateStatus()
}

// refused reports the refusal in the Progressing condition and in an Event.
func (s *sync) refused(err *metav1.Status) {
	terminating := slices.ContainsFunc(err.Details.Causes, func(c metav1.StatusCause) bool {
		return c.Type == corev1.NamespaceTerminatingCause
	})
	if terminating || !s.hasDeadline() {
		return
	}
	name := nameOf(s.d.Name, controller.TemplateHash(&s.d.Spec.Template, s.d.Status.CollisionCount))
	message := "Failed to create new replica set " + strconv.Quote(name) + ": " + err.Message
	s.setCondition(&s.d.Status, appsv1.DeploymentProgressing, corev1.ConditionFalse, "ReplicaSetCreateError", message)
	s.updateStatus()
	last := s.plan.Stages[len(s.plan.Stages)-1]
	last[0].Event = &client.Record{
		Object: client.Reference(s.d), Type: corev1.EventTypeWarning, Reason: "ReplicaSetCreateError", Message: message,
	}
}
