package site

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// editor bundles the manifest editor into the site.
func editor(ctx context.Context, options Options) error {
	return Bundle(ctx, options.Root, filepath.Join(options.Out, "web", "editor.js"))
}

// Bundle writes the manifest editor as one script. It installs the packages that package-lock.json names when they are
// not there or older than the lock.
func Bundle(ctx context.Context, root, target string) error {
	web := filepath.Join(root, "web")
	if stale(filepath.Join(web, "node_modules", ".package-lock.json"), filepath.Join(web, "package-lock.json")) {
		if err := npm(ctx, web, "ci", "--no-audit", "--no-fund"); err != nil {
			return err
		}
	}
	target, err := filepath.Abs(target)
	if err != nil {
		return err
	}
	return npm(ctx, web, "run", "build", "--", "--log-level=warning", "--outfile="+target)
}

// stale says whether installed is missing or older than lock.
func stale(installed, lock string) bool {
	have, err := os.Stat(installed)
	if err != nil {
		return true
	}
	want, err := os.Stat(lock)
	return err == nil && want.ModTime().After(have.ModTime())
}

func npm(ctx context.Context, dir string, args ...string) error {
	command := exec.CommandContext(ctx, "npm", args...)
	command.Dir = dir
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("npm %s: %w (Node 20 or later is needed)\n%s", args[0], err, output)
	}
	return nil
}
