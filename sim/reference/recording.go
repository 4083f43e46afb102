// Package reference holds a world against recordings of a real Kubernetes cluster.
//
// testdata has a folder for each recording: the shell script that was run (scenario.sh), what it printed
// (transcript.txt), every object at the end (final.yaml), the Events (events.txt), and every write of every actor
// (trace.jsonl). An Outcome of the same commands is compared: final objects field by field, Events as a set, per actor the
// order of creates, updates and deletes, and the lines that were printed. A Recording whose manifests are there too can run
// its commands in a World by itself. Names, uids, times, IPs and interchangeable nodes are normalised first.
package reference

import (
	"bufio"
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

//go:embed testdata
var testdata embed.FS

// Recording is one recording. Dir is its folder's name.
type Recording struct {
	Dir        string
	Files      map[string]string        // the manifests by name
	Script     []string                 // lines of scenario.sh
	starts     []time.Duration          // of the steps, since the whole second before the first
	lags       map[string]time.Duration // by step, from its start to the first write of kubectl
	final      []map[string]any
	events     []string
	writes     map[string][]string // by actor
	transcript string
}

// Names returns the recordings' folders in order.
func Names() []string {
	entries, err := fs.ReadDir(testdata, "testdata")
	if err != nil {
		panic("reference: embedded files: " + err.Error())
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// Load reads a recording.
func Load(dir string) (*Recording, error) {
	r := &Recording{Dir: dir, Files: map[string]string{}}
	entries, err := fs.ReadDir(testdata, path.Join("testdata", dir))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		text, err := fs.ReadFile(testdata, path.Join("testdata", dir, e.Name()))
		if err != nil {
			return nil, err
		}
		if err := r.read(e.Name(), text); err != nil {
			return nil, fmt.Errorf("%s/%s: %w", dir, e.Name(), err)
		}
	}
	return r, nil
}

func (r *Recording) read(name string, text []byte) (err error) {
	switch name {
	case "final.yaml":
		r.final, err = readObjects(bytes.NewReader(text))
	case "events.txt":
		r.events = readEvents(string(text))
	case "trace.jsonl":
		r.writes, r.lags, err = readWrites(text)
	case "steps.tsv":
		r.starts, err = readStarts(string(text))
	case "transcript.txt":
		r.transcript = string(text)
	case "scenario.sh":
		r.Script = strings.Split(string(text), "\n")
	default:
		r.Files[name] = string(text)
	}
	return err
}

// readStarts reads when each step began. The fraction of the second counts: API objects hold whole seconds, and what
// happens within one second of them cannot be told apart.
func readStarts(text string) ([]time.Duration, error) {
	var starts []time.Duration
	var first int64
	for line := range strings.Lines(text) {
		stamp, _, _ := strings.Cut(line, "\t")
		seconds, fraction, ok := strings.Cut(stamp, ".")
		s, err := strconv.ParseInt(seconds, 10, 64)
		if err != nil || !ok {
			return nil, fmt.Errorf("a step that begins at %q", stamp)
		}
		f, err := time.ParseDuration("0." + fraction + "s")
		if err != nil {
			return nil, err
		}
		if len(starts) == 0 {
			first = s
		}
		starts = append(starts, time.Duration(s-first)*time.Second+f)
	}
	return starts, nil
}

func readObjects(in io.Reader) ([]map[string]any, error) {
	var objects []map[string]any
	dec := yaml.NewDecoder(in)
	for {
		var doc map[string]any
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		items, isList := doc["items"].([]any)
		if !isList {
			items = []any{doc}
		}
		for _, it := range items {
			if o, ok := it.(map[string]any); ok && o["kind"] != nil {
				objects = append(objects, o)
			}
		}
	}
}

// readEvents returns an Event a line: type, reason, object, source and reporter, message. How often it was repeated
// depends on how long the recording ran, so the count is left out.
func readEvents(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) == 6 {
			f[3] = ""
		}
		out = append(out, strings.Join(f, "\t"))
	}
	return out
}

// Write is a line of trace.jsonl, as far as it is compared: who wrote what in which step, and the answer's HTTP status.
type Write struct {
	Step, Actor, Verb, Resource, Sub, Name string
	Code                                   int
	T                                      float64 // seconds since the step began
}

func readWrites(text []byte) (out map[string][]string, lags map[string]time.Duration, err error) {
	out, lags = map[string][]string{}, map[string]time.Duration{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		var w Write
		if err := json.Unmarshal(lines.Bytes(), &w); err != nil {
			return nil, nil, err
		}
		w.keep(out)
		if _, known := lags[w.Step]; !known && w.Actor == "kubectl" {
			lags[w.Step] = time.Duration(w.T * float64(time.Second))
		}
	}
	return out, lags, lines.Err()
}

// keep adds a write to its actor's, unless it is one of those whose number depends on timing.
func (w Write) keep(out map[string][]string) {
	if strings.HasPrefix(w.Resource, "events") || w.Sub == "status" || w.Sub == "token" ||
		strings.HasPrefix(w.Resource, "leases") || w.Code == 409 {
		return
	}
	out[w.Actor] = append(out[w.Actor], fmt.Sprintf("%s %s %s/%s %s %d", w.Step, w.Verb, w.Resource, w.Sub, w.Name, w.Code))
}
