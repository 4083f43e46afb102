package state

import (
	"html"

	"orrery/sim/wire"
)

// LinkMark is what stands in an address before a link.
const LinkMark = "#w="

// share handles the dialog that shows the world as a link.
func (m Model) share(a Action) (Model, []Effect) {
	switch a.(type) {
	case Share:
		if !m.Ready {
			return m, nil
		}
		m.Dialog, m.Menu, m.Link, m.Copied = ShareDialog, "", "", nil
		workspace := m.workspace()
		for _, own := range []string{"lang", "theme"} { // whoever opens the link has their own
			delete(workspace.Layout, own)
		}
		return m, []Effect{Call{SlotShare, wire.Request{Op: wire.OpShare, Workspace: workspace}}}
	case CopyLink:
		m.Copied = a
		return m, []Effect{Copy{m.Link}}
	default:
		m.Copied = a
		return m, []Effect{Copy{m.Embed()}}
	}
}

// linked is the answer to Share.
func (m Model) linked(response wire.Response) Model {
	if response.Error != "" {
		m.Problem, m.Dialog = response.Error, ""
		return m
	}
	m.Link = m.Address + LinkMark + response.Link
	return m
}

// Embed is the HTML that shows the linked world in another page.
func (m Model) Embed() string {
	return `<iframe src="` + html.EscapeString(m.Link) + `" title="` + html.EscapeString(m.Position().Title) +
		`" width="100%" height="720" loading="lazy" allow="clipboard-write"></iframe>`
}
