// Package client is what a component holds of the API: the messages it exchanges with kube-apiserver, an open watch's
// cache (the informer), a rate limit, and an event recorder.
//
// Messages are the typed door to the API server: the same verbs, options and answers as over HTTP, with Go objects
// instead of their JSON. Models k8s.io/client-go: rest, tools/cache, tools/record, util/flowcontrol.
package client

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/engine"
)

// Server is the address of the API server.
const Server engine.Address = "kube-apiserver"

// Verb is what a request does.
type Verb string

// The verbs of the API.
const (
	Get              Verb = "get"
	List             Verb = "list"
	WatchVerb        Verb = "watch"
	Create           Verb = "create"
	Update           Verb = "update"
	Patch            Verb = "patch"
	Delete           Verb = "delete"
	DeleteCollection Verb = "deletecollection"
)

// Request asks the API server for something. Its objects must not be changed once it was sent.
type Request struct {
	ID          uint64 // of the caller's choice; the Response carries it
	User        string // "kubectl", "deployment-controller", "kubelet/node-1"; package authentication knows their groups
	Token       string // bearer token, of a request from outside; it says who the user is
	Impersonate *Impersonate
	// Of a user who is not known by the short name alone; the API server fills them in.
	UserUID     string
	Groups      []string
	Extra       map[string][]string
	Verb        Verb
	Resource    string // plural with group: "deployments.apps"
	Subresource string
	Namespace   string
	Name        string
	Object      api.Object // body of a create or an update; for patches see PatchType
	Body        []byte     // the same in JSON, of a request from outside; the server decodes it when there is no Object
	PatchType   types.PatchType
	PatchData   []byte
	Manager     string // field manager; empty for the beginning of Agent, and without that for the component's name
	Agent       string // the program that asks, of a request from outside: "kubectl/v1.36.3 (linux/amd64)"
	DryRun      bool
	// FieldValidation says what happens to unknown and duplicate fields: "Strict", "Warn", "Ignore", or "" for Warn.
	FieldValidation string
	Force           bool // of an apply: take conflicting fields from their managers
	Managed         bool // whether the answer shows the managers of its objects' fields
	// Of a delete.
	UID         types.UID // precondition; empty for none
	Revision    string    // precondition on resourceVersion; empty for none. Of a get, list or watch: its resourceVersion
	Grace       *int64    // seconds; nil for the object's own
	Propagation metav1.DeletionPropagation
	// Of a list, a watch and a deletecollection.
	Labels string // selector
	Fields string // selector
	// Of a list and a watch.
	Match    string // resourceVersionMatch: "Exact", "NotOlderThan" or ""
	Limit    int64  // of objects in an answer; 0 for all
	Continue string // token of the answer that this list goes on from
	// Of a watch.
	Bookmarks bool          // whether the client understands bookmarks
	Initial   *bool         // sendInitialEvents; nil when it was not said
	Timeout   time.Duration // after which the server ends the watch; 0 for never
	// Of a container: for its log, or to run a command in it.
	Log  *corev1.PodLogOptions
	Exec *corev1.PodExecOptions
}

// Impersonate is whom a request asks to act as.
type Impersonate struct {
	User   string              `json:"user"`
	UID    string              `json:"uid,omitempty"`
	Groups []string            `json:"groups,omitempty"`
	Extra  map[string][]string `json:"extra,omitempty"`
}

// TypedStatus is the patch type of components that send a whole status as an Object instead of a patch in JSON: the
// server writes that status onto the newest version of the object, whatever its revision.
//
// Simplified: kubelets send the difference as a strategic merge patch; Kubernetes merges that field by field. The
// result is the same as long as each field of a status has one writer; conditions and other lists are sent whole.
const TypedStatus types.PatchType = "application/orrery-typed-status"

// Response answers the Request with the same ID. Object is the object as stored (or for a List, nil and Items); Error is
// nil unless the request was refused.
type Response struct {
	ID      uint64
	Request *Request
	Code    int // HTTP status
	Object  api.Object
	Items   []api.Object
	List    int64 // revision of a list
	// Continue is the token for the rest of a list, and Remaining how many objects that is; nil when it is not known.
	Continue  string
	Remaining *int64
	Deleted   bool      // whether the request removed the object, and did not only mark it
	Told      *Told     // what a kubelet said, of a container's log or of a command in it
	At        time.Time // when the server answered, by the clocks of the simulated machines
	Warnings  []string  // for the user, beside whatever the answer is
	Error     *metav1.Status
}

// Failed reports whether the request was refused with a reason.
func (r *Response) Failed(reason metav1.StatusReason) bool {
	return r.Error != nil && r.Error.Reason == reason
}

// ChangeType says what a watch reports.
type ChangeType string

// The changes that a watch reports.
const (
	Added    ChangeType = "ADDED"
	Modified ChangeType = "MODIFIED"
	Deleted  ChangeType = "DELETED"
	Bookmark ChangeType = "BOOKMARK" // nothing but how far the watch is; only for those who asked for bookmarks
	Closed   ChangeType = "CLOSED"   // the server ended the watch: there is no object, and nothing comes after it
)

// Change is one change that a watch delivers: what the object is now, or last was when it was deleted.
type Change struct {
	Watch    uint64
	Type     ChangeType
	Resource string
	Object   api.Object
	Revision int64
	At       time.Time // when the server sent it, by the clocks of the simulated machines
	// Subresource and User tell which write it was. A real watch does not carry them; only the trace reads them.
	Subresource string
	User        string
}

// Unwatch closes a watch that the sender opened by a request with this ID. There is no answer: over HTTP a client just
// hangs up.
type Unwatch struct{ ID uint64 }
