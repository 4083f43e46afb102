package apiserver

import (
	"net/http"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"orrery/sim/api"
	"orrery/sim/apiserver/authentication"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/etcd"
)

// outcome is what the first half of a request makes: a write for etcd, or nothing to write.
type outcome struct {
	write  *etcd.Write // nil when nothing changes
	object api.Object  // the answer, when it is not what was stored
	old    api.Object  // what the key held before
	held   *etcd.Value // the same as it is stored, of an update
	// by describes a write that the server makes of itself before it goes on with the request; nil for the request's own.
	by     *client.Request
	evicts bool // the answer is that it was done, and no object
	code   int
	// Of a deletecollection: what it waits for, and the revision at which it found nothing to delete.
	collection *collection
	revision   int64

	charges  *api.Resource // of the object, when a quota is to be charged before the write; nil for none
	warnings []string      // for the user, even when the request is refused
}

// prepare turns a request to change something into a write.
func (s *Server) prepare(t *engine.Turn, res *api.Resource, r *client.Request) (outcome, *metav1.Status) {
	r, warnings, status := decoded(res, r)
	if status != nil {
		return outcome{}, status
	}
	out, status := s.prepareDecoded(t, res, r)
	out.warnings = distinct(append(warnings, out.warnings...))
	return out, status
}

