package inspector

import (
	"encoding/json"
	"strings"

	"orrery/sim/etcd"
	"orrery/sim/session/instant"
	"orrery/sim/trace"
	"orrery/sim/wire"
)

// Store answers which keys the store holds: those that contain the filter, a window of them.
func (p *Inspector) Store(i *instant.Instant, filter string, offset, limit int) *wire.Store {
	s := i.Store()
	out := &wire.Store{Revision: s.Revision(), Compacted: s.Compacted(), Offset: max(offset, 0)}
	written := int64(0) // by the latest event
	if e := i.Latest(); e != nil && e.Kind == trace.Commit {
		written = e.Revision
	}
	s.Range("/", func(v *etcd.Value) bool {
		if !strings.Contains(v.Key, filter) {
			return true
		}
		if out.Total >= out.Offset && len(out.Keys) < limit {
			out.Keys = append(out.Keys, wire.StoreKey{
				Key: v.Key, Create: v.Create, Mod: v.Mod, Version: v.Version, Bytes: p.size(v), Ref: i.Ref(v.Object),
				Changed: v.Mod == written,
			})
		}
		out.Total++
		return true
	})
	return out
}

// size returns how long a value is as JSON.
func (p *Inspector) size(v *etcd.Value) int {
	if n, ok := p.sizes[v]; ok {
		return n
	}
	data, err := json.Marshal(v.Object)
	if err != nil {
		panic("inspector: a stored object that is no JSON: " + err.Error())
	}
	if p.sizes == nil || len(p.sizes) >= sizesMax {
		p.sizes = map[*etcd.Value]int{}
	}
	p.sizes[v] = len(data)
	return len(data)
}
