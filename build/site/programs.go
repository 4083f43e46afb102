package site

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// Programs are the WebAssembly programs of the site: package below the tree's root by name of the file in web/.
var Programs = map[string]string{
	"page":   "./wasm/page",
	"engine": "./wasm/engine",
}

// programs compiles every program and writes a compressed copy beside it.
func programs(ctx context.Context, options Options) error {
	for _, name := range []string{"page", "engine"} {
		target := filepath.Join(options.Out, "web", name+".wasm")
		if err := Compile(ctx, options.Root, Programs[name], target); err != nil {
			return err
		}
		if err := compress(target); err != nil {
			return err
		}
	}
	return nil
}

// Compile builds a package for the browser.
func Compile(ctx context.Context, root, pkg, target string) error {
	target, err := filepath.Abs(target)
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", target, pkg)
	command.Dir = root
	command.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", pkg, err, output)
	}
	return nil
}

// compress writes file.gz beside file. Equal content gives equal bytes: no name and no time go in.
func compress(file string) error {
	source, err := os.Open(file)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.Create(file + ".gz")
	if err != nil {
		return err
	}
	defer target.Close()
	writer, err := gzip.NewWriterLevel(target, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := io.Copy(writer, source); err != nil {
		return err
	}
	if err := writer.Close(); err != nil {
		return err
	}
	return target.Close()
}
