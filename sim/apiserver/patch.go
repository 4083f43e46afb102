package apiserver

import (
	"encoding/json"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"orrery/sim/api"
	"orrery/sim/client"
)

// emptyKind is what stored objects carry: their Go type says what they are.
var emptyKind schema.GroupVersionKind

// stored returns a copy of an object in the version in which it is stored: events.k8s.io Events are core Events there.
func stored(o api.Object) (api.Object, error) {
	if res := api.FindObject(o); res != nil && storedResource(res) == res {
		return o.DeepCopyObject().(api.Object), nil
	}
	return inVersion(o, schema.GroupVersion{Version: "v1"})
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
	converted, err := api.Scheme.ConvertToVersion(internal, version)
	if err != nil {
		return nil, err
	}
	return converted.DeepCopyObject().(api.Object), nil
}

// storedResource returns the resource under which a resource's objects are stored.
func storedResource(res *api.Resource) *api.Resource {
	if res.Name == "events.events.k8s.io" {
		return api.Find("events")
	}
	return res
}

// patched applies a request's patch to the current object.
func patched(res *api.Resource, r *client.Request, current api.Object) (api.Object, *metav1.Status) {
	if r.PatchType == client.TypedStatus {
		return withStatus(current, r.Object)
	}
	served, err := inVersion(current, res.Kind.GroupVersion())
	if err != nil {
		return nil, badRequest(err.Error())
	}
	before, err := json.Marshal(api.WithKind(served))
	if err != nil {
		return nil, statusOf(err)
	}
	after, err := applyPatch(res, r, before)
	if err != nil {
		return nil, badRequest(err.Error())
	}
	o := res.New()
	if err := json.Unmarshal(after, o); err != nil {
		return nil, badRequest(err.Error())
	}
	if o, err = stored(o); err != nil {
		return nil, badRequest(err.Error())
	}
	return o, nil
}

func applyPatch(res *api.Resource, r *client.Request, before []byte) ([]byte, error) {
	switch r.PatchType {
	case types.JSONPatchType:
		p, err := jsonpatch.DecodePatch(r.PatchData)
		if err != nil {
			return nil, err
		}
		return p.Apply(before)
	case types.MergePatchType:
		return jsonpatch.MergePatch(before, r.PatchData)
	default:
		return strategicpatch.StrategicMergePatch(before, r.PatchData, res.New())
	}
}

// withStatus returns a shallow copy of the current object with another's status.
func withStatus(current, from api.Object) (api.Object, *metav1.Status) {
	switch c := current.(type) {
	case *corev1.Pod:
		o := *c
		o.Status = from.(*corev1.Pod).Status
		return &o, nil
	case *corev1.Node:
		o := *c
		o.Status = from.(*corev1.Node).Status
		return &o, nil
	case *appsv1.Deployment:
		o := *c
		o.Status = from.(*appsv1.Deployment).Status
		return &o, nil
	}
	return nil, badRequest("the kind's status cannot be patched by value")
}
