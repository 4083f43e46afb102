package serve

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func newSite(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"index.html": "<p>", "app.wasm": "\x00asm", "app.wasm.gz": "\x1f\x8b", "site.webmanifest": "{}", "page.js": "1",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestHandlerServesLikeAStaticHost(t *testing.T) {
	handler := Handler(newSite(t), "some/where")
	tests := []struct {
		path   string
		status int
		kind   string
	}{
		{"/some/where/", http.StatusOK, "text/html"},
		{"/some/where/app.wasm", http.StatusOK, "application/wasm"},
		{"/some/where/app.wasm.gz", http.StatusOK, "application/gzip"},
		{"/some/where/site.webmanifest", http.StatusOK, "application/manifest+json"},
		{"/some/where/page.js", http.StatusOK, "text/javascript"},
		{"/some/where/missing.js", http.StatusNotFound, ""},
		{"/", http.StatusNotFound, ""},
	}
	for _, test := range tests {
		answer := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodGet, test.path, nil)
		request.Header.Set("Accept-Encoding", "gzip")
		handler.ServeHTTP(answer, request)
		if answer.Code != test.status {
			t.Errorf("%s: status %d, want %d", test.path, answer.Code, test.status)
		}
		if kind := answer.Header().Get("Content-Type"); test.kind != "" && !strings.HasPrefix(kind, test.kind) {
			t.Errorf("%s: type %q, want %q", test.path, kind, test.kind)
		}
		if encoding := answer.Header().Get("Content-Encoding"); encoding != "" {
			t.Errorf("%s: encoded as %q; a static host serves files as they are", test.path, encoding)
		}
	}
}

func TestRunPrintsTheAddressAndEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out bytes.Buffer
	if err := Run(ctx, []string{"-dir", newSite(t), "-port", "0", "-base", "x"}, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "http://127.0.0.1:") || !strings.Contains(out.String(), "/x/ ") {
		t.Errorf("it printed %q", out.String())
	}
}

func TestRunRefusesAFolderWithoutASite(t *testing.T) {
	if err := Run(context.Background(), []string{"-dir", t.TempDir()}, &bytes.Buffer{}); err == nil {
		t.Error("an empty folder is served")
	}
}
