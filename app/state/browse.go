package state

import "orrery/sim/wire"

// choose handles selections.
func (m Model) choose(a Action) (Model, []Effect) {
	switch a := a.(type) {
	case Select:
		m.Follow, m.Component = false, ""
		m = m.selected(a.Ref)
		if m.Section == Picture {
			m.Section = Inspect
		}
		return m.refreshed(m.saveSoon())
	case ToggleFollow:
		m.Follow = !m.Follow
		if m.Follow && m.View != nil && len(m.View.Changed) > 0 {
			m = m.selected(m.View.Changed[0])
		}
	case SelectComponent:
		return m.component(a.Name)
	case SelectNode:
		m.Node = a.Name
	case ShowVerdict:
		m.VerdictPod = a.Pod
	case PickDiff:
		if a.From > 0 {
			m.DiffFrom = a.From
		}
		if a.To > 0 {
			m.DiffTo = a.To
		}
		m.Diff = nil
		return m.ask(nil, SlotDiff)
	case Ask:
		return m.asked()
	}
	return m.refreshed()
}

// selected makes ref the selection of every panel.
func (m Model) selected(ref wire.Ref) Model {
	if ref == m.Selected {
		return m
	}
	m.Selected, m.Missing = ref, false
	m.History, m.Diff, m.DiffFrom, m.DiffTo = nil, nil, 0, 0
	if !m.EventsAll {
		m.Events = nil
	}
	if ref.Resource == "nodes" {
		m.Node = ref.Name
	}
	if ref.Resource == "pods" {
		m.VerdictPod = ref
		if node := m.nodeOf(ref); node != "" {
			m.Node = node
		}
	}
	return m
}

// nodeOf is the node that the picture shows a pod on, or "".
func (m Model) nodeOf(pod wire.Ref) string {
	if m.View == nil {
		return ""
	}
	for _, node := range m.View.Cluster.Nodes {
		for _, on := range node.Pods {
			if on.Name == pod.Name && on.Namespace == pod.Namespace {
				return node.Name
			}
		}
	}
	return ""
}

// component selects a component of the picture: the event list shows only what it does. Selecting it again shows
// everything.
func (m Model) component(name string) (Model, []Effect) {
	if m.Component == name {
		name = ""
	}
	m.Component = name
	m.LogFilter, m.LogOffset, m.LogTail, m.Log = name, 0, true, nil
	if name == "etcd" {
		m.Tab = Store
	}
	return m.refreshed()
}

// asked shows the answer to the narrative's question.
func (m Model) asked() (Model, []Effect) {
	if m.View == nil {
		return m, nil
	}
	say := m.View.Say
	if say.About.Name != "" {
		m.Follow = false
		m = m.selected(say.About)
	}
	m.Stage = known(Stages, say.Tab, m.Stage)
	if tab := known(Tabs, say.Tab, ""); tab != "" {
		m.Tab = tab
	}
	return m.refreshed(m.saveSoon())
}

// browse handles filters and scrolling of the long lists.
func (m Model) browse(a Action) (Model, []Effect) {
	switch a := a.(type) {
	case FilterKeys:
		m.KeyFilter, m.KeyOffset = a.Text, 0
		return m.ask(nil, SlotKeys)
	case ScrollKeys:
		if m.Keys == nil || covers(m.Keys.Offset, len(m.Keys.Keys), m.Keys.Total, a.First, a.Last) {
			return m, nil
		}
		m.KeyOffset = pageAround(a.First)
		return m.ask(nil, SlotKeys)
	case ToggleAllEvents:
		m.EventsAll, m.Events = !m.EventsAll, nil
		return m.ask(nil, SlotEvents)
	case FilterLog:
		m.LogFilter, m.LogOffset, m.LogTail, m.Log, m.Component = a.Text, 0, true, nil, ""
		return m.refreshed()
	case ToggleUnfold:
		m.LogUnfold, m.LogOffset, m.LogTail, m.Log = !m.LogUnfold, 0, true, nil
		return m.refreshed()
	case ScrollLog:
		return m.scrollLog(a)
	case ShowKind:
		m.TableKind, m.TableOffset = a.Resource, 0
		return m.ask(nil, SlotTable)
	case FilterTable:
		m.TableFilter, m.TableOffset = a.Text, 0
		return m.ask(nil, SlotTable)
	case ScrollTable:
		if m.Table == nil || covers(m.Table.Offset, len(m.Table.Rows), m.Table.Total, a.First, a.Last) {
			return m, nil
		}
		m.TableOffset = pageAround(a.First)
		return m.ask(nil, SlotTable)
	}
	return m, nil
}

// covers says whether count rows from offset on hold the rows first to last, as far as there are so many.
func covers(offset, count, total, first, last int) bool {
	return first >= offset && min(last, total-1) < offset+count
}

// pageAround is where a page of PageRows starts that shows first with some rows before it.
func pageAround(first int) int { return max(0, first-PageRows/4) }

// paged says that the whole event list comes in pages, because it is filtered or unfolded.
func (m Model) paged() bool { return m.LogUnfold || m.LogFilter != "" }

// LogTotal is how many lines the event list has.
func (m Model) LogTotal() int {
	switch {
	case m.paged() && m.Log != nil:
		return m.Log.Total
	case m.paged() || m.View == nil:
		return 0
	default:
		return m.View.LinesTotal
	}
}

// LogLine is line i of the event list; false while it is not loaded.
func (m Model) LogLine(i int) (wire.LogLine, bool) {
	if m.View != nil && !m.paged() {
		if live := i - (m.View.LinesTotal - len(m.View.Lines)); live >= 0 && live < len(m.View.Lines) {
			return m.View.Lines[live], true
		}
	}
	if m.Log != nil && i >= m.Log.Offset && i < m.Log.Offset+len(m.Log.Lines) {
		return m.Log.Lines[i-m.Log.Offset], true
	}
	return wire.LogLine{}, false
}

// scrollLog asks for the lines that came on screen and are not loaded.
func (m Model) scrollLog(a ScrollLog) (Model, []Effect) {
	m.LogTail = a.Tail
	for i := a.First; i <= min(a.Last, m.LogTotal()-1); i++ {
		if _, loaded := m.LogLine(i); !loaded {
			m.LogOffset = pageAround(a.First)
			return m.ask(nil, SlotLog)
		}
	}
	return m, nil
}
