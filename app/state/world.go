package state

import (
	"slices"
	"strings"

	"orrery/sim/wire"
)

// order handles orders to the world.
func (m Model) order(a Action) (Model, []Effect) {
	if !m.Ready {
		return m, nil
	}
	m.Problem, m.Menu, m.Dialog = "", "", ""
	switch a := a.(type) {
	case Step:
		return m, []Effect{m.call(wire.Request{Op: wire.OpStep, Until: a.Until, Back: a.Back})}
	case Seek:
		return m.seek(min(max(a.Event, 0), m.Position().Last))
	case TogglePlay:
		if m.Moving() {
			return m, []Effect{m.call(wire.Request{Op: wire.OpPause})}
		}
		return m, []Effect{m.play()}
	case SetSpeed:
		m.Speed = a.Speed
		if m.Position().Playing {
			return m, []Effect{m.play(), m.saveSoon()}
		}
		return m, []Effect{m.saveSoon()}
	case Reset:
		m = m.forgotten()
		return m, []Effect{m.call(wire.Request{Op: wire.OpReset, Lang: m.Lang})}
	case NewCluster:
		m = m.forgotten()
		nodes, seed := min(max(a.Nodes, 1), NodesMax), min(max(a.Seed, 1), SeedMax)
		return m, []Effect{m.call(wire.Request{Op: wire.OpReset, Nodes: nodes, Seed: seed, Lang: m.Lang})}
	case OpenLesson:
		m = m.forgotten()
		return m, []Effect{m.call(wire.Request{Op: wire.OpLesson, Lesson: a.ID, Lang: m.Lang})}
	case Apply:
		return m.apply()
	case Run:
		if strings.TrimSpace(a.Line) == "" {
			return m, nil
		}
		return m, []Effect{m.call(wire.Request{Op: wire.OpRun, Text: a.Line, Files: plain(m.Files)})}
	case Delete:
		return m, []Effect{m.call(wire.Request{Op: wire.OpDelete, Ref: a.Ref})}
	}
	return m, nil
}

// seek goes to an event, after the seek that may be under way.
func (m Model) seek(event int) (Model, []Effect) {
	if m.seeking {
		m.target = event
		return m, nil
	}
	m.seeking, m.target = true, -1
	return m, []Effect{m.call(wire.Request{Op: wire.OpSeek, Event: event})}
}

// apply sends every file that holds something, as kubectl apply does with a folder.
func (m Model) apply() (Model, []Effect) {
	var files []wire.File
	for _, file := range m.Files {
		if strings.TrimSpace(file.Text) != "" {
			files = append(files, wire.File{Name: file.Name, Text: file.Text})
		}
	}
	if len(files) == 0 {
		return m, nil
	}
	if m.Section == Edit {
		m.Section = Picture
	}
	return m, []Effect{m.call(wire.Request{Op: wire.OpApply, Files: files})}
}

// call sends an order whose answer changes the world.
func (m Model) call(request wire.Request) Effect { return Call{SlotWorld, request} }

func (m Model) play() Effect { return m.call(wire.Request{Op: wire.OpPlay, Speed: m.Speed}) }

// forgotten drops what belongs to the world that is about to end.
func (m Model) forgotten() Model {
	m.Selected, m.Component, m.Node = wire.Ref{}, "", ""
	m.Object, m.Missing, m.History, m.Diff, m.DiffFrom, m.DiffTo = nil, false, nil, nil, 0, 0
	m.Keys, m.Events, m.Log, m.Table, m.Verdict = nil, nil, nil, nil, nil
	m.Rules, m.Runtime, m.Sequence = nil, nil, nil
	m.VerdictPod, m.Hidden = wire.Ref{}, false
	m.KeyOffset, m.LogOffset, m.TableOffset = 0, 0, 0
	m.LogTail, m.Follow = true, true
	return m
}

// heard takes in what the engine said unasked.
func (m Model) heard(notice wire.Notice) (Model, []Effect) {
	if notice.Failed != "" {
		m.Failed, m.Ready = notice.Failed, false
	}
	if notice.Kept != "" {
		m.Kept = notice.Kept
	}
	if notice.Loading != nil {
		m.Loading = *notice.Loading
	}
	if notice.View != nil {
		return m.received(notice.View)
	}
	return m, nil
}

// received makes a view the one that the screen shows and asks anew for everything else on screen.
func (m Model) received(view *wire.View) (Model, []Effect) {
	if m.View != nil && view.Version < m.View.Version {
		return m, nil
	}
	if m.View != nil && view.LinesTotal < m.View.LinesTotal && !m.paged() {
		m.Log = nil // the lines after this instant may yet become others
	}
	m.View = view
	m.Marks = merged(m.Marks, view)
	if view.Position.Playing && view.Position.Speed > 0 {
		m.Speed = view.Position.Speed
	}
	if view.Position.Running { // a long step goes by too fast to read: what is asked for is asked at its end
		return m, nil
	}
	if m.Follow && len(view.Changed) > 0 {
		m = m.selected(view.Changed[0])
	}
	return m.refreshed()
}

// merged replaces the marks from MarksFrom on. The result never shares what an earlier Model still reads.
func merged(marks []wire.Mark, view *wire.View) []wire.Mark {
	keep, _ := slices.BinarySearchFunc(marks, view.MarksFrom, func(mark wire.Mark, event int) int {
		return mark.Event - event
	})
	if keep == len(marks) && len(view.Marks) == 0 {
		return marks
	}
	if keep < len(marks) {
		marks = slices.Clip(marks[:keep])
	}
	return append(marks, view.Marks...)
}
