package narrate

import (
	"strings"

	"orrery/sim/client"
	"orrery/sim/controller"
	"orrery/sim/trace"
)

// serverUser is on whose behalf the API server writes by itself.
const serverUser = "apiserver"

// choose returns the name of the event's case. A name may be finer than any phrase: see phrase.
func (s *story) choose() string {
	e := s.entry
	switch e.Kind {
	case trace.Command:
		return "command." + e.Verb
	case trace.Receive:
		return "receive." + s.request()
	case trace.Read:
		return "read." + e.Verb + "." + Writer(e.User)
	case trace.Refuse:
		return "refuse." + s.refusal()
	case trace.Commit:
		return "commit." + s.commit()
	case trace.Answer:
		return "answer." + s.answer()
	case trace.Watch:
		return "watch." + s.watch()
	case trace.Sync:
		return "sync." + s.sync()
	case trace.Decide:
		return "decide." + s.decision()
	case trace.Runtime:
		return "runtime." + s.runtime()
	case trace.Timer:
		return "timer." + Writer(e.Actor) + "." + e.Verb
	}
	return "other"
}

// write returns what sort of write a request is, without its verb.
func (s *story) write() string {
	e := s.entry
	switch {
	case e.Resource == "events" || e.Resource == "events.events.k8s.io":
		return "event"
	case e.Resource == "leases.coordination.k8s.io":
		return "lease"
	case e.Subresource == "binding":
		return "binding"
	case e.Subresource == "status" && e.Resource == "pods" && strings.HasPrefix(e.User, "kubelet/"):
		return "status.pod"
	case e.Subresource != "":
		return e.Subresource
	}
	return ""
}

func (s *story) request() string {
	e := s.entry
	if e.Key == "" && e.Subresource != "token" && e.Verb != "deletecollection" {
		return "nothing"
	}
	if e.Resource == "ipaddresses.networking.k8s.io" && e.User == serverUser {
		return "address"
	}
	w := s.write()
	if w == "binding" {
		return "binding." + s.decision()
	}
	if w != "" {
		return w
	}
	return e.Verb
}

func (s *story) refusal() string {
	e := s.entry
	switch {
	case e.Code == 404 && e.Verb == "get" && e.User == "kubectl":
		return "missing.kubectl"
	case e.Code == 404:
		return "missing"
	case e.Code == 409 && strings.HasSuffix(e.Message, "already exists"):
		return "exists"
	case e.Code == 409:
		return "conflict"
	case e.Code == 403 && strings.Contains(e.Message, `User "`):
		return "forbidden"
	case e.Code == 403:
		return "admission"
	case e.Code == 422:
		return "invalid"
	}
	return "other"
}

func (s *story) commit() string {
	e := s.entry
	v := s.at.Committed(e)
	switch {
	case v != nil && v.Deleted():
		return "delete." + strings.ReplaceAll(e.Resource, ".", "")
	case e.Resource == "ipaddresses.networking.k8s.io" && e.User == serverUser:
		return "address"
	case e.Verb == "delete" && e.Resource == "pods":
		return "marked.pod"
	case e.Verb == "delete":
		return "marked"
	}
	if w := s.write(); w != "" {
		return w
	}
	if e.Verb == "create" {
		return "create"
	}
	return "change"
}

func (s *story) answer() string {
	e := s.entry
	switch {
	case e.Actor == string(client.Server):
		return "own"
	case e.User == "kubectl" && len(s.list("output")) > 0:
		return "printed"
	case e.Code == 409:
		return "conflict"
	case e.Code == 404 && e.User == "kubectl":
		return "kubectl.missing"
	case e.Code >= 400:
		return "refused"
	case e.Code == 201:
		return "created." + s.write()
	case s.write() == "event" || s.write() == "lease":
		return "created." + s.write()
	}
	return "ok"
}

func (s *story) watch() string {
	e := s.entry
	switch actor := Writer(e.Actor); actor {
	case "controller-manager":
		if woken, _ := e.Data.([]controller.Woken); len(woken) > 0 {
			return "woken"
		}
		return "manager"
	case "scheduler":
		switch {
		case e.Resource != "pods":
			return "scheduler.node"
		case e.Verb == "ADDED":
			return "scheduler.waits"
		case e.Subresource == "binding":
			return "scheduler.bound"
		}
		return "scheduler"
	case "kubelet":
		return "kubelet." + e.Verb
	default:
		return actor
	}
}

// sync returns the case of a controller's turn. What each controller notes decides.
func (s *story) sync() string {
	e := s.entry
	name := Writer(e.User)
	if name == "replication" {
		name = "replicaset" // to which it is an older version of the same
	}
	switch {
	case name == "proxy":
		return name
	case name == "deployment":
		return "deployment" + s.deployment()
	case e.Name == "" && e.Data == nil:
		return "around.nothing"
	case e.Name == "":
		return "around"
	case s.yes("waiting"):
		return name + ".waiting"
	case s.yes("creating"):
		return name + ".creating"
	case s.yes("deleting"):
		return name + ".deleting"
	case e.Data == nil:
		return "nothing"
	case s.yes("status"):
		return "status"
	}
	return name
}

// deployment returns what the deployment controller's turn was for.
func (s *story) deployment() string {
	switch {
	case s.text("created") != "":
		return ".created"
	case len(s.scaled()) > 0:
		return ".scaled"
	case s.entry.Subresource == "status":
		return ".status"
	case s.entry.Verb == "":
		return ".nothing"
	}
	return ""
}

func (s *story) decision() string {
	d := s.decided()
	switch {
	case d == nil:
		return "other"
	case d.Skipped:
		return "skipped"
	case d.Selected == "":
		return "none"
	case d.Feasible == 1:
		return "only"
	case d.Best > 1:
		return "tie"
	}
	return "best"
}

// runtime returns the case of a call of the container runtime, of its answer, or of a container that ended.
func (s *story) runtime() string {
	name := s.entry.Verb
	switch {
	case name == "exit" || name == "exited":
		if s.number("exitCode") != 0 {
			return name + ".failed"
		}
		return name
	case name == "pulled":
		return name
	case s.text("error") != "" && s.yes("done"):
		return "failed." + name
	case !s.yes("done"):
		return name
	case name == "ImageStatus" && !s.yes("bytes"):
		return "done.ImageStatus.absent"
	}
	return "done." + name
}
