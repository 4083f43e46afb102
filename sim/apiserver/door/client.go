// Package door lets requests from outside into a world: HTTP requests become calls, calls are commands of the world, and
// the answers wait to be fetched.
//
// It holds the only code of the simulation that knows net/http. The same admission, defaulting and strategies answer as
// for every component, because a call is sent to kube-apiserver like any other request.
//
// Simplified: there are no streams to a kubelet but for logs and what a command prints (no attach, port-forward or proxy),
// and no CBOR; Kubernetes has both.
package door

import (
	"slices"
	"time"

	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/trace"
)

// Address is where calls go and where their answers arrive.
const Address engine.Address = "client"

// HangUp is the verb of a call that ends the watch which the call with the same ID opened. It has no answer.
const HangUp client.Verb = "hangup"

// answersMax is how many answers wait to be fetched before the oldest is dropped, and changesMax how many changes of a
// watch. A client that is further behind has lost the watch, as with kube-apiserver, which closes it.
const (
	answersMax = 1024
	changesMax = 4096
)

// watchEnds is when a watch ends that asked for no end.
var watchEnds = engine.Latency{Min: 30 * time.Minute, Max: time.Hour}

// Mailbox takes what arrives for a call at once. Its methods must not look at the world.
type Mailbox interface {
	Answered(call uint64, r *client.Response)
	Changed(call uint64, ch *client.Change)
}

// Client is the component that sends calls and keeps their answers, or puts them into a mailbox.
type Client struct {
	mailbox Mailbox
	conn    client.Conn
	calls   map[uint64]uint64 // our IDs by the connection's
	answers []kept            // oldest first
	watches map[uint64]*watch // open ones, by our ID
}

// kept is an answer that waits to be fetched.
type kept struct {
	id       uint64
	response *client.Response
}

// watch is what an open watch has delivered.
type watch struct {
	conn    uint64 // the connection's ID
	dropped int    // changes that are no longer kept
	changes []*client.Change
}

// NewClient returns a client without calls.
func NewClient() *Client {
	return &Client{calls: map[uint64]uint64{}, watches: map[uint64]*watch{}}
}

// Clone implements engine.Component.
func (c *Client) Clone() engine.Component {
	n := NewClient()
	n.conn, n.mailbox, n.answers = c.conn, c.mailbox, slices.Clip(c.answers)
	for k, v := range c.calls { // any order
		n.calls[k] = v
	}
	for k, v := range c.watches { // any order
		w := *v
		w.changes = slices.Clip(w.changes)
		n.watches[k] = &w
	}
	return n
}

// Deliver has everything that arrives from now on put into a mailbox. Then Answer and Changes have nothing.
func (c *Client) Deliver(m Mailbox) { c.mailbox = m }

// Answer returns a call's answer, or nil while there is none.
func (c *Client) Answer(id uint64) *client.Response {
	for i := len(c.answers) - 1; i >= 0; i-- {
		if c.answers[i].id == id {
			return c.answers[i].response
		}
	}
	return nil
}

// Changes returns what a call's watch has delivered after the first n changes. There is nothing more to come when open is
// false: the watch was hung up, or the client is too far behind.
func (c *Client) Changes(id uint64, n int) (changes []*client.Change, open bool) {
	w := c.watches[id]
	if w == nil || n < w.dropped {
		return nil, false
	}
	return w.changes[min(n-w.dropped, len(w.changes)):], true
}

// Handle implements engine.Component.
func (c *Client) Handle(t *engine.Turn, body any) {
	switch b := body.(type) {
	case *Call:
		c.take(t, b)
	case *client.Response:
		q := b.Request
		e := t.Entry
		e.Kind, e.User, e.Verb, e.Resource, e.Subresource = trace.Answer, q.User, string(q.Verb), q.Resource, q.Subresource
		e.Namespace, e.Name, e.Code = q.Namespace, q.Name, b.Code
		c.answer(c.calls[b.ID], b)
		if q.Verb != client.WatchVerb || b.Error != nil {
			delete(c.watches, c.calls[b.ID])
			delete(c.calls, b.ID)
		}
	case *client.Change:
		e := t.Entry
		e.Kind, e.User, e.Verb, e.Resource, e.Subresource = trace.Watch, b.User, string(b.Type), b.Resource, b.Subresource
		e.Revision = b.Revision
		if b.Object != nil {
			e.Namespace, e.Name = b.Object.GetNamespace(), b.Object.GetName()
		}
		if id, open := c.calls[b.Watch]; open {
			c.change(id, b)
		}
	default:
		panic("door: unknown message")
	}
}

func (c *Client) take(t *engine.Turn, call *Call) {
	e := t.Entry
	e.Kind, e.User, e.Verb, e.Resource, e.Subresource = trace.Command, call.User, string(call.Verb), call.Resource, call.Subresource
	e.Namespace, e.Name = call.Namespace, call.Name
	if call.Verb == HangUp {
		c.hangUp(t, call.ID)
		return
	}
	r := call.request()
	if r.Verb == client.WatchVerb && r.Timeout == 0 {
		r.Timeout = t.Stream("watches").Draw(watchEnds)
	}
	id := c.conn.Send(t, r)
	c.calls[id] = call.ID
	if r.Verb == client.WatchVerb {
		c.watches[call.ID] = &watch{conn: id}
	}
}

// hangUp closes the watch that a call opened.
func (c *Client) hangUp(t *engine.Turn, id uint64) {
	if w := c.watches[id]; w != nil {
		t.Send(client.Server, 0, client.Unwatch{ID: w.conn})
		delete(c.watches, id)
		delete(c.calls, w.conn)
	}
}

// answer keeps an answer until it is fetched, or until too many others are kept.
func (c *Client) answer(id uint64, r *client.Response) {
	if c.mailbox != nil {
		c.mailbox.Answered(id, r)
		return
	}
	c.answers = append(c.answers, kept{id, r})
	if n := len(c.answers); n >= 2*answersMax {
		c.answers = slices.Clone(c.answers[n-answersMax:])
	}
}

// change keeps a change of a watch until it is fetched, or until too many others are kept.
func (c *Client) change(id uint64, ch *client.Change) {
	if c.mailbox != nil {
		c.mailbox.Changed(id, ch)
		return
	}
	w := c.watches[id]
	w.changes = append(w.changes, ch)
	if n := len(w.changes); n >= 2*changesMax {
		w.dropped += n - changesMax
		w.changes = slices.Clone(w.changes[n-changesMax:])
	}
}