// distinct returns the warnings without repetitions.
func distinct(warnings []string) []string {
	var out []string
	for _, w := range warnings {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

func (s *Server) prepareDecoded(t *engine.Turn, res *api.Resource, r *client.Request) (outcome, *metav1.Status) {
	switch {
	case r.Subresource == "token":
		return s.prepareToken(t, res, r)
	case r.Subresource == "eviction":
		return s.prepareEviction(t, res, r)
	case r.Verb == client.Create && strings.HasSuffix(res.Kind.Kind, "Review"):
		return s.review(t, res, r)
	case r.Verb == client.Create && (r.Subresource == "binding" || res.Name == "bindings"):
		return s.prepareBinding(t, res, r)
	case r.Subresource == "scale":
		return s.prepareScale(t, res, r)
	case r.Verb == client.Create:
		return s.prepareCreate(t, res, r)
	case r.Verb == client.Update:
		return s.manage(t, res, r, r.Subresource, func(api.Object) (api.Object, *metav1.Status) {
			o, err := takenIn(res, r)
			if err != nil {
				return nil, badRequest(err.Error())
			}
			return o, nil
		})
	case r.Verb == client.Patch && r.PatchType == types.ApplyYAMLPatchType:
		return s.prepareApply(t, res, r)
	case r.Verb == client.Patch:
		var warnings []string
		out, status := s.manage(t, res, r, r.Subresource, func(current api.Object) (o api.Object, status *metav1.Status) {
			if mentionsManagers(r) {
				current = s.showStored(current)
			}
			o, warnings, status = patched(res, r, current)
			return o, status
		})
		out.warnings = append(warnings, out.warnings...)
		return out, status
	case r.Verb == client.Delete:
		out, status := s.prepareDelete(t, res, r)
		if res.Name == "jobs.batch" && r.Propagation == "" {
			out.warnings = []string{orphanedPods}
		}
		return out, status
	case r.Verb == client.DeleteCollection:
		return s.prepareDeleteCollection(t, res, r)
	}
	return outcome{}, statusOf(apierrors.NewMethodNotSupported(groupResource(res), string(r.Verb)))
}

func (s *Server) prepareCreate(t *engine.Turn, res *api.Resource, r *client.Request) (outcome, *metav1.Status) {
	o, status := s.fresh(t, res, r)
	if status != nil {
		return outcome{}, status
	}
	res = worked(res)
	if status := terminatingDefinition(res, r); status != nil {
		return outcome{}, status
	}
	a := s.admission(t, res, r, o, nil)
	if status := s.admit(t, a); status != nil {
		return outcome{}, status
	}
	if svc, ok := o.(*corev1.Service); ok {
		if status := s.assign(t, svc, nil); status != nil {
			s.wasted(t, r, svc)
			return outcome{}, status
		}
	}
	st := strategyOf(res)
	st.begin(callOf(t, r), o)
	if status := s.escalation(r, o, nil); status != nil {
		return outcome{}, status
	}
	if errs := st.validateCreate(s.converter, o); len(errs) > 0 {
		return outcome{}, invalid(res, o.GetName(), errs)
	}
	if status := s.admitValid(a); status != nil {
		return outcome{warnings: a.Warnings}, status
	}
	charges, status := s.checkQuota(a)
	if status != nil {
		return outcome{warnings: a.Warnings}, status
	}
	key := res.Key(o.GetNamespace(), o.GetName())
	if s.store.Get(key) != nil {
		return outcome{}, statusOf(apierrors.NewAlreadyExists(groupResource(res), o.GetName()))
	}
	s.record(t, r, o, nil)
	return outcome{
		write:  &etcd.Write{Key: key, Object: asStored(res, o), Sent: r.Object, Beside: s.begun(t, res, r)},
		object: dry(r, o), code: http.StatusCreated,
		charges: charges, warnings: append(s.warnOf(res, r, o, nil), a.Warnings...),
	}, nil
}

// fresh copies the object of a create and gives it what every new object gets.
func (s *Server) fresh(t *engine.Turn, res *api.Resource, r *client.Request) (api.Object, *metav1.Status) {
	if r.Object == nil {
		return nil, badRequest("an object must be given")
	}
	o, err := takenIn(res, r)
	if err != nil {
		return nil, badRequest(err.Error())
	}
	if status := ensureNamespace(res, r, o); status != nil {
		return nil, status
	}
	if o.GetResourceVersion() != "" {
		return nil, unexpected(stringError("resourceVersion should not be set on objects to be created"))
	}
	if status := s.name(t, res, o); status != nil {
		return nil, status
	}
	api.Scheme.Default(o)
	dropKind(o)
	o.SetUID(types.UID(t.Stream("uids").UID()))
	o.SetCreationTimestamp(stamp(t))
	o.SetDeletionTimestamp(nil)
	o.SetDeletionGracePeriodSeconds(nil)
	o.SetManagedFields(nil)
	return o, nil
}

// nameTries is how many names are made for an object before it is refused, and nameMax how much of what it asks for its name
// to begin with is kept, so that names have at most 63 characters.
const (
	nameTries = 8
	nameMax   = 58
)

// name gives an object without a name one that begins as it asks for and that none has.
func (s *Server) name(t *engine.Turn, res *api.Resource, o api.Object) *metav1.Status {
	if o.GetName() != "" || o.GetGenerateName() == "" {
		return nil
	}
	begin := o.GetGenerateName()
	begin = begin[:min(len(begin), nameMax)]
	for range nameTries {
		o.SetName(begin + t.Stream("names").Suffix(5))
		if s.store.Get(res.Stored().Key(o.GetNamespace(), o.GetName())) == nil {
			return nil
		}
	}
	return statusOf(apierrors.NewGenerateNameConflict(groupResource(res), o.GetName(), 1))
}

func (s *Server) prepareUpdate(
	t *engine.Turn, res *api.Resource, r *client.Request, next func(api.Object) (api.Object, *metav1.Status),
) (outcome, *metav1.Status) {
	res = worked(res)
	st := strategyOf(res)
	v := s.store.Get(res.Key(r.Namespace, r.Name))
	if v == nil {
		if r.Verb == client.Update && r.Subresource == "" && st.createOnUpdate && r.Object.GetName() == r.Name {
			return s.prepareCreate(t, res, r)
		}
		return outcome{}, notFound(res, r.Name)
	}
	old := served(res, v.Object)
	o, status := wanted(res, r, old, next)
	if status != nil {
		return outcome{}, status
	}
	a := s.admission(t, res, r, o, old)
	if status := s.admit(t, a); status != nil {
		return outcome{}, status
	}
	if svc, ok := o.(*corev1.Service); ok && r.Subresource == "" {
		if status := s.assign(t, svc, old.(*corev1.Service)); status != nil {
			return outcome{}, status
		}
	}
	validate := st.changeBy(callOf(t, r), r.Subresource, o, old)
	if validate == nil {
		return outcome{}, notServed()
	}
	if r.PatchType != client.TypedStatus && apiequality.Semantic.DeepEqual(o, old) {
		return outcome{held: v, object: old, code: http.StatusOK}, nil
	}
	if status := s.escalation(r, o, old); status != nil {
		return outcome{}, status
	}
	if !believed(r) {
		if errs := validate(s.converter, o, old); len(errs) > 0 {
			return outcome{}, invalid(res, r.Name, errs)
		}
	}
	if status := s.admitValid(a); status != nil {
		return outcome{warnings: a.Warnings}, status
	}
	charges, status := s.checkQuota(a)
	if status != nil {
		return outcome{warnings: a.Warnings}, status
	}
	s.record(t, r, o, old)
	w := &etcd.Write{Key: v.Key, Object: asStored(res, o), Expect: v.Mod}
	if finished(o) {
		w.Object, w.Last = nil, w.Object
	}
	return outcome{
		write: w, old: old, held: v, object: dry(r, o), code: http.StatusOK,
		charges: charges, warnings: append(s.warnOf(res, r, o, old), a.Warnings...),
	}, nil
}

// wanted returns what a write wants an object to be, with its defaults, or why the write cannot be about that object.
func wanted(
	res *api.Resource, r *client.Request, old api.Object, next func(api.Object) (api.Object, *metav1.Status),
) (api.Object, *metav1.Status) {
	o, status := next(old)
	if status != nil {
		return nil, status
	}
	if status := checkUpdate(res, r, o, old); status != nil {
		return nil, status
	}
	if o.GetResourceVersion() == "" {
		if strategyOf(res).conditional && r.Verb == client.Update {
			return nil, unconditional(res, r.Name)
		}
		o.SetResourceVersion(old.GetResourceVersion())
	}
	if status := keepMeta(res, o, old); status != nil {
		return nil, status
	}
	_, service := o.(*corev1.Service)
	switch {
	case service, r.Subresource == "", r.Subresource == "ephemeralcontainers", r.Subresource == "resize":
		api.Scheme.Default(o) // the others change nothing that has defaults
	}
	dropKind(o)
	return o, nil
}

// believed reports whether a write is not validated: what a kubelet reports, which is most of what is written.
//
// Simplified: a kubelet is believed to report what is valid, which package invariant holds in all tests; Kubernetes
// validates every write.
func believed(r *client.Request) bool {
	return r.PatchType == client.TypedStatus && authentication.Kubelet(r.User)
}

// ensureNamespace gives an object the namespace of the request, unless it names another.
func ensureNamespace(res *api.Resource, r *client.Request, o api.Object) *metav1.Status {
	namespace := r.Namespace
	if !res.Namespaced {
		namespace = ""
	}
	switch o.GetNamespace() {
	case namespace:
	case "":
		o.SetNamespace(namespace)
	default:
		if namespace != "" {
			return badRequest("the namespace of the provided object does not match the namespace sent on the request")
		}
		o.SetNamespace("")
	}
	return nil
}

// checkUpdate refuses what was made for another object or another revision.
func checkUpdate(res *api.Resource, r *client.Request, o, old api.Object) *metav1.Status {
	if status := ensureNamespace(res, r, o); status != nil {
		return status
	}
	if status := checkName(r, o); status != nil {
		return status
	}
	if rv := o.GetResourceVersion(); rv != "" && rv != old.GetResourceVersion() {
		return conflict(res, r.Name, modified)
	}
	if uid := o.GetUID(); r.Verb == client.Update && uid != "" && uid != old.GetUID() {
		return conflict(res, r.Name, "StorageError: invalid object, Code: 4, Key: "+res.Key(r.Namespace, r.Name)+
			", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: "+string(uid)+
			", UID in object meta: "+string(old.GetUID()))
	}
	return nil
}

// keepMeta carries over what no update can change, and refuses an update that tries to.
func keepMeta(res *api.Resource, o, old api.Object) *metav1.Status {
	if o.GetUID() == "" {
		o.SetUID(old.GetUID())
	}
	o.SetCreationTimestamp(old.GetCreationTimestamp())
	o.SetGeneration(old.GetGeneration())
	o.SetManagedFields(nil)
	if old.GetDeletionTimestamp() != nil {
		o.SetDeletionTimestamp(old.GetDeletionTimestamp())
	}
	if old.GetDeletionGracePeriodSeconds() != nil && o.GetDeletionGracePeriodSeconds() == nil {
		o.SetDeletionGracePeriodSeconds(old.GetDeletionGracePeriodSeconds())
	}
	if o.GetUID() == old.GetUID() && o.GetDeletionTimestamp() == old.GetDeletionTimestamp() &&
		samePeriod(o.GetDeletionGracePeriodSeconds(), old.GetDeletionGracePeriodSeconds()) {
		return nil
	}
	meta := field.NewPath("metadata")
	errs := validation.ValidateImmutableField(o.GetUID(), old.GetUID(), meta.Child("uid"))
	errs = append(errs, validation.ValidateImmutableField(
		o.GetDeletionTimestamp(), old.GetDeletionTimestamp(), meta.Child("deletionTimestamp"))...)
	errs = append(errs, validation.ValidateImmutableField(
		o.GetDeletionGracePeriodSeconds(), old.GetDeletionGracePeriodSeconds(), meta.Child("deletionGracePeriodSeconds"))...)
	if len(errs) == 0 {
		return nil
	}
	return invalid(res, old.GetName(), errs)
}

func samePeriod(a, b *int64) bool { return a == b || a != nil && b != nil && *a == *b }

// finished reports whether an object that is being deleted has nothing left to wait for.
func finished(o api.Object) bool {
	grace := o.GetDeletionGracePeriodSeconds()
	return o.GetDeletionTimestamp() != nil && len(finalizersOf(o)) == 0 && (grace == nil || *grace == 0)
}

// dry returns the object as the answer of a dry run, and nil otherwise: the answer is then what was stored.
func dry(r *client.Request, o api.Object) api.Object {
	if r.DryRun {
		return o
	}
	return nil
}

// stamp returns the time as API objects hold it: whole seconds.
func stamp(t *engine.Turn) metav1.Time { return metav1.NewTime(t.Wall().Truncate(time.Second)) }
