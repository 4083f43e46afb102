package parity

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"orrery/build/api"
	"orrery/build/tree"
)

// recordings are played by `make test`; a plain `go test` leaves them out, because the real kubectl is built for them.
var recordings = flag.String("recordings", "", "comma-separated beginnings of the recordings' `names` to play")

// TestFigures plays recordings with the real kubectl and keeps the figures from falling.
func TestFigures(t *testing.T) {
	if *recordings == "" {
		t.Skip("no -recordings were named")
	}
	names, err := chosen(strings.Split(*recordings, ","))
	if err != nil {
		t.Fatal(err)
	}
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	kubectl, err := BuildKubectl(t.Context(), root, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	table, err := ReadTable(filepath.Join(root, figuresFile))
	if err != nil {
		t.Fatal(err)
	}
	p := Player{Kubectl: kubectl, OpenAPI: api.Documents()}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			held, ok := table.Find(name)
			if !ok {
				t.Fatalf("%s has no figures for it: run `go run ./build parity -update`", figuresFile)
			}
			_, c, err := p.Play(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			row := newRow(name, c)
			t.Log(row)
			if worse := row.Fallen(held); len(worse) > 0 {
				var differences strings.Builder
				list(&differences, c)
				t.Errorf("less is equal than was:\n%s\n%s", strings.Join(worse, "\n"), &differences)
			}
		})
	}
}

// TestTable holds that a table is read as it was written, that a fall is seen, and that README gets the table.
func TestTable(t *testing.T) {
	dir := t.TempDir()
	file, readme := filepath.Join(dir, "figures.txt"), filepath.Join(dir, "README.md")
	row := Row{"01-deploy-service", Figure{600, 600}, Figure{90, 100}, Figure{20, 20}, Figure{0, 0}}
	var table Table
	table.set(Row{Name: "02-scale"})
	table.set(Row{Name: "01-deploy-service"})
	table.set(row)
	if err := table.write(file); err != nil {
		t.Fatal(err)
	}
	read, err := ReadTable(file)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := read.Find(row.Name); !ok || got != row || len(read) != 2 {
		t.Fatalf("read %v, want %v", read, table)
	}
	worse := row
	worse.Objects.Equal = 80
	if fallen := worse.Fallen(row); len(fallen) != 1 || fallen[0] != "objects: 80/100, was 90/100" {
		t.Errorf("fallen: %v", fallen)
	}
	if fallen := row.Fallen(worse); len(fallen) != 0 {
		t.Errorf("risen, and fallen: %v", fallen)
	}
	if err := os.WriteFile(readme, []byte("before\n"+tableStart+"old\n"+tableEnd+"after\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := table.publish(readme); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"before\n", "| 01-deploy-service | 600/600 (100.0%) | 90/100 (90.0%) |", "after\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("README lacks %q:\n%s", want, text)
		}
	}
}
