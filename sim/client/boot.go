package client

import (
	"time"

	"orrery/sim/api"
	"orrery/sim/engine"
)

// Subscription is an open watch. ID is the component's own; its Changes carry it.
type Subscription struct {
	ID        uint64
	Resource  string // plural with group
	Namespace string // empty for all
	Labels    string // selector
	Fields    string // selector: "spec.nodeName=node-1"
}

// Boot is what a component is handed when a world begins, at rest: its watches are already open and listed.
//
// Simplified: the components of a new world have long been started; Kubernetes' own start is not simulated.
type Boot struct {
	// Watch opens a watch and returns what there is now, by key.
	Watch func(Subscription) []api.Object
	// Later schedules a background event for the component.
	Later func(d time.Duration, body any)
	// Stream is the component's random stream.
	Stream *engine.Stream
}
