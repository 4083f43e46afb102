package door

import (
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func badRequest(message string) *metav1.Status { return &apierrors.NewBadRequest(message).ErrStatus }

func internalError(err error) *metav1.Status { return &apierrors.NewInternalError(err).ErrStatus }

// invalidOptions refuses a request's options, whose kind is "ListOptions" and the like.
func invalidOptions(kind string, errs field.ErrorList) *metav1.Status {
	return &apierrors.NewInvalid(schema.GroupKind{Group: metav1.GroupName, Kind: kind}, "", errs).ErrStatus
}

// generic is the answer to a request that no resource takes: 404 or 405.
func generic(code int) *metav1.Status {
	return &apierrors.NewGenericServerResponse(code, "", schema.GroupResource{}, "", "", 0, false).ErrStatus
}
