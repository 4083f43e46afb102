// Package site builds Orrery's static site: two WebAssembly programs, the pre-rendered page, styles, icons, the editor
// and the workers, with relative URLs only, so that it works from any folder of any static host.
//
// The site is a list of steps; each writes files into the output folder.
package site

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"orrery/build/tree"
)

// Options say what to build.
type Options struct {
	Root string // of the source tree
	Out  string // folder to write; its former content is removed
}

// Run is the command `site`.
func Run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("site", flag.ContinueOnError)
	folder := flags.String("o", "dist", "folder to write the site to; its former content is removed")
	if err := flags.Parse(args); err != nil {
		return err
	}
	root, err := tree.Root()
	if err != nil {
		return err
	}
	if err := Build(ctx, Options{Root: root, Out: *folder}); err != nil {
		return err
	}
	return report(*folder, out)
}

// steps are what a build does, in order. The later ones need what the earlier ones wrote.
var steps = []struct {
	name string
	do   func(context.Context, Options) error
}{
	{"programs", programs},
	{"editor", editor},
	{"files", files},
	{"OpenAPI documents", documents},
	{"manifest", manifest},
	{"page", page},
	{"service worker", serviceWorker},
}

// Build writes the site beside its folder and then puts it in place, so that a failed build leaves the old site whole.
func Build(ctx context.Context, options Options) error {
	final := filepath.Clean(options.Out)
	if err := replaceable(final); err != nil {
		return err
	}
	options.Out = final + ".new"
	if err := os.RemoveAll(options.Out); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(options.Out, "web"), 0o755); err != nil {
		return err
	}
	for _, step := range steps {
		if err := step.do(ctx, options); err != nil {
			return fmt.Errorf("build the site's %s: %w", step.name, err)
		}
	}
	if err := os.RemoveAll(final); err != nil {
		return err
	}
	return os.Rename(options.Out, final)
}

// replaceable refuses a folder that holds something other than a site: its content would be lost.
func replaceable(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(folder, workerFile)); err != nil {
		return fmt.Errorf("%s holds something other than a site: name a new or empty folder", folder)
	}
	return nil
}

// version names the content of folder: equal files, equal version.
func version(folder string) (string, error) {
	sum := sha256.New()
	err := walk(folder, func(name string, info fs.FileInfo) error {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(content))
		sum.Write(content)
		return nil
	})
	return hex.EncodeToString(sum.Sum(nil))[:16], err
}

// walk calls do for every file of folder in order, with its slash-separated name.
func walk(folder string, do func(name string, info fs.FileInfo) error) error {
	return fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		return do(name, info)
	})
}

func report(folder string, out io.Writer) error {
	return walk(folder, func(name string, info fs.FileInfo) error {
		_, err := fmt.Fprintf(out, "%10d %s/%s\n", info.Size(), folder, name)
		return err
	})
}
