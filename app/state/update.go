package state

import "orrery/sim/wire"

// Update is the whole behaviour of the page: what the Model becomes after an Action and what is to be done outside.
func Update(m Model, a Action) (Model, []Effect) {
	switch a := a.(type) {
	case Start:
		m.Lang, m.SystemDark, m.Address = a.Lang, a.Dark, a.Address
		return m, []Effect{Call{SlotOpen, wire.Request{Op: wire.OpOpen, Lang: m.Lang, Link: a.Link}}, m.document()}
	case SystemTheme:
		m.SystemDark = a.Dark
		return m, nil
	case Heard:
		return m.heard(a.Notice)
	case Answered:
		return m.answered(a)
	case Step, Seek, TogglePlay, SetSpeed, Reset, NewCluster, OpenLesson, Apply, Run, Delete:
		return m.order(a)
	case Share, CopyLink, CopyEmbed:
		return m.share(a)
	case Edited, Check, Save, Claim, OpenFile, AddFile, StartRename, Rename, CloseFile:
		return m.file(a)
	case Select, ToggleFollow, SelectComponent, SelectNode, Ask, ShowVerdict, PickDiff:
		return m.choose(a)
	case FilterKeys, ScrollKeys, ToggleAllEvents, FilterLog, ToggleUnfold, ScrollLog, ShowKind, FilterTable, ScrollTable:
		return m.browse(a)
	default:
		return m.look(a)
	}
}
