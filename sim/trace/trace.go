// Package trace is the record of what happened in a world and why: one Entry for every event that was run.
//
// Entries are plain data. They never hold sentences for people: those are made from them where they are shown, in the
// reader's language. What only one component knows about its own event is Data, a small plain struct of that component.
package trace

import (
	"strconv"
	"strings"
	"time"
)

// Kind says what sort of event an Entry records.
type Kind string

// The kinds of events.
const (
	Command Kind = "command" // something from outside: the user's kubectl, a knob
	Receive Kind = "receive" // kube-apiserver took a request, admitted and validated it, and handed it to etcd
	Read    Kind = "read"    // kube-apiserver answered a get or a list from the store
	Refuse  Kind = "refuse"  // kube-apiserver refused a request
	Commit  Kind = "commit"  // etcd stored a write at a new revision
	Answer  Kind = "answer"  // a client received the answer to its request
	Watch   Kind = "watch"   // a client received a change over its open watch
	Sync    Kind = "sync"    // a controller or kube-proxy compared what is with what should be
	Decide  Kind = "decide"  // the scheduler looked for a node
	Runtime Kind = "runtime" // a call to the container runtime, or what happened inside it
	Timer   Kind = "timer"   // a component looked at its clock
)

// Entry is one event that was run. Number counts from 1 without gaps; Cause is the number of the event that scheduled
// this one, 0 for what came from outside or was there when the world began. At is virtual time since the world began.
type Entry struct {
	Number      uint64        `json:"n"`
	At          time.Duration `json:"at"`
	Cause       uint64        `json:"cause,omitempty"`
	Kind        Kind          `json:"kind"`
	Actor       string        `json:"actor"`          // the component that ran
	From        string        `json:"from,omitempty"` // the component whose message it was
	User        string        `json:"user,omitempty"` // on whose behalf: a controller's name, "kubelet/node-1"
	Verb        string        `json:"verb,omitempty"`
	Resource    string        `json:"resource,omitempty"` // plural with group: "deployments.apps"
	Subresource string        `json:"subresource,omitempty"`
	Namespace   string        `json:"namespace,omitempty"`
	Name        string        `json:"name,omitempty"`
	Key         string        `json:"key,omitempty"`      // in etcd
	Revision    int64         `json:"revision,omitempty"` // that a commit made or a watch delivered
	Code        int           `json:"code,omitempty"`     // HTTP status of a refusal, a read or an answer
	Message     string        `json:"message,omitempty"`  // of a refusal
	Background  bool          `json:"background,omitempty"`
	Data        any           `json:"data,omitempty"`
}

// Ten returns which of the ten steps of a Deployment the event belongs to, or 0.
func (e *Entry) Ten() int {
	if e.Background {
		return 0
	}
	switch e.Kind {
	case Receive, Commit:
		return e.tenOfWrite()
	case Watch:
		return e.tenOfWatch()
	case Sync:
		return e.tenOfSync()
	case Decide:
		return 6
	case Runtime:
		if !strings.HasPrefix(e.Verb, "Stop") && !strings.HasPrefix(e.Verb, "Remove") {
			return 9
		}
	}
	return 0
}

func (e *Entry) tenOfWrite() int {
	switch {
	case e.User == "kubectl" && e.Verb != "delete":
		return 1
	case e.User == "deployment-controller" && e.Resource == "replicasets.apps":
		return 3
	case e.User == "replicaset-controller" && e.Resource == "pods":
		return 5
	case e.Subresource == "binding":
		return 7
	case e.Resource == "pods" && e.Subresource == "status":
		return 10
	}
	return 0
}

// tenOfSync counts the turns of a controller that begin with writing its objects, not those that write a status or nothing.
func (e *Entry) tenOfSync() int {
	switch {
	case e.Verb == "" || e.Subresource != "":
		return 0
	case e.User == "deployment-controller":
		return 3
	case e.User == "replicaset-controller":
		return 5
	}
	return 0
}

func (e *Entry) tenOfWatch() int {
	switch {
	case e.Subresource == "status":
		return 0
	case e.Actor == "kube-controller-manager" && e.Resource == "deployments.apps":
		return 2
	case e.Actor == "kube-controller-manager" && e.Resource == "replicasets.apps":
		return 4
	case e.Subresource == "binding" && e.Actor != "kube-controller-manager" && e.Actor != "kube-scheduler":
		return 8
	}
	return 0
}

// Target returns the object that the event is about as "resource/namespace/name", with its subresource.
func (e *Entry) Target() string {
	s := e.Resource
	if e.Subresource != "" {
		s += "/" + e.Subresource
	}
	if e.Name == "" {
		return s
	}
	if e.Namespace != "" {
		return s + " " + e.Namespace + "/" + e.Name
	}
	return s + " " + e.Name
}

// Seconds prints a virtual time as seconds with microseconds, "0.026314".
func Seconds(d time.Duration) string {
	us := int64(d / time.Microsecond)
	frac := strconv.FormatInt(us%1e6, 10)
	for len(frac) < 6 {
		frac = "0" + frac
	}
	return strconv.FormatInt(us/1e6, 10) + "." + frac
}
