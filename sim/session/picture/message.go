package picture

import (
	"net/http"
	"strconv"
	"strings"

	"orrery/sim/api"
	"orrery/sim/apiserver"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/node/cri"
	"orrery/sim/session/instant"
	"orrery/sim/trace"
	"orrery/sim/wire"
)

// messages fills in what is on its way: the message that the latest event delivered, then those that arrive next. What
// belongs to the background is left out.
func messages(i *instant.Instant, latest *trace.Entry, c *wire.Cluster) {
	if latest != nil && latest.From != "" && latest.From != latest.Actor {
		c.Messages = append(c.Messages, delivered(latest))
	}
	var next []*engine.Event // the earliest, in order
	room := messagesMax - len(c.Messages)
	i.Engine.Pending(func(ev engine.Event) bool {
		switch {
		case ev.Background || ev.From == "":
		case ev.From == ev.To:
			c.Waiting++
		default:
			c.InFlight++
			if len(next) < room || ev.At < next[len(next)-1].At {
				kept := ev // only what is kept goes to the heap
				next = insert(next, &kept, room)
			}
		}
		return true
	})
	for _, ev := range next {
		c.Messages = append(c.Messages, message(ev, int64(ev.At-i.Now())))
	}
}

// insert puts an event into a list that is ordered by time and keeps the first few.
func insert(list []*engine.Event, ev *engine.Event, most int) []*engine.Event {
	at := len(list)
	for at > 0 && (list[at-1].At > ev.At || list[at-1].At == ev.At && list[at-1].Seq > ev.Seq) {
		at--
	}
	list = append(list, nil)
	copy(list[at+1:], list[at:])
	list[at] = ev
	return list[:min(len(list), most)]
}

// message describes a message that is under way.
func message(ev *engine.Event, due int64) wire.Message {
	m := wire.Message{From: string(ev.From), To: string(ev.To), Due: due}
	switch b := ev.Body.(type) {
	case *client.Request:
		m.Kind, m.Label = "request", Line(string(b.Verb), b.Resource, b.Subresource, b.Namespace, b.Name)
	case *client.Response:
		m.Kind, m.Label = "answer", answer(b.Code)
	case *client.Change:
		m.Kind, m.Label = "watch", change(string(b.Type), b.Resource, b.Object.GetName())
	case *cri.Call:
		m.Kind, m.Label = "cri", call(string(b.Op), b.Name, b.Image)
	case *cri.Answer:
		m.Kind, m.Label = "cri", call(string(b.Call.Op), b.Call.Name, b.Call.Image)
	case *cri.Exited:
		m.Kind, m.Label = "cri", "exited "+b.Name
	default:
		m.Kind = "request"
		if ev.To == apiserver.Etcd {
			m.Kind, m.Label = "commit", "put"
		}
	}
	return m
}

// delivered describes the message that an event was.
func delivered(e *trace.Entry) wire.Message {
	m := wire.Message{From: e.From, To: e.Actor, Kind: "request", Arrived: true}
	switch e.Kind {
	case trace.Commit:
		m.Kind, m.Label = "commit", put(e)
	case trace.Answer:
		m.Kind, m.Label = "answer", answer(e.Code)
	case trace.Watch:
		m.Kind, m.Label = "watch", change(e.Verb, e.Resource, e.Name)
	case trace.Runtime:
		m.Kind, m.Label = "cri", e.Verb
		if d, ok := e.Data.(*cri.Data); ok {
			m.Label = call(e.Verb, d.Name, d.Image)
		}
	default:
		m.Label = Line(e.Verb, e.Resource, e.Subresource, e.Namespace, e.Name)
	}
	if e.Actor == string(apiserver.Etcd) {
		m.Kind = "commit"
	}
	return m
}

func put(e *trace.Entry) string {
	return "put " + e.Key + " @" + strconv.FormatInt(e.Revision, 10)
}

// methods are the HTTP methods of the API's verbs.
var methods = map[string]string{
	"get": "GET", "list": "GET", "watch": "GET", "create": "POST", "update": "PUT", "patch": "PATCH", "delete": "DELETE",
	"deletecollection": "DELETE",
}

// Line returns a request line with the end of its path: "POST …/pods/web-1/binding".
func Line(verb, resource, subresource, namespace, name string) string {
	var b strings.Builder
	b.WriteString(methods[verb])
	b.WriteString(" …/")
	if namespace != "" && (name == "" || verb == "create" && subresource == "") {
		b.WriteString(namespace + "/")
	}
	plural, _, _ := strings.Cut(resource, ".")
	b.WriteString(plural)
	if name != "" && (verb != "create" || subresource != "") {
		b.WriteString("/" + name)
	}
	if subresource != "" {
		b.WriteString("/" + subresource)
	}
	if verb == "watch" {
		b.WriteString("?watch")
	}
	return b.String()
}

func answer(code int) string { return strconv.Itoa(code) + " " + http.StatusText(code) }

func change(verb, resource, name string) string {
	kind := resource
	if res := api.Find(resource); res != nil {
		kind = res.Kind.Kind
	}
	return verb + " " + kind + " " + name
}

func call(op, container, image string) string {
	switch {
	case image != "" && op != string(cri.CreateContainer) && op != string(cri.StartContainer):
		return op + " " + image
	case container != "":
		return op + " " + container
	}
	return op
}
