package kubectl

import (
	"encoding/json"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/apimachinery/pkg/util/validation/field"
	kjson "sigs.k8s.io/json"

	"orrery/sim/api"
	"orrery/sim/manifest"
)

// creatable returns a copy of a document's object to be sent, or the refusal that it would get.
//
// Simplified: requests carry typed objects, so what cannot be decoded is found out here; in Kubernetes the API server
// decodes, and refuses in the same words.
func creatable(d *manifest.Document, in object) (api.Object, error) {
	if d.Err != nil {
		return nil, apierrors.NewBadRequest(d.Err.Error())
	}
	o := d.Object.DeepCopyObject().(api.Object)
	o.SetNamespace(in.namespace)
	return o, nil
}

// undecodable returns the refusal of a patch that would make something of an object that cannot be decoded. It is found
// out here for the same reason.
func undecodable(d *manifest.Document, current api.Object, patch []byte) error {
	before, err := json.Marshal(api.WithKind(current))
	if err != nil {
		return err
	}
	var object, change map[string]any
	if err := kjson.UnmarshalCaseSensitivePreserveInts(before, &object); err != nil {
		return err
	}
	if err := kjson.UnmarshalCaseSensitivePreserveInts(patch, &change); err != nil {
		return err
	}
	patched, err := strategicpatch.StrategicMergeMapPatch(object, change, d.Resource.New())
	if err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	into := d.Resource.New()
	if err = runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(patched, into, true); err == nil {
		err = d.Err
	}
	return apierrors.NewInvalid(schema.GroupKind{}, "", field.ErrorList{
		field.Invalid(field.NewPath("patch"), fmt.Sprintf("%+v", change), err.Error()),
	})
}
