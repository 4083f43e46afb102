package kubectl

import (
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/api"
	"orrery/sim/client"
)

// logging is kubectl logs of one pod: it looks at the pod to find the container, and then reads its log.
type logging struct{ object }

func (l *logging) clone() task { c := *l; return &c }

func (l *logging) start(t *turn) bool { return t.send(l.request(client.Get)) }

func (l *logging) answer(t *turn, r *client.Response) bool {
	if r.Error != nil {
		return t.fail(statusError(r.Error))
	}
	if r.Told == nil {
		q := l.request(client.Get)
		q.Subresource, q.Log = "log", containerOptions(t, r.Object.(*corev1.Pod))
		return t.send(q)
	}
	return t.printAll(r.Told.Text)
}

// printAll prints a text line by line.
func (t *turn) printAll(text string) bool {
	for line := range strings.Lines(text) {
		t.print(strings.TrimSuffix(line, "\n"))
	}
	return false
}

// containerOptions returns what is asked for. Of a pod with several containers it is the one that an annotation names, or the
// first, which kubectl says.
func containerOptions(t *turn, pod *corev1.Pod) *corev1.PodLogOptions {
	o := corev1.PodLogOptions{}
	if given := t.process.command.Log; given != nil {
		o = *given
	}
	if o.Container != "" || len(pod.Spec.Containers)+len(pod.Spec.InitContainers) == 1 || len(pod.Spec.Containers) == 0 {
		return &o
	}
	if o.Container = pod.Annotations["kubectl.kubernetes.io/default-container"]; o.Container == "" {
		o.Container = pod.Spec.Containers[0].Name
		var all []string
		for i := range pod.Spec.Containers {
			all = append(all, pod.Spec.Containers[i].Name)
		}
		for i := range pod.Spec.InitContainers {
			all = append(all, pod.Spec.InitContainers[i].Name+" (init)")
		}
		t.print("Defaulted container " + quoted(o.Container) + " out of: " + strings.Join(all, ", "))
	}
	return &o
}

var logShorthands = map[byte]string{'n': "namespace", 'c': "container", 'p': "previous", 'i': "stdin", 't': "tty", 'q': "quiet"}

// log returns the options of kubectl logs.
func (p *parser) log() *corev1.PodLogOptions {
	if p.command.Log == nil {
		p.command.Log = &corev1.PodLogOptions{}
	}
	return p.command.Log
}

func ofLog(set func(*corev1.PodLogOptions, bool)) *flag {
	return &flag{alone: "true", set: func(p *parser, v string) error {
		b, err := strconv.ParseBool(v)
		if err == nil {
			set(p.log(), b)
		}
		return err
	}}
}

func setTail(p *parser, v string) error {
	n, err := strconv.ParseInt(v, 0, 64)
	if err == nil && n >= 0 {
		p.log().TailLines = &n
	}
	return err
}

func setLimit(p *parser, v string) error {
	n, err := strconv.ParseInt(v, 0, 64)
	if err == nil && n > 0 {
		p.log().LimitBytes = &n
	}
	return err
}

func setSince(p *parser, v string) error {
	d, err := time.ParseDuration(v)
	if seconds := int64((d + time.Second - 1) / time.Second); err == nil && seconds > 0 {
		p.log().SinceSeconds = &seconds
	}
	return err
}

// logsArgs takes a pod, by its name or as pod/name, and perhaps a container.
//
// Simplified: a pod must be named; kubectl also finds one of a Deployment or by labels.
func (p *parser) logsArgs() error {
	const expected = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command" +
		"\nSee 'kubectl logs -h' for help and examples"
	if len(p.args) == 0 || len(p.args) > 2 {
		return usage(expected)
	}
	if len(p.args) == 2 {
		p.log().Container = p.args[1]
	}
	return p.pod(p.args[0])
}

// pod takes a pod's name, or pod/name.
func (p *parser) pod(name string) error {
	if kind, rest, ok := strings.Cut(name, "/"); ok {
		if res := api.Find("pods"); kind != res.Singular && kind != res.Plural && kind != "po" {
			return usage("only pods can be named here: kubectl " + string(p.command.Verb) + " POD")
		}
		name = rest
	}
	p.command.Targets = []Target{{Resource: "pods", Name: name}}
	return nil
}
