package apiserver

import (
	"encoding/hex"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/client"
)

// decoded returns a create or an update with the object that its body describes, and the warnings that the body is worth.
// A request that brings its object is returned as it is.
func decoded(res *api.Resource, r *client.Request) (*client.Request, []string, *metav1.Status) {
	if status := checkOptions(r); status != nil {
		return nil, nil, status
	}
	if r.Object != nil || r.Verb != client.Create && r.Verb != client.Update {
		return r, nil, nil
	}
	into := body(res, r.Subresource)
	o, gvk, strict, err := decodeAs(res, r.Body, into, !ignores(r))
	if err == nil && len(strict) > 0 && r.FieldValidation == metav1.FieldValidationStrict {
		err = runtime.NewStrictDecodingError(strict)
	}
	if err != nil {
		return nil, nil, undecodable(r.Body, into, gvk, err)
	}
	c := *r
	c.Object = o
	if c.Name == "" && c.Verb == client.Create {
		c.Name = o.GetName()
	}
	return &c, strictWarnings(strict), nil
}

// checkOptions refuses options that no request can have.
func checkOptions(r *client.Request) *metav1.Status {
	if r.Manager == "" && r.FieldValidation == "" && !r.Force && r.PatchType != types.ApplyYAMLPatchType {
		return nil
	}
	var errs field.ErrorList
	kind := ""
	dry := []string(nil)
	if r.DryRun {
		dry = []string{metav1.DryRunAll}
	}
	switch r.Verb {
	case client.Create:
		kind = "CreateOptions"
		errs = validation.ValidateCreateOptions(&metav1.CreateOptions{
			DryRun: dry, FieldManager: r.Manager, FieldValidation: r.FieldValidation,
		})
	case client.Update:
		kind = "UpdateOptions"
		errs = validation.ValidateUpdateOptions(&metav1.UpdateOptions{
			DryRun: dry, FieldManager: r.Manager, FieldValidation: r.FieldValidation,
		})
	case client.Patch:
		kind = "PatchOptions"
		options := &metav1.PatchOptions{DryRun: dry, FieldManager: r.Manager, FieldValidation: r.FieldValidation}
		if r.Force {
			options.Force = &r.Force
		}
		errs = validation.ValidatePatchOptions(options, r.PatchType)
	}
	if len(errs) == 0 {
		return nil
	}
	return statusOf(apierrors.NewInvalid(schema.GroupKind{Group: metav1.GroupName, Kind: kind}, "", errs))
}

// ignores reports whether unknown and duplicate fields do not matter to a request.
func ignores(r *client.Request) bool { return r.FieldValidation == metav1.FieldValidationIgnore }

// body returns an empty object of what a request to a resource or subresource carries.
func body(res *api.Resource, subresource string) api.Object {
	if part := res.Subresource(subresource); part != nil && part.Kind != res.Kind {
		if o, err := api.Scheme.New(part.Kind); err == nil {
			return o.(api.Object)
		}
	}
	return res.New()
}

// decodeAs is decode for a resource: the objects of custom ones follow a schema.
func decodeAs(res *api.Resource, data []byte, into api.Object, wantStrict bool) (o api.Object, gvk schema.GroupVersionKind, strict []error, err error) {
	if _, custom := into.(*customresource.Object); custom {
		return decodeCustom(customresource.Of(res), data, wantStrict)
	}
	return decode(data, into, wantStrict)
}

// decode makes an object like into of JSON, without defaults. Strict are the unknown and the duplicate fields, when they
// are asked for; with an error there are none, as they could not all be found. Models the decoders of
// k8s.io/apimachinery/pkg/runtime/serializer.
func decode(data []byte, into api.Object, wantStrict bool) (o api.Object, gvk schema.GroupVersionKind, strict []error, err error) {
	want, err := api.KindOf(into)
	if err != nil {
		return nil, gvk, nil, err
	}
	serializer := json.NewSerializerWithOptions(json.DefaultMetaFactory, creater{}, api.Scheme, json.SerializerOptions{Strict: wantStrict})
	made, found, err := serializer.Decode(data, &want, into)
	if found != nil {
		gvk = *found
	}
	if unknown, ok := runtime.AsStrictDecodingError(err); ok && made != nil {
		strict, err = unknown.Errors(), nil
	}
	if err != nil {
		return nil, gvk, nil, err
	}
	if made != runtime.Object(into) {
		return nil, gvk, nil, otherKind(made, gvk, want)
	}
	return into, gvk, strict, nil
}

// creater creates objects for the decoder. Its errors name the scheme as Kubernetes' do.
type creater struct{}

// New implements runtime.ObjectCreater.
func (creater) New(gvk schema.GroupVersionKind) (runtime.Object, error) {
	o, err := api.Scheme.New(gvk)
	if runtime.IsNotRegisteredError(err) {
		err = runtime.NewNotRegisteredErrForKind("pkg/api/legacyscheme/scheme.go:30", gvk)
	}
	return o, err
}

// otherKind says why an object of another kind or version than the endpoint's is refused.
func otherKind(made runtime.Object, gvk, want schema.GroupVersionKind) error {
	internal, err := api.Scheme.New(schema.GroupVersionKind{Group: want.Group, Version: runtime.APIVersionInternal, Kind: want.Kind})
	if err != nil {
		return err
	}
	if err := api.Scheme.Convert(made, internal, nil); err != nil {
		return err
	}
	return apierrors.NewBadRequest(fmt.Sprintf("the API version in the data (%s) does not match the expected API version (%s)",
		gvk.GroupVersion(), want.GroupVersion()))
}

// undecodable is the refusal of a body.
func undecodable(data []byte, into api.Object, gvk schema.GroupVersionKind, err error) *metav1.Status {
	if _, ok := err.(apierrors.APIStatus); ok {
		return statusOf(err)
	}
	want, _ := api.KindOf(into)
	if gvk.Kind != "" {
		return badRequest(fmt.Sprintf("%s in version %q cannot be handled as a %s: %v", gvk.Kind, gvk.Version, want.Kind, err))
	}
	return badRequest(fmt.Sprintf("the object provided is unrecognized (must be of type %s): %v (%s)", want.Kind, err, summary(data)))
}

// summaryMax is how much of a body that is not understood is quoted.
const summaryMax = 30

func summary(data []byte) string {
	text := hex.EncodeToString
	if len(data) > 0 && data[0] == '{' {
		text = func(b []byte) string { return string(b) }
	}
	switch {
	case len(data) == 0:
		return "<empty>"
	case len(data) > summaryMax:
		return text(data[:summaryMax]) + " ..."
	}
	return text(data)
}

// strictWarnings returns a warning for each unknown or duplicate field. Those that a YAML decoder finds are one error.
func strictWarnings(errs []error) []string {
	var out []string
	for _, err := range errs {
		text := err.Error()
		lines, yaml := strings.CutPrefix(strings.TrimPrefix(text, "error converting YAML to JSON: "), "yaml: unmarshal errors:\n")
		if !yaml {
			out = append(out, text)
			continue
		}
		for line := range strings.SplitSeq(lines, "\n") {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return out
}
