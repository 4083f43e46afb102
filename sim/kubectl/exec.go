package kubectl

import (
	corev1 "k8s.io/api/core/v1"

	"orrery/sim/client"
)

// executing is kubectl exec in a container of one pod.
//
// Simplified: the command gets no input; with -it a shell ends at once.
type executing struct{ object }

func (x *executing) clone() task { c := *x; return &c }

func (x *executing) start(t *turn) bool { return t.send(x.request(client.Get)) }

func (x *executing) answer(t *turn, r *client.Response) bool {
	switch {
	case r.Error != nil:
		return t.fail(statusError(r.Error))
	case r.Told == nil:
		pod := r.Object.(*corev1.Pod)
		if p := pod.Status.Phase; p == corev1.PodSucceeded || p == corev1.PodFailed {
			return t.fail(usage("cannot exec into a container in a completed pod; current phase is " + string(p)))
		}
		q := x.request(client.Create)
		q.Subresource = "exec"
		q.Exec = &corev1.PodExecOptions{Container: containerOptions(t, pod).Container, Command: t.process.command.Run}
		return t.send(q)
	}
	t.printAll(r.Told.Text)
	switch {
	case r.Told.Fails != "":
		return t.fail(usage("Internal error occurred: Internal error occurred: " + r.Told.Fails))
	case r.Told.Code != 0:
		return t.fail(exitError(r.Told.Code))
	}
	return false
}

// exitError is the exit code of a command in a container, which kubectl makes its own.
type exitError int32

// Error implements error.
func (e exitError) Error() string { return "command terminated with exit code " + itoa(int64(e)) }

// execArgs takes a pod and, after two dashes, a command.
func (p *parser) execArgs() error {
	switch {
	case len(p.args) == 0:
		return usage("pod, type/name or --filename must be specified")
	case len(p.args) > 1:
		return usage("exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead")
	case len(p.rest) == 0:
		return usage("you must specify at least one command for the container")
	}
	p.command.Run = p.rest
	return p.pod(p.args[0])
}
