package session_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"orrery/sim/session"
	"orrery/sim/wire"
)

// linkMax is how long the link of a lesson may be, in characters.
const linkMax = 2048

// TestALinkIsTheWorld shares a world from the middle of its events and opens it elsewhere: what is seen, what was known and
// what comes next are the same.
func TestALinkIsTheWorld(t *testing.T) {
	s := founding(t)
	step(t, s, wire.UntilQuiet)
	ask(t, s, wire.Request{Op: wire.OpDelete, Ref: wire.Ref{Resource: "services", Namespace: "default", Name: "nginx-service"}})
	end := step(t, s, wire.UntilQuiet).Position
	seek(t, s, 120)
	w := ask(t, s, wire.Request{Op: wire.OpOpen}).Workspace
	w.Layout = map[string]string{"stage": "sequence"}
	link := ask(t, s, wire.Request{Op: wire.OpShare, Workspace: w}).Link
	t.Logf("%d characters", len(link))
	if len(link) == 0 || len(link) > linkMax {
		t.Errorf("a link of %d characters, want up to %d", len(link), linkMax)
	}

	other := session.New()
	a := ask(t, other, wire.Request{Op: wire.OpOpen, Lang: "zh", Link: link})
	if a.Workspace.Layout["stage"] != "sequence" || len(a.Workspace.Files) != 2 {
		t.Errorf("the workspace came as %+v", a.Workspace)
	}
	if p := a.View.Position; p.Event != 120 || p.Last != end.Last || p.Needs != "" {
		t.Errorf("the world came as %+v", p)
	}
	ask(t, other, wire.Request{Op: wire.OpLanguage, Lang: "en"})
	if x, y := scene(t, s.View()), scene(t, other.View()); x != y {
		t.Errorf("linked:\n%s\nwant\n%s", y, x)
	}
	if x, y := scene(t, step(t, s, wire.UntilQuiet)), scene(t, step(t, other, wire.UntilQuiet)); x != y {
		t.Errorf("the linked world goes on to\n%s\nwant\n%s", y, x)
	}
}

// TestALinkSaysWhatItNeeds opens a link in whose world other things had happened.
func TestALinkSaysWhatItNeeds(t *testing.T) {
	s := founding(t)
	step(t, s, wire.UntilEvent)
	file := strings.Replace(string(s.Save()), `"format":1`, `"format":1,"version":"0123abc","digest":"other"`, 1)
	loaded, err := session.Load([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	if needs := loaded.View().Position.Needs; needs != "0123abc" {
		t.Errorf("another world needs %q", needs)
	}
	if a := ask(t, loaded, wire.Request{Op: wire.OpReset}); a.View.Position.Needs != "" {
		t.Error("a new world needs another version")
	}
}

// TestDamagedLinksChangeNothing opens what is no link.
func TestDamagedLinksChangeNothing(t *testing.T) {
	s := founding(t)
	step(t, s, wire.UntilQuiet)
	before := scene(t, s.View())
	link := ask(t, s, wire.Request{Op: wire.OpShare}).Link
	for what, link := range map[string]string{
		"cut": link[:len(link)/2], "changed": "A" + link[1:], "no letters": "%%%", "no archive": base64.RawURLEncoding.EncodeToString([]byte("hello")),
		"folded": strings.Replace(link, link[10:20], link[20:30], 1),
	} {
		if a := s.Handle(wire.Request{Op: wire.OpOpen, Link: link}); a.Error == "" {
			t.Errorf("%s: was opened", what)
		}
		if after := scene(t, s.View()); after != before {
			t.Errorf("%s: the world is now\n%s\nwant\n%s", what, after, before)
		}
	}
}
