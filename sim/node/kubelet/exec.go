package kubelet

import (
	"slices"

	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/node/cri"
	"orrery/sim/trace"
)

// exec is a command that a user runs in a container.
type exec struct {
	tag uint64 // of the call to the runtime
	ask *client.Ask
}

// exec runs a command in a container for a user.
func (k *Kubelet) exec(t *engine.Turn, a *client.Ask) {
	e := t.Entry
	e.Kind, e.User, e.Verb, e.Resource, e.Subresource = trace.Read, k.conn.User, "exec", "pods", "exec"
	e.Namespace, e.Name = a.Request.Namespace, a.Request.Name
	w := k.edit(a.Pod)
	if w != nil {
		for i := range w.containers {
			if c := &w.containers[i]; c.spec.Name == a.Container && c.state == running {
				tag := k.call(t, w, cri.Call{
					Op: cri.ExecSync, Container: i, Sandbox: w.sandbox, ID: c.id, Name: c.spec.Name, Line: a.Exec,
				})
				k.execs = append(slices.Clip(k.execs), exec{tag, a})
				return
			}
		}
	}
	t.Send(client.Server, t.Rand().Draw(reads), &client.Told{Ask: a, Wrong: `container not found ("` + a.Container + `")`})
}

// execAnswered takes the end of a user's command; false when the call was for something else.
func (k *Kubelet) execAnswered(t *engine.Turn, a *cri.Answer) bool {
	i := slices.IndexFunc(k.execs, func(e exec) bool { return e.tag == a.Call.Tag })
	if i < 0 {
		return false
	}
	ask := k.execs[i].ask
	k.execs = slices.Delete(slices.Clone(k.execs), i, i+1)
	if w := k.edit(a.Call.Pod.UID); w != nil && a.Program != nil {
		if c := &w.containers[a.Call.Container]; c.id == a.ID {
			c.program = a.Program
			if w.stage == alive { // what the probes find may be another now
				k.probeAll(t, w)
			}
		}
	}
	told := &client.Told{Ask: ask, Text: a.Output, Code: a.ExitCode}
	if a.Error != "" {
		told.Fails = "error executing command in container: " + a.Error
	}
	t.Send(client.Server, t.Rand().Draw(reads), told)
	return true
}
