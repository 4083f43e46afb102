// Package apiserver is kube-apiserver: the only entrance to the store.
//
// A request is taken in two events. First it is received: authorised, decoded or patched, admitted, defaulted and
// validated, which makes a write for one key and one expected revision. Then etcd commits the write, or finds that the
// key changed in the meantime and the first half is done again. Watches are told of the commit, and the caller is
// answered. REST semantics exist once, here, for every door. Models k8s.io/apiserver and k8s.io/kubernetes/pkg/registry.
//
// Simplified: there is no API priority and
// fairness; Kubernetes has them all.
package apiserver

import (
	"maps"
	"net/http"
	"slices"
	"time"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/apiserver/authorization"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/apiserver/managedfields"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/etcd"
	"orrery/sim/trace"
)

// Etcd is the address that commits are sent to. The store itself belongs to the Server.
const Etcd engine.Address = "etcd"

// Config holds the API server's knobs.
type Config struct {
	Commit    engine.Latency // from a request's validation to etcd's commit
	Answer    engine.Latency // from the commit, or the reading, to the caller
	Watch     engine.Latency // from the commit to a client's watch
	Compact   time.Duration  // how often the store is compacted; 5 minutes as kube-apiserver does; 0 for never
	History   int64          // the most revisions that are kept, however recent; 0 for no such limit
	ServiceIP string         // the first three numbers of the Services' addresses, "10.96"
}

// DefaultConfig is calibrated to recordings of a real cluster.
var DefaultConfig = Config{
	Commit:    engine.Latency{Min: 1500 * time.Microsecond, Max: 3500 * time.Microsecond},
	Answer:    engine.Latency{Min: 800 * time.Microsecond, Max: 1800 * time.Microsecond},
	Watch:     engine.Latency{Min: 300 * time.Microsecond, Max: 1200 * time.Microsecond},
	Compact:   5 * time.Minute,
	ServiceIP: "10.96",
}

// Server is the API server with its store. See New.
type Server struct {
	config    Config
	began     time.Duration // see Begin
	store     *etcd.Store
	watches   []*watch
	compact   int64                   // revision at the last compaction timer: what the next one compacts to
	open      int                     // requests taken and not yet answered
	converter *converter              // shared by clones
	managers  *managedfields.Managers // shared by clones
	policy    *authorization.Policy   // shared by clones; nil after a write to an RBAC object
	custom    *customresource.Catalog // shared by clones, as it never changes
	received  time.Time               // when the request was taken that is being worked on
	auditor   Auditor                 // shared by clones; may be nil

	collections map[uint64]*collection // by the ID of their deletes
	collected   uint64                 // deletecollections so far
}

// copiedMax is how many bytes the copy operations of a JSON patch may make.
const copiedMax = 3 << 20

// New returns a server with an empty store.
func New(config Config) *Server {
	jsonpatch.AccumulatedCopySizeLimit = copiedMax
	return &Server{
		config: config, store: etcd.New(), converter: &converter{}, managers: &managedfields.Managers{},
		collections: map[uint64]*collection{},
	}
}

// Auditor is told of every request when it is answered. It must only look.
type Auditor interface {
	Answered(received, answered time.Time, r *client.Response)
}

// Audit has an auditor told of every request from now on, on behalf of this server and its clones.
func (s *Server) Audit(a Auditor) { s.auditor = a }

// Store returns the store, for looking. Only the server writes to it.
func (s *Server) Store() *etcd.Store { return s.store }

// Watches returns how many watches are open.
func (s *Server) Watches() int { return len(s.watches) }

// Open returns how many requests are being worked on.
func (s *Server) Open() int { return s.open }

// Clone implements engine.Component.
func (s *Server) Clone() engine.Component {
	c := *s
	c.store = s.store.Clone()
	c.watches = make([]*watch, len(s.watches))
	for i, w := range s.watches {
		copied := *w
		c.watches[i] = &copied
	}
	c.collections = maps.Clone(s.collections)
	return &c
}

// Alone returns a copy that nobody watches, which may be asked what it would do.
func (s *Server) Alone() *Server {
	c := s.Clone().(*Server)
	c.watches = nil
	return c
}

// commit is a write on its way to etcd.
type commit struct {
	request  *client.Request
	caller   engine.Address
	outcome  outcome
	received time.Time
}

// compaction is the timer of the store's compaction.
type compaction struct{}

// Start schedules the server's own timers.
func (s *Server) Start(b *client.Boot) {
	if s.config.Compact > 0 {
		b.Later(s.config.Compact, compaction{})
	}
}

