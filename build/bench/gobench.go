package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// goBenchmark runs one Go benchmark of a package once and returns what it reported, by unit: "ns/op" and whatever it adds
// with ReportMetric. With wasm it runs under Node as WebAssembly.
func goBenchmark(ctx context.Context, root, pkg, name string, wasm bool) (map[string]float64, error) {
	temp, err := os.MkdirTemp("", "orrery-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	binary, err := compileBenchmarks(ctx, root, pkg, filepath.Join(temp, "bench.test"), wasm)
	if err != nil {
		return nil, err
	}
	output, err := binary.run(ctx, "^"+name+"$")
	if err != nil {
		return nil, err
	}
	return parseBenchmark(output, name)
}

// testBinary is a package's compiled benchmarks.
type testBinary struct {
	command []string // that runs it, without its flags
	dir     string
}

func compileBenchmarks(ctx context.Context, root, pkg, file string, wasm bool) (testBinary, error) {
	compile := exec.CommandContext(ctx, "go", "test", "-c", "-o", file, pkg)
	compile.Dir = root
	if wasm {
		compile.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	}
	if output, err := compile.CombinedOutput(); err != nil {
		return testBinary{}, fmt.Errorf("compile the benchmarks of %s: %w\n%s", pkg, err, output)
	}
	binary := testBinary{command: []string{file}, dir: filepath.Join(root, pkg)}
	if wasm {
		goRoot, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
		if err != nil {
			return testBinary{}, err
		}
		script := filepath.Join(strings.TrimSpace(string(goRoot)), "lib", "wasm", "go_js_wasm_exec")
		binary.command = []string{script, file}
	}
	return binary, nil
}

// run runs the benchmarks that match pattern once, and returns what they printed.
func (b testBinary) run(ctx context.Context, pattern string) (string, error) {
	args := append(b.command[1:len(b.command):len(b.command)], "-test.run=^$", "-test.bench="+pattern, "-test.benchtime=1x")
	command := exec.CommandContext(ctx, b.command[0], args...)
	command.Dir = b.dir
	// A long environment does not fit where Go's support script puts it.
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir()}
	output, err := command.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("run the benchmarks %s: %w\n%s", pattern, err, output)
	}
	return string(output), nil
}

// parseBenchmark reads a line such as `BenchmarkSettle-2  1  2345 ns/op  12 events/s` into values by unit.
func parseBenchmark(output, name string) (map[string]float64, error) {
	for line := range strings.Lines(output) {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[0] != name && !strings.HasPrefix(fields[0], name+"-") {
			continue
		}
		reported := map[string]float64{}
		for i := 2; i+1 < len(fields); i += 2 {
			value, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return nil, fmt.Errorf("read %q: %w", line, err)
			}
			reported[fields[i+1]] = value
		}
		return reported, nil
	}
	return nil, fmt.Errorf("there is no benchmark %s: the output was\n%s", name, output)
}
