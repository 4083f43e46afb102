package state

import (
	"slices"

	"orrery/sim/wire"
)

// answered takes in an answer of the engine.
func (m Model) answered(a Answered) (Model, []Effect) {
	switch a.Slot {
	case SlotOpen:
		return m.opened(a.Request, a.Response)
	case SlotWorld:
		return m.obeyed(a.Request, a.Response)
	case SlotSave:
		if a.Response.Error != "" {
			m.Problem = a.Response.Error
		}
		return m, nil
	case SlotCheck:
		return m.checked(a.Request, a.Response), nil
	case SlotShare:
		return m.linked(a.Response), nil
	}
	again := m.queries[a.Slot].again
	m.queries[a.Slot] = query{}
	var effects []Effect
	switch {
	case a.Response.Error == "":
		m, effects = m.filled(a)
	case a.Slot == SlotObject && a.Request.Ref == m.Selected:
		m.Object, m.History, m.Diff, m.Missing = nil, nil, nil, true
	}
	if again {
		return m.ask(effects, a.Slot)
	}
	return m, effects
}

// opened is the session's first answer.
func (m Model) opened(request wire.Request, response wire.Response) (Model, []Effect) {
	if response.Error != "" && request.Link != "" { // the user's own session is there all the same
		m.Problem = response.Error
		request.Link = ""
		return m, []Effect{Call{SlotOpen, request}, Unlink{}}
	}
	if response.Error != "" {
		m.Failed = response.Error
		return m, nil
	}
	m.Ready, m.Lessons = true, response.Lessons
	lang := m.Lang
	var effects []Effect
	if response.Workspace != nil {
		m = m.restored(response.Workspace).arranged(response.Workspace.Layout)
		effects = append(effects, m.document())
	}
	if m.Lang != lang {
		effects = append(effects, m.call(wire.Request{Op: wire.OpLanguage, Lang: m.Lang}))
	}
	effects = append(effects, Later{"check", checkAfter, Check{}})
	if response.View == nil {
		return m, effects
	}
	m, more := m.received(response.View)
	return m, append(effects, more...)
}

// obeyed is the answer to an order.
func (m Model) obeyed(request wire.Request, response wire.Response) (Model, []Effect) {
	m.Problem = response.Error
	switch request.Op {
	case wire.OpApply:
		m.Hidden = false
		if response.Error == "" {
			m = m.clean(request.Files)
		}
	case wire.OpDelete, wire.OpRun:
		m.Hidden = false
	case wire.OpReset, wire.OpLesson:
		if response.View != nil {
			m.View, m.Marks = nil, nil // another world counts its views anew
		}
	case wire.OpSeek:
		m.seeking = false
	}
	if len(response.Diagnostics) > 0 {
		m = m.withFile(func(file *File) { file.Diagnostics = response.Diagnostics })
	}
	if request.Op == wire.OpLesson && response.Workspace != nil {
		m = m.restored(response.Workspace)
	}
	var effects []Effect
	if response.View != nil {
		m, effects = m.received(response.View)
	}
	if !m.seeking && m.target >= 0 {
		m, more := m.seek(m.target)
		return m, append(effects, more...)
	}
	return m, effects
}

// clean takes the dirty mark from the files whose text is still what was applied.
func (m Model) clean(files []wire.File) Model {
	m.Files = slices.Clone(m.Files)
	for i, file := range m.Files {
		if slices.Contains(files, wire.File{Name: file.Name, Text: file.Text}) {
			m.Files[i].Dirty = false
		}
	}
	return m
}

// checked is the answer to a dry run. It counts only for the text it was asked for.
func (m Model) checked(request wire.Request, response wire.Response) Model {
	i := slices.IndexFunc(m.Files, func(file File) bool { return file.Name == request.File && file.Text == request.Text })
	if i < 0 {
		return m
	}
	m.Files = slices.Clone(m.Files)
	m.Files[i].Diagnostics = response.Diagnostics
	return m
}

// filled puts an answer into its slot, unless the screen has moved on to something else.
func (m Model) filled(a Answered) (Model, []Effect) {
	response := a.Response
	switch a.Slot {
	case SlotObject:
		return m.object(a)
	case SlotHistory:
		return m.history(a)
	case SlotDiff:
		if a.Request.Key == m.key() && a.Request.From == m.DiffFrom && a.Request.To == m.DiffTo {
			m.Diff = response.Diff
		}
	case SlotKeys:
		if a.Request.Filter == m.KeyFilter {
			m.Keys = response.Store
		}
	case SlotEvents:
		m.Events = response.Events
	case SlotLog:
		return m.log(a)
	case SlotTable:
		if a.Request.Resource == m.TableKind && response.Table != nil {
			m.Table, m.TableKind = response.Table, response.Table.Resource
		}
	case SlotVerdict:
		m.Verdict = response.Verdict
	case SlotRules:
		m.Rules = response.Rules
	case SlotRuntime:
		m.Runtime = response.Runtime
	case SlotSequence:
		m.Sequence = response.Sequence
	}
	return m, nil
}

// object shows the selected object and asks for its history where that is on screen.
func (m Model) object(a Answered) (Model, []Effect) {
	if a.Request.Ref != m.Selected {
		return m, nil
	}
	m.Object, m.Missing = a.Response.Object, false
	if m.Tab == History {
		return m.ask(nil, SlotHistory)
	}
	return m, nil
}

// history shows a key's revisions and compares the newest two unless the user chose others that are still there.
func (m Model) history(a Answered) (Model, []Effect) {
	if a.Request.Key != m.key() || a.Response.History == nil {
		return m, nil
	}
	newest := m.History == nil || m.History.Key != a.Request.Key || m.DiffTo == last(m.History, 0)
	m.History = a.Response.History
	if newest || !holds(m.History, m.DiffFrom) || !holds(m.History, m.DiffTo) {
		m.DiffFrom, m.DiffTo, m.Diff = last(m.History, 1), last(m.History, 0), nil
	}
	return m.ask(nil, SlotDiff)
}

// last is the revision that stands back places from the end, or 0.
func last(history *wire.History, back int) int64 {
	if i := len(history.Revisions) - 1 - back; i >= 0 {
		return history.Revisions[i].Revision
	}
	return 0
}

func holds(history *wire.History, revision int64) bool {
	return slices.ContainsFunc(history.Revisions, func(r wire.Revision) bool { return r.Revision == revision })
}

// log shows a page of the event list. A list that stays at its newest line asks on until the page reaches it.
func (m Model) log(a Answered) (Model, []Effect) {
	page := a.Response.Log
	if page == nil || a.Request.Filter != m.LogFilter || a.Request.Unfold != m.LogUnfold {
		return m, nil
	}
	m.Log = page
	if m.LogTail && m.paged() && page.Offset+len(page.Lines) < page.Total {
		m.LogOffset = max(0, page.Total-PageRows/2)
		return m.ask(nil, SlotLog)
	}
	return m, nil
}
