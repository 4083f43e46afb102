package kubelet

import (
	"net"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/engine"
	"orrery/sim/node/shell"
	"orrery/sim/trace"
)

// probe is what the kubelet knows of one of a container's probes.
type probe struct {
	due       bool // one is scheduled
	fails     int32
	successes int32
	counted   int // probes so far
}

// The kinds of probes, as indexes of container.probes.
const (
	startup = iota
	readiness
	liveness
)

var probeNames = [...]string{"Startup", "Readiness", "Liveness"}

// probeTimer says which probe of which container is due.
type probeTimer struct {
	pod       types.UID
	container int
	kind      int
	restarts  int32 // of the container that it is about
}

func (c *container) probeSpec(kind int) *corev1.Probe {
	return [...]*corev1.Probe{c.spec.StartupProbe, c.spec.ReadinessProbe, c.spec.LivenessProbe}[kind]
}

// wanted reports whether there is something left to learn from a probe. What most programs answer does not change once
// they have begun to listen, so that a probe of them that succeeded is not repeated.
func (c *container) wanted(kind int) bool {
	if c.state != running || c.stopping || c.ill != "" || c.probeSpec(kind) == nil {
		return false
	}
	switch kind {
	case startup:
		return !c.started
	case readiness:
		return c.started && (!c.ready || c.program.Varies)
	}
	return c.started && (c.probes[kind].successes == 0 || c.program.Varies)
}

// probeAll schedules the first probes of the containers that run: at once, as a status that says running triggers them.
func (k *Kubelet) probeAll(t *engine.Turn, w *worker) {
	for i := range w.containers {
		for kind := range probeNames {
			c := &w.containers[i]
			if p := &c.probes[kind]; c.wanted(kind) && !p.due {
				d := t.Rand().Draw(k.config.Probe)
				if delay := time.Duration(c.probeSpec(kind).InitialDelaySeconds) * time.Second; delay > 0 {
					d += k.firstTick(t.Now(), c, kind, delay)
				}
				k.probeIn(t, w, i, kind, d)
			}
		}
	}
}

// firstTick returns how long it is until the first tick of a probe's period after its initial delay. The period counts
// from the first look at what runs after the container started.
func (k *Kubelet) firstTick(now time.Duration, c *container, kind int, delay time.Duration) time.Duration {
	d := k.relisted(now)
	for now+d < c.began+delay {
		d += period(c.probeSpec(kind))
	}
	return d
}

func period(p *corev1.Probe) time.Duration {
	return time.Duration(max(p.PeriodSeconds, 1)) * time.Second
}

// probeIn schedules a probe: in the background when it can only fail again, or watches over what is well.
func (k *Kubelet) probeIn(t *engine.Turn, w *worker, i, kind int, d time.Duration) {
	c := &w.containers[i]
	c.probes[kind].due = true
	body := probeTimer{w.uid, i, kind, c.restarts}
	if c.ready || kind == liveness || c.probes[kind].fails > 0 && c.settled(t.Now()) {
		t.Later(d, body)
	} else {
		t.After(d, body)
	}
}

// settled reports whether a container that fails its probes will most likely go on so.
func (c *container) settled(now time.Duration) bool {
	const patience = 2 * time.Minute
	ran := now - c.began
	return ran >= c.program.Warm && (!c.program.Varies || ran > patience)
}

// probe probes a container and draws the consequences.
func (k *Kubelet) probe(t *engine.Turn, b probeTimer) {
	t.Entry.Kind, t.Entry.User, t.Entry.Verb = trace.Timer, k.conn.User, "probe"
	w := k.edit(b.pod)
	if w == nil {
		return
	}
	t.Entry.Resource, t.Entry.Namespace, t.Entry.Name = "pods", w.pod.Namespace, w.pod.Name
	c := &w.containers[b.container]
	if b.restarts != c.restarts {
		return
	}
	p := &c.probes[b.kind]
	p.due = false
	if w.stage != alive || !c.wanted(b.kind) {
		return
	}
	p.counted++
	message := k.examine(t.Now(), w, c, b.kind)
	if message == "" {
		p.successes, p.fails = p.successes+1, 0
	} else {
		p.fails, p.successes = p.fails+1, 0
		k.record(t, w, b.container, corev1.EventTypeWarning, "Unhealthy", probeNames[b.kind]+" probe "+message)
	}
	k.conclude(t, w, b, c, p)
	if w = k.edit(b.pod); w == nil {
		return
	}
	c = &w.containers[b.container]
	if p = &c.probes[b.kind]; c.wanted(b.kind) && !p.due {
		d := period(c.probeSpec(b.kind))
		if p.counted == 1 && b.kind == readiness && !c.ready && c.probeSpec(b.kind).InitialDelaySeconds == 0 {
			d = k.relisted(t.Now()) // the next sync of a pod that is not ready triggers a probe
		}
		k.probeIn(t, w, b.container, b.kind, d)
	}
}

