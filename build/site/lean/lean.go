// Package lean makes the engine program smaller: it gives Go a copy of two of Kubernetes' modules in which five files are
// replaced by next to nothing.
//
// Four of them record Prometheus metrics and read OpenAPI documents in protobuf. The engine never does either; but they are
// initialised when the program starts, and since the protobuf runtime may call any type's Marshal and Unmarshal, Go's
// linker keeps those of every API type: a fifth of the program. The fifth has schemas read and written by a JSON codec of
// its module's own, where encoding/json does too. Everything else of the modules is theirs, unchanged.
package lean

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// replaced are the files that are replaced, by module.
var replaced = map[string][]string{
	"k8s.io/component-base": {"metrics/prometheus/feature/metrics.go"},
	"k8s.io/kube-openapi":   {"pkg/internal/flags.go", "pkg/util/proto/document.go", "pkg/util/proto/document_v3.go", "pkg/validation/spec/gnostic.go"},
}

//go:embed stub
var stubs embed.FS

// ModFile writes the modules' copies and a go.mod that uses them into a folder, and returns the path of that go.mod, for
// the flag -modfile.
func ModFile(ctx context.Context, root, folder string) (string, error) {
	file := filepath.Join(folder, "go.mod")
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			return "", err
		}
	}
	for module, files := range replaced { // any order: each goes to a folder of its own
		if _, err := output(ctx, root, "go", "mod", "download", module); err != nil {
			return "", err
		}
		source, err := output(ctx, root, "go", "list", "-m", "-f", "{{.Dir}}", module)
		if err != nil {
			return "", err
		}
		target := filepath.Join(folder, filepath.FromSlash(module))
		if err := copyModule(target, source); err != nil {
			return "", fmt.Errorf("copy %s: %w", module, err)
		}
		for _, name := range files {
			if err := replace(filepath.Join(target, filepath.FromSlash(name)), path.Join("stub", module, name)); err != nil {
				return "", err
			}
		}
		if _, err := output(ctx, root, "go", "mod", "edit", "-replace="+module+"="+target, file); err != nil {
			return "", err
		}
	}
	return file, nil
}

// replace puts a stub in a file's place. There must be one already: otherwise the module is not what it was.
func replace(file, stub string) error {
	if _, err := os.Stat(file); err != nil {
		return fmt.Errorf("a file that is to be left out has gone: %w", err)
	}
	data, err := stubs.ReadFile(stub + ".txt")
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

// copyModule copies a module's Go sources, without tests and their data.
func copyModule(target, source string) error {
	return fs.WalkDir(os.DirFS(source), ".", func(name string, entry fs.DirEntry, err error) error {
		switch base := path.Base(name); {
		case err != nil:
			return err
		case entry.IsDir() && base == "testdata":
			return fs.SkipDir
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(target, name), 0o700)
		case strings.HasSuffix(base, "_test.go") || !strings.HasSuffix(base, ".go") && base != "go.mod":
			return nil
		}
		data, err := os.ReadFile(filepath.Join(source, name))
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(target, name), data, 0o600)
	})
}

// output runs a command in a folder and returns what it printed.
func output(ctx context.Context, dir string, command ...string) (string, error) {
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Dir = dir
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, stderr.Bytes())
	}
	return strings.TrimSpace(string(out)), nil
}
