package session_test

import (
	"strings"
	"testing"

	"orrery/sim/wire"
)

// TestPrompt types commands, with and without their first word, and some that kubectl does not run.
func TestPrompt(t *testing.T) {
	s := founding(t)
	step(t, s, wire.UntilQuiet)
	for _, line := range []string{"kubectl scale deployment/nginx-demo --replicas=3", " scale deployment/nginx-demo --replicas=1 "} {
		a := ask(t, s, wire.Request{Op: wire.OpRun, Text: line})
		v := step(t, s, wire.UntilQuiet)
		want := "kubectl " + strings.TrimPrefix(strings.TrimSpace(line), "kubectl ")
		if a.View.Command != want || len(v.Output) != 1 || v.Output[0] != "deployment.apps/nginx-demo scaled" {
			t.Errorf("%q ran %q and printed %q", line, a.View.Command, v.Output)
		}
	}
	before := scene(t, s.View())
	for line, want := range map[string]string{
		"sacle deployment/nginx-demo": `error: unknown command "sacle" for "kubectl"`,
		"apply -f nosuch.yaml":        `error: the path "nosuch.yaml" does not exist`,
		"scale 'deployment":           "error: ",
	} {
		if a := s.Handle(wire.Request{Op: wire.OpRun, Text: line}); !strings.HasPrefix(a.Error, want) {
			t.Errorf("%s: %q, want %q", line, a.Error, want)
		}
		if after := scene(t, s.View()); after != before {
			t.Errorf("%s changed the world to\n%s\nwant\n%s", line, after, before)
		}
	}
	files := ask(t, s, wire.Request{Op: wire.OpOpen}).Workspace.Files
	ask(t, s, wire.Request{Op: wire.OpRun, Text: "delete -f " + files[0].Name, Files: files})
	if v := step(t, s, wire.UntilQuiet); !strings.Contains(strings.Join(v.Output, "\n"), `deployment.apps "nginx-demo" deleted`) {
		t.Errorf("delete -f printed %q", v.Output)
	}
}
