package site

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"orrery/build/site/lean"
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
		if err := compile(ctx, options.Root, name, target); err != nil {
			return err
		}
		if err := compress(target); err != nil {
			return err
		}
	}
	return nil
}

// compile builds a program for the browser. Kubernetes' modules are only in the engine.
func compile(ctx context.Context, root, name, target string) error {
	target, err := filepath.Abs(target)
	if err != nil {
		return err
	}
	pkg, args := Programs[name], []string{"build", "-trimpath", "-ldflags=-s -w", "-o", target}
	if name == "engine" {
		folder, err := os.MkdirTemp("", "orrery-lean-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		file, err := lean.ModFile(ctx, root, folder)
		if err != nil {
			return fmt.Errorf("leave out what the engine does not need: %w", err)
		}
		args = append(args, "-modfile="+file)
	}
	command := exec.CommandContext(ctx, "go", append(args, pkg)...)
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
