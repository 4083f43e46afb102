package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"orrery/build/tree"
)

// screen sets the window's size in CSS pixels.
func (v *visit) screen(width, height int64) {
	v.Helper()
	must(v.T, v.tab.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: width, Height: height, DeviceScaleFactor: 1,
		})
		return err
	})))
}

// prefers makes the browser say what its user prefers.
func (v *visit) prefers(feature, value string) {
	v.Helper()
	must(v.T, v.tab.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: feature, Value: value}},
		})
		return err
	})))
}

// axe checks the page by the rules of WCAG 2.2 AA and good practice, and returns what it finds.
func (v *visit) axe() []string {
	v.Helper()
	found := eval[string](v.T, v.tab, `(async () => {
		const animations = document.getAnimations().map((a) => a.finished.catch(() => {}));
		await Promise.race([Promise.all(animations), new Promise((done) => setTimeout(done, 1000))]);
		const {violations} = await axe.run(document, {
			runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"],
		});
		return JSON.stringify(violations.flatMap((v) => v.nodes.map((n) =>
			v.id + ": " + n.target.join(" ") + " " + n.html.slice(0, 160) + "\n\t" + n.failureSummary.replace(/\s+/g, " "))));
	})()`)
	var list []string
	must(v.T, json.Unmarshal([]byte(found), &list))
	return list
}

// TestIsAccessible runs axe over every tab, dark and light, in a wide and in a narrow window.
func TestIsAccessible(t *testing.T) {
	root, err := tree.Root()
	must(t, err)
	script, err := os.ReadFile(filepath.Join(root, "web", "node_modules", "axe-core", "axe.min.js"))
	must(t, err)
	v := open(t, serveSite(t, nil), "")
	eval[bool](t, v.tab, "(() => {"+string(script)+"; return true})()")
	v.edit("containerPort: 80", "containerPort: eighty")
	must(t, v.tab.Wait(`document.querySelector(".cm-message-error")`, quick))
	told := map[string]bool{}
	check := func(where string) {
		t.Helper()
		for _, found := range v.axe() {
			rule, _, _ := strings.Cut(found, "\n")
			if !told[rule] { // once is enough
				told[rule] = true
				t.Errorf("%s: %s", where, found)
			}
		}
	}
	check("with an error in the editor")
	v.edit("containerPort: eighty", "containerPort: 80")
	v.apply()
	for range 6 {
		v.moves("Next of ten")
	}
	for _, window := range []struct{ width, height int64 }{{1440, 900}, {390, 844}} {
		v.screen(window.width, window.height)
		for _, theme := range []string{"dark", "light"} {
			v.prefers("prefers-color-scheme", theme)
			must(t, v.tab.Wait(fmt.Sprintf(`matchMedia("(prefers-color-scheme: %s)").matches`, theme), quick))
			where := fmt.Sprintf("%s, %d by %d, ", theme, window.width, window.height)
			narrow := window.width < 1000
			if narrow {
				v.press("button", "Show editor")
				check(where + "editor")
				v.press("button", "Show cluster")
			}
			for _, tab := range []string{"Sequence", "Objects", "Scheduling", "Network", "Containers", "Map"} {
				v.press("tab", tab)
				v.shows("tabpanel", tab)
				check(where + tab)
			}
			if narrow {
				v.press("button", "Show inspector")
			}
			for _, tab := range []string{"History", "Store", "Events", "Object"} {
				v.press("tab", tab)
				v.shows("tabpanel", tab)
				check(where + tab)
			}
			if narrow {
				v.press("button", "Show cluster")
			}
			v.press("button", "New cluster")
			check(where + "new cluster")
			v.press("button", "Cancel")
			v.press("button", "Lessons")
			check(where + "lessons")
			v.press("button", "Lessons")
		}
	}
	v.clean()
}

// describe names the element that has the focus, wherever it is.
const describe = `(() => {
	const e = document.activeElement;
	return e === document.body ? "" : (e.getAttribute("aria-label") || e.textContent.trim() || e.id || e.className).slice(0, 40);
})()`

