package browsertest

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: bad
spec:
  replicas: 2
  selector:
    matchLabels: {app: bad}
  template:
    metadata:
      labels: {app: bad}
    spec:
      containers:
      - name: nginx
        image: nginx:latest
`

// paste pastes a text, a JavaScript expression, over what the editor holds.
func (v *visit) paste(text string) {
	v.Helper()
	v.press("textbox", "Manifest editor")
	must(v.T, v.tab.Do(chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl))))
	eval[bool](v.T, v.tab, `(() => {
		const clipboardData = new DataTransfer();
		clipboardData.setData("text/plain", `+text+`);
		document.querySelector(".cm-content").dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
		return true;
	})()`)
}

// told waits for a message in the editor.
func (v *visit) told(words string) {
	v.Helper()
	err := v.tab.Wait(fmt.Sprintf(`[...document.querySelectorAll(".cm-message-error")].some((e) => e.textContent.includes(%q))`, words), slow)
	if err != nil {
		v.Fatalf("the editor does not say %q but %q", words, eval[string](v.T, v.tab, `[...document.querySelectorAll(".cm-message")].map((e) => e.textContent).join("; ")`))
	}
}

// alone closes all files but the first.
func (v *visit) alone() {
	v.Helper()
	v.press("tab", "service.yaml")
	v.press("button", "File actions")
	v.press("menuitem", "Close")
	must(v.T, v.tab.Wait(`!document.querySelector(".files").innerText.includes("service.yaml")`, quick))
}

// TestRefusesBadManifests types what cannot be applied: an error says where and why, the world stays as it is, and the
// text too.
func TestRefusesBadManifests(t *testing.T) {
	v := open(t, serveSite(t, nil), "")
	v.alone()
	for _, bad := range []struct {
		name, old, replacement string
		line                   int    // that is marked, from 1
		under                  string // what is underlined
		says                   string
		answer                 string // of Apply
	}{
		{"malformed YAML", "kind: Deployment", "kind: [Deployment", 3, "metadata:", "did not find expected", "nginx.yaml:3:"},
		{"an unknown kind", "kind: Deployment", "kind: Deploymant", 2, "Deploymant", `no matches for kind "Deploymant" in version "apps/v1"`, "nginx.yaml:2:7"},
		{"an unknown field", "replicas: 2", "replica: 2", 6, "replica", `unknown field "spec.replica"`, `unknown field "spec.replica"`},
		{"a wrong type", "replicas: 2", "replicas: many", 6, "many", "cannot unmarshal string into Go struct field", "cannot unmarshal"},
		{"a value that is refused", "replicas: 2", "replicas: -2", 6, "-2", "must be greater than or equal to 0", "must be greater than or equal to 0"},
	} {
		t.Run(bad.name, func(t *testing.T) {
			v := &visit{T: t, tab: v.tab, server: v.server}
			v.paste(strconv.Quote(strings.Replace(deployment, bad.old, bad.replacement, 1)))
			v.told(bad.says)
			marked := eval[string](t, v.tab, `(() => {
				const line = document.querySelector(".cm-line-error");
				return [...document.querySelectorAll(".cm-line")].indexOf(line) + 1 + " " + (line.querySelector(".cm-under-error")?.textContent ?? "");
			})()`)
			want(t, marked, fmt.Sprint(bad.line, " ", bad.under))
			v.press("button", "Apply")
			if !strings.HasPrefix(bad.answer, "nginx.yaml:") { // it comes from the API server
				v.settleAnyhow()
			}
			v.answers(bad.answer)
			want(t, eval[int](t, v.tab, `document.querySelectorAll("#map [aria-label^='Pod bad']").length`), 0)
			v.shows("textbox", "Manifest editor", bad.replacement)
		})
	}
	v.paste(strconv.Quote(deployment))
	must(t, v.tab.Wait(`!document.querySelector(".cm-message")`, quick))
	v.press("button", "Apply")
	v.settleAnyhow()
	must(t, v.tab.Wait(`document.querySelectorAll("#map [aria-label^='Pod bad']").length === 2`, quick))
	v.clean()
}

// settleAnyhow runs until quiet, whether there is something to run or not.
func (v *visit) settleAnyhow() {
	v.Helper()
	v.press("button", "Run until quiet")
	must(v.T, v.tab.Wait(`document.querySelector(".clock").innerText.includes("quiet") && !document.querySelector("[aria-label=Pause]")`, slow))
}
