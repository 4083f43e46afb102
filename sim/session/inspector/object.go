package inspector

import (
	"errors"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"orrery/sim/api"
	"orrery/sim/etcd"
	"orrery/sim/session/instant"
	"orrery/sim/session/status"
	"orrery/sim/wire"
)

// Object answers what an object is, who wrote each of its lines, and why it last changed.
func (p *Inspector) Object(i *instant.Instant, lang string, ref wire.Ref) (*wire.Object, error) {
	key := keyOf(i, ref.Resource, ref.Namespace, ref.Name)
	if key == "" {
		return nil, errors.New("the cluster has no resource " + ref.Resource)
	}
	v := last(i, key)
	if v == nil {
		return nil, errors.New("there is no " + ref.Resource + " " + ref.Name + " yet, or its history is compacted")
	}
	c := p.chronicle(i, key)
	o := &wire.Object{
		Ref: ref, Kind: kindOf(i, v.Object), Exists: !v.Deleted(), Key: key, Tone: status.Of(v.Object),
		Revision: v.Mod, Created: v.Create, Version: v.Version, Owner: owner(i, v.Object), Related: related(i, v),
	}
	if v.Deleted() {
		o.Tone = status.Gone
	}
	for k := range c.lines {
		l := &c.lines[k]
		line := wire.Line{Indent: l.Indent, Dash: l.Dash, Key: l.Key, Value: l.Value, Type: l.Type, Path: l.Path}
		if a := c.authors[l.Path]; l.Indent > 0 && !v.Deleted() {
			line.By, line.At, line.Changed = a.by, a.at, a.at == v.Mod
		}
		o.Lines = append(o.Lines, line)
	}
	o.Question, o.Why = why(i, lang, v, c.changes)
	return o, nil
}

// kindOf returns an object's kind.
func kindOf(i *instant.Instant, o api.Object) string {
	if res := i.Server().ResourceOf(o); res != nil {
		return res.Kind.Kind
	}
	return o.GetObjectKind().GroupVersionKind().Kind // of a custom resource that is no more
}

// owner returns the object's controller, or nil.
func owner(i *instant.Instant, o api.Object) *wire.Ref {
	if ref := metav1.GetControllerOfNoCopy(o); ref != nil {
		gv, err := schema.ParseGroupVersion(ref.APIVersion)
		if res := i.Server().ResourceOfKind(gv.WithKind(ref.Kind)); err == nil && res != nil {
			r := wire.Ref{Resource: res.Name, Name: ref.Name}
			if res.Namespaced {
				r.Namespace = o.GetNamespace()
			}
			return &r
		}
	}
	return nil
}

// relatedMax is how many relations of a kind are listed.
const relatedMax = 12

// related returns what an object owns and selects.
func related(i *instant.Instant, v *etcd.Value) []wire.Relation {
	if v.Deleted() {
		return nil
	}
	var out []wire.Relation
	add := func(label string, from []string, match func(api.Object) bool) {
		count := 0
		for _, name := range from {
			i.Store().Range(api.Find(name).Prefix(v.Object.GetNamespace()), func(o *etcd.Value) bool {
				if match(o.Object) {
					out = append(out, wire.Relation{Label: label, Ref: i.Ref(o.Object)})
					count++
				}
				return count < relatedMax
			})
		}
	}
	add("owns", owned[i.Ref(v.Object).Resource], func(o api.Object) bool {
		ref := metav1.GetControllerOfNoCopy(o)
		return ref != nil && ref.UID == v.Object.GetUID()
	})
	if selects := status.Selector(v.Object); selects != nil {
		add("selects", []string{"pods"}, selects)
	}
	return out
}

// owned are the resources whose objects an object of a resource can control.
var owned = map[string][]string{
	"deployments.apps": {"replicasets.apps"},
	"replicasets.apps": {"pods"},
	"services":         {"endpointslices.discovery.k8s.io"},
}
