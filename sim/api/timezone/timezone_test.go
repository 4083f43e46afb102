package timezone

import (
	"archive/zip"
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite zones.txt from Go's own table")

// TestZones holds the rules against the time zones that come with Go.
func TestZones(t *testing.T) {
	files := database(t)
	if *update {
		write(t, files)
		return // the new table is embedded by the next run
	}
	at := time.Date(2026, time.January, 15, 12, 0, 0, 0, time.UTC)
	for _, name := range sorted(files) {
		want, err := time.LoadLocationFromTZData(name, files[name])
		if err != nil {
			t.Fatal(err)
		}
		got, err := Load(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, months := range []int{0, 6, 60, 66} {
			if months > 6 && (name == "Africa/Casablanca" || name == "Africa/El_Aaiun") {
				continue // Ramadan
			}
			moment := at.AddDate(0, months, 0)
			if g, w := moment.In(got).String(), moment.In(want).String(); g != w {
				t.Errorf("%s: %s, want %s", name, g, w)
			}
		}
	}
	if _, err := Load("Mars/Olympus"); err == nil || err.Error() != "unknown time zone Mars/Olympus" {
		t.Errorf("a zone that is none: %v", err)
	}
}

// database returns the files of the time zones that come with Go.
func database(t *testing.T) map[string][]byte {
	t.Helper()
	//lint:ignore SA1019 the test runs with the go command
	archive, err := zip.OpenReader(filepath.Join(runtime.GOROOT(), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Skip("this Go has no time zones: ", err)
	}
	defer archive.Close()
	files := map[string][]byte{}
	for _, f := range archive.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = data
	}
	return files
}

func sorted[V any](m map[string]V) []string {
	var names []string
	for name := range m { // any order: it is sorted below
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func write(t *testing.T, files map[string][]byte) {
	t.Helper()
	rules := map[string][]string{}
	for _, name := range sorted(files) {
		data := bytes.TrimRight(files[name], "\n")
		rule := string(data[bytes.LastIndexByte(data, '\n')+1:])
		rules[rule] = append(rules[rule], name)
	}
	var out strings.Builder
	for _, rule := range sorted(rules) {
		out.WriteString(rule + " " + strings.Join(rules[rule], " ") + "\n")
	}
	if err := os.WriteFile("zones.txt", []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
