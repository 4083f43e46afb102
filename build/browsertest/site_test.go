package browsertest

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"orrery/build/browser"
)

func TestFirstPaintNeedsNoProgram(t *testing.T) {
	server := serveSite(t, nil)
	response, err := http.Get(server.URL + base)
	must(t, err)
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	must(t, err)
	for _, part := range []string{"kube-apiserver", ">Apply<", `aria-label="Step"`, `aria-label="Time"`, "nginx-demo"} {
		if !strings.Contains(string(page), part) {
			t.Errorf("the page as served lacks %s", part)
		}
	}
	for _, absolute := range []string{`href="/`, `src="/`} {
		if strings.Contains(string(page), absolute) {
			t.Errorf("the page as served has an absolute URL: %s", absolute)
		}
	}
}

// TestOpens is what a visitor sees before doing anything.
func TestOpens(t *testing.T) {
	v := open(t, serveSite(t, nil), "")
	for _, name := range []string{"Apply", "Step", "Step back", "Play", "Next write", "Next of ten", "Run until quiet", "Reset"} {
		if !v.tab.Has("button", name) {
			t.Errorf("there is no button %s", name)
		}
	}
	for _, name := range []string{"Map", "Sequence", "Objects", "Scheduling", "Network", "Containers", "Object", "History", "Store", "Events"} {
		if !v.tab.Has("tab", name) {
			t.Errorf("there is no tab %s", name)
		}
	}
	for role, name := range map[string]string{"textbox": "Manifest editor", "log": "Events", "slider": "Time"} {
		if !v.tab.Has(role, name) {
			t.Errorf("there is no %s %s", role, name)
		}
	}
	for _, name := range []string{"Map", "Inspector"} {
		if !v.tab.Has("region", name) {
			t.Errorf("there is no region %s", name)
		}
	}
	v.shows("region", "Map", "kube-apiserver", "etcd", "node-1", "node-2", "node-3")
	v.shows("textbox", "Manifest editor", "kind: Deployment", "nginx-demo")
	v.press("tab", "service.yaml")
	v.shows("textbox", "Manifest editor", "kind: Service", "nginx-service")
	v.picture("1-open")
	v.clean()
}

// TestSaysWhatIsWrong is a dry run of every edit, in the API server's words.
func TestSaysWhatIsWrong(t *testing.T) {
	v := open(t, serveSite(t, nil), "")
	v.edit("{app: nginx}\n  template", "{app: ngnix}\n  template")
	must(t, v.tab.Wait("document.querySelector('.cm-message')?.textContent.includes('`selector` does not match template `labels`')", quick))
	v.picture("2-error")
	v.edit("replicas: 2", "replicas: many")
	must(t, v.tab.Wait(`[...document.querySelectorAll('.cm-under-error')].some((e) => e.textContent.includes("many"))`, quick))
	v.edit("replicas: many", "replicas: [")
	must(t, v.tab.Wait(`document.querySelector('.cm-message-error')`, quick))
	v.edit("replicas: [", "replicas: 2")
	v.edit("{app: ngnix}", "{app: nginx}")
	must(t, v.tab.Wait(`!document.querySelector('.cm-message')`, quick))
	v.clean()
}

