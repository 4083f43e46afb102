package kubelet

import (
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/node/shell"
	"orrery/sim/trace"
)

// How often the kubelet looks whether more was printed of a log that is followed, and for how long before it says so.
const (
	followLook = 250 * time.Millisecond
	followWait = 10 * time.Second
)

// follow is a request for a log, in which nothing new stands yet.
type follow struct {
	ask   *client.Ask
	until time.Duration
}

// reads is how long a kubelet takes to read a log.
var reads = engine.Latency{Min: time.Millisecond, Max: 3 * time.Millisecond}

// asked answers the API server.
func (k *Kubelet) asked(t *engine.Turn, a *client.Ask) {
	if a.Exec != nil {
		k.exec(t, a)
		return
	}
	k.follow(t, follow{a, t.Now() + followWait})
}

func (k *Kubelet) follow(t *engine.Turn, f follow) {
	a := f.ask
	e := t.Entry
	e.Kind, e.User, e.Verb, e.Resource, e.Subresource = trace.Read, k.conn.User, "logs", "pods", "log"
	e.Namespace, e.Name = a.Request.Namespace, a.Request.Name
	told := k.log(t, a)
	if a.Log.Follow && told.Open && told.Text == "" && told.Wrong == "" && t.Now() < f.until {
		t.After(followLook, f)
		return
	}
	t.Foreground()
	t.Send(client.Server, t.Rand().Draw(reads), told)
}

// log returns what a container has printed.
func (k *Kubelet) log(t *engine.Turn, a *client.Ask) *client.Told {
	told := &client.Told{Ask: a, Next: t.Wall()}
	w, ok := k.workers.Get(&worker{uid: a.Pod})
	if !ok {
		told.Wrong = `pod "` + a.Request.Name + `" cannot be found - no logs available`
		return told
	}
	id, wrong := w.logged(a.Container, a.Log.Previous)
	if told.Wrong = wrong; wrong != "" {
		return told
	}
	for i := range w.containers {
		c := &w.containers[i]
		now := life{c.id, c.program, c.began, c.ended, c.signaled}
		switch id {
		case containerID(c.id):
			told.Open = c.state == running
			told.Text = now.text(t, a.Log)
		case containerID(c.earlier.id):
			told.Text = c.earlier.text(t, a.Log)
		default:
			continue
		}
		return told
	}
	told.Text = "unable to retrieve container logs for " + id
	return told
}

// logged returns the ID of the container whose log is meant, as the pod's status has it, or why there is none.
func (w *worker) logged(name string, previous bool) (id, wrong string) {
	status := w.status
	if status == nil {
		status = &w.pod.Status
	}
	all := slices.Concat(status.ContainerStatuses, status.InitContainerStatuses, status.EphemeralContainerStatuses)
	i := slices.IndexFunc(all, func(c corev1.ContainerStatus) bool { return c.Name == name })
	who := `container "` + name + `" in pod "` + w.pod.Name + `" `
	if i < 0 {
		return "", who + "is not available"
	}
	c, last := &all[i], ""
	if l := all[i].LastTerminationState.Terminated; l != nil {
		last = l.ContainerID
	}
	switch {
	case previous && last == "":
		return "", "previous terminated " + who + "not found"
	case previous:
		return last, ""
	case c.State.Running != nil:
		return c.ContainerID, ""
	case c.State.Terminated != nil && c.State.Terminated.ContainerID != "":
		return c.State.Terminated.ContainerID, ""
	case last != "":
		return last, ""
	case c.State.Terminated != nil:
		return "", who + "is terminated"
	case c.State.Waiting == nil:
		return "", who + "is waiting to start - no logs yet"
	}
	switch reason := c.State.Waiting.Reason; reason {
	case "ErrImagePull":
		return "", who + "is waiting to start: image can't be pulled"
	case "ImagePullBackOff":
		return "", who + "is waiting to start: trying and failing to pull image"
	default:
		return "", who + "is waiting to start: " + reason
	}
}

// text returns the log of a container's life, or the part of it that is asked for.
func (l *life) text(t *engine.Turn, o *corev1.PodLogOptions) string {
	if l.program == nil || l.began == 0 {
		return ""
	}
	end, signal := t.Now(), time.Duration(-1)
	if l.ended > 0 {
		end = l.ended
	}
	if l.signaled > 0 {
		signal = l.signaled
	}
	began := engine.Epoch.Add(l.began)
	return render(l.program.Log(end-l.began, signal, began), began, t.Wall(), o)
}

// render writes the lines of a log that are asked for.
func render(lines []shell.Line, began, now time.Time, o *corev1.PodLogOptions) string {
	var since time.Time
	switch {
	case o.SinceTime != nil:
		since = o.SinceTime.Time
	case o.SinceSeconds != nil:
		since = now.Add(-time.Duration(*o.SinceSeconds) * time.Second)
	}
	first := 0
	for first < len(lines) && began.Add(lines[first].At).Before(since) {
		first++
	}
	lines = lines[first:]
	if o.TailLines != nil {
		lines = lines[max(0, len(lines)-int(min(*o.TailLines, int64(len(lines))))):]
	}
	var b strings.Builder
	for _, l := range lines {
		if o.Timestamps {
			b.WriteString(began.Add(l.At).UTC().Format(time.RFC3339Nano) + " ")
		}
		b.WriteString(l.Text + "\n")
	}
	text := b.String()
	if o.LimitBytes != nil {
		text = text[:min(int64(len(text)), *o.LimitBytes)]
	}
	return text
}
