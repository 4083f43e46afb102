package timeline

import (
	"strings"

	"orrery/sim/trace"
	"orrery/sim/wire"
)

// mark returns an event's mark on the timeline; false when it has none.
func mark(e *trace.Entry) (wire.Mark, bool) {
	lane := Lane(e.Actor)
	return wire.Mark{Event: int(e.Number), At: int64(e.At), Lane: lane, Kind: Kind(e)}, lane != ""
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
