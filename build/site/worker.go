package site

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// workerFile is the service worker, in the site's root so that it may answer for all of the site.
const workerFile = "app-worker.js"

// serviceWorker fills in the template with what the site holds by now: every file but the worker itself.
func serviceWorker(_ context.Context, options Options) error {
	template, err := os.ReadFile(filepath.Join(options.Root, "web", "worker", "service.js"))
	if err != nil {
		return err
	}
	content, err := version(options.Out)
	if err != nil {
		return err
	}
	var resources []string
	err = walk(options.Out, func(name string, _ fs.FileInfo) error {
		if name == "index.html" {
			name = "./"
		}
		resources = append(resources, name)
		return nil
	})
	if err != nil {
		return err
	}
	list, err := json.MarshalIndent(resources, "", "  ")
	if err != nil {
		return err
	}
	// The placeholders are those of go-app's Handler.ServiceWorkerTemplate.
	script := strings.NewReplacer("{{.Version}}", content, "{{.ResourcesToCache}}", string(list)).Replace(string(template))
	return os.WriteFile(filepath.Join(options.Out, workerFile), []byte(script), 0o644)
}