// Handle implements engine.Component.
func (s *Server) Handle(t *engine.Turn, body any) {
	switch m := body.(type) {
	case *client.Request:
		s.open++
		s.received = t.Wall()
		s.take(t, m, t.From())
	case *commit:
		s.commit(t, m)
	case *granted:
		s.evict(t, m)
	case *charging:
		s.charge(t, m)
	case *client.Response: // to a request of the server's own
		t.Entry.Kind = trace.Answer
		s.describe(t, m.Request)
	case *client.Told:
		s.told(t, m)
	case client.Unwatch:
		t.Entry.Kind, t.Entry.Verb, t.Entry.Background = trace.Read, "unwatch", true
		s.Close(t.From(), m.ID)
	case bookmark:
		s.mark(t, m)
	case timeout:
		s.end(t, m)
	case settle:
		s.settle(t, m)
	case compaction:
		t.Entry.Kind = trace.Timer
		s.store.Compact(s.compact)
		s.compact = s.store.Revision()
		t.Later(s.config.Compact, compaction{})
	default:
		panic("apiserver: unknown message")
	}
}

// take finds out who a request is of and whether that one may make it, and does the first half of it. What a deletion of
// a collection sends to itself was authorised with that.
func (s *Server) take(t *engine.Turn, r *client.Request, caller engine.Address) {
	r, status := s.authenticate(t, r)
	if status == nil && caller != "" {
		status = s.authorize(r)
	}
	if status != nil {
		s.describe(t, r)
		s.refuse(t, r, caller, status)
		return
	}
	s.receive(t, r, caller)
}

// receive does the first half of a request.
func (s *Server) receive(t *engine.Turn, r *client.Request, caller engine.Address) {
	s.describe(t, r)
	res := s.Resource(r.Resource)
	switch {
	case res == nil:
		s.refuse(t, r, caller, notServed())
		return
	case !res.Serves(string(r.Verb), r.Subresource) && res.Custom == nil:
		s.refuse(t, r, caller, statusOf(apierrors.NewMethodNotSupported(groupResource(res), string(r.Verb))))
		return
	}
	switch {
	case r.Subresource == "log", r.Subresource == "exec":
		s.handOn(t, res, r, caller)
		return
	case r.Verb == client.Get, r.Verb == client.List, r.Verb == client.WatchVerb:
		s.read(t, res, r, caller)
		return
	}
	out, status := s.prepare(t, res, r)
	s.proceed(t, r, caller, out, status)
}

// proceed answers a request, or sends its write to etcd.
func (s *Server) proceed(t *engine.Turn, r *client.Request, caller engine.Address, out outcome, status *metav1.Status) {
	switch {
	case status != nil:
		s.refuse(t, r, caller, status, out.warnings...)
	case out.collection != nil:
		t.Entry.Kind = trace.Receive
		out.collection.caller = caller
		s.collections[s.collected] = out.collection
	case out.write == nil || r.DryRun:
		t.Entry.Kind = trace.Receive
		if out.write != nil && out.object != nil && r.Managed {
			history, _ := out.write.Beside.(*managedfields.History)
			out.object = s.shown(out.object, history)
		}
		s.answer(t, caller, &client.Response{
			ID: r.ID, Request: r, Code: out.code, Object: out.object, Warnings: out.warnings, List: out.revision,
			Deleted: out.write != nil && out.write.Object == nil && !out.evicts,
		})
	default:
		t.Entry.Kind = trace.Receive
		t.Entry.Key = out.write.Key
		c := &commit{request: r, caller: caller, outcome: out, received: s.received}
		var next any = c
		if out.charges != nil {
			next = &charging{commit: c}
		}
		t.Send(Etcd, t.Stream("commit").Draw(s.config.Commit), next)
	}
}

