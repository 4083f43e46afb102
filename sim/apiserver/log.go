package apiserver

import (
	"fmt"
	"net/http"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kubernetes/pkg/apis/core"
	corev1conversion "k8s.io/kubernetes/pkg/apis/core/v1"
	"k8s.io/kubernetes/pkg/apis/core/validation"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/trace"
)

// log hands a request for a container's log on to the kubelet that runs it.
//
// Simplified: a node without a kubelet is said not to be reached at once; Kubernetes tries for a while.
func (s *Server) log(t *engine.Turn, res *api.Resource, r *client.Request, caller engine.Address) {
	o, status := s.get(res, r)
	if status != nil {
		s.refuse(t, r, caller, status)
		return
	}
	pod := o.(*corev1.Pod)
	options := r.Log
	if options == nil {
		options = &corev1.PodLogOptions{}
	}
	container, status := containerOf(pod, options.Container)
	if status == nil {
		status = checkLog(pod.Name, options)
	}
	to := client.KubeletAddress(pod.Spec.NodeName)
	switch {
	case status != nil:
		s.refuse(t, r, caller, status)
	case pod.Spec.NodeName == "": // there is nothing yet
		t.Entry.Kind, t.Entry.Code = trace.Read, http.StatusOK
		s.answer(t, caller, &client.Response{ID: r.ID, Request: r, Code: http.StatusOK, Told: &client.Told{}})
	case !t.Knows(to):
		s.refuse(t, r, caller, &metav1.Status{
			Status: metav1.StatusFailure, Code: http.StatusInternalServerError, Reason: metav1.StatusReasonInternalError,
			Message: "Get \"https://" + pod.Status.HostIP + ":10250/containerLogs/" + pod.Namespace + "/" + pod.Name + "/" + container +
				"\": dial tcp " + pod.Status.HostIP + ":10250: connect: connection refused",
		})
	default:
		t.Entry.Kind = trace.Receive
		t.Send(to, t.Stream("kubelets").Draw(s.config.Answer), &client.Ask{
			Request: r, Caller: caller, Received: s.received, Pod: pod.UID, Container: container, Log: options,
		})
	}
}

// told answers with what a kubelet said.
func (s *Server) told(t *engine.Turn, m *client.Told) {
	a := m.Ask
	s.received = a.Received
	s.describe(t, a.Request)
	t.Entry.Kind, t.Entry.Code = trace.Read, http.StatusOK
	if m.Wrong != "" {
		s.refuse(t, a.Request, a.Caller, badRequest(m.Wrong))
		return
	}
	s.answer(t, a.Caller, &client.Response{ID: a.Request.ID, Request: a.Request, Code: http.StatusOK, Told: m})
}

// checkLog checks the options of a request for a log.
func checkLog(pod string, options *corev1.PodLogOptions) *metav1.Status {
	in, all := *options, corev1.LogStreamAll
	if in.Stream == nil {
		in.Stream = &all
	}
	var o core.PodLogOptions
	if err := corev1conversion.Convert_v1_PodLogOptions_To_core_PodLogOptions(&in, &o, nil); err != nil {
		return badRequest(err.Error())
	}
	if errs := validation.ValidatePodLogOptions(&o, true); len(errs) > 0 {
		return statusOf(apierrors.NewInvalid(schema.GroupKind{Kind: "PodLogOptions"}, pod, errs))
	}
	return nil
}

// containerOf returns which container of a pod is meant: the one that is named, or the only one.
func containerOf(pod *corev1.Pod, name string) (string, *metav1.Status) {
	var all []string
	for i := range pod.Spec.InitContainers {
		all = append(all, pod.Spec.InitContainers[i].Name)
	}
	for i := range pod.Spec.Containers {
		all = append(all, pod.Spec.Containers[i].Name)
	}
	for i := range pod.Spec.EphemeralContainers {
		all = append(all, pod.Spec.EphemeralContainers[i].Name)
	}
	switch {
	case name == "" && len(pod.Spec.Containers) == 1:
		return pod.Spec.Containers[0].Name, nil
	case name == "":
		return "", badRequest(fmt.Sprintf("a container name must be specified for pod %s, choose one of: %s", pod.Name, all))
	case !slices.Contains(all, name):
		return "", badRequest(fmt.Sprintf("container %s is not valid for pod %s", name, pod.Name))
	}
	return name, nil
}
