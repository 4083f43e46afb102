package apiserver

import (
	"bytes"
	"slices"
	"strconv"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/apiserver/managedfields"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/etcd"
)

// historyOf returns who wrote a value.
func historyOf(v *etcd.Value) *managedfields.History {
	if v == nil {
		return nil
	}
	h, _ := v.Beside.(*managedfields.History)
	return h
}

// begun returns the history of an object that a request creates.
func (s *Server) begun(t *engine.Turn, res *api.Resource, r *client.Request) *managedfields.History {
	if own := api.FindObject(r.Object); own != nil {
		res = own // as the author sees it, however it is stored
	}
	var none *managedfields.History
	return none.Add(s.managers, managedfields.Write{Resource: res, Request: r, Time: stamp(t)})
}

// mentionsManagers reports whether a patch may be about the managers of fields.
func mentionsManagers(r *client.Request) bool {
	return bytes.Contains(r.PatchData, []byte("managedFields")) ||
		r.PatchType == types.JSONPatchType && bytes.Contains(r.PatchData, []byte(`"/metadata"`))
}

// manage does an update or a patch, and notes it in the object's history. A write that changes nothing but the managers
// of fields, which its author sent, is a write as well.
func (s *Server) manage(
	t *engine.Turn, res *api.Resource, r *client.Request, subresource string, next func(api.Object) (api.Object, *metav1.Status),
) (outcome, *metav1.Status) {
	var given []metav1.ManagedFieldsEntry
	out, status := s.prepareUpdate(t, res, r, func(current api.Object) (api.Object, *metav1.Status) {
		o, status := next(current)
		if o != nil {
			given = o.GetManagedFields()
		}
		return o, status
	})
	v := out.held
	if status != nil || v == nil {
		return out, status
	}
	if subresource != "" {
		given = nil
	}
	history := historyOf(v)
	w := managedfields.Write{Resource: res, Request: r, Subresource: subresource, Live: v.Object, Given: given, Time: stamp(t)}
	if out.write != nil {
		if w.Object = out.write.Object; w.Object == nil {
			w.Object = out.write.Last
		}
		out.write.Beside = history.Add(s.managers, w)
		return out, nil
	}
	if given == nil {
		return out, nil
	}
	w.Object = v.Object
	after := history.Add(s.managers, w)
	if sameManagers(s.managers.Entries(history), s.managers.Entries(after)) {
		return out, nil
	}
	return rewritten(r, v, after, out), nil
}

// rewritten is the outcome of a request that changes who manages the fields of an object and nothing else.
func rewritten(r *client.Request, v *etcd.Value, history *managedfields.History, out outcome) outcome {
	o := v.Object.DeepCopyObject().(api.Object)
	out.write = &etcd.Write{Key: v.Key, Object: o, Expect: v.Mod, Beside: history}
	out.old, out.object = v.Object, dry(r, o)
	return out
}

// sameManagers reports whether entries differ in nothing but their times.
func sameManagers(a, b []metav1.ManagedFieldsEntry) bool {
	return slices.EqualFunc(a, b, func(a, b metav1.ManagedFieldsEntry) bool {
		a.Time, b.Time = nil, nil
		return apiequality.Semantic.DeepEqual(a, b)
	})
}

