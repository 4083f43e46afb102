package apiserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/mergepatch"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/apimachinery/pkg/util/validation/field"
	kjson "sigs.k8s.io/json"

	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/client"
)

// emptyKind is what stored objects carry: their Go type says what they are.
var emptyKind schema.GroupVersionKind

// stored returns a copy of an object in the version in which it is stored. The defaults are those of the version in which
// it came.
func stored(o api.Object) (api.Object, error) {
	o = o.DeepCopyObject().(api.Object)
	res := api.FindObject(o)
	if res == nil || res.Stored() == res {
		return o, nil
	}
	api.Scheme.Default(o)
	return inVersion(o, res.Stored().Kind.GroupVersion())
}

// inVersion returns an object in another version of its kind, or the object itself when it is in that version.
func inVersion(o api.Object, version schema.GroupVersion) (api.Object, error) {
	if gvk, err := api.KindOf(o); err != nil || gvk.GroupVersion() == version {
		return o, err
	}
	internal, err := api.Internal(o)
	if err != nil {
		return nil, err
	}
	// An Event's internal version is core's, whichever group it is served in.
	converted, err := api.Scheme.ConvertToVersion(internal, version)
	if err != nil {
		return nil, err
	}
	return converted.DeepCopyObject().(api.Object), nil
}

// served returns a stored object as a resource serves it, and any other object as it is. The conversion cannot fail for
// an object that was stored.
func served(res *api.Resource, o api.Object) api.Object {
	if custom, ok := o.(*customresource.Object); ok && res != nil && customresource.Of(res) != nil {
		return customresource.Of(res).Serve(custom)
	}
	if o == nil || res == nil || res.Stored() == res || api.FindObject(o) != res.Stored() {
		return o
	}
	converted, err := inVersion(o, res.Kind.GroupVersion())
	if err != nil {
		panic("apiserver: serving " + o.GetName() + " as " + res.Name + ": " + err.Error())
	}
	return converted
}

// patched applies a request's patch to the current object. The warnings are those about unknown and duplicate fields.
func patched(res *api.Resource, r *client.Request, current api.Object) (api.Object, []string, *metav1.Status) {
	if r.PatchType == client.TypedStatus {
		o, status := withStatus(res.Stored(), current, r.Object)
		return o, nil, status
	}
	served, err := inVersion(current, res.Kind.GroupVersion())
	if err != nil {
		return nil, nil, badRequest(err.Error())
	}
	var o api.Object
	var strict []error
	switch r.PatchType {
	case types.JSONPatchType, types.MergePatchType:
		o, strict, err = patchJSON(res, r, api.WithKind(served))
	case types.StrategicMergePatchType:
		if customresource.Of(res) != nil {
			return nil, nil, unsupportedPatch(res)
		}
		o, strict, err = patchStrategic(res, r, api.WithKind(served))
	default:
		return nil, nil, unsupportedPatch(res)
	}
	if err != nil {
		return nil, nil, statusOf(err)
	}
	if o, err = stored(o); err != nil {
		return nil, nil, badRequest(err.Error())
	}
	return o, strictWarnings(strict), nil
}

// unsupportedPatch is what a patch of another type is told.
func unsupportedPatch(res *api.Resource) *metav1.Status {
	accepted := []string{string(types.JSONPatchType), string(types.MergePatchType)}
	if customresource.Of(res) == nil {
		accepted = append(accepted, string(types.StrategicMergePatchType))
	}
	accepted = append(accepted, string(types.ApplyYAMLPatchType))
	return &metav1.Status{
		Status: metav1.StatusFailure, Code: http.StatusUnsupportedMediaType, Reason: metav1.StatusReasonUnsupportedMediaType,
		Message: "the body of the request was in an unknown format - accepted media types include: " + strings.Join(accepted, ", "),
	}
}

// patchJSON applies a JSON patch or a JSON merge patch.
func patchJSON(res *api.Resource, r *client.Request, served api.Object) (api.Object, []error, error) {
	before, err := json.Marshal(served)
	if err != nil {
		return nil, nil, err
	}
	apply := applyJSON
	if r.PatchType == types.MergePatchType {
		apply = applyMerge
	}
	after, strict, err := apply(r, before)
	if err != nil {
		return nil, nil, err
	}
	o, _, unknown, err := decodeAs(res, after, res.New(), !ignores(r))
	strict, err = refuseStrict(r, append(strict, unknown...), err)
	if err != nil {
		return nil, nil, invalidPatch(string(after), err)
	}
	return o, strict, nil
}

// operation is one of a JSON patch, for finding unknown and duplicate fields in it.
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	From  string `json:"from"`
	Value any    `json:"value"`
}

// operationsMax is how many operations a JSON patch may have.
const operationsMax = 10_000

