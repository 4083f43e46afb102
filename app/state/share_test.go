package state

import (
	"strings"
	"testing"

	"orrery/sim/wire"
)

// TestSharing asks for a link and copies it.
func TestSharing(t *testing.T) {
	m, _ := run(New(), Start{Lang: "en", Address: "https://example.org/orrery/"},
		Answered{Slot: SlotOpen, Response: wire.Response{View: view(1, 5), Workspace: &wire.Workspace{Kept: "indexeddb"}}})
	m.Theme = "dark"
	m, effects := run(m, Share{})
	asked := calls(effects)[0]
	if layout := asked.Workspace.Layout; asked.Op != wire.OpShare || layout["stage"] != "map" || layout["theme"] != "" || layout["lang"] != "" {
		t.Errorf("asked for %+v with %v", asked, asked.Workspace.Layout)
	}
	if m.Dialog != ShareDialog || m.Link != "" {
		t.Errorf("the dialog is %q with the link %q", m.Dialog, m.Link)
	}
	m, _ = run(m, Answered{SlotShare, asked, wire.Response{Link: "abc"}})
	if m.Link != "https://example.org/orrery/#w=abc" {
		t.Errorf("the link is %q", m.Link)
	}
	_, effects = run(m, CopyLink{})
	if effects[0] != (Copy{m.Link}) {
		t.Errorf("copied %v", effects)
	}
	_, effects = run(m, CopyEmbed{})
	if text := effects[0].(Copy).Text; !strings.Contains(text, `<iframe src="https://example.org/orrery/#w=abc"`) {
		t.Errorf("copied %s", text)
	}
}

// TestOpeningALink opens somebody's world, and the user's own when the link is damaged.
func TestOpeningALink(t *testing.T) {
	m, effects := run(New(), Start{Lang: "en", Address: "https://example.org/", Link: "abc"})
	asked := calls(effects)[0]
	if asked.Op != wire.OpOpen || asked.Link != "abc" {
		t.Fatalf("asked for %+v", asked)
	}
	bad, effects := run(m, Answered{SlotOpen, asked, wire.Response{Error: "the link is damaged"}})
	if again := calls(effects)[0]; again.Op != wire.OpOpen || again.Link != "" || bad.Failed != "" || bad.Problem != "the link is damaged" {
		t.Errorf("after a damaged link: %+v, failed %q, problem %q", again, bad.Failed, bad.Problem)
	}
	m, _ = run(m, Answered{SlotOpen, asked, wire.Response{View: view(1, 5), Workspace: &wire.Workspace{Kept: "link"}}})
	m, effects = run(m, Claim{})
	if m.Kept != "link" || calls(effects)[0].Op != wire.OpClaim || effects[1] != (Unlink{}) {
		t.Errorf("a claim makes %v", effects)
	}
}
