package site

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"orrery/build/openapi"
)

// copied are the files that go into the site as they are: from a folder of the tree, those that end as said, into a
// folder of the site.
var copied = []struct{ from, ending, to string }{
	{"web/styles", ".css", "web/styles"},
	{"web/icons", ".svg", "web/icons"},
	{"web/icons", ".png", "web/icons"},
	{"web/worker", "wasm.js", "web"},
	{"web/worker", "engine.js", "web"},
	{"web/worker", "loader.js", "web"},
}

// files copies what needs no building, and the Go toolchain's own support script.
func files(ctx context.Context, options Options) error {
	for _, c := range copied {
		from, to := filepath.Join(options.Root, c.from), filepath.Join(options.Out, c.to)
		err := walk(from, func(name string, _ fs.FileInfo) error {
			if !strings.HasSuffix(name, c.ending) {
				return nil
			}
			return copyFile(filepath.Join(from, name), filepath.Join(to, name))
		})
		if err != nil {
			return err
		}
	}
	script, err := supportScript(ctx)
	if err != nil {
		return err
	}
	return copyFile(script, filepath.Join(options.Out, "web", "wasm_exec.js"))
}

// documents writes the file that the API server's OpenAPI documents are loaded from when somebody asks for them.
func documents(ctx context.Context, options Options) error {
	content, err := openapi.Make(ctx, options.Root)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(options.Out, "web", openapi.File), content, 0o644)
}

// supportScript finds wasm_exec.js, which must come from the toolchain that compiled the programs.
func supportScript(ctx context.Context) (string, error) {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return "", err
	}
	script := filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js")
	if _, err := os.Stat(script); errors.Is(err, fs.ErrNotExist) {
		return "", errors.New("the Go toolchain lacks lib/wasm/wasm_exec.js: install Go 1.26 from go.dev")
	}
	return script, nil
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o644)
}
