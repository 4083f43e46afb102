package browsertest

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"orrery/build/browser"
	"orrery/build/serve"
	"orrery/build/site"
	"orrery/build/tree"
)

// base is where the site lies in these tests: any path must do.
const base = "/some/where/"

// limits on how long the page may take, generous because tests of other packages run at the same time.
const (
	quick = 10 * time.Second
	slow  = time.Minute
)

// built is the folder of the site that all tests share.
var built string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		root, err := tree.Root()
		if err == nil {
			built, err = os.MkdirTemp("", "orrery-site-")
			defer os.RemoveAll(built)
		}
		if err == nil {
			built = filepath.Join(built, "site")
			err = site.Build(context.Background(), site.Options{Root: root, Out: built})
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// visit is one visitor: a browser on the site.
type visit struct {
	*testing.T
	tab    *browser.Tab
	server *httptest.Server
}

// serveSite serves the built site. around may put itself before what serves it; nil leaves it as it is.
func serveSite(t *testing.T, around func(http.Handler) http.Handler) *httptest.Server {
	t.Helper()
	handler := serve.Handler(built, base)
	if around != nil {
		handler = around(handler)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// patched serves files of the site with another content: patch gets a file's name and content and may change it.
func patched(patch func(name, content string) string) func(http.Handler) http.Handler {
	return func(plain http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			name := strings.TrimPrefix(r.URL.Path, base)
			if name == "" {
				name = "index.html"
			}
			content, err := os.ReadFile(filepath.Join(built, name))
			changed := patch(name, string(content))
			if err != nil || changed == string(content) {
				plain.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Type", mime.TypeByExtension(filepath.Ext(name)))
			_, _ = w.Write([]byte(changed))
		})
	}
}

// open starts a browser on the site and waits until a step can be taken.
func open(t *testing.T, server *httptest.Server, profile string) *visit {
	t.Helper()
	tab, err := browser.Start(context.Background(), browser.Options{Profile: profile, Width: 1440, Height: 900})
	must(t, err)
	t.Cleanup(tab.Close)
	v := &visit{T: t, tab: tab, server: server}
	t.Cleanup(func() {
		if t.Failed() {
			_ = tab.Screenshot(filepath.Join("screenshots", "failed-"+t.Name()+".png"))
		}
	})
	must(t, tab.Do(chromedp.Navigate(server.URL+base)))
	v.ready()
	return v
}

const isReady = `[...document.querySelectorAll("button")].some((b) => b.getAttribute("aria-label") === "Step" && !b.disabled)`

func (v *visit) ready() {
	v.Helper()
	must(v.T, v.tab.Wait(isReady, slow))
}

// reload loads the page anew, as the browser's button does.
func (v *visit) reload() {
	v.Helper()
	must(v.T, v.tab.Do(chromedp.Reload()))
	v.ready()
}

func (v *visit) press(role, name string) {
	v.Helper()
	must(v.T, v.tab.Press(role, name))
}

func (v *visit) text(role, name string) string {
	v.Helper()
	element, err := v.tab.Find(role, name)
	must(v.T, err)
	text, err := element.Text()
	must(v.T, err)
	return text
}

// shows waits until an element's text holds all the words.
func (v *visit) shows(role, name string, words ...string) string {
	v.Helper()
	deadline := time.Now().Add(quick)
	for {
		text, missing := v.text(role, name), ""
		for _, word := range words {
			if !strings.Contains(text, word) {
				missing = word
			}
		}
		if missing == "" {
			return text
		}
		if time.Now().After(deadline) {
			v.Fatalf("%s %s lacks %q; it shows:\n%s", role, name, missing, text)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// panel is the text of the tab panel that a tab controls.
func (v *visit) panel(tab string, words ...string) string {
	v.Helper()
	v.press("tab", tab)
	return v.shows("tabpanel", tab, words...)
}

var position = regexp.MustCompile(`event (\d+) of (\d+)`)

// event is the number of the event that the slider Time stands at.
func (v *visit) event() int {
	v.Helper()
	slider, err := v.tab.Find("slider", "Time")
	must(v.T, err)
	said, err := slider.Call(`e => e.getAttribute("aria-valuetext")`)
	must(v.T, err)
	found := position.FindStringSubmatch(said)
	if found == nil {
		v.Fatalf("the slider says %q", said)
	}
	event, _ := strconv.Atoi(found[1])
	return event
}

// moves presses a button and waits until the event is another one. It returns the new one.
func (v *visit) moves(button string) int {
	v.Helper()
	before := v.event()
	v.press("button", button)
	deadline := time.Now().Add(quick)
	for v.event() == before {
		if time.Now().After(deadline) {
			v.Fatalf("%s does not move away from event %d", button, before)
		}
		time.Sleep(20 * time.Millisecond)
	}
	v.ready()
	return v.event()
}

// apply applies what the editor holds; the world pauses at the first event.
func (v *visit) apply() {
	v.Helper()
	v.moves("Apply")
}

// answers waits for what kubectl printed.
func (v *visit) answers(words ...string) {
	v.Helper()
	for _, word := range words {
		must(v.T, v.tab.Wait(fmt.Sprintf(`document.querySelector(".answers").innerText.includes(%q)`, word), quick))
	}
}

// settle runs until quiet and waits until it is.
func (v *visit) settle() {
	v.Helper()
	v.press("button", "Run until quiet")
	must(v.T, v.tab.Wait(`document.querySelector(".clock").innerText.includes("quiet") && !document.querySelector("[aria-label=Pause]")`, slow))
}

const listPods = `JSON.stringify([...document.querySelectorAll("#map [role=button][aria-label^='Pod nginx-demo-']")].map((e) => e.getAttribute("aria-label")))`

// pods are the accessible names of nginx-demo's pods on the map.
func (v *visit) pods() string {
	v.Helper()
	return eval[string](v.T, v.tab, listPods)
}

// running waits until the map shows exactly this many of nginx-demo's pods, all running and ready.
func (v *visit) running(count int) {
	v.Helper()
	must(v.T, v.tab.Wait(fmt.Sprintf(`(() => { const pods = %s; return JSON.parse(pods).length === %d && JSON.parse(pods).every((p) => p.includes("Running, 1/1")); })()`, listPods, count), quick))
}

// edit replaces the first occurrence of old in the editor's text.
func (v *visit) edit(old, replacement string) {
	v.Helper()
	text := eval[string](v.T, v.tab, `[...document.querySelectorAll(".cm-line")].map((l) => l.textContent).join("\n")`)
	if !strings.Contains(text, old) {
		v.Fatalf("the editor lacks %q; it holds:\n%s", old, text)
	}
	must(v.T, v.tab.Replace("Manifest editor", strings.Replace(text, old, replacement, 1)))
}

// picture keeps a screenshot in a folder that git ignores.
func (v *visit) picture(name string) {
	v.Helper()
	must(v.T, v.tab.Screenshot(filepath.Join("screenshots", name+".png")))
}

// clean holds that nothing went wrong in the browser's console. allowed are parts of messages to be expected.
func (v *visit) clean(allowed ...string) {
	v.Helper()
next:
	for _, trouble := range v.tab.Trouble() {
		for _, part := range allowed {
			if strings.Contains(trouble, part) {
				continue next
			}
		}
		v.Errorf("in the browser's console: %s", trouble)
	}
}
