package session

import (
	"os"
	"path"
	"testing"

	"orrery/sim/wire"
)

// TestFoundingFiles holds that the page draws, before the engine answers, the files that the engine then begins with.
func TestFoundingFiles(t *testing.T) {
	files := New().Handle(wire.Request{Op: wire.OpOpen}).Workspace.Files
	if len(files) != 2 {
		t.Fatalf("%d files, want 2", len(files))
	}
	for _, f := range files {
		drawn, err := os.ReadFile(path.Join("../../app/state/founding", f.Name))
		if err != nil {
			t.Fatal(err)
		}
		if string(drawn) != f.Text {
			t.Errorf("%s: the page begins with\n%swant the engine's\n%s", f.Name, drawn, f.Text)
		}
	}
}