// TestStepsThroughADeployment applies, steps forwards and back in every way, plays and pauses.
func TestStepsThroughADeployment(t *testing.T) {
	v := open(t, serveSite(t, nil), "")
	start := v.event()
	v.apply()
	first := v.event()
	if first <= start {
		t.Fatalf("after Apply the world stands at event %d, as before", first)
	}
	v.picture("3-applied")

	log := v.text("log", "Events")
	second := v.moves("Step")
	want(t, second, first+1)
	if v.text("log", "Events") == log {
		t.Error("a step adds no line to the event list")
	}
	said := eval[string](t, v.tab, `document.querySelector(".told").innerText`)
	if len(said) < 20 {
		t.Errorf("a step is explained by %q", said)
	}
	want(t, v.moves("Step back"), first)
	want(t, v.moves("Step"), second)
	want(t, eval[string](t, v.tab, `document.querySelector(".told").innerText`), said)

	if write := v.moves("Next write"); write <= second {
		t.Errorf("the next write is event %d, before %d", write, second)
	}
	for range 3 {
		v.moves("Next of ten")
	}
	ten := eval[string](t, v.tab, `document.querySelector(".told").parentElement.innerText`)
	if !strings.Contains(ten, "/ 10") {
		t.Errorf("Next of ten leads to %q", ten)
	}
	v.picture("4-step-of-ten")

	before := v.event()
	must(t, v.tab.Do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`), chromedp.KeyEvent(".")))
	must(t, v.tab.Wait(isReady, quick))
	waitEvent(v, func(now int) bool { return now == before+1 })
	must(t, v.tab.Do(chromedp.KeyEvent(",")))
	waitEvent(v, func(now int) bool { return now == before })

	v.press("button", "Play")
	waitEvent(v, func(now int) bool { return now > before })
	if v.tab.Has("button", "Pause") {
		v.press("button", "Pause")
	}
	must(t, v.tab.Wait(`!document.querySelector("[aria-label=Pause]")`, quick))
	paused := v.event()
	time.Sleep(300 * time.Millisecond)
	want(t, v.event(), paused)

	v.settle()
	v.answers("deployment.apps/nginx-demo created")
	v.running(2)
	v.picture("5-running")
	v.moves("Back until quiet")
	if now := v.event(); now > first {
		t.Errorf("back until quiet leads to event %d, after the command at %d", now, first)
	}
	v.clean()
}

func waitEvent(v *visit, reached func(int) bool) {
	v.Helper()
	deadline := time.Now().Add(quick)
	for !reached(v.event()) {
		if time.Now().After(deadline) {
			v.Fatalf("the world stays at event %d", v.event())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestInspectsEverything looks into objects, the store, the scheduler, kube-proxy and the runtimes.
func TestInspectsEverything(t *testing.T) {
	v := open(t, serveSite(t, nil), "")
	v.apply()
	v.settle()
	v.running(2)

	v.press("button", "Pod nginx-demo-…")
	v.panel("Object", "metadata", "nodeName", "podIP", "/registry/pods/default/nginx-demo-")
	v.picture("6-object")
	v.panel("History", "/registry/pods/default/nginx-demo-")
	if count := eval[int](t, v.tab, `document.querySelectorAll("#inspected input[type=radio]").length / 2`); count < 3 {
		t.Errorf("a running pod's key has %d revisions", count)
	}
	if lines := eval[int](t, v.tab, `document.querySelector("#inspected .diff").children.length`); lines < 2 {
		t.Errorf("the difference between two revisions has %d lines", lines)
	}
	v.picture("7-history")
	must(t, v.tab.Press("tab", "Store"))
	must(t, v.tab.Wait(`document.querySelectorAll(".store-key").length > 5 && document.querySelector("#inspected").innerText.includes("/registry/")`, quick))
	v.picture("8-store")
	eventsTab := v.panel("Events", "Scheduled", "Pulled", "Started")
	if !strings.Contains(eventsTab, "Successfully assigned default/nginx-demo-") {
		t.Errorf("the Events are:\n%s", eventsTab)
	}

	v.panel("Scheduling", "NodeResourcesFit", "node-1", "node-2", "node-3")
	v.picture("9-scheduling")
	v.panel("Network", "*nat", "KUBE-SERVICES", "default/nginx-service")
	v.picture("10-network")
	must(t, v.tab.Press("tab", "Containers"))
	v.shows("tabpanel", "Containers", "RunPodSandbox")
	v.picture("11-containers")
	v.panel("Objects", "nginx-demo")
	v.panel("Sequence", "apiserver", "kubectl", "Deployment") // it shows the present
	v.picture("12-sequence")
	must(t, v.tab.Do(chromedp.Evaluate[chromedp.Void](`document.getElementById("sequence").scrollTop = 0`)))
	v.shows("tabpanel", "Sequence", "kubectl apply")
	v.clean()
}

// TestChangesADeployment scales, rolls out another image, deletes a pod and starts over.
func TestChangesADeployment(t *testing.T) {
	v := open(t, serveSite(t, nil), "")
	v.edit("replicas: 2", "replicas: 1")
	v.apply()
	v.settle()
	v.running(1)

	v.edit("replicas: 1", "replicas: 3")
	v.apply()
	v.settle()
	v.running(3)
	scaled := v.pods()

	v.edit("image: nginx:latest", "image: nginx:1.27")
	v.apply()
	v.settle()
	v.running(3)
	rolled := v.pods()
	if scaled == rolled {
		t.Errorf("after another image the pods are the same: %s", rolled)
	}

	v.press("button", "Pod nginx-demo-…")
	v.press("tab", "Object")
	v.press("button", "Delete Pod nginx-demo-…")
	v.settle()
	v.running(3)
	if v.pods() == rolled {
		t.Errorf("after one was deleted the pods are the same: %s", rolled)
	}
	v.picture("13-changed")

	v.press("button", "Reset")
	must(t, v.tab.Wait(`document.querySelectorAll("#map [role=button][aria-label^='Pod nginx-demo-']").length === 0`, quick))
	v.shows("textbox", "Manifest editor", "nginx:1.27")
	v.clean()
}

// TestComesBack closes the browser and opens it again, then takes the server away.
func TestComesBack(t *testing.T) {
	server, profile := serveSite(t, nil), t.TempDir()
	v := open(t, server, profile)
	v.edit("replicas: 2", "replicas: 3")
	v.apply()
	v.moves("Next of ten")
	v.moves("Next of ten")
	at, said := v.event(), eval[string](t, v.tab, `document.querySelector(".told").innerText`)
	_, err := browser.Eval[bool](v.tab, `navigator.serviceWorker.ready.then(() => true)`)
	must(t, err)
	time.Sleep(time.Second) // what changed is written at rest
	v.tab.Close()

	v = open(t, server, profile)
	want(t, v.event(), at)
	want(t, eval[string](t, v.tab, `document.querySelector(".told").innerText`), said)
	v.shows("textbox", "Manifest editor", "replicas: 3")
	v.clean()

	server.Close()
	v.reload()
	want(t, v.event(), at)
	v.moves("Step")
	v.picture("14-offline")
	v.clean("ERR_CONNECTION_REFUSED")
}

// TestPausedCostsNothing holds that a world nobody moves uses no processor time.
func TestPausedCostsNothing(t *testing.T) {
	v := open(t, serveSite(t, nil), "")
	v.apply()
	v.moves("Step")
	time.Sleep(4 * time.Second) // saving, and what browsers do after loading
	before, err := v.tab.CPU()
	must(t, err)
	const watched = 4 * time.Second
	time.Sleep(watched)
	after, err := v.tab.CPU()
	must(t, err)
	if used := after - before; used > watched/20 {
		t.Errorf("a paused world used %v of processor time in %v", used, watched)
	}
}

// TestWorksWithoutStorage says so when nothing can be kept.
func TestWorksWithoutStorage(t *testing.T) {
	server := serveSite(t, patched(func(name, content string) string {
		if name == "web/engine.js" {
			return "Object.defineProperty(self, 'indexedDB', {value: undefined});\n" + content
		}
		return content
	}))
	v := open(t, server, "")
	must(t, v.tab.Wait(`document.body.innerText.includes("in memory only")`, quick))
	v.apply()
	v.settle()
	v.running(2)
	v.picture("15-memory")
	v.clean()
}

// TestMakesAnotherCluster chooses the number of nodes and the seed with the keyboard alone, and comes back to it.
func TestMakesAnotherCluster(t *testing.T) {
	server, profile := serveSite(t, nil), t.TempDir()
	v := open(t, server, profile)
	v.edit("replicas: 2", "replicas: 4")
	v.apply()
	button, err := v.tab.Find("button", "New cluster")
	must(t, err)
	_, err = button.Call(`e => e.focus()`)
	must(t, err)
	must(t, v.tab.Do(chromedp.KeyEvent(kb.Enter)))
	must(t, v.tab.Wait(`document.activeElement.id === "new-cluster-nodes"`, quick))
	v.picture("16-new-cluster")
	must(t, v.tab.Do(chromedp.KeyEvent(kb.Escape)))
	must(t, v.tab.Wait(`!document.querySelector("dialog[open]") && document.activeElement.getAttribute("aria-label") === "New cluster"`, quick))

	must(t, v.tab.Do(chromedp.KeyEvent(kb.Enter)))
	must(t, v.tab.Wait(`document.activeElement.id === "new-cluster-nodes"`, quick))
	must(t, v.tab.Do(chromedp.KeyEvent("99"), chromedp.KeyEvent(kb.Enter)))
	if !eval[bool](t, v.tab, `document.querySelector("dialog").open && document.activeElement.matches(":invalid")`) {
		t.Error("99 nodes are not refused")
	}
	must(t, v.tab.Do(chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent("10")))
	eval[bool](t, v.tab, `(document.getElementById("new-cluster-seed").select(), true)`)
	must(t, v.tab.Do(chromedp.KeyEvent("2026"), chromedp.KeyEvent(kb.Enter)))
	another := `document.querySelector(".world").innerText.includes("10 nodes · seed 2026")`
	must(t, v.tab.Wait(another+` && !document.querySelector("dialog[open]")`, quick))
	want(t, v.event(), 0)
	v.shows("region", "Map", "node-1", "node-10")
	v.shows("textbox", "Manifest editor", "replicas: 4")
	v.apply()
	v.settle()
	v.running(4)
	v.picture("17-ten-nodes")
	v.press("button", "Reset")
	waitEvent(v, func(now int) bool { return now == 0 })
	must(t, v.tab.Wait(another, quick))
	time.Sleep(time.Second) // what changed is written at rest
	v.clean()
	v.tab.Close()

	v = open(t, server, profile)
	must(t, v.tab.Wait(another, quick))
	v.clean()
}

// TestTwoTabs opens the site twice: the second tab keeps nothing and says so, until it is told to keep its own; then the
// first says so. Neither overwrites what the other keeps unasked.
func TestTwoTabs(t *testing.T) {
	server, profile := serveSite(t, nil), t.TempDir()
	first := open(t, server, profile)
	first.edit("replicas: 2", "replicas: 3")
	time.Sleep(time.Second) // what changed is written at rest

	tab, err := first.tab.Another()
	must(t, err)
	second := &visit{T: t, tab: tab, server: server}
	must(t, tab.Do(chromedp.Navigate(server.URL+base)))
	second.ready()
	elsewhere := `document.querySelector(".elsewhere")?.innerText.includes("open in another tab")`
	must(t, tab.Wait(elsewhere, quick))
	second.shows("textbox", "Manifest editor", "replicas: 3")
	second.edit("replicas: 3", "replicas: 4")
	time.Sleep(time.Second)
	second.picture("18-two-tabs")
	if eval[bool](t, first.tab, "Boolean("+elsewhere+")") {
		t.Error("the first tab says that it is not kept")
	}
	first.reload()
	first.shows("textbox", "Manifest editor", "replicas: 3")

	second.press("button", "Keep this one")
	must(t, tab.Wait("!"+elsewhere, quick))
	must(t, first.tab.Wait(elsewhere, quick))
	first.edit("replicas: 3", "replicas: 9")
	time.Sleep(time.Second)
	second.reload()
	must(t, tab.Wait("!"+elsewhere, quick))
	second.shows("textbox", "Manifest editor", "replicas: 4")
	first.clean()
	second.clean()
}
