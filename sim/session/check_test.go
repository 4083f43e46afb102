package session_test

import (
	"strings"
	"testing"

	"orrery/sim/session"
	"orrery/sim/wire"
)

func TestCheck(t *testing.T) {
	s := founding(t)
	step(t, s, wire.UntilQuiet)
	files := ask(t, s, wire.Request{Op: wire.OpOpen}).Workspace.Files
	deployment := files[0].Text
	replace := func(old, new string) string {
		if !strings.Contains(deployment, old) {
			t.Fatalf("the manifest has no %q", old)
		}
		return strings.Replace(deployment, old, new, 1)
	}
	for _, c := range []struct {
		name, text string
		line       int
		want       string // empty for nothing wrong
	}{
		{"unchanged", deployment, 0, ""},
		{"scaled", replace("replicas: 2", "replicas: 5"), 0, ""},
		{"new", replace("name: nginx-demo", "name: other"), 0, ""},
		{"not YAML", "apiVersion: [", 1, "did not find expected"},
		{"unknown kind", "apiVersion: v1\nkind: Nonsense\nmetadata: {name: a}\n", 2, "no matches for kind"},
		{"unknown field", replace("replicas: 2", "replikas: 2"), 7, "unknown field"},
		{"wrong type", replace("replicas: 2", "replicas: two"), 7, "replicas"},
		{"refused value", replace("replicas: 2", "replicas: -2"), 7, "must be greater than or equal to 0"},
		{"immutable", strings.ReplaceAll(deployment, "app: nginx", "app: other"), 8, "field is immutable"},
		{"selector of a new one", strings.Replace(replace("matchLabels: {app: nginx}", "matchLabels: {app: ngnix}"), "nginx-demo", "new", 1), 12, "`selector` does not match template `labels`"},
		{"no namespace", replace("name: nginx-demo", "name: a\n  namespace: nowhere"), 5, `namespaces "nowhere" not found`},
		{"a namespace of its own", "apiVersion: v1\nkind: Namespace\nmetadata: {name: here}\n---\n" + replace("name: nginx-demo", "name: a\n  namespace: here"), 0, ""},
		{"nothing", "# nothing\n", 0, ""},
		{"a kind of its own", recipes + "---\n" + soup, 0, ""},
		{"a kind of its own, refused", recipes + "---\n" + strings.Replace(soup, "servings: 2", "servings: 0", 1), 27, "should be greater than or equal to 1"},
		{"a kind of its own, unknown field", recipes + "---\n" + strings.Replace(soup, "servings", "serving", 1), 25, "unknown field"},
		{"a kind that is not structural", strings.Replace(recipes, "type: integer", "nullable: true", 1), 4, "Required value"},
	} {
		before := scene(t, s.View())
		found := ask(t, s, wire.Request{Op: wire.OpCheck, File: "nginx.yaml", Text: c.text}).Diagnostics
		if scene(t, s.View()) != before {
			t.Errorf("%s: the check changed the world", c.name)
		}
		if c.want == "" {
			if len(found) > 0 {
				t.Errorf("%s: %+v", c.name, found)
			}
			continue
		}
		if len(found) == 0 || !strings.Contains(found[0].Message, c.want) || found[0].Line != c.line || found[0].Column < 1 {
			t.Errorf("%s: %+v, want %q in line %d", c.name, found, c.want, c.line)
		}
	}
}

func TestWhatCannotBeAppliedChangesNothing(t *testing.T) {
	s := session.New()
	before := s.View().Position
	for _, text := range []string{"", "# nothing", "apiVersion: [", "kind: Deployment", "apiVersion: v1\nkind: Nonsense\nmetadata: {name: a}", "a: b\n---\n- c"} {
		a := s.Handle(wire.Request{Op: wire.OpApply, Files: []wire.File{{Name: "nginx.yaml", Text: text}}})
		if a.Error == "" || a.View == nil || a.View.Position != before {
			t.Errorf("%q: error %q, %+v", text, a.Error, a.View.Position)
		}
	}
	if a := s.Handle(wire.Request{Op: wire.OpApply}); a.Error == "" {
		t.Error("no files were applied")
	}
	if got := ask(t, s, wire.Request{Op: wire.OpOpen}).Workspace.Files[0].Text; got != "a: b\n---\n- c" {
		t.Errorf("the user's text is lost: %q", got)
	}
}

// TestARunawayCanBeStopped applies what would take very long, and stops it.
func TestARunawayCanBeStopped(t *testing.T) {
	s := session.New()
	files := ask(t, s, wire.Request{Op: wire.OpOpen}).Workspace.Files[:1]
	files[0].Text = strings.Replace(files[0].Text, "replicas: 2", "replicas: 1000000000", 1)
	ask(t, s, wire.Request{Op: wire.OpApply, Files: files})
	ask(t, s, wire.Request{Op: wire.OpStep, Until: wire.UntilQuiet})
	for range 20 {
		n := 0
		if !s.Run(0, func() bool { n++; return n < 100 }) {
			t.Fatalf("a billion pods are done: %+v", s.View().Position)
		}
		if v := s.View(); !v.Position.Running {
			t.Fatalf("a long step is not said to run: %+v", v.Position)
		}
	}
	v := ask(t, s, wire.Request{Op: wire.OpPause}).View
	if v.Position.Running || s.Busy() && v.Position.Event < 8000 {
		t.Errorf("after a pause: %+v", v.Position)
	}
	if v := back(t, s, wire.UntilQuiet); v.Position.Event != 0 {
		t.Errorf("back before it all is event %d", v.Position.Event)
	}
}
