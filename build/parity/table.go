package parity

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"orrery/sim/reference"
)

// figuresFile holds the figures that a test keeps from falling, relative to the project.
const figuresFile = "build/parity/figures.txt"

// Figure is how much of something is equal.
type Figure struct{ Equal, Total int }

// String prints a figure as "equal/total".
func (f Figure) String() string { return fmt.Sprintf("%d/%d", f.Equal, f.Total) }

// Percent returns the share that is equal.
func (f Figure) Percent() float64 { return 100 * float64(f.Equal) / float64(max(f.Total, 1)) }

// Row is a recording's figures.
type Row struct {
	Name                                string
	Transcript, Objects, Events, Writes Figure
}

func newRow(name string, c reference.Comparison) Row {
	figure := func(r reference.Result) Figure { return Figure{r.Equal, r.Total} }
	return Row{name, figure(c.Transcript), figure(c.Objects), figure(c.Events), figure(c.Writes)}
}

// figures are a row's figures with their names.
func (r *Row) figures() []struct {
	name string
	*Figure
} {
	return []struct {
		name string
		*Figure
	}{{"transcript", &r.Transcript}, {"objects", &r.Objects}, {"events", &r.Events}, {"writes", &r.Writes}}
}

// String prints a row as figures.txt has it.
func (r Row) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-18s", r.Name)
	for _, f := range r.figures() {
		fmt.Fprintf(&b, " %s %9s %6.2f%%", f.name, *f.Figure, f.Percent())
	}
	return b.String()
}

// Fallen returns what of the row is worse than another row says.
func (r Row) Fallen(held Row) (worse []string) {
	was := held.figures()
	for i, f := range r.figures() {
		if f.Percent() < was[i].Percent()-slack(f.name) {
			worse = append(worse, fmt.Sprintf("%s: %s, was %s", f.name, *f.Figure, *was[i].Figure))
		}
	}
	return worse
}

// slack is by how many points a figure may differ between two runs, because kubectl's requests come when the machine
// lets them: how many changes fall into one update of a status or of endpoints differs between runs of a real cluster too.
func slack(name string) float64 {
	if name == "writes" || name == "events" {
		return 4
	}
	return 1
}

// Table is the figures of all recordings, by name.
type Table []Row

// ReadTable reads a table; none is there before the first is written.
func ReadTable(file string) (Table, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var t Table
	for line := range strings.Lines(string(text)) {
		var r Row
		fields := strings.Fields(line)
		for i, f := range r.figures() {
			if len(fields) != 13 {
				return nil, fmt.Errorf("%s: %q is no row", file, line)
			}
			if _, err := fmt.Sscanf(fields[3*i+2], "%d/%d", &f.Equal, &f.Total); err != nil {
				return nil, fmt.Errorf("%s: %q: %w", file, line, err)
			}
		}
		r.Name = fields[0]
		t = append(t, r)
	}
	return t, nil
}

// Find returns a recording's row.
func (t Table) Find(name string) (Row, bool) {
	i := slices.IndexFunc(t, func(r Row) bool { return r.Name == name })
	if i < 0 {
		return Row{}, false
	}
	return t[i], true
}

func (t *Table) set(r Row) {
	*t = slices.DeleteFunc(*t, func(old Row) bool { return old.Name == r.Name })
	*t = append(*t, r)
	slices.SortFunc(*t, func(a, b Row) int { return strings.Compare(a.Name, b.Name) })
}

func (t Table) write(file string) error {
	var b bytes.Buffer
	for _, r := range t {
		fmt.Fprintln(&b, r)
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// tableStart and tableEnd are around the table in README.
const (
	tableStart = "<!-- parity -->\n"
	tableEnd   = "<!-- /parity -->\n"
)

// publish writes the table into README.
func (t Table) publish(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(text), tableStart)
	_, after, closed := strings.Cut(rest, tableEnd)
	if !found || !closed {
		return fmt.Errorf("%s has no place for the table", file)
	}
	var b strings.Builder
	b.WriteString("| recording | transcript lines | object fields | Events | writes |\n| --- | --- | --- | --- | --- |\n")
	for _, r := range t {
		fmt.Fprintf(&b, "| %s |", r.Name)
		for _, f := range r.figures() {
			fmt.Fprintf(&b, " %s (%.1f%%) |", *f.Figure, f.Percent())
		}
		b.WriteString("\n")
	}
	return os.WriteFile(file, []byte(before+tableStart+b.String()+tableEnd+after), 0o644)
}
