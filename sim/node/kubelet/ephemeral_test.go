package kubelet

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/client"
)

// TestEphemeral adds an ephemeral container to a pod that runs, as kubectl debug does: it is started once, and the pod is
// none the better or worse for it.
func TestEphemeral(t *testing.T) {
	w := newWorld(41)
	w.Post(0, client.Server, pod("web", "nginx:1.27", nil))
	w.run(5 * time.Second)
	p := *w.server().pods["web"]
	p.Spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{
		Name: "debugger", Image: "busybox", Command: []string{"sh", "-c", "echo looking; exit 1"},
	}}}
	p.Generation++
	w.Post(0, client.Server, &p)
	w.run(20 * time.Second)
	s := w.server().pods["web"].Status
	if len(s.EphemeralContainerStatuses) != 1 || state1(&s.EphemeralContainerStatuses[0].State) != "terminated:Error:1" ||
		s.EphemeralContainerStatuses[0].RestartCount != 0 {
		t.Fatalf("the ephemeral container: %+v", s.EphemeralContainerStatuses)
	}
	if s.Phase != corev1.PodRunning || !s.ContainerStatuses[0].Ready || !w.said("Started spec.ephemeralContainers{debugger}: Container started") {
		t.Errorf("the pod is %s:\n%s", s.Phase, strings.Join(w.server().log, "\n"))
	}
	w.remove("web")
	w.run(5 * time.Second)
	if w.server().pods["web"] != nil {
		t.Error("a pod with an ephemeral container does not go")
	}
}
