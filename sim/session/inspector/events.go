package inspector

import (
	"sort"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"orrery/sim/api"
	"orrery/sim/etcd"
	"orrery/sim/session/instant"
	"orrery/sim/wire"
)

// eventsMax bounds how many Events are answered: the newest.
const eventsMax = 500

// Events answers the Kubernetes Events about an object, or about all, the oldest first as kubectl prints them.
func (p *Inspector) Events(i *instant.Instant, ref wire.Ref) []wire.EventRow {
	type row struct {
		at  time.Time // whole seconds: older Events have no more
		mod int64
		wire.EventRow
	}
	var rows []row
	i.Store().Range(api.Find("events").Prefix(""), func(v *etcd.Value) bool {
		e, ok := v.Object.(*corev1.Event)
		if !ok {
			return true
		}
		involved := involvedRef(&e.InvolvedObject)
		if ref.Resource != "" && involved != ref {
			return true
		}
		rows = append(rows, row{seen(e).Truncate(time.Second), v.Mod, wire.EventRow{
			Type: e.Type, Reason: e.Reason, Object: about(e), Ref: involved, Message: strings.TrimSpace(e.Message),
			Source: source(e), Count: times(e), Age: lastSeen(e, i.Wall()),
		}})
		return true
	})
	sort.Slice(rows, func(a, b int) bool {
		if !rows[a].at.Equal(rows[b].at) {
			return rows[a].at.Before(rows[b].at)
		}
		return rows[a].mod < rows[b].mod
	})
	rows = rows[max(0, len(rows)-eventsMax):]
	out := make([]wire.EventRow, len(rows))
	for k := range rows {
		out[k] = rows[k].EventRow
	}
	return out
}

// involvedRef returns the reference to the object that an Event is about.
func involvedRef(o *corev1.ObjectReference) wire.Ref {
	gv, err := schema.ParseGroupVersion(o.APIVersion)
	res := api.FindKind(gv.WithKind(o.Kind))
	if err != nil || res == nil {
		return wire.Ref{}
	}
	return wire.Ref{Resource: res.Name, Namespace: o.Namespace, Name: o.Name}
}

// about names the object that an Event is about: "pod/web-1".
func about(e *corev1.Event) string {
	kind := strings.ToLower(e.InvolvedObject.Kind)
	if e.InvolvedObject.Name == "" {
		return kind
	}
	return kind + "/" + e.InvolvedObject.Name
}

func times(e *corev1.Event) int {
	if e.Series != nil {
		return int(e.Series.Count)
	}
	return max(int(e.Count), 1)
}

// seen returns when an Event last happened. Components that write events.k8s.io Events fill in other fields.
func seen(e *corev1.Event) time.Time {
	switch {
	case e.Series != nil:
		return e.Series.LastObservedTime.Time
	case !e.LastTimestamp.IsZero():
		return e.LastTimestamp.Time
	case !e.FirstTimestamp.IsZero():
		return e.FirstTimestamp.Time
	}
	return e.EventTime.Time
}

func lastSeen(e *corev1.Event, now time.Time) string { return age(metav1.NewTime(seen(e)), now) }

func source(e *corev1.Event) string {
	switch {
	case e.Source.Component == "":
		return e.ReportingController
	case e.Source.Host != "":
		return e.Source.Component + ", " + e.Source.Host
	}
	return e.Source.Component
}
