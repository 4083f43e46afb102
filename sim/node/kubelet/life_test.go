package kubelet

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"orrery/sim/client"
	"orrery/sim/node/runtime"
)

func withReadiness(path string, delay int32) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Spec.Containers[0].ReadinessProbe = &corev1.Probe{
			ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: path, Port: intstr.FromInt32(80), Scheme: "HTTP"}},
			PeriodSeconds: 2, SuccessThreshold: 1, FailureThreshold: 3, InitialDelaySeconds: delay,
		}
	}
}

// TestLife follows a pod as recording 01-deploy-service does: started with a pull and a readiness probe, then deleted.
func TestLife(t *testing.T) {
	w := newWorld(1)
	w.Post(0, client.Server, pod("web", "nginx:1.27", withReadiness("/", 0)))
	w.run(5 * time.Second)
	w.checkLog(t, `
patch pods/status gen=1 host=172.18.0.11 PodReadyToStartContainers=False Initialized=True Ready=FalseContainersNotReady ContainersReady=FalseContainersNotReady nginx=waiting:ContainerCreating
create serviceaccounts/token
create events Normal Pulling spec.containers{nginx}: Pulling image "nginx:1.27"
patch pods/status PodReadyToStartContainers=True
create events Normal Pulled spec.containers{nginx}: Successfully pulled image "nginx:1.27" in 904ms (904ms including waiting). Image size: 23856050 bytes.
create events Normal Created spec.containers{nginx}: Container created
create events Normal Started spec.containers{nginx}: Container started
patch pods/status phase=Running ip=10.244.0.2 nginx=running
patch pods/status Ready=True ContainersReady=True nginx.ready=true`)
	if !w.Quiet() {
		t.Error("a pod that is ready keeps the world from being quiet")
	}
	w.remove("web")
	w.run(5 * time.Second)
	w.checkLog(t, `
create events Normal Killing spec.containers{nginx}: Stopping container nginx
patch pods/status gen=2
patch pods/status phase=Succeeded PodReadyToStartContainers=False Initialized=TruePodCompleted Ready=FalsePodCompleted ContainersReady=FalsePodCompleted nginx=terminated:Completed:0 nginx.ready=false
delete pods grace=0 uid=uid-1`)
	if n := w.kubelet().workers.Len(); n != 0 {
		t.Errorf("%d pod workers are left", n)
	}
}

// TestNoProbe follows recording 02-scale: without a probe, running and ready are one patch, and the image is there.
func TestNoProbe(t *testing.T) {
	w := newWorld(2)
	w.Post(0, client.Server, pod("a", "nginx:1.27", nil))
	w.run(4 * time.Second)
	w.server().log = nil
	b := pod("b", "nginx:1.27", nil)
	b.UID = "uid-2"
	w.Post(0, client.Server, b)
	w.run(4 * time.Second)
	w.checkLog(t, `
patch pods/status gen=1 host=172.18.0.11 PodReadyToStartContainers=False Initialized=True Ready=FalseContainersNotReady ContainersReady=FalseContainersNotReady nginx=waiting:ContainerCreating
create serviceaccounts/token
create events Normal Pulled spec.containers{nginx}: Container image "nginx:1.27" already present on machine and can be accessed by the pod
patch pods/status PodReadyToStartContainers=True
create events Normal Created spec.containers{nginx}: Container created
create events Normal Started spec.containers{nginx}: Container started
patch pods/status phase=Running ip=10.244.0.3 Ready=True ContainersReady=True nginx=running nginx.ready=true`)
}

// TestBadImage follows recording 04-bad-rollout, steps 3 and 4: an image that does not exist, and the end of its pod.
func TestBadImage(t *testing.T) {
	w := newWorld(3)
	w.Post(0, client.Server, pod("bad", "nginx:nonexistent", nil))
	w.run(4 * time.Second)
	const failure = `rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:nonexistent": ` +
		`failed to resolve reference "docker.io/library/nginx:nonexistent": docker.io/library/nginx:nonexistent: not found`
	w.checkLog(t, `
patch pods/status gen=1 host=172.18.0.11 PodReadyToStartContainers=False Initialized=True Ready=FalseContainersNotReady ContainersReady=FalseContainersNotReady nginx=waiting:ContainerCreating
create serviceaccounts/token
create events Normal Pulling spec.containers{nginx}: Pulling image "nginx:nonexistent"
patch pods/status PodReadyToStartContainers=True
create events Warning Failed spec.containers{nginx}: Failed to pull image "nginx:nonexistent": `+failure+`
create events Warning Failed spec.containers{nginx}: Error: ErrImagePull
create events Normal BackOff spec.containers{nginx}: Back-off pulling image "nginx:nonexistent"
create events Warning Failed spec.containers{nginx}: Error: ImagePullBackOff
patch pods/status ip=10.244.0.2 nginx=waiting:ErrImagePull`)
	if !w.Quiet() {
		t.Error("a pull that is to be tried again keeps the world from being quiet")
	}
	w.run(10 * time.Second)
	if got := strings.Join(w.server().log, "\n"); !strings.Contains(got, "patch pods/status nginx=waiting:ImagePullBackOff") {
		t.Errorf("the second try did not report the back-off:\n%s", got)
	}
	w.server().log = nil
	w.remove("bad")
	w.run(5 * time.Second)
	w.checkLog(t, `
patch pods/status gen=2 nginx=waiting:ContainerCreating
patch pods/status PodReadyToStartContainers=False
patch pods/status phase=Failed nginx=terminated:ContainerStatusUnknown:137
delete pods grace=0 uid=uid-1`)
}

