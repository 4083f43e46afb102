package door

import (
	"encoding/json"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
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
	Body        json.RawMessage            `json:"body,omitempty"` // an object or a patch
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
	Timeout   time.Duration `json:"timeout,omitempty"` // of a watch

	Manager         string `json:"manager,omitempty"` // of fields
	FieldValidation string `json:"fieldValidation,omitempty"`
	Force           bool   `json:"force,omitempty"`
}

// Impersonate is who a request asks to be taken for, by its Impersonate-* headers.
type Impersonate = client.Impersonate

// request returns the call as the API server takes it.
func (c *Call) request() (client.Request, error) {
	r := client.Request{
		User: c.User, Token: c.Token, Impersonate: c.Impersonate, Groups: c.Groups, Extra: c.Extra, Verb: c.Verb, Resource: c.Resource, Subresource: c.Subresource,
		Namespace: c.Namespace, Name: c.Name, DryRun: c.DryRun, Labels: c.Labels, Fields: c.Fields, Revision: c.Revision,
		UID: c.UID, Grace: c.Grace, Propagation: c.Propagation, Match: c.Match, Limit: c.Limit, Continue: c.Continue,
		Bookmarks: c.Bookmarks, Initial: c.Initial, Timeout: c.Timeout,
		Manager: c.Manager, FieldValidation: c.FieldValidation, Force: c.Force,
	}
	switch c.Verb {
	case client.Create, client.Update:
		o, err := c.object()
		if err != nil {
			return r, err
		}
		r.Object = o
		if r.Name == "" {
			r.Name = o.GetName()
		}
	case client.Patch:
		r.PatchType, r.PatchData = c.PatchType, c.Body
	}
	return r, nil
}

// object decodes the body of a create or an update.
func (c *Call) object() (api.Object, error) {
	var o api.Object
	switch {
	case c.Subresource == "binding":
		o = &corev1.Binding{}
	case c.Subresource == "token":
		o = &authenticationv1.TokenRequest{}
	case api.Find(c.Resource) == nil:
		return &metav1.PartialObjectMetadata{}, nil // the server says that it does not know the resource
	default:
		o = api.Find(c.Resource).New()
	}
	return o, json.Unmarshal(c.Body, o)
}
