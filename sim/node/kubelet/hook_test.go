package kubelet

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/client"
)

// when returns when something was first told, or -1.
func (w world) when(text string) time.Duration {
	for w.run(0); !w.said(text); w.run(10 * time.Millisecond) {
		if w.Now() > time.Hour {
			return -1
		}
	}
	return w.Now()
}

// TestLiveness follows recording 04-bad-rollout's pod live: what its shell does decides, and it is restarted within the
// sync that killed it, without a wait.
func TestLiveness(t *testing.T) {
	w := newWorld(21)
	w.Post(0, client.Server, pod("live", "busybox", func(p *corev1.Pod) {
		grace := int64(5)
		p.Spec.TerminationGracePeriodSeconds = &grace
		c := &p.Spec.Containers[0]
		c.Command = []string{"sh", "-c", "touch /tmp/healthy; sleep 15; rm -f /tmp/healthy; sleep 600"}
		c.LivenessProbe = &corev1.Probe{
			ProbeHandler:        corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"cat", "/tmp/healthy"}}},
			InitialDelaySeconds: 2, PeriodSeconds: 5, FailureThreshold: 3, SuccessThreshold: 1, TimeoutSeconds: 1,
		}
	}))
	w.run(80 * time.Second)
	last := w.server().statuses[len(w.server().statuses)-1].ContainerStatuses[0]
	if last.RestartCount != 2 || state1(&last.LastTerminationState) != "terminated:Error:137" || last.State.Running == nil {
		t.Errorf("after 80 s: %d restarts, %s, last %s", last.RestartCount, state1(&last.State), state1(&last.LastTerminationState))
	}
	for _, want := range []string{
		"Warning Unhealthy spec.containers{nginx}: Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory\n",
		"Normal Killing spec.containers{nginx}: Container nginx failed liveness probe, will be restarted",
	} {
		if !w.said(want) {
			t.Errorf("not said: %s", want)
		}
	}
	if w.said("Back-off") {
		t.Error("a container that the kubelet killed is held back")
	}
}

// TestReadinessLost checks that a probe which begins to fail takes the pod out of service.
func TestReadinessLost(t *testing.T) {
	w := newWorld(22)
	w.Post(0, client.Server, pod("web", "busybox", func(p *corev1.Pod) {
		c := &p.Spec.Containers[0]
		c.Command = []string{"sh", "-c", "touch /tmp/ready; sleep 20; rm /tmp/ready; sleep 20; touch /tmp/ready; sleep infinity"}
		c.ReadinessProbe = &corev1.Probe{
			ProbeHandler:  corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"test", "-e", "/tmp/ready"}}},
			PeriodSeconds: 2, FailureThreshold: 2, SuccessThreshold: 1,
		}
	}))
	w.run(10 * time.Second)
	if !w.Quiet() {
		t.Error("a probe that watches over a ready pod keeps the world from being quiet")
	}
	w.run(50 * time.Second)
	var ready []string
	for _, s := range w.server().statuses {
		word := "no"
		if s.ContainerStatuses[0].Ready {
			word = "yes"
		}
		if len(ready) == 0 || ready[len(ready)-1] != word {
			ready = append(ready, word)
		}
	}
	if got := strings.Join(ready, " "); got != "no yes no yes" {
		t.Errorf("ready: %s", got)
	}
}

// TestPreStop checks that the hook runs before SIGTERM and its time counts for the grace period.
func TestPreStop(t *testing.T) {
	for _, test := range []struct {
		hook  corev1.LifecycleHandler
		least time.Duration
		most  time.Duration
		want  string
	}{
		{corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"sleep", "5"}}}, 5 * time.Second, 7 * time.Second, "phase=Succeeded"},
		{corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: 3}}, 3 * time.Second, 5 * time.Second, "phase=Succeeded"},
		{corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"sleep", "100"}}}, 30 * time.Second, 34 * time.Second, "phase=Succeeded"},
		{corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"false"}}}, 0, 2 * time.Second, "FailedPreStopHook spec.containers{nginx}: PreStopHook failed"},
	} {
		w := newWorld(23)
		w.Post(0, client.Server, pod("web", "nginx:1.27", func(p *corev1.Pod) {
			p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PreStop: &test.hook}
		}))
		w.run(5 * time.Second)
		w.remove("web")
		begin := w.Now()
		if took := w.when("delete pods grace=0") - begin; took < test.least || took > test.most || !w.said(test.want) {
			t.Errorf("%+v: gone after %v\n%s", test.hook, took, strings.Join(w.server().log, "\n"))
		}
	}
}