func applyJSON(r *client.Request, before []byte) (after []byte, strict []error, err error) {
	if !ignores(r) {
		var operations []operation
		if strict, err = kjson.UnmarshalStrict(r.PatchData, &operations); err != nil {
			words := strings.Replace(err.Error(), "apiserver.operation", "handlers.jsonPatchOp", 1) // Kubernetes' name for it
			return nil, nil, apierrors.NewBadRequest("error decoding patch: " + words)
		}
		for i, e := range strict {
			strict[i] = fmt.Errorf("json patch %w", e)
		}
	}
	p, err := jsonpatch.DecodePatch(r.PatchData)
	if err != nil {
		return nil, nil, apierrors.NewBadRequest(err.Error())
	}
	if len(p) > operationsMax {
		return nil, nil, apierrors.NewRequestEntityTooLargeError(fmt.Sprintf(
			"The allowed maximum operations in a JSON patch is %d, got %d", operationsMax, len(p)))
	}
	if after, err = p.Apply(before); err != nil {
		return nil, nil, unprocessable(err)
	}
	return after, strict, nil
}

func applyMerge(r *client.Request, before []byte) (after []byte, strict []error, err error) {
	if !ignores(r) {
		change := map[string]any{}
		if strict, err = kjson.UnmarshalStrict(r.PatchData, &change); err != nil {
			return nil, nil, apierrors.NewBadRequest("error decoding patch: " + err.Error())
		}
	}
	if after, err = jsonpatch.MergePatch(before, r.PatchData); err != nil {
		return nil, nil, apierrors.NewBadRequest(err.Error())
	}
	return after, strict, nil
}

// patchStrategic applies a strategic merge patch.
func patchStrategic(res *api.Resource, r *client.Request, served api.Object) (api.Object, []error, error) {
	before, err := runtime.DefaultUnstructuredConverter.ToUnstructured(served)
	if err != nil {
		return nil, nil, err
	}
	change := map[string]any{}
	var strict []error
	if ignores(r) {
		err = kjson.UnmarshalCaseSensitivePreserveInts(r.PatchData, &change)
	} else {
		strict, err = kjson.UnmarshalStrict(r.PatchData, &change)
	}
	if err != nil {
		return nil, nil, apierrors.NewBadRequest(err.Error())
	}
	o := res.New()
	after, err := strategicpatch.StrategicMergeMapPatch(before, change, o)
	if err != nil {
		return nil, nil, strategicError(err)
	}
	var unknown []error
	err = runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(after, o, !ignores(r))
	if e, ok := runtime.AsStrictDecodingError(err); ok {
		unknown, err = e.Errors(), nil
	}
	strict, err = refuseStrict(r, append(strict, unknown...), err)
	if err != nil {
		return nil, nil, invalidPatch(fmt.Sprintf("%+v", change), err)
	}
	return o, strict, nil
}

// refuseStrict makes an error of unknown and duplicate fields when a request wants it so. An error that there is already
// goes before.
func refuseStrict(r *client.Request, strict []error, err error) ([]error, error) {
	switch {
	case err != nil || len(strict) == 0:
		return nil, err
	case r.FieldValidation == metav1.FieldValidationStrict:
		return nil, runtime.NewStrictDecodingError(strict)
	}
	return strict, nil
}

// invalidPatch is the refusal of a patch that makes something that is not an object of its kind.
func invalidPatch(value string, err error) error {
	return apierrors.NewInvalid(schema.GroupKind{}, "", field.ErrorList{field.Invalid(field.NewPath("patch"), value, err.Error())})
}

// unprocessable is the refusal of a patch that cannot be applied to the object.
func unprocessable(err error) error {
	return apierrors.NewGenericServerResponse(http.StatusUnprocessableEntity, "", schema.GroupResource{}, "", err.Error(), 0, false)
}

// strategicError gives an error of a strategic merge patch its code.
func strategicError(err error) error {
	switch {
	case errors.Is(err, mergepatch.ErrNoListOfLists), errors.Is(err, mergepatch.ErrPatchContentNotMatchRetainKeys):
		return unprocessable(err)
	case errors.Is(err, mergepatch.ErrBadJSONDoc), errors.Is(err, mergepatch.ErrBadPatchFormatForPrimitiveList),
		errors.Is(err, mergepatch.ErrBadPatchFormatForRetainKeys), errors.Is(err, mergepatch.ErrBadPatchFormatForSetElementOrderList),
		errors.Is(err, mergepatch.ErrUnsupportedStrategicMergePatchFormat):
		return apierrors.NewBadRequest(err.Error())
	}
	return &apierrors.StatusError{ErrStatus: *unexpected(err)}
}

// unexpected is the refusal of a request for an error that Kubernetes does not foresee in one.
//
// Simplified: the code is 400; Kubernetes calls it an error of its own, 500, in the same words.
func unexpected(err error) *metav1.Status {
	if _, ok := err.(apierrors.APIStatus); ok {
		return statusOf(err)
	}
	return &metav1.Status{Status: metav1.StatusFailure, Code: http.StatusBadRequest, Message: err.Error()}
}

// withStatus returns a shallow copy of the current object with another's status.
func withStatus(res *api.Resource, current, from api.Object) (api.Object, *metav1.Status) {
	st := strategyOf(res).status
	if st == nil {
		return nil, badRequest("the kind's status cannot be patched by value")
	}
	return st.graft(current, from), nil
}
