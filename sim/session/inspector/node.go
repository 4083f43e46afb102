package inspector

import (
	"errors"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/node/runtime"
	"orrery/sim/session/instant"
	"orrery/sim/wire"
)

// Rules answers what kube-proxy wrote on a node.
func (p *Inspector) Rules(i *instant.Instant, node string) (*wire.Rules, error) {
	proxy := i.Proxy(node)
	if proxy == nil {
		return nil, errors.New("there is no node " + node)
	}
	return &wire.Rules{
		Node: node, Mode: "iptables", Synced: int64(proxy.Synced()), Services: proxy.Services(), Text: proxy.Rules(),
	}, nil
}

// Runtime answers what a node's container runtime holds.
func (p *Inspector) Runtime(i *instant.Instant, node string) (*wire.Runtime, error) {
	r := i.Runtime(node)
	if r == nil {
		return nil, errors.New("there is no node " + node)
	}
	state := r.State(i.Now())
	out := &wire.Runtime{Node: node}
	for _, image := range state.Images {
		out.Images = append(out.Images, wire.Image{Name: image.Reference.String(), Digest: image.Digest, Bytes: image.Bytes, Pulled: 1})
	}
	for _, pull := range state.Pulls {
		out.Images = append(out.Images, wire.Image{
			Name: pull.Image.Reference.String(), Digest: pull.Image.Digest, Bytes: pull.Image.Bytes,
			Pulled: share(i.Now()-pull.Start, pull.Due-pull.Start),
		})
	}
	for k := range state.Sandboxes {
		out.Sandboxes = append(out.Sandboxes, sandbox(i, &state.Sandboxes[k]))
	}
	for k := range state.Calls {
		c := &state.Calls[k]
		out.Calls = append(out.Calls, wire.CRICall{Event: int(c.Event), At: int64(c.At), Call: string(c.Op), Text: callText(c)})
	}
	return out, nil
}

// share is how much of a span has passed; less than 1 as long as it is not over.
func share(passed, all time.Duration) float64 {
	if all <= 0 {
		return 0
	}
	return min(float64(passed)/float64(all), 0.99)
}

func callText(c *runtime.Call) string {
	words := []string{c.Pod.Name}
	for _, word := range []string{c.Data.Name, c.Data.Image, c.Data.IP, c.Data.Error} {
		if word != "" {
			words = append(words, word)
		}
	}
	return strings.Join(words, " · ")
}

func sandbox(i *instant.Instant, s *runtime.Sandbox) wire.Sandbox {
	out := wire.Sandbox{
		ID: s.ID, Pod: wire.Ref{Resource: "pods", Namespace: s.Pod.Namespace, Name: s.Pod.Name}, IP: s.IP, State: "SANDBOX_NOTREADY",
	}
	if s.Ready {
		out.State = "SANDBOX_READY"
	}
	var pod *corev1.Pod
	if v := i.Store().Get(keyOf(i, "pods", s.Pod.Namespace, s.Pod.Name)); v != nil && v.Object.GetUID() == s.Pod.UID {
		pod = v.Object.(*corev1.Pod)
	}
	for k := range s.Containers {
		c := &s.Containers[k]
		out.Containers = append(out.Containers, wire.Container{
			ID: c.ID, Name: c.Name, Image: c.Image, State: c.State(), Restarts: int(c.Attempt), Started: int64(c.Started),
			ExitCode: int(c.ExitCode), Ready: ready(pod, c.ID),
		})
	}
	return out
}

// ready reports whether the pod's status calls a container ready.
func ready(pod *corev1.Pod, id string) bool {
	if pod == nil {
		return false
	}
	for k := range pod.Status.ContainerStatuses {
		if c := &pod.Status.ContainerStatuses[k]; strings.HasSuffix(c.ContainerID, "://"+id) {
			return c.Ready
		}
	}
	return false
}
