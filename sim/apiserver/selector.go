package apiserver

import (
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
)

// selector is the label and field selector of a list or a watch. The zero selector selects everything.
type selector struct {
	labels labels.Selector
	fields fields.Selector
	custom *customresource.Version
	node   string // of the one field selector that every kubelet uses, which is matched without building a set
}

func newSelector(res *api.Resource, label, field string) (selector, *metav1.Status) {
	s := selector{custom: customresource.Of(res)}
	var err error
	if label != "" {
		if s.labels, err = labels.Parse(label); err != nil {
			return s, badRequest(err.Error())
		}
	}
	if field == "" {
		return s, nil
	}
	if s.fields, err = fields.ParseSelector(field); err != nil {
		return s, badRequest(err.Error())
	}
	if s.custom != nil {
		if s.fields, err = customFields(s.custom, s.fields); err != nil {
			return s, badRequest(err.Error())
		}
		return s, nil
	}
	s.fields, err = s.fields.Transform(func(label, value string) (string, string, error) {
		return api.Scheme.ConvertFieldLabel(res.Kind, label, value)
	})
	if err != nil {
		return s, badRequest(err.Error())
	}
	if node, ok := s.fields.RequiresExactMatch("spec.nodeName"); ok && len(s.fields.Requirements()) == 1 {
		s.node = node
	}
	return s, nil
}

func (s selector) matches(o api.Object) bool {
	if s.labels != nil && !s.labels.Matches(labels.Set(o.GetLabels())) {
		return false
	}
	if s.node != "" {
		pod, ok := o.(*corev1.Pod)
		return ok && pod.Spec.NodeName == s.node
	}
	if s.fields == nil {
		return true
	}
	if custom, ok := o.(*customresource.Object); ok && s.custom != nil {
		return s.fields.Matches(s.custom.Fields(custom))
	}
	return s.fields.Matches(fieldSet(o))
}

// everything reports whether the selector selects every object.
func (s selector) everything() bool {
	return (s.labels == nil || s.labels.Empty()) && (s.fields == nil || s.fields.Empty())
}

// fieldSet returns the fields of a stored object that can be selected by, by the names of its group's internal version.
func fieldSet(o api.Object) fields.Set {
	set := fields.Set{"metadata.name": o.GetName(), "metadata.namespace": o.GetNamespace()}
	switch o := o.(type) {
	case *corev1.Pod:
		set["spec.nodeName"], set["status.phase"] = o.Spec.NodeName, string(o.Status.Phase)
		set["spec.restartPolicy"], set["spec.schedulerName"] = string(o.Spec.RestartPolicy), o.Spec.SchedulerName
		set["spec.hostNetwork"], set["status.nominatedNodeName"] = strconv.FormatBool(o.Spec.HostNetwork), o.Status.NominatedNodeName
		set["spec.serviceAccountName"], set["status.podIP"] = o.Spec.ServiceAccountName, o.Status.PodIP
	case *corev1.Event:
		ref := o.InvolvedObject
		set["involvedObject.kind"], set["involvedObject.namespace"] = ref.Kind, ref.Namespace
		set["involvedObject.name"], set["involvedObject.uid"] = ref.Name, string(ref.UID)
		set["involvedObject.apiVersion"], set["involvedObject.resourceVersion"] = ref.APIVersion, ref.ResourceVersion
		set["involvedObject.fieldPath"], set["reason"], set["type"] = ref.FieldPath, o.Reason, o.Type
		set["reportingComponent"], set["source"] = o.ReportingController, o.Source.Component
		if o.Source.Component == "" {
			set["source"] = o.ReportingController
		}
	case *corev1.Node:
		set["spec.unschedulable"] = strconv.FormatBool(o.Spec.Unschedulable)
	case *corev1.Service:
		set["spec.clusterIP"], set["spec.type"] = o.Spec.ClusterIP, string(o.Spec.Type)
	case *corev1.ReplicationController:
		set["status.replicas"] = strconv.Itoa(int(o.Status.Replicas))
	case *corev1.Secret:
		set["type"] = string(o.Type)
	case *corev1.Namespace:
		set["status.phase"] = string(o.Status.Phase)
	case *batchv1.Job:
		set["status.successful"] = strconv.Itoa(int(o.Status.Succeeded))
	case *certificatesv1.CertificateSigningRequest:
		set["spec.signerName"] = o.Spec.SignerName
	}
	return set
}
