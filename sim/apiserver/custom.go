package apiserver

import (
	"errors"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	kjson "sigs.k8s.io/json"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/client"
)

// Custom returns the kinds that users brought to this world. It never changes, so that anybody may keep it.
func (s *Server) Custom() *customresource.Catalog { return s.custom }

// Resources returns everything that discovery lists: Kubernetes' own resources, and then the custom ones.
func (s *Server) Resources() []*api.Resource {
	return append(api.Resources[:len(api.Resources):len(api.Resources)], s.custom.Resources()...)
}

// Resource returns the resource of a name that this world serves, or nil.
func (s *Server) Resource(name string) *api.Resource {
	if res := api.Find(name); res != nil {
		return res
	}
	if v := s.custom.Find(name); v != nil && v.Served {
		return v.Resource
	}
	return nil
}

// ResourceOf returns the resource as which an object is stored in this world, or nil.
func (s *Server) ResourceOf(o api.Object) *api.Resource {
	custom, ok := o.(*customresource.Object)
	if !ok {
		return api.FindObject(o)
	}
	if d := s.custom.Defines(custom.GroupVersionKind().GroupKind()); d != nil {
		return d.Storage().Resource
	}
	return nil
}

// ResourceOfKind returns the resource that serves a kind in this world, or nil.
func (s *Server) ResourceOfKind(gvk schema.GroupVersionKind) *api.Resource {
	if res := api.FindKind(gvk); res != nil {
		return res
	}
	if v := s.custom.FindKind(gvk); v != nil {
		return v.Resource
	}
	return nil
}

// dropKind takes apiVersion and kind off an object that is to be stored: its Go type says what it is. A custom one keeps
// them.
func dropKind(o api.Object) {
	if _, custom := o.(*customresource.Object); !custom {
		o.GetObjectKind().SetGroupVersionKind(emptyKind)
	}
}

// customStrategy returns the strategy of a version of a custom resource.
func customStrategy(v *customresource.Version) *strategy {
	type object = *customresource.Object
	return &strategy{
		conditional:    true,
		prepareCreate:  creating(v.PrepareCreate),
		validateCreate: func(_ *converter, o api.Object) field.ErrorList { return v.ValidateCreate(o.(object)) },
		change: change{
			prepare: changing(v.PrepareUpdate),
			validate: func(_ *converter, o, old api.Object) field.ErrorList {
				return v.ValidateUpdate(o.(object), old.(object))
			},
		},
		subresources: map[string]change{"status": {
			prepare: changing(v.PrepareStatus),
			validate: func(_ *converter, o, old api.Object) field.ErrorList {
				return v.ValidateStatus(o.(object), old.(object))
			},
		}},
	}
}

// decodeCustom is decode for a version of a custom resource: without what its schema does not know, and with its defaults.
func decodeCustom(
	v *customresource.Version, data []byte, wantStrict bool,
) (o api.Object, gvk schema.GroupVersionKind, strict []error, err error) {
	content := map[string]any{}
	if wantStrict {
		strict, err = kjson.UnmarshalStrict(data, &content)
	} else {
		err = kjson.UnmarshalCaseSensitivePreserveInts(data, &content)
	}
	if err != nil {
		return nil, gvk, nil, fmt.Errorf("couldn't get version/kind; json parse error: %w", err)
	}
	custom := &customresource.Object{Object: content}
	if gvk = custom.GroupVersionKind(); gvk.Kind == "" {
		return nil, gvk, nil, runtime.NewMissingKindErr(string(data))
	}
	if want := v.Resource.Kind; gvk.GroupVersion() != want.GroupVersion() {
		return nil, gvk, nil, apierrors.NewBadRequest(fmt.Sprintf(
			"the API version in the data (%s) does not match the expected API version (%s)", gvk.GroupVersion(), want.GroupVersion()))
	}
	unknown, err := v.Decode(custom)
	if err != nil {
		return nil, gvk, nil, err
	}
	if wantStrict {
		for _, path := range unknown {
			strict = append(strict, fmt.Errorf("unknown field %q", path))
		}
	}
	return custom, gvk, strict, nil
}

// customFields checks that the objects of a version of a custom resource can be selected by some fields.
func customFields(v *customresource.Version, s fields.Selector) (fields.Selector, error) {
	known := v.Fields(&customresource.Object{Object: map[string]any{}})
	return s.Transform(func(name, value string) (string, string, error) {
		if _, ok := known[name]; !ok && name != "metadata.namespace" {
			return "", "", errors.New("field label not supported: " + name)
		}
		return name, value, nil
	})
}

// terminatingDefinition refuses new objects of a kind whose definition is being deleted.
func terminatingDefinition(res *api.Resource, r *client.Request) *metav1.Status {
	if v := customresource.Of(res); v == nil || !v.Terminating() {
		return nil
	}
	return statusOf(apierrors.NewForbidden(groupResource(res), r.Object.GetName(),
		stringError("create not allowed while custom resource definition is terminating")))
}

// worked returns the resource in whose version a request's object is prepared and validated: the one as which it is
// stored, and for a custom one that which was asked for.
func worked(res *api.Resource) *api.Resource {
	if customresource.Of(res) != nil {
		return res
	}
	return res.Stored()
}

// takenIn returns a copy of a request's object in that version. A component's has not been decoded.
func takenIn(res *api.Resource, r *client.Request) (api.Object, error) {
	o, err := stored(r.Object)
	custom, ok := o.(*customresource.Object)
	if err != nil || !ok || r.Body != nil || customresource.Of(res) == nil {
		return o, err
	}
	_, err = customresource.Of(res).Decode(custom)
	return custom, err
}

// asStored returns an object as the store keeps it.
func asStored(res *api.Resource, o api.Object) api.Object {
	custom, ok := o.(*customresource.Object)
	if !ok || customresource.Of(res) == nil || res.Stored() == res {
		return o
	}
	return customresource.Of(res).Stored(custom.DeepCopy())
}

// current returns a custom resource as its definition is by now.
func (s *Server) current(res *api.Resource) *api.Resource {
	if res.Custom == nil {
		return res
	}
	if now := s.Resource(res.Name); now != nil {
		return now
	}
	return res
}

// deprecation returns what those are told who ask for a resource; empty for nothing.
func (s *Server) deprecation(resource string) string {
	if v := s.custom.Find(resource); v != nil {
		return v.Warning
	}
	return deprecated[resource]
}

func customWarnings(r *client.Request, o, old api.Object) []string {
	custom, ok := o.(*customresource.Object)
	if !ok || r.Subresource != "" {
		return nil
	}
	was, _ := old.(*customresource.Object)
	return customresource.Warnings(custom, was)
}