// TestEverythingIsReachedByTab goes once around the page with the keyboard.
func TestEverythingIsReachedByTab(t *testing.T) {
	v := open(t, serveSite(t, nil), "")
	v.apply()
	v.settle()
	must(t, v.tab.Do(chromedp.Evaluate[chromedp.Void](`document.querySelector(".skip").focus()`)))
	reached := map[string]int{"Skip to the map": 0}
	order := []string{}
	for i := range 120 {
		must(t, v.tab.Do(chromedp.KeyEvent(kb.Tab)))
		name := eval[string](t, v.tab, describe)
		if name == "" {
			break
		}
		if _, again := reached[name]; !again {
			reached[name] = i + 1
		}
		order = append(order, name)
		if !eval[bool](t, v.tab, `document.activeElement.matches(":focus-visible")`) {
			t.Errorf("the focus on %s cannot be seen", name)
		}
	}
	last := -1
	for _, name := range []string{
		"Skip to the map", "Kubernetes 1.36 · 3 nodes · seed 7", "Lessons", "Share", "中文", "Light or dark", "nginx.yaml", "File actions", "New file", "Apply",
		"Manifest editor", "Filter events", "Heartbeats", "Events", "Command for kubectl", "Map", "kubectl, done", "kube-scheduler", "Node node-1, 0 pods", "kubelet/node-1",
		"Object", "Follow what changes", "Step back", "Play", "Step", "Previous write", "Next write", "Next of ten", "Run until quiet", "Speed", "Reset", "New cluster", "Time",
	} {
		at, ok := reached[name]
		if !ok {
			t.Errorf("Tab does not reach %s; the order is %s", name, strings.Join(order, " > "))
			return
		}
		if at < last {
			t.Errorf("Tab reaches %s before what stands before it; the order is %s", name, strings.Join(order, " > "))
		}
		last = at
	}

	// The keys that work everywhere.
	must(t, v.tab.Do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`)))
	at := v.event()
	must(t, v.tab.Do(chromedp.KeyEvent(",")))
	waitEvent(v, func(now int) bool { return now < at }) // heartbeats between do not count
	must(t, v.tab.Do(chromedp.KeyEvent(".")))
	waitEvent(v, func(now int) bool { return now == at })
	must(t, v.tab.Do(chromedp.KeyEvent(" ")))
	must(t, v.tab.Wait(`document.querySelector("[aria-label=Pause]")`, quick))
	must(t, v.tab.Do(chromedp.KeyEvent(" ")))
	must(t, v.tab.Wait(`!document.querySelector("[aria-label=Pause]")`, quick))

	// The picture's parts answer Enter as they do a click; Escape closes a menu.
	eval[bool](t, v.tab, `(document.querySelector("#map [aria-label^='Node node-2']").focus(), true)`)
	must(t, v.tab.Do(chromedp.KeyEvent(kb.Enter)))
	v.shows("tabpanel", "Object", "node-2")
	eval[bool](t, v.tab, `(document.getElementById("lessons-button").focus(), true)`)
	must(t, v.tab.Do(chromedp.KeyEvent(kb.Enter)))
	must(t, v.tab.Wait(`document.querySelectorAll("[role=menu] [role=menuitem]").length > 10`, quick))
	must(t, v.tab.Do(chromedp.KeyEvent("rolling update")))
	must(t, v.tab.Wait(`(() => { const found = document.querySelectorAll("[role=menu] [role=menuitem]"); return found.length < 10 && found[1].innerText.startsWith("A rolling update"); })()`, quick))
	v.picture("lessons")
	must(t, v.tab.Do(chromedp.KeyEvent(kb.Escape)))
	must(t, v.tab.Wait(`!document.querySelector("[role=menu]")`, quick))
	v.clean()
}

// TestKeepsStillWhenAsked steps with animations as they are, and with a user who prefers none.
func TestKeepsStillWhenAsked(t *testing.T) {
	v := open(t, serveSite(t, nil), "")
	eval[bool](t, v.tab, `(globalThis.moved = 0, document.addEventListener("animationstart", () => moved++, true), document.addEventListener("transitionrun", () => moved++, true), true)`)
	v.apply()
	for range 5 {
		v.moves("Step")
	}
	must(t, v.tab.Wait(`moved > 0`, quick))
	v.prefers("prefers-reduced-motion", "reduce")
	must(t, v.tab.Wait(`document.getAnimations().length === 0`, quick))
	eval[bool](t, v.tab, `(moved = 0, true)`)
	for range 5 {
		v.moves("Step")
		want(t, eval[int](t, v.tab, `document.getAnimations().filter((a) => a.playState === "running").length`), 0)
	}
	v.press("button", "Run until quiet")
	v.settle()
	want(t, eval[int](t, v.tab, `moved`), 0)
	v.clean()
}