// commit does the second half.
func (s *Server) commit(t *engine.Turn, c *commit) {
	r, by := c.request, c.request
	if c.outcome.by != nil {
		by = c.outcome.by
	}
	s.received = c.received
	s.describe(t, by)
	w := *c.outcome.write
	w.Event = t.Entry.Number
	v, err := s.store.Commit(w)
	switch {
	case err != nil && c.outcome.evicts:
		s.evict(t, &granted{r, c.caller, c.received})
		return
	case err != nil:
		s.describe(t, r)
		s.receive(t, r, c.caller)
		return
	}
	t.Entry.Kind, t.Entry.Key, t.Entry.Revision, t.Entry.Code = trace.Commit, v.Key, v.Mod, c.outcome.code
	t.Entry.Namespace, t.Entry.Name = v.Object.GetNamespace(), v.Object.GetName()
	s.bound()
	s.notify(t, by, v, c.outcome.old)
	s.after(t, by, v, c.outcome.old)
	if c.outcome.by != nil {
		t.SendAs(client.Server, client.Server, 0, &granted{r, c.caller, c.received})
		return
	}
	object := v.Object
	if c.outcome.object != nil || c.outcome.evicts {
		object = c.outcome.object
	}
	s.answer(t, c.caller, &client.Response{
		ID: r.ID, Request: r, Code: c.outcome.code, Object: object, Warnings: c.outcome.warnings,
		Deleted: v.Deleted() && !c.outcome.evicts,
	})
}

// bound compacts the store when it has grown beyond its limit, so far that this is seldom.
func (s *Server) bound() {
	if limit := s.config.History; limit > 0 && s.store.Revision()-s.store.Compacted() > limit {
		s.store.Compact(s.store.Revision() - limit/2)
	}
}

// after does what the server itself does as a consequence of a write.
func (s *Server) after(t *engine.Turn, r *client.Request, v *etcd.Value, old api.Object) {
	if slices.Contains(authorization.Resources, r.Resource) {
		s.policy = nil
	}
	if svc, ok := v.Object.(*corev1.Service); ok {
		switch was, _ := old.(*corev1.Service); {
		case v.Deleted():
			s.release(t, svc, nil)
			s.dropEndpoints(t, svc)
		case was != nil:
			s.release(t, was, svc)
		}
	}
	if r.Resource == definitions {
		s.defined(t, v)
	}
	if v.Deleted() {
		s.emptied(t, v.Object)
	}
}

func (s *Server) refuse(t *engine.Turn, r *client.Request, caller engine.Address, status *metav1.Status, warnings ...string) {
	t.Entry.Kind, t.Entry.Code, t.Entry.Message = trace.Refuse, int(status.Code), status.Message
	s.answer(t, caller, &client.Response{ID: r.ID, Request: r, Code: int(status.Code), Error: status, Warnings: warnings})
}

func (s *Server) answer(t *engine.Turn, caller engine.Address, r *client.Response) {
	s.open--
	s.show(r)
	if w := s.deprecation(r.Request.Resource); w != "" {
		r.Warnings = append([]string{w}, r.Warnings...)
	}
	if s.auditor != nil && audited(r.Request, caller) {
		s.auditor.Answered(s.received, t.Wall(), r)
	}
	if caller == "" {
		s.collect(t, r)
		return
	}
	r.At = t.Wall()
	if res := s.Resource(r.Request.Resource); res != nil && res.Custom != nil {
		r.Object = served(res, r.Object)
	} else {
		r.Object = shown(r.Request, r.Object)
	}
	t.SendAs(client.Server, caller, t.Stream("answer").Draw(s.config.Answer), r)
}

// audited reports whether a request is one that the audit log tells of. What a deletion of a collection sends to itself is
// a part of that, and the Endpoints of a deleted Service are removed without a request.
func audited(r *client.Request, caller engine.Address) bool {
	if r.User == "apiserver" {
		return r.Resource != "endpoints"
	}
	return caller != ""
}

// describe fills in the trace entry from the request.
func (s *Server) describe(t *engine.Turn, r *client.Request) {
	e := t.Entry
	e.User, e.Verb, e.Resource, e.Subresource = r.User, string(r.Verb), r.Resource, r.Subresource
	e.Namespace, e.Name = r.Namespace, r.Name
}

func (s *Server) read(t *engine.Turn, res *api.Resource, r *client.Request, caller engine.Address) {
	t.Entry.Kind, t.Entry.Code = trace.Read, http.StatusOK
	resp := &client.Response{ID: r.ID, Request: r, Code: http.StatusOK, List: s.store.Revision()}
	var status *metav1.Status
	switch r.Verb {
	case client.Get:
		resp.Object, status = s.get(res, r)
	case client.List:
		var p page
		p, status = s.list(res, r)
		resp.Items, resp.List, resp.Continue, resp.Remaining = p.items, p.revision, p.next, p.remaining
	case client.WatchVerb:
		resp.Items, status = s.openWatch(t, res, r, caller)
	}
	if status != nil {
		s.refuse(t, r, caller, status)
		return
	}
	s.answer(t, caller, resp)
}
