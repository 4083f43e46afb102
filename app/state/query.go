package state

import "orrery/sim/wire"

// Slot is a place for an answer of the engine. A slot that shows something has at most one question under way; what
// changes meanwhile is asked once more when the answer comes, so a playing world never piles up questions.
type Slot int

// The slots. Those after slotsAsked hold what is on screen and is asked anew with every view.
const (
	SlotOpen Slot = iota
	SlotWorld
	SlotSave
	SlotCheck
	SlotShare
	SlotObject
	SlotHistory
	SlotDiff
	SlotKeys
	SlotEvents
	SlotLog
	SlotTable
	SlotVerdict
	SlotRules
	SlotRuntime
	SlotSequence
	slots int = iota
)

// query says how far a slot's question is.
type query struct {
	asked bool // a question is under way
	again bool // its answer will be out of date
}

// refreshed asks for everything on screen beside the view itself.
func (m Model) refreshed(more ...Effect) (Model, []Effect) {
	return m.ask(more, m.onScreen()...)
}

// ask puts the questions of some slots, leaving out those that have nothing to ask.
func (m Model) ask(effects []Effect, asked ...Slot) (Model, []Effect) {
	if m.View == nil {
		return m, effects
	}
	for _, slot := range asked {
		request, ok := m.question(slot)
		switch {
		case !ok:
		case m.queries[slot].asked:
			m.queries[slot].again = true
		default:
			m.queries[slot].asked = true
			effects = append(effects, Call{slot, request})
		}
	}
	return m, effects
}

// onScreen lists the slots that the screen shows. History, and the diff in it, follow the object's answer.
func (m Model) onScreen() []Slot {
	var shown []Slot
	switch m.Tab {
	case Object, History:
		shown = append(shown, SlotObject)
	case Store:
		shown = append(shown, SlotKeys, SlotObject)
	case Events:
		shown = append(shown, SlotEvents)
	}
	switch m.Stage {
	case Sequence:
		shown = append(shown, SlotSequence)
	case Objects:
		shown = append(shown, SlotTable)
	case Scheduling:
		shown = append(shown, SlotVerdict)
	case Network:
		shown = append(shown, SlotRules)
	case Containers:
		shown = append(shown, SlotRuntime)
	}
	if m.LogUnfold || m.LogFilter != "" {
		shown = append(shown, SlotLog)
	}
	return shown
}

// question is what a slot asks now, if anything.
func (m Model) question(slot Slot) (wire.Request, bool) {
	switch slot {
	case SlotObject:
		return wire.Request{Op: wire.OpObject, Ref: m.Selected}, m.Selected.Name != ""
	case SlotHistory:
		return wire.Request{Op: wire.OpHistory, Key: m.key()}, m.key() != ""
	case SlotDiff:
		ok := m.DiffFrom > 0 && m.DiffTo > 0 && m.key() != ""
		return wire.Request{Op: wire.OpDiff, Key: m.key(), From: m.DiffFrom, To: m.DiffTo}, ok
	case SlotKeys:
		return wire.Request{Op: wire.OpStore, Filter: m.KeyFilter, Offset: m.KeyOffset, Limit: PageRows}, true
	case SlotEvents:
		request := wire.Request{Op: wire.OpEvents, Ref: m.Selected}
		if m.EventsAll {
			request.Ref = wire.Ref{}
		}
		return request, true
	case SlotLog:
		request := wire.Request{Op: wire.OpLog, Filter: m.LogFilter, Unfold: m.LogUnfold, Offset: m.LogOffset, Limit: PageRows}
		return request, true
	case SlotTable:
		request := wire.Request{Op: wire.OpTable, Resource: m.TableKind, Filter: m.TableFilter, Offset: m.TableOffset, Limit: PageRows}
		return request, true
	case SlotVerdict:
		return wire.Request{Op: wire.OpVerdict, Ref: m.VerdictPod}, true
	case SlotRules:
		return wire.Request{Op: wire.OpRules, Node: m.ShownNode()}, m.ShownNode() != ""
	case SlotRuntime:
		return wire.Request{Op: wire.OpNode, Node: m.ShownNode()}, m.ShownNode() != ""
	case SlotSequence:
		return wire.Request{Op: wire.OpSequence}, true
	}
	return wire.Request{}, false
}

// key is the selected object's key in the store, known once the object was answered.
func (m Model) key() string {
	if m.Object == nil || m.Object.Ref != m.Selected {
		return ""
	}
	return m.Object.Key
}
