package state

import (
	"time"

	"orrery/sim/wire"
)

// Effect is something to do outside the Model, as data.
type Effect any

// The effects that Update asks for.
type (
	// Call sends a request to the engine; its answer comes back as Answered with the same Slot.
	Call struct {
		Slot    Slot
		Request wire.Request
	}
	// Later sends an Action after a while. A Later with the same Key that still waits is dropped.
	Later struct {
		Key    string
		After  time.Duration
		Action Action
	}
	// Document sets what belongs to the document as a whole.
	Document struct {
		Lang  string
		Theme string // "" to follow the system
	}
	// Unlink takes the link out of the page's address: what is shown is the user's own now.
	Unlink struct{}
	// Focus moves the keyboard focus to an element.
	Focus struct{ ID string }
	// Copy puts text on the clipboard.
	Copy struct{ Text string }
	// Download gives the user a file.
	Download struct{ Name, Type, Text string }
)