// TestPostStart checks that a hook that fails has its container killed and started again.
func TestPostStart(t *testing.T) {
	w := newWorld(24)
	w.Post(0, client.Server, pod("web", "nginx:1.27", func(p *corev1.Pod) {
		p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PostStart: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"false"}}}}
	}))
	w.run(30 * time.Second)
	last := w.server().statuses[len(w.server().statuses)-1].ContainerStatuses[0]
	if !w.said("Warning FailedPostStartHook spec.containers{nginx}: PostStartHook failed") || !w.said("Normal Killing spec.containers{nginx}: FailedPostStartHook") ||
		last.RestartCount == 0 {
		t.Errorf("%d restarts:\n%s", last.RestartCount, strings.Join(w.server().log, "\n"))
	}
}

// TestSidecarsLast checks that sidecars end after the pod's own containers, the last one first.
func TestSidecarsLast(t *testing.T) {
	w := newWorld(25)
	w.Post(0, client.Server, pod("web", "busybox", func(p *corev1.Pod) {
		p.Spec.Containers[0].Command = []string{"sh", "-c", "trap 'sleep 3; exit 0' TERM; while true; do sleep 1; done"}
		p.Spec.InitContainers = []corev1.Container{
			{Name: "one", Image: "nginx:1.27", RestartPolicy: &always}, {Name: "two", Image: "nginx:1.27", RestartPolicy: &always},
		}
	}))
	w.run(15 * time.Second)
	w.remove("web")
	w.run(15 * time.Second)
	k := w.server().statuses[len(w.server().statuses)-1]
	main, one, two := k.ContainerStatuses[0].State.Terminated, k.InitContainerStatuses[0].State.Terminated, k.InitContainerStatuses[1].State.Terminated
	if main == nil || one == nil || two == nil {
		t.Fatalf("not ended: %+v", k)
	}
	if main.ExitCode != 0 || two.FinishedAt.Before(&main.FinishedAt) || one.FinishedAt.Before(&two.FinishedAt) {
		t.Errorf("main ended at %v with %d, two at %v, one at %v", main.FinishedAt, main.ExitCode, two.FinishedAt, one.FinishedAt)
	}
}

// TestOutOfMemory checks what is said of a container that needs more memory than it may have.
func TestOutOfMemory(t *testing.T) {
	w := newWorld(26)
	w.Post(0, client.Server, pod("fat", "nginx:1.27", func(p *corev1.Pod) {
		p.Annotations = map[string]string{"orrery.sim/leak": "10Mi"}
		p.Spec.Containers[0].Resources.Limits = corev1.ResourceList{corev1.ResourceMemory: quantity("58Mi")}
	}))
	w.run(8 * time.Second)
	if !w.said("nginx=terminated:OOMKilled:137") {
		t.Errorf("not killed:\n%s", strings.Join(w.server().log, "\n"))
	}
}

// TestRestartPolicies holds what becomes of pods whose container ends.
func TestRestartPolicies(t *testing.T) {
	for _, test := range []struct {
		policy   corev1.RestartPolicy
		own      corev1.ContainerRestartPolicy // of the container, which starts it again after exit code 42
		script   string
		phase    corev1.PodPhase
		restarts bool
	}{
		{corev1.RestartPolicyAlways, "", "exit 0", corev1.PodRunning, true},
		{corev1.RestartPolicyAlways, "", "exit 1", corev1.PodRunning, true},
		{corev1.RestartPolicyOnFailure, "", "exit 0", corev1.PodSucceeded, false},
		{corev1.RestartPolicyOnFailure, "", "exit 1", corev1.PodRunning, true},
		{corev1.RestartPolicyNever, "", "exit 0", corev1.PodSucceeded, false},
		{corev1.RestartPolicyNever, "", "exit 1", corev1.PodFailed, false},
		{corev1.RestartPolicyNever, corev1.ContainerRestartPolicyOnFailure, "exit 1", corev1.PodRunning, true},
		{corev1.RestartPolicyNever, corev1.ContainerRestartPolicyNever, "exit 1", corev1.PodFailed, false},
		{corev1.RestartPolicyNever, corev1.ContainerRestartPolicyNever, "exit 42", corev1.PodRunning, true},
	} {
		w := newWorld(27)
		w.Post(0, client.Server, pod("job", "busybox", func(p *corev1.Pod) {
			p.Spec.RestartPolicy = test.policy
			c := &p.Spec.Containers[0]
			c.Command = []string{"sh", "-c", test.script}
			if test.own != "" {
				c.RestartPolicy = &test.own
				c.RestartPolicyRules = []corev1.ContainerRestartRule{{
					Action:    corev1.ContainerRestartRuleActionRestart,
					ExitCodes: &corev1.ContainerRestartRuleOnExitCodes{Operator: corev1.ContainerRestartRuleOnExitCodesOpIn, Values: []int32{42}},
				}}
			}
		}))
		w.run(30 * time.Second)
		s := w.server().pods["job"].Status
		if s.Phase != test.phase || (s.ContainerStatuses[0].RestartCount > 0) != test.restarts {
			t.Errorf("%s, %s: %s with %d restarts", test.policy, test.script, s.Phase, s.ContainerStatuses[0].RestartCount)
		}
	}
}
