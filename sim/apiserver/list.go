package apiserver

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/client"
	"orrery/sim/etcd"
)

// List returns the objects that a request asks for, in the store's order.
func (s *Server) List(res *api.Resource, r *client.Request) ([]api.Object, *metav1.Status) {
	p, status := s.list(res, r)
	return p.items, status
}

// page is an answer to a list: all of it, or as much as the request's limit allows.
type page struct {
	items     []api.Object
	revision  int64  // at which the objects were so
	next      string // token for the rest; empty when there is none
	remaining *int64 // how many objects the rest has; nil when a selector makes that unknown
}

// list reads a page.
func (s *Server) list(res *api.Resource, r *client.Request) (page, *metav1.Status) {
	sel, status := newSelector(res, r.Labels, r.Fields)
	if status != nil {
		return page{}, status
	}
	if res.Storage == "" {
		return page{items: unstored(res, sel), revision: s.store.Revision()}, nil
	}
	from, status := s.listFrom(res, r)
	if status != nil {
		return page{}, status
	}
	limit := r.Limit
	if r.Revision == "0" {
		limit = 0 // whatever the cache holds
	}
	p := page{revision: from.revision}
	var last string
	var rest int64
	kind, prefix := res.Stored(), res.Prefix(r.Namespace)
	err := s.store.RangeAt(prefix, from.key, from.revision, func(v *etcd.Value) bool {
		if limit > 0 && int64(len(p.items)) == limit {
			rest++
			return true
		}
		last = v.Key
		if (res.Custom != nil || api.FindObject(v.Object) == kind) && sel.matches(v.Object) {
			p.items = append(p.items, served(res, v.Object))
		}
		return true
	})
	if err != nil {
		return page{}, listExpired(r, from, prefix)
	}
	if rest > 0 {
		p.next = continueToken{Revision: p.revision, Start: last[len(prefix):] + "\x00"}.encode()
		if sel.everything() {
			p.remaining = &rest
		}
	}
	return p, nil
}

// position is where a list begins.
type position struct {
	revision int64
	key      string // the first that may be in it; empty for the beginning
}

// listFrom returns where a request's list begins, as its resourceVersion, resourceVersionMatch and continue say.
func (s *Server) listFrom(res *api.Resource, r *client.Request) (position, *metav1.Status) {
	now := s.store.Revision()
	if r.Continue != "" {
		token, err := decodeContinue(r.Continue)
		switch {
		case err != nil:
			return position{}, badRequest("invalid continue token: " + err.Error())
		case r.Revision != "" && r.Revision != "0":
			return position{}, badRequest("specifying resource version is not allowed when using continue")
		case token.Revision > now:
			return position{}, tooLarge(token.Revision, now)
		case token.Revision < 0: // the client was told to go on at the newest revision
			token.Revision = now
		}
		return position{token.Revision, res.Prefix(r.Namespace) + token.Start}, nil
	}
	asked, invalid := parseRevision(r.Revision)
	switch {
	case invalid != nil:
		return position{}, badRequest("invalid resource version: " + invalid.Error())
	case asked > now:
		return position{}, tooLarge(asked, now)
	case r.Match == string(metav1.ResourceVersionMatchExact), r.Match == "" && r.Limit > 0 && asked > 0:
		return position{revision: asked}, nil
	}
	return position{revision: now}, nil
}

// parseRevision reads a resourceVersion. Nothing and "0" are 0: any will do.
func parseRevision(rv string) (int64, *field.Error) {
	if rv == "" || rv == "0" {
		return 0, nil
	}
	n, err := strconv.ParseUint(rv, 10, 64)
	if err != nil {
		return 0, field.Invalid(field.NewPath("resourceVersion"), rv, err.Error())
	}
	return int64(min(n, 1<<63-1)), nil
}

// unparsed is the answer to a get or a watch with a resourceVersion that is none. Kubernetes does not expect one there.
func unparsed(err *field.Error) *metav1.Status {
	return &metav1.Status{Status: metav1.StatusFailure, Code: http.StatusInternalServerError, Message: err.Error()}
}

// get answers a get: with what there is now, which is not older than any revision that there has been.
func (s *Server) get(res *api.Resource, r *client.Request) (api.Object, *metav1.Status) {
	asked, invalid := parseRevision(r.Revision)
	if invalid != nil {
		return nil, unparsed(invalid)
	}
	if now := s.store.Revision(); asked > now {
		return nil, tooLarge(asked, now)
	}
	if res.Storage == "" {
		for _, o := range unstored(res, selector{}) {
			if o.GetName() == r.Name {
				return o, nil
			}
		}
		return nil, notFound(res, r.Name)
	}
	v := s.store.Get(res.Stored().Key(r.Namespace, r.Name))
	switch {
	case v == nil:
		return nil, notFound(res, r.Name)
	case r.Subresource == "scale" && res.Custom != nil:
		return customScale(customresource.Of(res), v.Object)
	}
	return served(res, v.Object), nil
}

// listExpired is the answer to a list at a revision that was compacted. One that is continued may go on without being
// consistent.
func listExpired(r *client.Request, from position, prefix string) *metav1.Status {
	if r.Continue == "" {
		return gone("The resourceVersion for the provided list is too old.")
	}
	status := gone("The provided continue parameter is too old to display a consistent list result. You can start a new list " +
		"without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. " +
		"Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted " +
		"between the time the first chunk was returned and now may show up in the list.")
	status.Continue = continueToken{Revision: -1, Start: from.key[len(prefix):]}.encode()
	return status
}

var (
	errToken   = errors.New("continue key is not valid")
	errStart   = errors.New("continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)")
	errKey     = errors.New("continue key is not valid: encoded start key empty (version meta.k8s.io/v1)")
	errVersion = errors.New("continue key is not valid: server does not recognize this encoded version")
)

func tokenError(why any) error { return fmt.Errorf("%w: %v", errToken, why) }
