package door

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/version"

	"orrery/sim/api"
	"orrery/sim/client"
)

// World is what a Handler needs of a running world. It is safe for concurrent use.
type World interface {
	// Call makes a call and waits for its answer.
	Call(context.Context, Call) (*client.Response, error)
	// Watch waits until the watch that a call opened has delivered more than n changes, and returns those after them;
	// none when the watch has ended.
	Watch(ctx context.Context, id uint64, n int) ([]*client.Change, error)
	// NextID returns an ID that no call has had.
	NextID() uint64
}

// bodyMax is the largest body that is read, as kube-apiserver's limit.
const bodyMax = 3 << 20

// Handler serves a world's API over HTTP.
type Handler struct {
	World   World
	OpenAPI http.Handler // of what lies below /openapi; nil for nothing
}

// ServeHTTP implements http.Handler.
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/version":
		write(w, http.StatusOK, version.Info{
			Major: "1", Minor: "36", GitVersion: api.Version, Platform: "js/wasm", Compiler: "gc",
		})
		return
	case "/healthz", "/livez", "/readyz":
		io.WriteString(w, "ok")
		return
	}
	if h.OpenAPI != nil && strings.HasPrefix(r.URL.Path, "/openapi/") {
		h.OpenAPI.ServeHTTP(w, r)
		return
	}
	if answer := discovery(r.URL.Path); answer != nil {
		write(w, http.StatusOK, answer)
		return
	}
	call, ok := parse(r)
	if !ok {
		refuse(w, http.StatusNotFound, metav1.StatusReasonNotFound, "the server could not find the requested resource")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMax))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, metav1.StatusReasonRequestEntityTooLarge, err.Error())
		return
	}
	if call.Verb == client.Delete || call.Verb == client.DeleteCollection {
		call.options(body)
	} else {
		call.Body = body
	}
	call.ID = h.World.NextID()
	answer, err := h.World.Call(r.Context(), call)
	if err == nil {
		warn(w.Header(), answer.Warnings)
	}
	switch {
	case err != nil:
		refuse(w, http.StatusServiceUnavailable, metav1.StatusReasonServiceUnavailable, err.Error())
	case answer.Error != nil:
		status := *answer.Error
		status.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
		write(w, int(status.Code), status)
	case call.Verb == client.WatchVerb:
		h.stream(w, r, call.ID)
	case call.Verb == client.List:
		write(w, http.StatusOK, list(call.Resource, answer))
	case answer.Object == nil:
		write(w, answer.Code, metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: metav1.StatusSuccess})
	default:
		write(w, answer.Code, api.WithKind(answer.Object))
	}
}

// stream writes a watch's changes until the client goes away.
func (h Handler) stream(w http.ResponseWriter, r *http.Request, id uint64) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	flusher, _ := w.(http.Flusher)
	for n := 0; ; {
		if flusher != nil {
			flusher.Flush()
		}
		changes, err := h.World.Watch(r.Context(), id, n)
		if err != nil || len(changes) == 0 {
			return
		}
		n += len(changes)
		for _, ch := range changes {
			if json.NewEncoder(w).Encode(map[string]any{"type": ch.Type, "object": api.WithKind(ch.Object)}) != nil {
				return
			}
		}
	}
}

// parse reads the path, the query and the headers of a request for a resource.
func parse(r *http.Request) (Call, bool) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	group := ""
	switch {
	case len(parts) >= 3 && parts[0] == "api" && parts[1] == "v1":
		parts = parts[2:]
	case len(parts) >= 4 && parts[0] == "apis":
		group, parts = "."+parts[1], parts[3:]
	default:
		return Call{}, false
	}
	c := Call{User: "kubectl"}
	if len(parts) >= 3 && parts[0] == "namespaces" && !(parts[2] == "status" || parts[2] == "finalize") {
		c.Namespace, parts = parts[1], parts[2:]
	}
	c.Resource = parts[0] + group
	if len(parts) > 1 {
		c.Name = parts[1]
	}
	if len(parts) > 2 {
		c.Subresource = parts[2]
	}
	q := r.URL.Query()
	c.Labels, c.Fields, c.Revision = q.Get("labelSelector"), q.Get("fieldSelector"), q.Get("resourceVersion")
	c.DryRun = q.Get("dryRun") == "All"
	c.Verb = verb(r.Method, c.Name, q.Get("watch"))
	if c.Verb != client.WatchVerb {
		c.Revision = ""
	}
	c.Manager, c.FieldValidation = manager(q.Get("fieldManager"), r.UserAgent()), q.Get("fieldValidation")
	c.Force, _ = strconv.ParseBool(q.Get("force"))
	c.Token, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	c.Impersonate = impersonate(r.Header)
	c.PatchType = types.PatchType(strings.Split(r.Header.Get("Content-Type"), ";")[0])
	return c, c.Verb != ""
}

func verb(method, name, watch string) client.Verb {
	if on, _ := strconv.ParseBool(watch); on && method == http.MethodGet {
		return client.WatchVerb
	}
	switch method + " " + map[bool]string{true: "all", false: "one"}[name == ""] {
	case "GET all":
		return client.List
	case "GET one":
		return client.Get
	case "POST all", "POST one":
		return client.Create
	case "PUT one":
		return client.Update
	case "PATCH one":
		return client.Patch
	case "DELETE one":
		return client.Delete
	case "DELETE all":
		return client.DeleteCollection
	}
	return ""
}

// options reads DeleteOptions. A body that is none is ignored, as nothing in it can be asked for.
func (c *Call) options(body []byte) {
	var o metav1.DeleteOptions
	if json.Unmarshal(body, &o) != nil {
		return
	}
	c.Grace = o.GracePeriodSeconds
	if o.PropagationPolicy != nil {
		c.Propagation = *o.PropagationPolicy
	}
	c.DryRun = c.DryRun || len(o.DryRun) > 0
}

func list(resource string, r *client.Response) map[string]any {
	res := api.Find(resource)
	items := make([]any, len(r.Items))
	for i, o := range r.Items {
		items[i] = o
	}
	return map[string]any{
		"apiVersion": res.Kind.GroupVersion().String(), "kind": res.Kind.Kind + "List",
		"metadata": map[string]any{"resourceVersion": strconv.FormatInt(r.List, 10)}, "items": items,
	}
}

func refuse(w http.ResponseWriter, code int, reason metav1.StatusReason, message string) {
	write(w, code, metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: metav1.StatusFailure,
		Reason: reason, Code: int32(code), Message: message,
	})
}

// write answers with JSON. A client that has gone away is no error of ours.
func write(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(v)
}
