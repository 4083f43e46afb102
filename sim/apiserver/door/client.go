// Package door lets requests from outside into a world: HTTP requests become calls, calls are commands of the world, and
// the answers wait to be fetched.
//
// It holds the only code of the simulation that knows net/http. The same admission, defaulting and strategies answer as
// for every component, because a call is sent to kube-apiserver like any other request.
//
// Simplified: bodies are JSON, there is no Table and no protobuf.
package door

import (
	"encoding/json"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/trace"
)

// Address is where calls go and where their answers arrive.
const Address engine.Address = "client"

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
	Body        json.RawMessage            `json:"body,omitempty"` // an object, a patch, or DeleteOptions
	PatchType   types.PatchType            `json:"patchType,omitempty"`
	Labels      string                     `json:"labels,omitempty"`
	Fields      string                     `json:"fields,omitempty"`
	Revision    string                     `json:"revision,omitempty"`
	DryRun      bool                       `json:"dryRun,omitempty"`
	Grace       *int64                     `json:"grace,omitempty"`
	Propagation metav1.DeletionPropagation `json:"propagation,omitempty"`

	Manager         string `json:"manager,omitempty"` // of fields
	FieldValidation string `json:"fieldValidation,omitempty"`
	Force           bool   `json:"force,omitempty"`
}

// Impersonate is who a request asks to be taken for, by its Impersonate-* headers.
type Impersonate = client.Impersonate

// kept is how many answers and how many changes of a watch wait to be fetched before the oldest is dropped.
const kept = 4096

// Client is the component that sends calls and keeps their answers.
type Client struct {
	conn    client.Conn
	calls   map[uint64]uint64           // our IDs by the connection's
	answers map[uint64]*client.Response // by our ID
	changes map[uint64][]*client.Change // of open watches, by our ID
}

// NewClient returns a client without calls.
func NewClient() *Client {
	return &Client{calls: map[uint64]uint64{}, answers: map[uint64]*client.Response{}, changes: map[uint64][]*client.Change{}}
}

// Clone implements engine.Component.
func (c *Client) Clone() engine.Component {
	n := NewClient()
	n.conn = c.conn
	for k, v := range c.calls { // any order
		n.calls[k] = v
	}
	for k, v := range c.answers { // any order
		n.answers[k] = v
	}
	for k, v := range c.changes { // any order
		n.changes[k] = v[:len(v):len(v)]
	}
	return n
}

// Answer returns a call's answer, or nil while there is none.
func (c *Client) Answer(id uint64) *client.Response { return c.answers[id] }

// Changes returns what a call's watch has delivered after the first n changes. Beyond 4,096 of them a watch is ended,
// which ok tells.
func (c *Client) Changes(id uint64, n int) (changes []*client.Change, ok bool) {
	all := c.changes[id]
	return all[min(n, len(all)):], len(all) < kept
}

// Handle implements engine.Component.
func (c *Client) Handle(t *engine.Turn, body any) {
	switch b := body.(type) {
	case *Call:
		c.send(t, b)
	case *client.Response:
		q := b.Request
		e := t.Entry
		e.Kind, e.User, e.Verb, e.Resource, e.Subresource = trace.Answer, q.User, string(q.Verb), q.Resource, q.Subresource
		e.Namespace, e.Name, e.Code = q.Namespace, q.Name, b.Code
		if len(c.answers) >= kept {
			c.answers = map[uint64]*client.Response{}
		}
		c.answers[c.calls[b.ID]] = b
		if q.Verb != client.WatchVerb {
			delete(c.calls, b.ID)
		}
	case *client.Change:
		e := t.Entry
		e.Kind, e.User, e.Verb, e.Resource, e.Subresource = trace.Watch, b.User, string(b.Type), b.Resource, b.Subresource
		e.Namespace, e.Name, e.Revision = b.Object.GetNamespace(), b.Object.GetName(), b.Revision
		if id := c.calls[b.Watch]; len(c.changes[id]) < kept {
			c.changes[id] = append(c.changes[id], b)
		}
	default:
		panic("door: unknown message")
	}
}

func (c *Client) send(t *engine.Turn, call *Call) {
	e := t.Entry
	e.Kind, e.User, e.Verb, e.Resource, e.Subresource = trace.Command, call.User, string(call.Verb), call.Resource, call.Subresource
	e.Namespace, e.Name = call.Namespace, call.Name
	r := client.Request{
		User: call.User, Token: call.Token, Impersonate: call.Impersonate,
		Verb: call.Verb, Resource: call.Resource, Subresource: call.Subresource,
		Namespace: call.Namespace, Name: call.Name, DryRun: call.DryRun, Labels: call.Labels, Fields: call.Fields,
		Revision: call.Revision, Grace: call.Grace, Propagation: call.Propagation,
		Groups: call.Groups, Extra: call.Extra, Manager: call.Manager, FieldValidation: call.FieldValidation, Force: call.Force,
	}
	switch call.Verb {
	case client.Create, client.Update:
		o, err := call.object()
		if err != nil {
			c.answers[call.ID] = &client.Response{Code: 400, Error: &metav1.Status{
				Status: metav1.StatusFailure, Reason: metav1.StatusReasonBadRequest, Code: 400, Message: err.Error(),
			}}
			return
		}
		r.Object = o
		if r.Name == "" {
			r.Name = o.GetName()
		}
	case client.Patch:
		r.PatchType, r.PatchData = call.PatchType, call.Body
	}
	c.calls[c.conn.Send(t, r)] = call.ID
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
