package browsertest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"orrery/build/browser"
)

// TestLoadsFromAnyHost starts the site from hosts that treat compressed files in their own ways.
func TestLoadsFromAnyHost(t *testing.T) {
	compressed := func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, ".gz") }
	hosts := []struct {
		name    string
		around  func(http.Handler) http.Handler
		allowed string // in the console
	}{
		{"without compressed files", func(plain http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if compressed(r) {
					http.NotFound(w, r)
					return
				}
				plain.ServeHTTP(w, r)
			})
		}, "404"},
		{"that decompresses on the way", func(plain http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if compressed(r) {
					w.Header().Set("Content-Encoding", "gzip")
				}
				plain.ServeHTTP(w, r)
			})
		}, "none"},
		{"that answers everything with its front page", func(plain http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if compressed(r) {
					r.URL.Path = base
				}
				plain.ServeHTTP(w, r)
			})
		}, "none"},
		{"for a browser that cannot decompress", patched(func(name, content string) string {
			if name == "web/wasm.js" {
				return "delete globalThis.DecompressionStream;\n" + content
			}
			return content
		}), "none"},
	}
	for _, host := range hosts {
		t.Run(host.name, func(t *testing.T) {
			v := open(t, serveSite(t, host.around), "")
			v.clean(host.allowed)
		})
	}
}

// TestUpdates publishes a new version: a reload of the only tab shows it, and what belongs to others on the host stays.
func TestUpdates(t *testing.T) {
	version := "old"
	v := open(t, serveSite(t, patched(func(name, content string) string {
		switch {
		case version == "old":
			return content
		case name == "index.html":
			return strings.Replace(content, "<title>", "<title>new ", 1)
		case name == "app-worker.js":
			return strings.Replace(content, `prefix + "`, `prefix + "new`, 1)
		}
		return content
	})), "")
	wait := func(expression string) {
		t.Helper()
		_, err := browser.Eval[bool](v.tab, expression)
		must(t, err)
	}
	wait(`navigator.serviceWorker.ready.then(() => caches.open("another application")).then(() => true)`)

	version = "new"
	v.reload() // served by the old version, which finds the new one
	wait(`navigator.serviceWorker.getRegistration().then((r) => r.update()).then(() => true)`)
	must(t, v.tab.Wait(`navigator.serviceWorker.getRegistration().then((r) => r.waiting !== null)`, slow))
	must(t, v.tab.Do(chromedp.Reload()))
	must(t, v.tab.Wait(`document.title.startsWith("new ")`, quick))
	v.ready()
	must(t, v.tab.Wait(`caches.keys().then((names) => names.includes("another application") && names.filter((n) => n.startsWith("orrery ")).length === 1)`, quick))
	v.clean()
}