// prepareApply merges the configuration of a server-side apply into the object, or makes the object of it.
func (s *Server) prepareApply(t *engine.Turn, res *api.Resource, r *client.Request) (outcome, *metav1.Status) {
	config := &unstructured.Unstructured{Object: map[string]any{}}
	if err := yaml.Unmarshal(r.PatchData, &config.Object); err != nil {
		return outcome{}, badRequest("error decoding YAML: " + err.Error())
	}
	v := s.store.Get(res.Stored().Key(r.Namespace, r.Name))
	var live api.Object
	if v != nil {
		live = v.Object
	}
	applied, entries, err := s.managers.Apply(res, r, live, s.managers.Entries(historyOf(v)), config, stamp(t))
	if err != nil {
		return outcome{}, unexpected(err)
	}
	strict, status := strictYAML(r)
	if status != nil {
		return outcome{}, status
	}
	if status := checkApplied(res, r, applied, live); status != nil {
		return outcome{}, status
	}
	history := managedfields.Known(entries)
	if v == nil {
		if r.Subresource != "" {
			return outcome{}, notFound(res, r.Name)
		}
		c := *r
		c.Verb, c.Object = client.Create, applied
		out, status := s.prepareCreate(t, res, &c)
		if out.write != nil {
			out.write.Beside = history
		}
		out.warnings = append(strict, out.warnings...)
		return out, status
	}
	if applied, err = stored(applied); err != nil {
		return outcome{}, badRequest(err.Error())
	}
	if custom, ok := applied.(*customresource.Object); ok {
		if _, err := customresource.Of(res).Decode(custom); err != nil {
			return outcome{}, badRequest(err.Error())
		}
	}
	out, status := s.prepareUpdate(t, res, r, func(api.Object) (api.Object, *metav1.Status) { return applied, nil })
	switch {
	case status != nil:
	case out.write != nil:
		out.write.Beside = history
	case !sameManagers(entries, s.managers.Entries(historyOf(v))):
		out = rewritten(r, v, history, out)
	}
	out.warnings = append(strict, out.warnings...)
	return out, status
}

// strictYAML returns the warnings about duplicate fields of a configuration, or refuses it for them.
func strictYAML(r *client.Request) ([]string, *metav1.Status) {
	if ignores(r) {
		return nil, nil
	}
	err := yaml.UnmarshalStrict(r.PatchData, &map[string]any{})
	switch {
	case err == nil:
		return nil, nil
	case r.FieldValidation == metav1.FieldValidationStrict:
		return nil, badRequest("error strict decoding YAML: " + err.Error())
	}
	return strictWarnings([]error{err}), nil
}

// checkApplied refuses what was made for another object.
func checkApplied(res *api.Resource, r *client.Request, o, live api.Object) *metav1.Status {
	if uid := o.GetUID(); uid != "" && live == nil {
		return conflict(res, r.Name, "uid mismatch: the provided object specified uid "+string(uid)+", and no existing object was found")
	}
	if status := ensureNamespace(res, r, o); status != nil {
		return status
	}
	return checkName(r, o)
}

// checkName refuses an object without a name, or with another than that of the request.
func checkName(r *client.Request, o api.Object) *metav1.Status {
	switch o.GetName() {
	case r.Name:
		return nil
	case "":
		return badRequest("the name of the object (" + r.Name + " based on URL) was undeterminable: name must be provided")
	}
	return badRequest("the name of the object (" + o.GetName() + ") does not match the name on the URL (" + r.Name + ")")
}

// shown returns an object as a reader sees it who wants to know the managers of its fields.
func (s *Server) shown(o api.Object, history *managedfields.History) api.Object {
	if history == nil {
		return o
	}
	return managedfields.With(o, s.managers.Entries(history))
}

// show fills in the managers of the fields of what a request is answered with.
func (s *Server) show(r *client.Response) {
	if !r.Request.Managed {
		return
	}
	if r.Object != nil {
		r.Object = s.showStored(r.Object)
	}
	if r.Items == nil {
		return
	}
	items := make([]api.Object, len(r.Items))
	for i, o := range r.Items {
		items[i] = s.showStored(o)
	}
	r.Items = items
}

// showStored is shown for an object of the store.
func (s *Server) showStored(o api.Object) api.Object {
	res := s.ResourceOf(o)
	revision, err := strconv.ParseInt(o.GetResourceVersion(), 10, 64)
	if res == nil || err != nil || o.GetManagedFields() != nil {
		return o
	}
	key := res.Stored().Key(o.GetNamespace(), o.GetName())
	if v := s.store.Get(key); v != nil && v.Mod == revision {
		return s.shown(o, historyOf(v))
	}
	s.store.History(key, func(v *etcd.Value) bool {
		if v.Mod == revision {
			o = s.shown(o, historyOf(v))
		}
		return v.Mod < revision
	})
	return o
}
