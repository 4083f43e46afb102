package horizontalpodautoscaling

import (
	"fmt"
	"strconv"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// sync is one look at an autoscaler and its workload.
type sync struct {
	view   controller.View
	plan   controller.Plan
	was    *autoscalingv2.HorizontalPodAutoscaler
	hpa    *autoscalingv2.HorizontalPodAutoscaler // its status is the one that is being made
	target *target
	memory *memory
}

// look compares what the workload's pods use with what they should, and scales it.
func (s *sync) look() {
	t, why := targetOf(s.view, s.hpa)
	if why != "" {
		s.tell(corev1.EventTypeWarning, "FailedGetScale", why)
		s.set(autoscalingv2.AbleToScale, corev1.ConditionFalse, "FailedGetScale", "the HPA controller was unable to get the target's current scale: "+why)
		s.write()
		return
	}
	s.target = t
	s.set(autoscalingv2.AbleToScale, corev1.ConditionTrue, "SucceededGetScale", "the HPA controller was able to get the target's current scale")
	least := int32(1)
	if s.hpa.Spec.MinReplicas != nil {
		least = *s.hpa.Spec.MinReplicas
	}
	if s.memory.recommended == nil {
		s.memory.recommended = []recommendation{{t.size, s.view.Now}}
	}
	most := s.hpa.Spec.MaxReplicas
	switch {
	case t.size == 0:
		s.set(autoscalingv2.ScalingActive, corev1.ConditionFalse, "ScalingDisabled", "scaling is disabled since the replica count of the target is zero")
		s.status(0, false, nil)
		s.write()
	case t.size > most:
		s.scale(most, "Current number of replicas above Spec.MaxReplicas", nil)
	case t.size < least:
		s.scale(least, "Current number of replicas below Spec.MinReplicas", nil)
	default:
		s.measure(least)
	}
}

// measure finds the size that the metrics ask for.
func (s *sync) measure(least int32) {
	size, metric, statuses, err := s.metrics()
	if err != nil && size < 0 {
		s.status(s.hpa.Status.DesiredReplicas, false, statuses)
		s.write()
		s.tell(corev1.EventTypeWarning, "FailedComputeMetricsReplicas", err.Error())
		return
	}
	reason := ""
	switch {
	case size > s.target.size:
		reason = metric + " above target"
	case size < s.target.size:
		reason = "All metrics below target"
	}
	size = s.normalise(size, least)
	if size != s.target.size {
		s.scale(size, reason, statuses)
		return
	}
	s.plan.Note = Note{s.target.size, size, ""}
	s.status(size, false, statuses)
	s.write()
}

// scale gives the workload another size.
func (s *sync) scale(size int32, reason string, statuses []autoscalingv2.MetricStatus) {
	o := s.target.object
	words := "New size: " + itoa(size) + "; reason: " + reason
	s.plan.Note = Note{s.target.size, size, reason}
	s.plan.Then(controller.Write{
		Request: client.Request{
			Verb: client.Update, Resource: s.target.resource.Name, Subresource: "scale", Namespace: o.GetNamespace(), Name: o.GetName(),
			Object: &autoscalingv1.Scale{
				ObjectMeta: metav1.ObjectMeta{
					Namespace: o.GetNamespace(), Name: o.GetName(), UID: o.GetUID(), ResourceVersion: o.GetResourceVersion(),
					CreationTimestamp: o.GetCreationTimestamp(),
				},
				Spec: autoscalingv1.ScaleSpec{Replicas: size},
			},
		},
		Event: &client.Record{
			Object: client.Reference(s.was), Type: corev1.EventTypeNormal, Reason: "SuccessfulRescale", Message: words,
		},
	})
	s.set(autoscalingv2.AbleToScale, corev1.ConditionTrue, "SucceededRescale",
		"the HPA controller was able to update the target scale to "+itoa(size))
	if s.hpa.Spec.Behavior != nil {
		s.memory.store(s.view.Now, s.target.size, size)
	}
	s.memory.attempt = words
	s.status(size, true, statuses)
	s.write()
}

// report tells why a write failed. A workload that was changed in the meantime is looked at again.
func (s *sync) report() {
	err := s.view.Err
	switch {
	case err.Reason == metav1.StatusReasonConflict:
	case err.Details != nil && err.Details.Kind == s.hpa.Kind:
		s.tell(corev1.EventTypeWarning, "FailedUpdateStatus", err.Message)
	default:
		s.tell(corev1.EventTypeWarning, "FailedRescale", s.memory.attempt+"; error: "+err.Message)
		s.set(autoscalingv2.AbleToScale, corev1.ConditionFalse, "FailedUpdateScale",
			"the HPA controller was unable to update the target scale: "+err.Message)
		s.write()
	}
}

// status fills in the numbers.
func (s *sync) status(desired int32, scaled bool, metrics []autoscalingv2.MetricStatus) {
	st := &s.hpa.Status
	st.CurrentReplicas, st.DesiredReplicas, st.CurrentMetrics = s.target.size, desired, metrics
	st.ObservedGeneration = nil
	if scaled {
		now := s.view.Stamp()
		st.LastScaleTime = &now
	}
}

// write writes the status, if it changed.
func (s *sync) write() {
	if apiequality.Semantic.DeepEqual(s.was.Status, s.hpa.Status) {
		return
	}
	s.plan.Then(controller.Write{Request: client.Request{
		Verb: client.Update, Resource: autoscalers, Subresource: "status", Namespace: s.hpa.Namespace, Name: s.hpa.Name, Object: s.hpa,
	}})
}

// set sets a condition; its time is when its status last changed.
func (s *sync) set(t autoscalingv2.HorizontalPodAutoscalerConditionType, value corev1.ConditionStatus, reason, message string) {
	all := &s.hpa.Status.Conditions
	i := 0
	for i < len(*all) && (*all)[i].Type != t {
		i++
	}
	if i == len(*all) {
		*all = append(*all, autoscalingv2.HorizontalPodAutoscalerCondition{Type: t})
	}
	c := &(*all)[i]
	if c.Status != value {
		c.LastTransitionTime = s.view.Stamp()
	}
	c.Status, c.Reason, c.Message = value, reason, message
}

func (s *sync) tell(kind, reason, message string) { s.plan.Tell(s.was, kind, reason, message) }

func itoa(n int32) string { return strconv.FormatInt(int64(n), 10) }

func quoted(s string) string { return fmt.Sprintf("%q", s) }
