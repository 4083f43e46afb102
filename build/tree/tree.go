// Package tree finds Orrery's source tree.
package tree

import (
	"errors"
	"os"
	"path/filepath"
)

// Root returns the root of the source tree: the nearest folder upwards with a go.mod.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no go.mod here or above: run this inside Orrery's source tree")
		}
		dir = filepath.Dir(dir)
	}
}
