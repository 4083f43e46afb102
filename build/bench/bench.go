// Package bench measures what Orrery promises, and prints one figure a line as `name value unit`. The names are stable.
package bench

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"orrery/build/site"
	"orrery/build/tree"
)

// figure is one line of output.
type figure struct{ name, unit string }

// measurement measures some figures at once. It returns one value for each.
type measurement struct {
	figures []figure
	do      func(context.Context, *subject) ([]float64, error)
}

// measurements are all that can be measured.
var measurements = []measurement{
	{[]figure{{"events-per-second-native", "events/s"}}, eventsNative},
	{[]figure{{"events-per-second-wasm", "events/s"}, {"settle-1000-pods-wasm-cpu", "s"}}, eventsWasm},
	{[]figure{{"settle-1000-pods-service-wasm-cpu", "s"}}, settleService},
	{[]figure{{"settle-5000-pods-wasm-cpu", "s"}}, settleLarge},
	{[]figure{{"settle-10x-pods-native-cpu", "x"}}, settleTenfold},
	{[]figure{{"pods-scheduled-per-second-native", "pods/s"}}, schedule},
	{[]figure{{"seek-p50", "ms"}, {"seek-p95", "ms"}}, seek},
	{[]figure{{"fork", "ms"}}, fork},
	{[]figure{{"creates-per-second-wasm", "creates/s"}}, create},
	{[]figure{{"page-brotli", "bytes"}}, pageBrotli},
	{[]figure{{"engine-brotli", "bytes"}}, engineBrotli},
	{[]figure{{"page-gzip", "bytes"}}, pageGzip},
	{[]figure{{"engine-gzip", "bytes"}}, engineGzip},
	{
		[]figure{{"first-paint-cold", "ms"}, {"steppable-cold", "ms"}, {"first-paint-warm", "ms"}, {"steppable-warm", "ms"}},
		loading,
	},
	{[]figure{{"main-thread-block-max", "ms"}}, blocking},
}

// subject is what is measured: the tree and the site built from it.
type subject struct {
	root string
	dir  string // of the site; empty until it is needed
	runs int
	temp string // to remove in the end
}

// Run is the command `bench`.
func Run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprintf(flags.Output(), "usage: bench [flags] [NAME...]\n\nnames: %s\n\nflags:\n", strings.Join(names(), " "))
		flags.PrintDefaults()
	}
	dir := flags.String("dir", "", "measure the site in this folder, instead of building one")
	runs := flags.Int("runs", 3, "how often to measure times; the median counts")
	if err := flags.Parse(args); err != nil {
		return err
	}
	for _, name := range flags.Args() {
		if !slices.Contains(names(), name) {
			return fmt.Errorf("there is no figure %q; there are %s", name, strings.Join(names(), " "))
		}
	}
	root, err := tree.Root()
	if err != nil {
		return err
	}
	s := &subject{root: root, dir: *dir, runs: max(1, *runs)}
	defer s.close()
	for _, m := range measurements {
		if err := m.print(ctx, s, flags.Args(), out); err != nil {
			return fmt.Errorf("measure %s: %w", m.figures[0].name, err)
		}
	}
	return nil
}

// print measures and prints those figures of m that are wanted; none wanted means all.
func (m measurement) print(ctx context.Context, s *subject, wanted []string, out io.Writer) error {
	want := func(f figure) bool { return len(wanted) == 0 || slices.Contains(wanted, f.name) }
	if !slices.ContainsFunc(m.figures, want) {
		return nil
	}
	values, err := m.do(ctx, s)
	if err != nil {
		return err
	}
	for i, f := range m.figures {
		if want(f) {
			fmt.Fprintf(out, "%s %.8g %s\n", f.name, values[i], f.unit)
		}
	}
	return nil
}

func names() (list []string) {
	for _, m := range measurements {
		for _, f := range m.figures {
			list = append(list, f.name)
		}
	}
	return list
}

// site returns the folder of the site, which is built when it is needed first.
func (s *subject) site(ctx context.Context) (string, error) {
	if s.dir != "" {
		return s.dir, nil
	}
	temp, err := s.scratch()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(temp, "site")
	if err := site.Build(ctx, site.Options{Root: s.root, Out: dir}); err != nil {
		return "", err
	}
	s.dir = dir
	return dir, nil
}

// scratch returns a folder that is removed in the end.
func (s *subject) scratch() (string, error) {
	if s.temp != "" {
		return s.temp, nil
	}
	temp, err := os.MkdirTemp("", "orrery-bench-")
	s.temp = temp
	return temp, err
}

func (s *subject) close() {
	if s.temp != "" {
		os.RemoveAll(s.temp)
	}
}

// median returns the middle of a list that is not empty.
func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}
