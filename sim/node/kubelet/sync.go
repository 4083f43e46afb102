package kubelet

import (
	"slices"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/node/cri"
)

// sync compares a pod with what runs of it, reports its status, and begins to start what is missing. While a sync is
// under way, another waits for its end.
func (k *Kubelet) sync(t *engine.Turn, w *worker) {
	if w.stage != alive {
		return
	}
	if w.step != idle && w.step != accept {
		w.again = true
		return
	}
	first := w.step == accept
	w.step, w.again, w.failed, w.changed, w.until = idle, false, false, false, 0
	w.seen = w.sandbox != ""
	k.report(t, w)
	switch {
	case isTerminal(w.phase()):
		k.complete(t, w)
		return
	case first:
		k.limit(t, w)
		k.after(t, w, t.Rand().Draw(k.config.Token), timerToken)
		w.step = volumes
		k.after(t, w, k.config.Mount, timerMount)
		return
	}
	k.probeAll(t, w)
	if k.killIll(t, w) {
		return
	}
	w.plan = w.missing()
	k.start(t, w)
}

// killIll stops the containers that failed a startup or liveness probe, and reports whether there are any. The sync goes
// on when they have ended.
func (k *Kubelet) killIll(t *engine.Turn, w *worker) bool {
	for i := range w.containers {
		c := &w.containers[i]
		if c.ill == "" || c.state != running || c.stopping {
			continue
		}
		kind := startup
		if c.started {
			kind = liveness
		}
		grace := w.grace(c.probeSpec(kind).TerminationGracePeriodSeconds)
		why := "Container " + c.spec.Name + " failed " + c.ill + " probe"
		if c.sidecar || w.pod.Spec.RestartPolicy != corev1.RestartPolicyNever {
			why += ", will be restarted"
		}
		w.step, w.changed, c.killed = killing, true, true
		k.stop(t, w, i, grace, why)
	}
	return w.step == killing
}

// missing returns the containers that should run and do not: of the init containers the next one only.
func (w *worker) missing() []int {
	var list []int
	for i := range w.containers {
		if c := &w.containers[i]; c.debug && c.state == absent {
			list = append(list, i)
		}
	}
	for i := range w.containers {
		c := &w.containers[i]
		switch {
		case c.debug:
		case c.init && c.state == exited && c.code == 0:
		case c.init && c.state == running:
			return list
		case c.init:
			if w.restarts(i) {
				list = append(list, i)
			}
			return list
		case c.state == running:
			if c.sidecar && !c.started {
				return list
			}
		case w.restarts(i):
			list = append(list, i)
			if c.sidecar {
				return list
			}
		}
	}
	return list
}

// restarts reports whether a container that does not run should be started, now or after a wait.
func (w *worker) restarts(i int) bool {
	c := &w.containers[i]
	switch {
	case w.stage != alive || c.state == running:
		return false
	case c.debug:
		return c.state == absent
	case c.state != exited || c.sidecar:
		return true
	}
	return w.policyRestarts(c)
}

// policyRestarts reports whether a container that ended is started again: by its own restart policy, whose rules about exit
// codes come first, or by the pod's.
//
// Simplified: a rule that restarts all containers does nothing; Kubernetes restarts them.
func (w *worker) policyRestarts(c *container) bool {
	policy := w.pod.Spec.RestartPolicy
	if own := c.spec.RestartPolicy; own != nil {
		for i := range c.spec.RestartPolicyRules {
			if r := &c.spec.RestartPolicyRules[i]; r.Action == corev1.ContainerRestartRuleActionRestart && applies(r.ExitCodes, c.code) {
				return true
			}
		}
		policy = corev1.RestartPolicy(*own)
	}
	switch policy {
	case corev1.RestartPolicyNever:
		return false
	case corev1.RestartPolicyOnFailure:
		return c.code != 0
	}
	return !c.init || c.code != 0
}

// applies reports whether a rule is about an exit code.
func applies(on *corev1.ContainerRestartRuleOnExitCodes, code int32) bool {
	if on == nil {
		return false
	}
	return slices.Contains(on.Values, code) == (on.Operator == corev1.ContainerRestartRuleOnExitCodesOpIn)
}