// TestCrash follows recording 04-bad-rollout, step 6, pod crash: a restart at once, then after a wait that doubles.
func TestCrash(t *testing.T) {
	w := newWorld(4)
	w.Post(0, client.Server, pod("crash", "busybox", func(p *corev1.Pod) {
		p.Spec.Containers[0].Command = []string{"sh", "-c", "echo starting; sleep 1; exit 3"}
	}))
	w.run(2 * time.Minute)
	var states []string
	for _, s := range w.server().statuses[2:] {
		c := &s.ContainerStatuses[0]
		states = append(states, state1(&c.State)+" last "+state1(&c.LastTerminationState)+" "+string(s.Phase))
	}
	want := []string{
		"running last none Running", "terminated:Error:3 last none Running",
		"running last terminated:Error:3 Running", "terminated:Error:3 last terminated:Error:3 Running",
		"waiting:CrashLoopBackOff last terminated:Error:3 Running",
		"running last terminated:Error:3 Running", "terminated:Error:3 last terminated:Error:3 Running",
	}
	if got := strings.Join(states, "\n"); !strings.HasPrefix(got, strings.Join(want, "\n")) {
		t.Errorf("states:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
	r := w.Component(runtimeAddress).(*runtime.Runtime)
	if n := len(r.State(w.Now()).Sandboxes[0].Containers); n != 2 {
		t.Errorf("%d containers are kept, want the latest and the one before", n)
	}
	log := strings.Join(w.server().log, "\n")
	if !strings.Contains(log, "Warning BackOff spec.containers{nginx}: Back-off restarting failed container nginx in pod crash_demo(uid-1)") {
		t.Errorf("no Event tells of the back-off:\n%s", log)
	}
}

// TestInit runs two init containers in order before the pod's own, as recording 04-bad-rollout's pod init.
func TestInit(t *testing.T) {
	w := newWorld(5)
	w.Post(0, client.Server, pod("init", "nginx:1.27", func(p *corev1.Pod) {
		p.Spec.InitContainers = []corev1.Container{
			{Name: "i1", Image: "busybox", Command: []string{"sh", "-c", "sleep 2"}},
			{Name: "side", Image: "nginx:1.27", RestartPolicy: &always},
			{Name: "i2", Image: "busybox", Command: []string{"true"}},
		}
	}))
	w.run(20 * time.Second)
	last := w.server().statuses[len(w.server().statuses)-1]
	if last.Phase != corev1.PodRunning || !last.ContainerStatuses[0].Ready {
		t.Errorf("the pod does not run: %s", changes(&corev1.PodStatus{}, last))
	}
	var started []string
	for _, line := range w.server().log {
		if _, container, ok := strings.Cut(line, "Started spec."); ok {
			started = append(started, container)
		}
	}
	want := "initContainers{i1}: Container started initContainers{side}: Container started initContainers{i2}: Container started containers{nginx}: Container started"
	if got := strings.Join(started, " "); got != want {
		t.Errorf("started: %s\nwant: %s", got, want)
	}
	if got := w.server().statuses[0].Conditions[1].Message; got != "containers with incomplete status: [i1 side i2]" {
		t.Errorf("Initialized: %s", got)
	}
}

var always = corev1.ContainerRestartPolicyAlways

// TestCompleted follows recording 08-jobs: a pod that ends by itself reports its end twice, with the phase at last.
func TestCompleted(t *testing.T) {
	w := newWorld(6)
	w.Post(0, client.Server, pod("job", "busybox", func(p *corev1.Pod) {
		p.Spec.RestartPolicy = corev1.RestartPolicyNever
		p.Spec.Containers[0].Command = []string{"sleep", "3"}
	}))
	w.run(8 * time.Second)
	log := w.server().log
	w.server().log = log[len(log)-2:]
	w.checkLog(t, `
patch pods/status Initialized=TruePodCompleted Ready=FalsePodCompleted ContainersReady=FalsePodCompleted nginx=terminated:Completed:0 nginx.ready=false
patch pods/status phase=Succeeded PodReadyToStartContainers=False`)
}

// TestNotReady follows recording 04-bad-rollout's pods slow: the probe fails at once, at the next look, then each period.
func TestNotReady(t *testing.T) {
	w := newWorld(7)
	w.Post(0, client.Server, pod("slow", "nginx:1.27", withReadiness("/fail", 0)))
	w.run(9 * time.Second)
	log := strings.Join(w.server().log, "\n")
	if !strings.Contains(log, "Warning Unhealthy spec.containers{nginx}: Readiness probe failed: HTTP probe failed with statuscode: 500") {
		t.Errorf("no Event tells of the probe:\n%s", log)
	}
	if !strings.Contains(log, `{"count":4,`) {
		t.Errorf("the probe was not repeated:\n%s", log)
	}
	if !w.Quiet() {
		t.Error("a probe that keeps failing keeps the world from being quiet")
	}
}

// TestDelayedProbe checks that a probe with an initial delay keeps the world busy until the pod is ready.
func TestDelayedProbe(t *testing.T) {
	w := newWorld(8)
	w.Post(0, client.Server, pod("web", "nginx:1.27", withReadiness("/", 3)))
	w.run(3 * time.Second)
	if w.Quiet() {
		t.Fatal("the world is quiet before the pod is ready")
	}
	w.run(6 * time.Second)
	if last := w.server().statuses[len(w.server().statuses)-1]; !last.ContainerStatuses[0].Ready {
		t.Error("the pod is not ready")
	}
}
