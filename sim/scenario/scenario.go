// Package scenario reads and runs stories of a cluster: what somebody does with kubectl, what must come of it, and a few
// words that explain why. One txtar file is a test, a lesson of the site, and a file that a user can run.
//
// Such a file begins with prose whose first line is "# " and the title. The files after it are
//
//	*.yaml    manifests
//	commands  what is done, one step a line, in order
//	want      what must be so in the end
//	nodes     how many nodes there must be, when it does not hold for other numbers
//	trace     a golden: every command, decision and write of the trace, without heartbeats, numbers and times
//
// The steps are
//
//	kubectl apply -f web.yaml      any command that package kubectl knows
//	kubectl delete pod web-*[0]    a name may be a pattern: all objects that match, or one of them, by name from 0
//	wait quiet                     until nothing but heartbeats and distant timers is left
//	advance 10s                    let so much virtual time pass
//	seek 12                        go to the moment after the twelfth event
//	want ...                       what must be so now; see below
//
// and what is wanted is one of
//
//	deployment/web: status.readyReplicas = 3      a field of an object as JSON
//	pod/web-*[0] in demo: status.phase = Running  of one in another namespace
//	deployment/web: gone                          no such object
//	pods -l app=web: count = 3                    how many there are
//	events: Normal ScalingReplicaSet deployment/web Scaled up replica set web-* from 0 to 3
//	printed: deployment.apps/web created          a line of the latest command
//
// where * stands for anything in a value, an event and a line.
package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"golang.org/x/tools/txtar"

	"orrery/sim/kubectl"
)

// Scenario is a story, as written.
type Scenario struct {
	Title string
	Text  string // the prose below the title
	Files []kubectl.File
	Steps []Step
	Nodes int    // that it needs; 0 for any number
	Trace string // the golden; empty when there is none
}

// Step is one line of what is done, or of what is wanted then.
type Step struct {
	Line int    // in the scenario's file, from 1
	Text string // as written
	run  func(*runner) error
}

// Parse reads a scenario. Errors name its lines.
func Parse(data []byte) (*Scenario, error) {
	archive := txtar.Parse(data)
	s := &Scenario{}
	if err := s.prose(string(archive.Comment)); err != nil {
		return nil, err
	}
	starts := fileLines(data)
	for _, f := range archive.Files {
		if ext := path.Ext(f.Name); ext == ".yaml" || ext == ".yml" {
			s.Files = append(s.Files, kubectl.File{Name: f.Name, Text: string(f.Data)})
		}
	}
	for i, f := range archive.Files {
		var err error
		switch ext := path.Ext(f.Name); {
		case ext == ".yaml" || ext == ".yml":
		case f.Name == "commands":
			err = s.steps(starts[i], f.Data, s.step)
		case f.Name == "want":
			err = s.steps(starts[i], f.Data, s.want)
		case f.Name == "nodes":
			if s.Nodes, err = strconv.Atoi(strings.TrimSpace(string(f.Data))); err != nil {
				err = fmt.Errorf("line %d: nodes: write a number: %w", starts[i]+1, err)
			}
		case f.Name == "trace":
			s.Trace = string(f.Data)
		default:
			err = fmt.Errorf("line %d: a scenario has no file %q: it has manifests (*.yaml), commands, want, nodes and trace", starts[i], f.Name)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(s.Steps) == 0 {
		return nil, errors.New("the scenario does nothing: add a file named commands")
	}
	return s, nil
}

func (s *Scenario) prose(comment string) error {
	first, rest, _ := strings.Cut(strings.TrimLeft(comment, "\n"), "\n")
	title, ok := strings.CutPrefix(first, "# ")
	if !ok || strings.TrimSpace(title) == "" {
		return errors.New("line 1: a scenario begins with its title: # Title")
	}
	s.Title, s.Text = strings.TrimSpace(title), strings.TrimSpace(rest)
	return nil
}

// fileLines returns the line of each file's marker.
func fileLines(data []byte) []int {
	var lines []int
	for i, line := range bytes.Split(data, []byte("\n")) {
		if bytes.HasPrefix(line, []byte("-- ")) && bytes.HasSuffix(bytes.TrimRight(line, "\r"), []byte(" --")) {
			lines = append(lines, i+1)
		}
	}
	return lines
}

// steps adds the lines of a file that are neither empty nor a comment.
func (s *Scenario) steps(marker int, data []byte, parse func(string) (func(*runner) error, error)) error {
	for i, text := range strings.Split(string(data), "\n") {
		text = strings.TrimSpace(text)
		if text == "" || text[0] == '#' {
			continue
		}
		line := marker + 1 + i
		run, err := parse(text)
		if err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
		s.Steps = append(s.Steps, Step{Line: line, Text: text, run: run})
	}
	return nil
}

// step understands a line of the file commands.
func (s *Scenario) step(text string) (func(*runner) error, error) {
	verb, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	switch verb {
	case "kubectl":
		c, err := kubectl.Parse(text, s.Files)
		if err != nil {
			return nil, err
		}
		return func(r *runner) error { return r.kubectl(c) }, nil
	case "wait":
		if rest != "quiet" {
			return nil, fmt.Errorf("wait %s: only wait quiet is known", rest)
		}
		return (*runner).quiet, nil
	case "advance":
		d, err := time.ParseDuration(rest)
		if err != nil || d <= 0 {
			return nil, fmt.Errorf("advance %s: give a duration such as 10s", rest)
		}
		return func(r *runner) error { return r.world.Advance(d) }, nil
	case "seek":
		n, err := strconv.ParseUint(rest, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("seek %s: give the number of an event", rest)
		}
		return func(r *runner) error { return r.world.Seek(n) }, nil
	case "want":
		return s.want(rest)
	}
	return nil, fmt.Errorf("unknown step %q: a step is kubectl, wait quiet, advance, seek or want", verb)
}

// Update returns a scenario's file with another golden.
func Update(data []byte, trace string) []byte {
	archive := txtar.Parse(data)
	for i := range archive.Files {
		if archive.Files[i].Name == "trace" {
			archive.Files[i].Data = []byte(trace)
			return txtar.Format(archive)
		}
	}
	archive.Files = append(archive.Files, txtar.File{Name: "trace", Data: []byte(trace)})
	return txtar.Format(archive)
}