// requestToken asks for the service account token that the pod's volumes need.
func (k *Kubelet) requestToken(t *engine.Turn, w *worker) {
	k.mountAll(t, w)
	if !needsToken(w.pod) {
		w.token = true
		return
	}
	id := k.conn.Send(t, client.Request{
		Verb: client.Create, Resource: "serviceaccounts", Subresource: "token",
		Namespace: w.pod.Namespace, Name: w.pod.Spec.ServiceAccountName, Object: tokenRequest(w.pod),
	})
	k.tokens = append(k.tokens[:len(k.tokens):len(k.tokens)], request{id, w.uid})
}

// tokenSeconds is how long a token is asked to be good for: an hour and 7 seconds, as the API server writes into pods.
const tokenSeconds = 3607

// tokenRequest asks for a token that is good as long as the pod is there.
func tokenRequest(pod *corev1.Pod) *authenticationv1.TokenRequest {
	seconds := int64(tokenSeconds)
	return &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		ExpirationSeconds: &seconds,
		BoundObjectRef:    &authenticationv1.BoundObjectReference{Kind: "Pod", APIVersion: "v1", Name: pod.Name, UID: pod.UID},
	}}
}

func needsToken(pod *corev1.Pod) bool {
	for i := range pod.Spec.Volumes {
		if p := pod.Spec.Volumes[i].Projected; p != nil {
			for j := range p.Sources {
				if p.Sources[j].ServiceAccountToken != nil {
					return true
				}
			}
		}
	}
	return false
}

// tokenAnswered takes the answer to a request for a token: without one the volumes stay unmounted.
func (k *Kubelet) tokenAnswered(t *engine.Turn, r *client.Response) {
	var pod types.UID
	left := make([]request, 0, len(k.tokens))
	for _, q := range k.tokens {
		if q.id == r.ID {
			pod = q.pod
		} else {
			left = append(left, q)
		}
	}
	k.tokens = left
	if w := k.edit(pod); w != nil {
		w.token = true
	}
}

// mounted looks whether the volumes are mounted, and goes on to the sandbox when they are.
func (k *Kubelet) mounted(t *engine.Turn, w *worker) {
	if w.step != volumes {
		return
	}
	left := w.unmounted()
	switch {
	case !w.token, left != nil && !w.overdue:
		k.after(t, w, k.config.Mount, timerMount)
		return
	case left != nil:
		w.polled = true // there is no more to see before a volume is mounted
		return
	}
	w.step = calling
	w.tag = k.call(t, w, cri.Call{Op: cri.RunPodSandbox, Host: w.pod.Spec.HostNetwork})
}

// end ends a sync: when it changed what runs another follows, and when it failed one follows later.
func (k *Kubelet) end(t *engine.Turn, w *worker) {
	w.step = idle
	switch {
	case w.failed && !w.anyIll():
		wait := k.config.Retry
		if w.until > 0 {
			wait = min(w.until-t.Now(), k.config.Sweep)
		}
		w.retries++ // an earlier retry that is still due gives way
		d := t.Rand().Draw(engine.Latency{Min: wait, Max: wait * 3 / 2})
		t.Later(d, timer{pod: w.uid, what: timerRetry, timers: w.timers, retry: w.retries})
		if w.changed {
			k.observeLater(t, w)
		}
	case w.changed:
		k.after(t, w, t.Rand().Draw(k.config.Resync), timerSync)
	case w.again, w.anyIll():
		k.sync(t, w)
	}
}

// anyIll reports whether a container waits to be killed.
func (w *worker) anyIll() bool {
	for i := range w.containers {
		if c := &w.containers[i]; c.ill != "" && c.state == running && !c.stopping {
			return true
		}
	}
	return false
}

// observeLater schedules a sync for when this kubelet next looks at what runs.
func (k *Kubelet) observeLater(t *engine.Turn, w *worker) {
	if !w.relist {
		w.relist = true
		k.after(t, w, k.relisted(t.Now()), timerRelist)
	}
}