// conclude acts on a probe whose threshold is reached.
func (k *Kubelet) conclude(t *engine.Turn, w *worker, b probeTimer, c *container, p *probe) {
	spec := c.probeSpec(b.kind)
	failed := p.fails >= max(spec.FailureThreshold, 1)
	switch {
	case b.kind == readiness && !c.ready && p.successes >= max(spec.SuccessThreshold, 1):
		c.ready = true
	case b.kind == readiness && c.ready && failed:
		c.ready = false
	case b.kind == startup && p.successes > 0:
		c.started, c.ready = true, c.spec.ReadinessProbe == nil
	case b.kind != readiness && failed:
		t.Foreground()
		c.ill = strings.ToLower(probeNames[b.kind])
		k.sync(t, w)
		return
	default:
		return
	}
	t.Foreground()
	k.report(t, w)
	if b.kind == startup {
		k.sync(t, w)
	}
}

// examine returns what is wrong with a container as a probe finds it, or "".
func (k *Kubelet) examine(now time.Duration, w *worker, c *container, kind int) string {
	spec := c.probeSpec(kind)
	ran, timeout := now-c.began, time.Duration(max(spec.TimeoutSeconds, 1))*time.Second
	switch h := &spec.ProbeHandler; {
	case h.HTTPGet != nil:
		return c.httpProbe(w.ip, h.HTTPGet, ran, timeout)
	case h.TCPSocket != nil:
		if refused := c.refuses(w.ip, c.port(h.TCPSocket.Port.String()), ran); refused != "" {
			return "failed: " + refused
		}
	case h.GRPC != nil:
		if refused := c.refuses(w.ip, h.GRPC.Port, ran); refused != "" {
			address := net.JoinHostPort(w.ip, strconv.Itoa(int(h.GRPC.Port)))
			return `failed: timeout: failed to connect service "` + address + `" within ` + timeout.String() + ": context deadline exceeded: " +
				"connection error: desc = \"transport: Error while dialing: " + refused + `"`
		}
	case h.Exec != nil:
		return c.execProbe(h.Exec.Command, ran, timeout)
	}
	return ""
}

func (c *container) httpProbe(ip string, h *corev1.HTTPGetAction, ran, timeout time.Duration) string {
	if h.Host != "" {
		ip = h.Host
	}
	port := c.port(h.Port.String())
	scheme := strings.ToLower(string(h.Scheme))
	if scheme == "" {
		scheme = "http"
	}
	get := `failed: Get "` + scheme + "://" + net.JoinHostPort(ip, strconv.Itoa(int(port))) + h.Path + `": `
	if refused := c.refuses(ip, port, ran); refused != "" {
		return get + refused
	}
	code, took := c.program.Get(h.Path, ran)
	switch {
	case took >= timeout:
		return get + "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
	case code >= 400:
		return "failed: HTTP probe failed with statuscode: " + strconv.Itoa(code)
	}
	return ""
}

func (c *container) execProbe(line []string, ran, timeout time.Duration) string {
	out, missing := c.program.Exec(line, ran, engine.Epoch.Add(c.began))
	switch {
	case missing != "":
		return "errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in container: failed to start exec: " +
			`OCI runtime exec failed: exec failed: unable to start container process: exec: "` + missing + `": executable file not found in $PATH`
	case out.At >= timeout:
		return "failed: command timed out: " + strconv.Quote(strings.Join(line, " ")) + " timed out after " + timeout.String()
	case out.Code != 0:
		return "failed: " + shell.Text(out.Lines)
	}
	return ""
}

// refuses returns the error of a connection that a container refuses, or "".
func (c *container) refuses(ip string, port int32, ran time.Duration) string {
	if c.program.Listens(port, ran) {
		return ""
	}
	return "dial tcp " + net.JoinHostPort(ip, strconv.Itoa(int(port))) + ": connect: connection refused"
}

// port returns the number of a port by its number or its name in the container.
func (c *container) port(s string) int32 {
	if n, err := strconv.ParseInt(s, 10, 32); err == nil {
		return int32(n)
	}
	for i := range c.spec.Ports {
		if c.spec.Ports[i].Name == s {
			return c.spec.Ports[i].ContainerPort
		}
	}
	return 0
}
