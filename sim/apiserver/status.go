package apiserver

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"orrery/sim/api"
)

// statusOf returns the Status of an API error.
func statusOf(err error) *metav1.Status {
	var api apierrors.APIStatus
	if !errors.As(err, &api) {
		api = apierrors.NewInternalError(err)
	}
	s := api.Status()
	return &s
}

func groupResource(res *api.Resource) schema.GroupResource {
	return schema.GroupResource{Group: res.Kind.Group, Resource: res.Plural}
}

func notServed() *metav1.Status {
	return statusOf(&apierrors.StatusError{ErrStatus: metav1.Status{
		Status: metav1.StatusFailure, Code: 404, Reason: metav1.StatusReasonNotFound,
		Message: "the server could not find the requested resource",
	}})
}

func notFound(res *api.Resource, name string) *metav1.Status {
	return statusOf(apierrors.NewNotFound(groupResource(res), name))
}

func badRequest(message string) *metav1.Status { return statusOf(apierrors.NewBadRequest(message)) }

func conflict(res *api.Resource, name, why string) *metav1.Status {
	return statusOf(apierrors.NewConflict(groupResource(res), name, errors.New(why)))
}

func invalid(res *api.Resource, name string, errs field.ErrorList) *metav1.Status {
	sortMaps(errs)
	return statusOf(apierrors.NewInvalid(res.Kind.GroupKind(), name, errs))
}

// sortMaps puts the errors about the keys of one map in order. Kubernetes' validation goes through maps as Go does, in
// another order each time.
func sortMaps(errs field.ErrorList) {
	for from := 0; from < len(errs); {
		to := from + 1
		for to < len(errs) && mapOf(errs[to].Field) == mapOf(errs[from].Field) {
			to++
		}
		slices.SortStableFunc(errs[from:to], func(a, b *field.Error) int { return strings.Compare(a.Error(), b.Error()) })
		from = to
	}
}

// mapOf returns a field without its last key in brackets, unless that is the index of a list.
func mapOf(f string) string {
	open := strings.LastIndexByte(f, '[')
	if open < 0 || !strings.HasSuffix(f, "]") {
		return f
	}
	if _, err := strconv.Atoi(f[open+1 : len(f)-1]); err == nil {
		return f
	}
	return f[:open]
}

func expired(from, compacted int64) *metav1.Status {
	return gone("too old resource version: " + strconv.FormatInt(from, 10) + " (" + strconv.FormatInt(compacted, 10) + ")")
}

func gone(message string) *metav1.Status { return statusOf(apierrors.NewResourceExpired(message)) }

// tooLarge is the answer to a request for a revision that there has not been yet.
func tooLarge(asked, now int64) *metav1.Status {
	s := statusOf(apierrors.NewTimeoutError(
		"Too large resource version: "+strconv.FormatInt(asked, 10)+", current: "+strconv.FormatInt(now, 10), 1))
	s.Details.Causes = []metav1.StatusCause{{Type: metav1.CauseTypeResourceVersionTooLarge, Message: "Too large resource version"}}
	return s
}

// unconditional is what an update without a resourceVersion is told when the kind asks for one.
func unconditional(res *api.Resource, name string) *metav1.Status {
	kind := schema.GroupKind{Group: res.Kind.Group, Kind: res.Plural}
	return statusOf(apierrors.NewInvalid(kind, name, field.ErrorList{
		field.Invalid(field.NewPath("metadata", "resourceVersion"), uint64(0), "must be specified for an update"),
	}))
}

// modified is what an update with an old resourceVersion is told.
const modified = "the object has been modified; please apply your changes to the latest version and try again"
