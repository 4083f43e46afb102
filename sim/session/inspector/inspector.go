// Package inspector answers what a page asks about one thing of a world: an object and who wrote each of its lines, a
// key's revisions, tables, the scheduler's verdicts, a node's rules and containers.
//
// Everything is as of the instant that is asked about. An Inspector remembers what it worked out of the keys that were
// last asked for, as a playing world is asked about the same ones again and again.
package inspector

import (
	"slices"

	"orrery/sim/etcd"
	"orrery/sim/session/instant"
)

// Inspector answers questions. The zero Inspector is ready.
type Inspector struct {
	chronicles []*chronicle // the latest asked for last
	sizes      map[*etcd.Value]int
}

const (
	chroniclesMax = 8
	sizesMax      = 8192
)

// Forget drops what is remembered: the world took another way.
func (p *Inspector) Forget() { *p = Inspector{} }

// chronicle returns what happened to a key up to an instant.
func (p *Inspector) chronicle(i *instant.Instant, key string) *chronicle {
	at := slices.IndexFunc(p.chronicles, func(c *chronicle) bool { return c.key == key })
	c := &chronicle{key: key}
	if at >= 0 {
		c = p.chronicles[at]
		p.chronicles = slices.Delete(p.chronicles, at, at+1)
	}
	p.chronicles = append(p.chronicles, c)
	if len(p.chronicles) > chroniclesMax {
		p.chronicles = slices.Delete(p.chronicles, 0, 1)
	}
	c.follow(i)
	return c
}

// last returns what a key holds, or held last before it was deleted, or nil.
func last(i *instant.Instant, key string) *etcd.Value {
	if v := i.Store().Get(key); v != nil {
		return v
	}
	var newest *etcd.Value
	i.Store().History(key, func(v *etcd.Value) bool {
		newest = v
		return true
	})
	return newest
}

// keyOf returns the key of an object; "" when there is no such resource.
func keyOf(i *instant.Instant, resource, namespace, name string) string {
	if resource == "events.events.k8s.io" { // stored as core Events
		resource = "events"
	}
	res := i.Resource(resource)
	if res == nil {
		return ""
	}
	return res.Key(namespace, name)
}
