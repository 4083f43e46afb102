package scenario

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"orrery/sim/api"
	"orrery/sim/apiserver"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/kubectl"
	"orrery/sim/trace"
)

// World is what a scenario needs of a world.
type World interface {
	Do(kubectl.Command)
	RunUntilQuiet(limit int) (bool, error)
	Advance(time.Duration) error
	Seek(event uint64) error
	Number() uint64
	Trace() []*trace.Entry
	Engine() *engine.Engine
}

// stepEventsMax is how many events one step may take.
const stepEventsMax = 500_000

// Run runs the scenario in a world and returns what did not come out as wanted: one error for every such line, joined.
// A trace is not compared here; see Golden.
func (s *Scenario) Run(w World) error {
	r := runner{world: w}
	var failed []error
	for _, step := range s.Steps {
		if err := step.run(&r); err != nil {
			failed = append(failed, fmt.Errorf("line %d: %s: %w", step.Line, step.Text, err))
			var unwanted *unwantedError
			if !errors.As(err, &unwanted) {
				break // what comes after it would only fail too
			}
		}
	}
	return errors.Join(failed...)
}

// runner runs a scenario.
type runner struct{ world World }

func (r *runner) quiet() error {
	quiet, err := r.world.RunUntilQuiet(stepEventsMax)
	if err == nil && !quiet {
		return fmt.Errorf("not quiet after %d events", stepEventsMax)
	}
	return err
}

// kubectl gives a command, after the patterns in its names were replaced by the names that match.
func (r *runner) kubectl(c kubectl.Command) error {
	var targets []kubectl.Target
	for _, t := range c.Targets {
		names := []string{t.Name}
		if strings.Contains(t.Name, "*") {
			var err error
			if names, err = r.names(t.Resource, c.Namespace, t.Name); err != nil {
				return err
			}
			c.Line = spell(c.Line, t.Name, names)
		}
		for _, name := range names {
			targets = append(targets, kubectl.Target{Resource: t.Resource, Name: name})
		}
	}
	c.Targets = targets
	r.world.Do(c)
	return nil
}

// spell writes names in a command line in place of their pattern.
func spell(line, pattern string, names []string) string {
	words := strings.Split(line, " ")
	for i, word := range words {
		before, ok := strings.CutSuffix(word, pattern)
		if !ok {
			continue
		}
		words[i] = before + strings.Join(names, " "+before)
	}
	return strings.Join(words, " ")
}

// names returns the names that a pattern stands for: "web-*" for all, "web-*[0]" for the first.
func (r *runner) names(resource, namespace, pattern string) ([]string, error) {
	index := -1
	if open := strings.IndexByte(pattern, '['); open >= 0 && strings.HasSuffix(pattern, "]") {
		n, err := strconv.Atoi(pattern[open+1 : len(pattern)-1])
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%s: the index is no number", pattern)
		}
		index, pattern = n, pattern[:open]
	}
	var names []string
	for _, o := range r.list(resource, namespace, "") {
		if matches(pattern, o.GetName()) {
			names = append(names, o.GetName())
		}
	}
	switch {
	case len(names) == 0:
		return nil, fmt.Errorf("no %s is named like %s", resource, pattern)
	case index >= len(names):
		return nil, fmt.Errorf("only %d %s are named like %s", len(names), resource, pattern)
	case index >= 0:
		return names[index : index+1], nil
	}
	return names, nil
}

// list returns the stored objects of a resource in one namespace, by name.
func (r *runner) list(resource, namespace, labels string) []api.Object {
	server, ok := r.world.Engine().Component(client.Server).(*apiserver.Server)
	if !ok {
		return nil
	}
	res := server.Resource(resource)
	if res == nil {
		return nil
	}
	if !res.Namespaced {
		namespace = ""
	} else if namespace == "" {
		namespace = "default"
	}
	objects, _ := server.List(res, &client.Request{Namespace: namespace, Labels: labels})
	return objects
}

// printed returns the lines of the latest command.
func (r *runner) printed() []string {
	terminal, ok := r.world.Engine().Component(kubectl.Address).(*kubectl.Terminal)
	if !ok {
		return nil
	}
	var last kubectl.Run
	for _, run := range terminal.Runs() {
		if run.ID > last.ID {
			last = run
		}
	}
	return last.Output
}

// matches reports whether s is like the pattern, in which * stands for anything.
func matches(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	if !strings.HasPrefix(s, parts[0]) {
		return false
	}
	s = s[len(parts[0]):]
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return strings.HasSuffix(s, parts[last])
}
