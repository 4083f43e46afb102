package door

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/authentication/user"

	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/client"
)

// World is what a Handler needs of a running world. It is safe for concurrent use.
type World interface {
	// Call makes a call and waits for its answer. The call is made even when the context has ended.
	Call(context.Context, Call) (*client.Response, error)
	// Watch waits until the watch that a call opened has delivered more than n changes, and returns those after them;
	// none when the watch has ended.
	Watch(ctx context.Context, id uint64, n int) ([]*client.Change, error)
	// HangUp says that nobody waits for the answer or the changes of a call any more.
	HangUp(id uint64)
	// Custom returns the kinds that users brought to the world.
	Custom() *customresource.Catalog
	// NextID returns an ID that no call has had.
	NextID() uint64
}

// Handler serves a world's API over HTTP. What it can do without is left out of programs that have no room for it. Models
// k8s.io/apiserver/pkg/endpoints.
type Handler struct {
	World    World
	Tables   Tables       // nil: tables have a name and a time only
	Protobuf *Format      // nil: bodies are text
	OpenAPI  http.Handler // of what lies below /openapi; nil: nothing is there
	// Upgrade streams what a command in a container printed, and reports false when the client cannot take it; nil: nobody
	// can.
	Upgrade func(http.ResponseWriter, *http.Request, *client.Told) bool
}

// ServeHTTP implements http.Handler.
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/version", "/version/":
		writeJSON(w, http.StatusOK, release())
		return
	case "/", "/index.html":
		writeJSON(w, http.StatusOK, h.paths())
		return
	}
	switch {
	case healthy(w, r), h.discover(w, r):
	case h.OpenAPI != nil && strings.HasPrefix(r.URL.Path, "/openapi/"):
		h.OpenAPI.ServeHTTP(w, r)
	default:
		h.serveResource(w, r)
	}
}

// resources returns all that is served, in the order in which discovery lists it.
func (h Handler) resources() []*api.Resource {
	return append(api.Resources[:len(api.Resources):len(api.Resources)], h.World.Custom().Resources()...)
}

// serveResource answers a request for a resource.
func (h Handler) serveResource(w http.ResponseWriter, r *http.Request) {
	t, ok := parse(r.URL.Path, h.World.Custom())
	if !ok {
		h.notFound(w, r)
		return
	}
	watch, _ := strconv.ParseBool(r.URL.Query().Get("watch"))
	verb, ok := t.verb(r.Method, watch)
	if !ok {
		h.fail(w, r, generic(http.StatusMethodNotAllowed))
		return
	}
	call := Call{
		ID: h.World.NextID(), User: "kubectl", Verb: verb, Resource: t.resource.Name, Subresource: t.subresource,
		Namespace: t.namespace, Name: t.name, Impersonate: impersonate(r.Header),
	}
	var bearer bool
	call.Token, bearer = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer && r.TLS != nil { // clients show credentials over TLS only
		call.User = user.Anonymous
	}
	a, status := h.negotiate(r, verb == client.WatchVerb, t.allowed())
	if status == nil {
		status = h.body(r, &call, t)
	}
	if status == nil {
		status = call.options(r)
	}
	if status != nil {
		h.fail(w, r, status)
		return
	}
	as, status := h.newTransform(r, a, t.resource)
	if status != nil {
		h.fail(w, r, status)
		return
	}
	call.Managed = as.target == nil || as.target.Kind != "Table"
	answer, err := h.World.Call(r.Context(), call)
	if err != nil {
		h.fail(w, r, unanswered(err))
		return
	}
	h.answer(w, r, t, as, &call, answer)
}

// answer writes what the world answered.
func (h Handler) answer(w http.ResponseWriter, r *http.Request, t target, as *transform, call *Call, answer *client.Response) {
	warn(w.Header(), answer.Warnings)
	var o runtime.Object
	var status *metav1.Status
	switch {
	case call.Verb == client.WatchVerb && (answer.Error == nil || inStream(answer.Error)):
		defer h.World.HangUp(call.ID)
		h.stream(w, r, as, call, answer)
		return
	case answer.Error != nil:
		status = answer.Error
	case answer.Told != nil && call.Exec != nil:
		if h.Upgrade == nil || !h.Upgrade(w, r, answer.Told) {
			h.fail(w, r, badRequest("Upgrade request required"))
		}
		return
	case answer.Told != nil:
		h.log(w, r, call, answer.Told)
		return
	case call.Verb == client.Delete && answer.Deleted && answer.Object != nil:
		o, status = as.object(deleted(t.resource, answer.Object), answer.At)
	case call.Verb == client.List, call.Verb == client.DeleteCollection:
		o, status = as.list(answer)
	case answer.Object == nil, call.Subresource == "binding", call.Subresource == "eviction":
		o = &metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: metav1.StatusSuccess, Code: int32(answer.Code)}
	default:
		o, status = as.object(answer.Object, answer.At)
	}
	if status != nil {
		h.fail(w, r, status)
		return
	}
	h.write(w, r, as.negotiated, answer.Code, o)
}

// unanswered is the answer to a client whose request the world has not answered.
func unanswered(err error) *metav1.Status {
	s := generic(http.StatusServiceUnavailable)
	if errors.Is(err, context.DeadlineExceeded) {
		s = generic(http.StatusGatewayTimeout)
	}
	s.Message = err.Error()
	return s
}
