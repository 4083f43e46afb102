package door

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
)

// Call is one request from outside, as plain data. Answers are found by its ID, which the caller chooses.
type Call struct {
	ID          uint64                     `json:"id"`
	User        string                     `json:"user"`
	Groups      []string                   `json:"groups,omitempty"`
	Extra       map[string][]string        `json:"extra,omitempty"`
	Token       string                     `json:"token,omitempty"` // of the Authorization header
	Impersonate *Impersonate               `json:"impersonate,omitempty"`
	Verb        client.Verb                `json:"verb"`
	Resource    string                     `json:"resource"`
	Subresource string                     `json:"subresource,omitempty"`
	Namespace   string                     `json:"namespace,omitempty"`
	Name        string                     `json:"name,omitempty"`
	Body        []byte                     `json:"body,omitempty"` // an object in JSON if it is well-formed, or a patch as it was sent
	PatchType   types.PatchType            `json:"patchType,omitempty"`
	Labels      string                     `json:"labels,omitempty"`
	Fields      string                     `json:"fields,omitempty"`
	Revision    string                     `json:"revision,omitempty"` // resourceVersion: a read's, or a delete's precondition
	UID         types.UID                  `json:"uid,omitempty"`      // a delete's precondition
	DryRun      bool                       `json:"dryRun,omitempty"`
	Grace       *int64                     `json:"grace,omitempty"`
	Propagation metav1.DeletionPropagation `json:"propagation,omitempty"`

	Match     string        `json:"match,omitempty"` // resourceVersionMatch
	Limit     int64         `json:"limit,omitempty"`
	Continue  string        `json:"continue,omitempty"`
	Bookmarks bool          `json:"bookmarks,omitempty"`
	Initial   *bool         `json:"initial,omitempty"` // sendInitialEvents
	Timeout   time.Duration `json:"timeout,omitempty"` // of a watch; 0 for the server's own, 30 to 60 minutes

	Log  *corev1.PodLogOptions  `json:"log,omitempty"`  // of a get of a container's log
	Exec *corev1.PodExecOptions `json:"exec,omitempty"` // of a command in a container

	Manager         string `json:"manager,omitempty"` // of fields
	Agent           string `json:"agent,omitempty"`   // the program that asks, by its User-Agent header
	FieldValidation string `json:"fieldValidation,omitempty"`
	Force           bool   `json:"force,omitempty"`
	Managed         bool   `json:"managed,omitempty"` // whether the answer shows managedFields
}

// Impersonate is who a request asks to be taken for, by its Impersonate-* headers.
type Impersonate = client.Impersonate

// request returns the call as the API server takes it.
func (c *Call) request() client.Request {
	r := client.Request{
		User: c.User, Token: c.Token, Impersonate: c.Impersonate, Groups: c.Groups, Extra: c.Extra, Verb: c.Verb, Resource: c.Resource, Subresource: c.Subresource,
		Namespace: c.Namespace, Name: c.Name, DryRun: c.DryRun, Labels: c.Labels, Fields: c.Fields, Revision: c.Revision,
		UID: c.UID, Grace: c.Grace, Propagation: c.Propagation, Match: c.Match, Limit: c.Limit, Continue: c.Continue,
		Bookmarks: c.Bookmarks, Initial: c.Initial, Timeout: c.Timeout, Log: c.Log, Exec: c.Exec,
		Manager: c.Manager, Agent: c.Agent, FieldValidation: c.FieldValidation, Force: c.Force, Managed: c.Managed,
	}
	switch c.Verb {
	case client.Create, client.Update:
		r.Body = c.Body
	case client.Patch:
		r.PatchType, r.PatchData = c.PatchType, c.Body
	}
	return r
}
