// Package run applies manifests or plays scenarios in a world and prints its trace.
package run

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"orrery/sim"
	"orrery/sim/engine"
	"orrery/sim/kubectl"
	"orrery/sim/scenario"
	"orrery/sim/trace"
)

// eventsMax is how many events are run before a world that does not come to rest is given up.
const eventsMax = 1_000_000

// Run is the command `run`.
func Run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprintf(flags.Output(), "usage: run [flags] FILE...\n\n"+
			"FILEs are manifests, applied together in order and run until quiet, or one scenario (.txtar).\n\nflags:\n")
		flags.PrintDefaults()
	}
	format := flags.String("format", "text", "of the trace: text, json (a line an event), mermaid or svg")
	seed := flags.Uint64("seed", 0, "of all chance; 0 for the default world's")
	nodes := flags.Int("nodes", 0, "how many nodes the cluster has; 0 for the default world's")
	if err := flags.Parse(args); err != nil {
		return err
	}
	show, ok := formats[*format]
	if !ok {
		return fmt.Errorf("there is no format %q: text, json, mermaid or svg", *format)
	}
	if flags.NArg() == 0 {
		flags.Usage()
		return errors.New("no file was given")
	}
	w, err := sim.New(sim.Config{Seed: *seed, Nodes: *nodes})
	if err != nil {
		return err
	}
	failed := play(ctx, w, flags.Args())
	if err := show(out, w.Trace()[:w.Number()]); err != nil {
		return err
	}
	return failed
}

// play runs a scenario, or applies manifests and runs until quiet.
func play(ctx context.Context, w *sim.World, files []string) error {
	var manifests []kubectl.File
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".txtar") {
			if len(files) > 1 {
				return errors.New("a scenario is run alone: give one .txtar file")
			}
			s, err := scenario.Parse(text)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			return s.Run(w)
		}
		manifests = append(manifests, kubectl.File{Name: filepath.Base(name), Text: string(text)})
	}
	w.Do(kubectl.ApplyFiles(manifests...))
	for range eventsMax {
		if w.Quiet() {
			return refusals(w.Engine())
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := w.Step(); err != nil {
			return err
		}
	}
	return fmt.Errorf("the cluster was not at rest after %d events", eventsMax)
}

// refusals returns what kubectl failed with, as it printed it.
func refusals(e *engine.Engine) error {
	for _, r := range e.Component(kubectl.Address).(*kubectl.Terminal).Runs() {
		if r.Failed {
			return errors.New(strings.Join(r.Output, "\n"))
		}
	}
	return nil
}

var formats = map[string]func(io.Writer, []*trace.Entry) error{
	"text": func(out io.Writer, entries []*trace.Entry) error {
		_, err := io.WriteString(out, trace.Text(entries))
		return err
	},
	"json": func(out io.Writer, entries []*trace.Entry) error {
		lines, err := trace.JSONLines(entries)
		if err == nil {
			_, err = out.Write(lines)
		}
		return err
	},
	"mermaid": func(out io.Writer, entries []*trace.Entry) error {
		_, err := io.WriteString(out, trace.Mermaid(arrows(entries)))
		return err
	},
	"svg": func(out io.Writer, entries []*trace.Entry) error {
		_, err := io.WriteString(out, trace.SVG(arrows(entries)))
		return err
	},
}

// arrows returns the messages of a trace, without heartbeats.
func arrows(entries []*trace.Entry) []trace.Arrow {
	var out []trace.Arrow
	for i := range entries {
		if !entries[i].Background {
			out = append(out, entries[i].Arrow())
		}
	}
	return out
}
