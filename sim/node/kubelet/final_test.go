package kubelet

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/client"
)

// TestFinalPods runs the recorded pods again and compares their statuses field by field.
func TestFinalPods(t *testing.T) {
	compared := 0
	for _, dir := range []string{"01-deploy-service", "02-scale", "03-rolling-update"} {
		for _, want := range recorded(t, dir, "Pod") {
			if want["metadata"].(map[string]any)["deletionTimestamp"] != nil {
				continue
			}
			compared++
			data, err := json.Marshal(want)
			if err != nil {
				t.Fatal(err)
			}
			var p corev1.Pod
			if err := json.Unmarshal(data, &p); err != nil {
				t.Fatal(err)
			}
			p.Spec.NodeName = "node-1"
			p.Status = corev1.PodStatus{Phase: corev1.PodPending, QOSClass: p.Status.QOSClass}
			w := newWorld(1)
			w.Post(0, client.Server, &p)
			w.run(20 * time.Second)
			got := *w.server().pods[p.Name]
			clearOwn(&got.Status)
			compareStatus(t, dir+" "+p.Name, &got, data)
		}
	}
	if compared == 0 {
		t.Fatal("no pod is recorded")
	}
}

// clearOwn empties the fields of a status that differ from run to run.
func clearOwn(s *corev1.PodStatus) {
	s.HostIP, s.HostIPs, s.PodIP, s.PodIPs = "", nil, "", nil
	for i := range s.ContainerStatuses {
		s.ContainerStatuses[i].ContainerID = ""
		s.ContainerStatuses[i].State.Running = nil
	}
	s.StartTime = nil
}

func compareStatus(t *testing.T, name string, got *corev1.Pod, recorded []byte) {
	t.Helper()
	var want corev1.Pod
	if err := json.Unmarshal(recorded, &want); err != nil {
		t.Fatal(err)
	}
	if p := got.Status.Phase; p != corev1.PodRunning {
		t.Errorf("%s is %s", name, p)
	}
	clearOwn(&want.Status)
	a, b := asMap(t, got)["status"], asMap(t, &want)["status"]
	before := t.Failed()
	compare(t, name, a, b)
	if t.Failed() && !before {
		t.Log(strings.TrimSpace(name))
	}
}
