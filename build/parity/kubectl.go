package parity

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
)

// BuildKubectl builds the real kubectl from its module into a folder and returns its path.
func BuildKubectl(ctx context.Context, root, dir string) (string, error) {
	file := filepath.Join(dir, "kubectl")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", file, ".")
	cmd.Dir = filepath.Join(root, "build", "kubectl")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building kubectl: %w\n%s", err, out)
	}
	return file, nil
}
