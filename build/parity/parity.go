// Package parity holds Orrery against recordings of a real cluster: the same commands by the real kubectl, and how much of
// what came of them is equal.
package parity

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"orrery/build/api"
	"orrery/build/tree"
	"orrery/sim/reference"
)

// Run is the command `parity`.
func Run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("parity", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprintf(flags.Output(), "usage: parity [flags] [NAME...]\n\nNAMEs are recordings or beginnings of them, all when there is none.\n\nflags:\n")
		flags.PrintDefaults()
	}
	verbose := flags.Bool("v", false, "list the differences")
	transcripts := flags.String("transcripts", "", "`folder` to keep the transcripts in")
	kubectl := flags.String("kubectl", "", "`file` of a kubectl of 1.36; built from its module when it is not given")
	update := flags.Bool("update", false, "write the figures that the test holds, and README's table")
	if err := flags.Parse(args); err != nil {
		return err
	}
	names, err := chosen(flags.Args())
	if err != nil {
		return err
	}
	root, err := tree.Root()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "parity")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if *kubectl == "" {
		if *kubectl, err = BuildKubectl(ctx, root, dir); err != nil {
			return err
		}
	}
	p := Player{Kubectl: *kubectl, OpenAPI: api.Documents()}
	table, err := ReadTable(filepath.Join(root, figuresFile))
	if err != nil {
		return err
	}
	for _, name := range names {
		o, c, err := p.Play(ctx, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if *transcripts != "" {
			if err := os.WriteFile(filepath.Join(*transcripts, name+".txt"), []byte(o.Transcript), 0o644); err != nil {
				return err
			}
		}
		row := newRow(name, c)
		table.set(row)
		fmt.Fprintln(out, row)
		if *verbose {
			list(out, c)
		}
	}
	if *update {
		return errors.Join(table.write(filepath.Join(root, figuresFile)), table.publish(filepath.Join(root, "README.md")))
	}
	return nil
}

// chosen returns the recordings whose names begin with one of those given.
func chosen(given []string) ([]string, error) {
	if len(given) == 0 {
		return reference.Names(), nil
	}
	var names []string
	for _, g := range given {
		i := slices.IndexFunc(reference.Names(), func(n string) bool { return strings.HasPrefix(n, g) })
		if i < 0 {
			return nil, fmt.Errorf("there is no recording %q: %s", g, strings.Join(reference.Names(), ", "))
		}
		names = append(names, reference.Names()[i])
	}
	return names, nil
}

func list(out io.Writer, c reference.Comparison) {
	for _, part := range []struct {
		name   string
		result reference.Result
	}{{"transcript", c.Transcript}, {"objects", c.Objects}, {"events", c.Events}, {"writes", c.Writes}} {
		for _, d := range part.result.Differences {
			fmt.Fprintf(out, "  %s: %s\n", part.name, d)
		}
	}
}
