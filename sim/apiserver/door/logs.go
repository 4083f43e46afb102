package door

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// logs answers a request for a container's log.
//
// Simplified: containers print nothing, so the log of one that has started is empty; Kubernetes asks the kubelet for it.
func (h Handler) logs(w http.ResponseWriter, r *http.Request, pod *corev1.Pod) {
	name, status := container(pod, r.URL.Query().Get("container"))
	switch {
	case status == nil && pod.Spec.NodeName == "":
		w.WriteHeader(http.StatusNoContent)
		return
	case status == nil:
		status = waiting(pod, name)
	}
	if status != nil {
		h.fail(w, r, status)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(http.StatusOK)
}

// container returns which container of a pod is meant: the one that is named, or the only one.
func container(pod *corev1.Pod, name string) (string, *metav1.Status) {
	var all, first []string
	for _, c := range pod.Spec.Containers {
		all = append(all, c.Name)
	}
	for _, c := range pod.Spec.InitContainers {
		first = append(first, c.Name)
	}
	switch {
	case name == "" && len(all) == 1 && len(first) == 0:
		return all[0], nil
	case name == "":
		words := fmt.Sprintf("a container name must be specified for pod %s, choose one of: [%s]", pod.Name, strings.Join(all, " "))
		if len(first) > 0 {
			words += fmt.Sprintf(" or one of the init containers: [%s]", strings.Join(first, " "))
		}
		return "", badRequest(words)
	}
	for _, c := range slices.Concat(all, first) {
		if c == name {
			return name, nil
		}
	}
	return "", badRequest(fmt.Sprintf("container %s is not valid for pod %s", name, pod.Name))
}

// waiting returns why a container has no log yet; nil when it has started once.
func waiting(pod *corev1.Pod, name string) *metav1.Status {
	for _, c := range slices.Concat(pod.Status.ContainerStatuses, pod.Status.InitContainerStatuses) {
		if c.Name == name && c.State.Waiting != nil && c.LastTerminationState.Terminated == nil {
			return badRequest(fmt.Sprintf("container %q in pod %q is waiting to start: %s", name, pod.Name, c.State.Waiting.Reason))
		}
	}
	return nil
}
