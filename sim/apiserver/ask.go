package apiserver

import (
	"errors"
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

// handOn hands a request for a container's log, or to run a command in it, on to the kubelet that runs it.
//
// Simplified: a node without a kubelet is said not to be reached at once; Kubernetes tries for a while.
func (s *Server) handOn(t *engine.Turn, res *api.Resource, r *client.Request, caller engine.Address) {
	o, status := s.get(res, r)
	if status != nil {
		s.refuse(t, r, caller, status)
		return
	}
	pod := o.(*corev1.Pod)
	a := &client.Ask{Request: r, Caller: caller, Received: s.received, Pod: pod.UID}
	if r.Subresource == "log" {
		status = s.askLog(a, pod)
	} else {
		status = s.askExec(a, pod)
	}
	to := client.KubeletAddress(pod.Spec.NodeName)
	switch {
	case status != nil:
		s.refuse(t, r, caller, status)
	case pod.Spec.NodeName == "": // there is nothing yet
		t.Entry.Kind, t.Entry.Code = trace.Read, http.StatusOK
		s.answer(t, caller, &client.Response{ID: r.ID, Request: r, Code: http.StatusOK, Told: &client.Told{}})
	case !t.Knows(to):
		s.refuse(t, r, caller, statusOf(apierrors.NewInternalError(errors.New("dial tcp "+pod.Status.HostIP+":10250: connect: connection refused"))))
	default:
		t.Entry.Kind = trace.Receive
		t.Send(to, t.Stream("kubelets").Draw(s.config.Answer), a)
	}
}

func (s *Server) askLog(a *client.Ask, pod *corev1.Pod) (status *metav1.Status) {
	if a.Log = a.Request.Log; a.Log == nil {
		a.Log = &corev1.PodLogOptions{}
	}
	if a.Container, status = containerOf(pod, a.Log.Container); status != nil {
		return status
	}
	return checkLog(pod.Name, a.Log)
}

func (s *Server) askExec(a *client.Ask, pod *corev1.Pod) (status *metav1.Status) {
	options := a.Request.Exec
	if options == nil {
		options = &corev1.PodExecOptions{}
	}
	if a.Container, status = containerOf(pod, options.Container); status != nil {
		return status
	}
	if a.Exec = options.Command; len(a.Exec) == 0 {
		return badRequest("you must specify at least 1 command for the container")
	}
	if pod.Spec.NodeName == "" {
		return badRequest("pod " + pod.Name + " does not have a host assigned")
	}
	return nil
}

// told answers with what a kubelet said.
func (s *Server) told(t *engine.Turn, m *client.Told) {
	a := m.Ask
	s.received = a.Received
	s.describe(t, a.Request)
	t.Entry.Kind, t.Entry.Code = trace.Read, http.StatusOK
	switch {
	case m.Wrong != "" && a.Exec != nil:
		s.refuse(t, a.Request, a.Caller, statusOf(apierrors.NewInternalError(errors.New("unable to upgrade connection: "+m.Wrong))))
	case m.Wrong != "":
		s.refuse(t, a.Request, a.Caller, badRequest(m.Wrong))
	default:
		s.answer(t, a.Caller, &client.Response{ID: a.Request.ID, Request: a.Request, Code: http.StatusOK, Told: m})
	}
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
