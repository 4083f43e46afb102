package browsertest

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"orrery/build/browser"
	"orrery/build/serve"
	"orrery/build/site"
	"orrery/build/tree"
)

// editorPage mounts the editor between two buttons and keeps what it reports.
const editorPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>editor</title></head>
<body style="--bad:red;--accent:orange;--s2:8px">
<button id="before">before</button><div id="editor" style="height:300px"></div><button id="after">after</button>
<script src="editor.js"></script>
<script>
  var reports = [];
  var editor = OrreryEditor.mount(document.getElementById("editor"),
    {text: "kind: Pod\nspec:\n  x: 1\n", dark: true, label: "Manifest editor", onChange: (text) => reports.push(text)});
  var view = editor.view;
</script></body></html>`

// mountEditor opens a browser on a page with nothing but the editor.
func mountEditor(t *testing.T) *browser.Tab {
	t.Helper()
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := site.Bundle(context.Background(), root, filepath.Join(dir, "editor.js")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "index.html"), []byte(editorPage), 0o644); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(serve.Handler(dir, "/"))
	t.Cleanup(server.Close)
	tab, err := browser.Start(context.Background(), browser.Options{Width: 600, Height: 500})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tab.Close)
	must(t, tab.Do(chromedp.Navigate(server.URL)))
	return tab
}

func TestEditorReportsTypingOnly(t *testing.T) {
	tab := mountEditor(t)
	must(t, tab.Press("textbox", "Manifest editor"))
	must(t, tab.Do(chromedp.KeyEvent(kb.End), chromedp.KeyEvent("!")))
	must(t, tab.Wait(`reports.length === 1 && reports[0].includes("!")`, time.Second))
	want(t, eval[string](t, tab, `view.state.doc.toString()`), eval[string](t, tab, `reports[0]`))

	eval[bool](t, tab, `(editor.setText("kind: Pod\nspec:\n  x: 22\n"), true)`)
	time.Sleep(100 * time.Millisecond)
	want(t, eval[int](t, tab, `reports.length`), 1)
	want(t, eval[string](t, tab, `view.state.doc.toString()`), "kind: Pod\nspec:\n  x: 22\n")
}

func TestEditorKeepsCursorAndHistory(t *testing.T) {
	tab := mountEditor(t)
	eval[bool](t, tab, `(view.dispatch({selection: {anchor: 4}}), editor.setText("kind: Pod\nspec:\n  x: 1\n  y: 2\n"), true)`)
	want(t, eval[int](t, tab, `view.state.selection.main.head`), 4)
	must(t, tab.Press("textbox", "Manifest editor"))
	must(t, tab.Do(chromedp.KeyEvent("z", chromedp.KeyModifiers(chromedp.ModifierCtrl))))
	must(t, tab.Wait(`view.state.doc.toString() === "kind: Pod\nspec:\n  x: 1\n"`, time.Second))
}

func TestEditorShowsDiagnostics(t *testing.T) {
	tab := mountEditor(t)
	eval[bool](t, tab, `(editor.setDiagnostics([
		{line: 3, column: 3, endCol: 4, severity: "error", message: "unknown field \"spec.x\""},
		{line: 1, column: 7, endCol: 7, severity: "warning", message: "a point"},
		{line: 99, column: 99, endCol: 99, severity: "error", message: "beyond the end"}]), true)`)
	want(t, eval[string](t, tab, `document.querySelector(".cm-under-error").textContent`), "x")
	want(t, eval[string](t, tab, `document.querySelector(".cm-under-warning").textContent`), "Pod")
	want(t, eval[string](t, tab, `document.querySelector(".cm-line-error + .cm-message").textContent`), `unknown field "spec.x"`)
	want(t, eval[int](t, tab, `document.querySelectorAll(".cm-message").length`), 3)
	want(t, eval[int](t, tab, `document.querySelectorAll(".cm-gutter-problem .cm-problem-error:not([title=''])").length`), 2)
	eval[bool](t, tab, `(editor.setDiagnostics([]), true)`)
	want(t, eval[int](t, tab, `document.querySelectorAll(".cm-message, .cm-under-error").length`), 0)
}

func TestEditorDoesNotTrapTheKeyboard(t *testing.T) {
	tab := mountEditor(t)
	focused := `document.activeElement.id || document.activeElement.className`
	eval[bool](t, tab, `(document.getElementById("before").focus(), true)`)
	must(t, tab.Do(chromedp.KeyEvent(kb.Tab)))
	if got := eval[string](t, tab, focused); !strings.Contains(got, "cm-content") {
		t.Fatalf("Tab from the button leads to %q, not into the editor", got)
	}
	must(t, tab.Do(chromedp.KeyEvent(kb.Tab)))
	want(t, eval[string](t, tab, focused), "after")

	must(t, tab.Press("textbox", "Manifest editor"))
	must(t, tab.Do(chromedp.KeyEvent(kb.Tab)))
	if got := eval[string](t, tab, focused); !strings.Contains(got, "cm-content") {
		t.Fatalf("Tab in the entered editor leads to %q: it should indent", got)
	}
	must(t, tab.Do(chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent(kb.Tab)))
	want(t, eval[string](t, tab, focused), "after")
}

// What is typed into a huge text is reported at rest, but at the latest when the editor is left.
func TestEditorIsLeftReported(t *testing.T) {
	tab := mountEditor(t)
	eval[bool](t, tab, `(editor.setText("# ".repeat(200000)), editor.focus(), true)`)
	must(t, tab.Do(chromedp.KeyEvent("y"), chromedp.Evaluate[chromedp.Void](`document.getElementById("after").focus()`)))
	want(t, eval[int](t, tab, `reports.length`), 1)
}

func TestEditorTakesHugeTexts(t *testing.T) {
	tab := mountEditor(t)
	for name, text := range map[string]string{
		"many lines": `"  name: value\n".repeat(360000)`,
		"one line":   `"x".repeat(5e6)`,
	} {
		start := time.Now()
		eval[bool](t, tab, `new Promise((done) => { editor.setText(`+text+`); requestAnimationFrame(() => setTimeout(() => done(true))) })`)
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s: showing 5 MB took %v", name, took)
		}
		start = time.Now()
		eval[bool](t, tab, `(editor.focus(), true)`)
		must(t, tab.Do(chromedp.KeyEvent("y")))
		must(t, tab.Wait(`reports.length > 0`, 5*time.Second))
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%s: typing into 5 MB took %v", name, took)
		}
		eval[bool](t, tab, `(reports.length = 0, editor.setText("a: b\n"), true)`)
	}
}
