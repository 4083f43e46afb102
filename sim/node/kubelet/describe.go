package kubelet

import (
	"orrery/sim/engine"
	"orrery/sim/node/cri"
	"orrery/sim/trace"
)

// describe fills in the trace's entry of an answer of the runtime.
func describe(t *engine.Turn, a *cri.Answer) {
	e := t.Entry
	e.Kind, e.User, e.Verb = trace.Runtime, string(t.From()), string(a.Call.Op)
	e.Resource, e.Namespace, e.Name = "pods", a.Call.Pod.Namespace, a.Call.Pod.Name
	data := &cri.Data{
		Call: string(a.Call.Op), Name: a.Call.Name, ID: a.ID, Image: a.Call.Image, IP: a.IP, ExitCode: a.ExitCode,
		Error: a.Error, Done: true,
	}
	if a.Image != nil {
		data.Bytes = a.Image.Bytes
	}
	e.Data = data
}

// describeExit fills in the trace's entry of a container that ended by itself.
func describeExit(t *engine.Turn, x *cri.Exited) {
	e := t.Entry
	e.Kind, e.User, e.Verb = trace.Runtime, string(t.From()), "exited"
	e.Resource, e.Namespace, e.Name = "pods", x.Pod.Namespace, x.Pod.Name
	e.Data = &cri.Data{Name: x.Name, ID: x.ID, ExitCode: x.ExitCode, Done: true}
}
