// Package door lets requests from outside into a world: HTTP requests become calls, calls are commands of the world, and
// the answers wait to be fetched.
//
// It holds the only code of the simulation that knows net/http. The same admission, defaulting and strategies answer as
// for every component, because a call is sent to kube-apiserver like any other request.
package door

import (
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/trace"
)

// Address is where calls go and where their answers arrive.
const Address engine.Address = "client"

// HangUp is the verb of a call that ends the watch which the call with the same ID opened. It has no answer.
const HangUp client.Verb = "hangup"

// kept is how many answers and how many changes of a watch wait to be fetched before the oldest is dropped.
const kept = 4096

// Mailbox takes what arrives for a call at once. Its methods must not look at the world.
type Mailbox interface {
	Answered(call uint64, r *client.Response)
	Changed(call uint64, ch *client.Change)
}

// Client is the component that sends calls and keeps their answers, or puts them into a mailbox.
type Client struct {
	mailbox Mailbox
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
	n.conn, n.mailbox = c.conn, c.mailbox
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

// Deliver has everything that arrives from now on put into a mailbox. Then Answer and Changes have nothing.
func (c *Client) Deliver(m Mailbox) { c.mailbox = m }

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
		c.keep(c.calls[b.ID], b)
		if q.Verb != client.WatchVerb {
			delete(c.calls, b.ID)
		}
	case *client.Change:
		e := t.Entry
		e.Kind, e.User, e.Verb, e.Resource, e.Subresource = trace.Watch, b.User, string(b.Type), b.Resource, b.Subresource
		e.Namespace, e.Name, e.Revision = b.Object.GetNamespace(), b.Object.GetName(), b.Revision
		switch id := c.calls[b.Watch]; {
		case c.mailbox != nil:
			c.mailbox.Changed(id, b)
		case len(c.changes[id]) < kept:
			c.changes[id] = append(c.changes[id], b)
		}
	default:
		panic("door: unknown message")
	}
}

// keep keeps a call's answer until it is fetched.
func (c *Client) keep(id uint64, r *client.Response) {
	if c.mailbox != nil {
		c.mailbox.Answered(id, r)
		return
	}
	if len(c.answers) >= kept {
		c.answers = map[uint64]*client.Response{}
	}
	c.answers[id] = r
}

func (c *Client) send(t *engine.Turn, call *Call) {
	e := t.Entry
	e.Kind, e.User, e.Verb, e.Resource, e.Subresource = trace.Command, call.User, string(call.Verb), call.Resource, call.Subresource
	e.Namespace, e.Name = call.Namespace, call.Name
	if call.Verb == HangUp {
		c.hangUp(t, call.ID)
		return
	}
	c.calls[c.conn.Send(t, call.request())] = call.ID
}

// hangUp closes the watch that a call opened.
func (c *Client) hangUp(t *engine.Turn, id uint64) {
	delete(c.changes, id)
	for ours, call := range c.calls { // any order
		if call == id {
			delete(c.calls, ours)
			t.Send(client.Server, 0, client.Unwatch{ID: ours})
			return
		}
	}
}
