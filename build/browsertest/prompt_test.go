package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestPrompt scales a Deployment by a command that is typed, brings the command back, and mistypes one.
func TestPrompt(t *testing.T) {
	v := open(t, serveSite(t, nil), t.TempDir())
	v.apply()
	v.settle()
	const field = "Command for kubectl"
	enter := func(text string) {
		v.press("textbox", field)
		must(t, v.tab.Do(chromedp.KeyEvent(text)))
	}
	before := v.event()
	enter("scale deployment/nginx-demo --replicas=3" + kb.Enter)
	must(t, v.tab.Wait(`document.querySelector(".answers").innerText.includes("$ kubectl scale deployment/nginx-demo --replicas=3")`, quick))
	v.settle()
	v.answers("deployment.apps/nginx-demo scaled")
	v.running(3)
	if after := v.event(); after <= before {
		t.Errorf("the command led from event %d to %d", before, after)
	}
	enter(kb.ArrowUp)
	must(t, v.tab.Wait(`document.getElementById("prompt").value === "scale deployment/nginx-demo --replicas=3"`, quick))
	must(t, v.tab.Do(chromedp.KeyEvent(kb.ArrowDown+"sacle"+kb.Enter)))
	v.answers(`error: unknown command "sacle" for "kubectl"`)
	v.picture("prompt")
	v.clean()
}
