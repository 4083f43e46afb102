package kubelet

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
)

var nope = corev1.LocalObjectReference{Name: "nope"}

// said returns how often a log tells something, repeated Events by their latest count.
func (w world) said(text string) bool {
	return strings.Contains(strings.Join(w.server().log, "\n"), text)
}

// TestMissingConfig follows recording 04-bad-rollout's pod nocm: without the ConfigMap of its environment a container is
// not created, and is as soon as there is one.
func TestMissingConfig(t *testing.T) {
	w := newWorld(11)
	w.Post(0, client.Server, pod("nocm", "nginx:1.27", func(p *corev1.Pod) {
		p.Spec.Containers[0].EnvFrom = []corev1.EnvFromSource{{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: nope}}}
	}))
	w.run(5 * time.Second)
	if !w.said(`Warning Failed spec.containers{nginx}: Error: configmap "nope" not found`) ||
		!w.said("patch pods/status ip=10.244.0.2 nginx=waiting:CreateContainerConfigError") {
		t.Errorf("the missing ConfigMap is not told of:\n%s", strings.Join(w.server().log, "\n"))
	}
	w.server().config = &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "nope"}, Data: map[string]string{"A": "b"}}
	w.run(30 * time.Second)
	if last := w.server().statuses[len(w.server().statuses)-1]; last.Phase != corev1.PodRunning {
		t.Errorf("with its ConfigMap the pod is %s", last.Phase)
	}
}

// TestMissingKey checks what is said when a ConfigMap has not the key that a variable comes from.
func TestMissingKey(t *testing.T) {
	w := newWorld(12)
	w.server().config = &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "nope"}, Data: map[string]string{"A": "b"}}
	w.Post(0, client.Server, pod("nokey", "nginx:1.27", func(p *corev1.Pod) {
		p.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "X", ValueFrom: &corev1.EnvVarSource{
			ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: nope, Key: "B"},
		}}}
	}))
	w.run(5 * time.Second)
	if !w.said("Error: couldn't find key B in ConfigMap demo/nope") {
		t.Errorf("the missing key is not told of:\n%s", strings.Join(w.server().log, "\n"))
	}
}

// TestMissingVolume follows recording 04-bad-rollout's pod novol: no sandbox before the volume, which is tried again after
// a wait that doubles.
func TestMissingVolume(t *testing.T) {
	w := newWorld(13)
	w.Post(0, client.Server, pod("novol", "nginx:1.27", func(p *corev1.Pod) {
		p.Spec.Volumes = append(p.Spec.Volumes, corev1.Volume{Name: "v", VolumeSource: corev1.VolumeSource{
			ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: nope},
		}})
	}))
	w.run(75 * time.Second)
	if !w.said(`Warning FailedMount : MountVolume.SetUp failed for volume "v" : configmap "nope" not found`) || !w.said(`{"count":8,`) ||
		w.said(`"count":9`) || w.said("phase=Running") || w.said("PodReadyToStartContainers=True") {
		t.Errorf("the volume was not tried eight times:\n%s", strings.Join(w.server().log, "\n"))
	}
	if !w.Quiet() {
		t.Error("a missing volume keeps the world from being quiet")
	}
	w.run(time.Minute)
	if !w.said("Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[]: context deadline exceeded") {
		t.Error("nobody noticed that the volume is not mounted")
	}
	w.server().config = &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "nope"}}
	w.run(2 * time.Minute)
	if last := w.server().statuses[len(w.server().statuses)-1]; last.Phase != corev1.PodRunning {
		t.Errorf("with its ConfigMap the pod is %s", last.Phase)
	}
}

// TestDeadline follows recording 04-bad-rollout's pod deadline.
func TestDeadline(t *testing.T) {
	w := newWorld(14)
	w.Post(0, client.Server, pod("deadline", "nginx:1.27", func(p *corev1.Pod) {
		seconds := int64(8)
		p.Spec.ActiveDeadlineSeconds = &seconds
	}))
	w.run(7 * time.Second)
	w.server().log = nil
	w.run(5 * time.Second)
	const count = `patch events {"count":`
	for i, line := range w.server().log {
		if strings.HasPrefix(line, count) {
			w.server().log[i] = line[:len(count)+1]
		}
	}
	w.checkLog(t, `
create events Normal DeadlineExceeded : Pod was active on the node longer than the specified deadline
patch pods/status Ready=FalsePodFailed ContainersReady=FalsePodFailed
`+count+`2
create events Normal Killing spec.containers{nginx}: Stopping container nginx
`+count+`3
patch pods/status phase=Failed PodReadyToStartContainers=False nginx=terminated:Completed:0 nginx.ready=false
`+count+`4`)
	if last := w.server().statuses[len(w.server().statuses)-1]; last.Reason != "DeadlineExceeded" || last.Message == "" {
		t.Errorf("the status ends with reason %q", last.Reason)
	}
}
