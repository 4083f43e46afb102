package inspector

import (
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"orrery/sim/api"
	"orrery/sim/etcd"
	"orrery/sim/session/instant"
	"orrery/sim/session/status"
	"orrery/sim/trace"
	"orrery/sim/wire"
)

// printer makes the columns of kubectl get for one resource.
type printer struct {
	columns []string // between NAME and AGE; both are every table's
	cells   func(o api.Object, now time.Time) []string
	noAge   bool
}

// Table answers what kubectl get prints, with a few of the columns of -o wide, and the namespace last. Rows whose cells
// do not contain the filter are left out.
func (p *Inspector) Table(i *instant.Instant, resource, filter string, offset, limit int) *wire.Table {
	out := &wire.Table{Resources: resources(i), Offset: max(offset, 0)}
	res := i.Resource(resource)
	if res == nil || res.Stored() != res || res.Storage == "" {
		res = api.Find("pods")
	}
	out.Resource = res.Name
	print := printerOf(res)
	out.Columns = append([]string{"NAME"}, print.columns...)
	if !print.noAge {
		out.Columns = append(out.Columns, "AGE")
	}
	if res.Namespaced {
		out.Columns = append(out.Columns, "NAMESPACE")
	}
	written := int64(0) // by the latest event
	if e := i.Latest(); e != nil && e.Kind == trace.Commit {
		written = e.Revision
	}
	filter = strings.ToLower(filter)
	i.Store().Range(res.Prefix(""), func(v *etcd.Value) bool {
		if filter == "" && (out.Total < out.Offset || len(out.Rows) >= limit) {
			out.Total++
			return true
		}
		cells := print.row(res, v.Object, i.Wall())
		if !strings.Contains(strings.ToLower(strings.Join(cells, " ")), filter) {
			return true
		}
		if out.Total >= out.Offset && len(out.Rows) < limit {
			out.Rows = append(out.Rows, wire.TableRow{
				Ref: i.Ref(v.Object), Cells: cells, Tone: status.Of(v.Object), Changed: v.Mod == written,
			})
		}
		out.Total++
		return true
	})
	return out
}

func (p printer) row(res *api.Resource, o api.Object, now time.Time) []string {
	cells := []string{o.GetName()}
	if p.cells != nil {
		cells = append(cells, p.cells(o, now)...)
	}
	if !p.noAge {
		cells = append(cells, age(o.GetCreationTimestamp(), now))
	}
	if res.Namespaced {
		cells = append(cells, o.GetNamespace())
	}
	return cells
}

// resources lists every resource with the number of its objects, pods first.
func resources(i *instant.Instant) []wire.Resource {
	var out []wire.Resource
	for _, res := range i.Server().Resources() {
		if res.Stored() != res || res.Storage == "" { // shown as they are stored, or not stored
			continue
		}
		r := wire.Resource{Resource: res.Name, Kind: res.Kind.Kind}
		i.Store().Range(res.Prefix(""), func(*etcd.Value) bool {
			r.Count++
			return true
		})
		if res.Name == "pods" {
			out = append([]wire.Resource{r}, out...)
		} else if r.Count > 0 {
			out = append(out, r)
		}
	}
	return out
}

// age prints how long ago something was, as kubectl does: "26s", "5m12s", "3h".
func age(at metav1.Time, now time.Time) string {
	if at.IsZero() {
		return "<unknown>"
	}
	return duration.HumanDuration(now.Sub(at.Time))
}
