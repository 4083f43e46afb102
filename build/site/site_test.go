package site

import (
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"orrery/build/tree"
)

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOnlyASiteIsReplaced(t *testing.T) {
	dir := t.TempDir()
	if err := replaceable(filepath.Join(dir, "missing")); err != nil {
		t.Errorf("a missing folder: %v", err)
	}
	if err := replaceable(dir); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
	write(t, dir, map[string]string{"web/thesis.txt": "years of work"})
	if err := replaceable(dir); err == nil {
		t.Error("a folder with other files would be removed")
	}
	write(t, dir, map[string]string{workerFile: ""})
	if err := replaceable(dir); err != nil {
		t.Errorf("an old site: %v", err)
	}
}

func TestVersionFollowsContent(t *testing.T) {
	one, same, other, moved := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	write(t, one, map[string]string{"a": "1", "b/c": "2"})
	write(t, same, map[string]string{"a": "1", "b/c": "2"})
	write(t, other, map[string]string{"a": "1", "b/c": "3"})
	write(t, moved, map[string]string{"a": "1", "b/d": "2"})
	versions := map[string]string{}
	for name, dir := range map[string]string{"one": one, "same": same, "other": other, "moved": moved} {
		v, err := version(dir)
		if err != nil {
			t.Fatal(err)
		}
		versions[name] = v
	}
	if versions["one"] != versions["same"] || versions["one"] == versions["other"] || versions["one"] == versions["moved"] {
		t.Errorf("versions: %v", versions)
	}
}

func TestServiceWorkerListsEveryFile(t *testing.T) {
	root, out := t.TempDir(), t.TempDir()
	write(t, root, map[string]string{"web/worker/service.js": `version "{{.Version}}" files {{.ResourcesToCache}}`})
	write(t, out, map[string]string{"index.html": "", "web/page.wasm.gz": "", "web/styles/a.css": ""})
	if err := serviceWorker(context.Background(), Options{Root: root, Out: out}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(out, workerFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"./"`, `"web/page.wasm.gz"`, `"web/styles/a.css"`} {
		if !strings.Contains(string(content), part) {
			t.Errorf("the service worker lacks %s: %s", part, content)
		}
	}
	if strings.Contains(string(content), "{{") || strings.Contains(string(content), "index.html") {
		t.Errorf("the service worker is not filled in: %s", content)
	}
}

// TestManifestOffersIcons holds that the site can be installed: an icon of each size that browsers ask for, one of them to
// be masked, and every one as large as it is said to be.
func TestManifestOffersIcons(t *testing.T) {
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	if err := manifest(context.Background(), Options{Root: root, Out: out}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(out, "manifest.webmanifest"))
	if err != nil {
		t.Fatal(err)
	}
	var m webManifest
	if err := json.Unmarshal(content, &m); err != nil {
		t.Fatal(err)
	}
	if m.Name == "" || m.ShortName == "" || m.StartURL != "./" || m.Scope != "./" || m.Display != "standalone" {
		t.Errorf("the manifest is %s", content)
	}
	missing := map[string]bool{"any": true, "192x192": true, "512x512": true, "512x512 maskable": true}
	for _, icon := range m.Icons {
		delete(missing, strings.TrimSpace(icon.Sizes+" "+icon.Purpose))
		file, err := os.Open(filepath.Join(root, filepath.FromSlash(icon.Source)))
		if err != nil {
			t.Error(err)
			continue
		}
		defer file.Close()
		if icon.Type != "image/png" {
			continue
		}
		size, err := png.DecodeConfig(file)
		if got := fmt.Sprintf("%dx%d", size.Width, size.Height); err != nil || got != icon.Sizes {
			t.Errorf("%s is %s, not %s (%v)", icon.Source, got, icon.Sizes, err)
		}
	}
	if len(missing) > 0 {
		t.Errorf("the manifest lacks icons: %v", missing)
	}
}
