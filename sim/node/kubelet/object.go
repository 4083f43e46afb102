package kubelet

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
	"orrery/sim/engine"
)

// The kinds of objects that pods refer to.
const (
	configMaps = "configmaps"
	secrets    = "secrets"
)

// reference is a ConfigMap or a Secret that a pod needs. Optional ones need not exist, nor have the keys.
type reference struct {
	resource, name string
	optional       bool
	keys           []string // that it must have
	items          []corev1.KeyToPath
}

// path returns the name of a key's file in a volume, if it has one.
func (r *reference) path(key string) (name string, ok bool) {
	for i := range r.items {
		if r.items[i].Key == key {
			return r.items[i].Path, true
		}
	}
	return key, len(r.items) == 0
}

// ask is a request for an object that a pod refers to, which waits for its answer.
type ask struct {
	id     uint64
	pod    types.UID
	volume int // whose it is, or -1 for a container's environment
}

// find is an object that the pod's worker was told of. Its data is nil when there is none.
type find struct {
	resource, name string
	data           map[string]string
}

// ask asks for the objects that a volume or an environment refers to, and returns how many answers there will be.
//
// Simplified: they are asked for each time; Kubernetes watches what the pods of its node refer to.
func (k *Kubelet) ask(t *engine.Turn, w *worker, volume int, refs []reference) int {
	n := 0
	for i, r := range refs {
		if slices.ContainsFunc(refs[:i], func(o reference) bool { return o.resource == r.resource && o.name == r.name }) {
			continue
		}
		id := k.conn.Send(t, client.Request{Verb: client.Get, Resource: r.resource, Namespace: w.pod.Namespace, Name: r.name})
		k.asks = append(slices.Clip(k.asks), ask{id, w.uid, volume})
		n++
	}
	return n
}

// told takes the answer to a question for an object.
func (k *Kubelet) told(t *engine.Turn, r *client.Response) {
	i := slices.IndexFunc(k.asks, func(a ask) bool { return a.id == r.ID })
	if i < 0 {
		return
	}
	a := k.asks[i]
	k.asks = slices.Delete(slices.Clone(k.asks), i, i+1)
	w := k.edit(a.pod)
	if w == nil || w.stage != alive {
		return
	}
	f := find{resource: r.Request.Resource, name: r.Request.Name}
	if r.Error == nil {
		f.data = dataOf(r.Object)
	}
	if a.volume >= 0 {
		k.volumeTold(t, w, a.volume, f)
		return
	}
	w.finds = append(slices.Clip(w.finds), f)
	if w.asks--; w.asks == 0 && w.step == asking {
		k.configured(t, w)
	}
}

func dataOf(o any) map[string]string {
	data := map[string]string{}
	switch o := o.(type) {
	case *corev1.ConfigMap:
		for key, v := range o.Data { // any order
			data[key] = v
		}
		for key, v := range o.BinaryData { // any order
			data[key] = string(v)
		}
	case *corev1.Secret:
		for key, v := range o.Data { // any order
			data[key] = string(v)
		}
	}
	return data
}

// lookup returns what the worker was told of an object; nil when it does not exist.
func lookup(finds []find, resource, name string) map[string]string {
	for i := range finds {
		if f := &finds[i]; f.resource == resource && f.name == name {
			return f.data
		}
	}
	return nil
}

// missing says what a volume's or an environment's references lack, or "".
func missing(finds []find, refs []reference) string {
	for _, r := range refs {
		data := lookup(finds, r.resource, r.name)
		switch {
		case data == nil && !r.optional:
			return kindName(r.resource) + ` "` + r.name + `" not found`
		case data == nil || r.optional:
			continue
		}
		for _, key := range r.keys {
			if _, ok := data[key]; !ok {
				return "references non-existent " + map[string]string{configMaps: "config", secrets: "secret"}[r.resource] + " key: " + key
			}
		}
	}
	return ""
}

func kindName(resource string) string { return resource[:len(resource)-1] }
