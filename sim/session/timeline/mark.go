package timeline

import (
	"strings"
	"time"

	"orrery/sim/trace"
	"orrery/sim/wire"
)

// mark returns an event's mark on the timeline; false when it has none.
func mark(e *trace.Entry) (wire.Mark, bool) {
	lane := Lane(e.Actor)
	return wire.Mark{Event: int(e.Number), At: int64(e.At), Lane: lane, Kind: Kind(e)}, lane != ""
}

// look is how many of the latest marks are looked at for one that stands in a new one's place.
const look = 64

// crowded reports whether a mark would stand on another of its lane and kind: the more marks there are, the less room each
// has. What the timeline shows of a long world stays small enough to be drawn at once.
func (x *Index) crowded(m wire.Mark) bool {
	var room time.Duration
	switch n := len(x.marks); {
	case n < 2000:
		return false
	case n < 4000:
		room = 20 * time.Millisecond
	default:
		room = 250 * time.Millisecond
	}
	for i := len(x.marks) - 1; i >= max(0, len(x.marks)-look) && m.At-x.marks[i].At < int64(room); i-- {
		if x.marks[i].Lane == m.Lane && x.marks[i].Kind == m.Kind {
			return true
		}
	}
	return false
}

// Lane returns the lane of a component, or "" when it has none.
func Lane(actor string) string {
	switch actor {
	case "kubectl":
		return "kubectl"
	case "kube-apiserver", "etcd":
		return "apiserver"
	case "kube-controller-manager":
		return "controllers"
	case "kube-scheduler":
		return "scheduler"
	}
	if strings.IndexByte(actor, '/') > 0 {
		return "nodes"
	}
	return ""
}

// Kind returns the kind of an event as marks and lines of the event list name it.
func Kind(e *trace.Entry) string {
	if e.Kind == trace.Decide {
		return "bind"
	}
	return e.Kind.Class()
}
