// Orrery's one native command: it builds the site, serves it, measures it and checks the rules of the code.
//
//	go run ./build COMMAND -h
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"orrery/build/api"
	"orrery/build/bench"
	"orrery/build/icons"
	"orrery/build/lint"
	"orrery/build/parity"
	"orrery/build/run"
	"orrery/build/serve"
	"orrery/build/site"
)

// command is one thing that orrery does. Its function parses args itself, so that -h documents its flags.
type command struct {
	name    string
	summary string
	run     func(ctx context.Context, args []string, out io.Writer) error
}

var commands = []command{
	{"site", "write the static site to a folder", site.Run},
	{"serve", "build the site and serve it on loopback", serve.Run},
	{"api", "serve a simulated cluster's API on loopback", api.Run},
	{"parity", "hold the API against recordings of a real cluster, with the real kubectl", parity.Run},
	{"run", "apply manifests or play a scenario, and print the trace", run.Run},
	{"bench", "measure, one figure a line", bench.Run},
	{"icons", "draw the PNG icons anew after icon.svg has changed", icons.Run},
	{"lint", "check the rules of the code that no other tool knows", lint.Run},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := dispatch(ctx, os.Args[1:], os.Stdout)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "orrery:", err)
		os.Exit(1)
	}
}

func dispatch(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 || args[0] == "-h" || args[0] == "help" {
		usage(out)
		return nil
	}
	for _, c := range commands {
		if c.name == args[0] {
			return c.run(ctx, args[1:], out)
		}
	}
	usage(os.Stderr)
	return fmt.Errorf("there is no command %q", args[0])
}

func usage(out io.Writer) {
	fmt.Fprintln(out, "usage: go run ./build COMMAND [flags]\n\ncommands (each with -h):")
	for _, c := range commands {
		fmt.Fprintf(out, "  %-8s %s\n", c.name, c.summary)
	}
}
