package browsertest

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

// unmoved is the longest that the page's main thread may work at a stretch, in processor time, while it takes in what is
// too large for any cluster: a moment that a user notices but does not wait for.
const unmoved = 400 * time.Millisecond

// answering runs do and holds that the page was never busy for longer than most meanwhile.
func (v *visit) answering(most time.Duration, do func()) {
	v.Helper()
	tasks, err := v.tab.RecordTasks()
	must(v.T, err)
	do()
	longest, count, err := tasks.Longest()
	must(v.T, err)
	v.Logf("the longest of %d tasks took %v", count, longest)
	if longest > most || count == 0 {
		v.Errorf("the longest of %d tasks of the page took %v, more than %v", count, longest, most)
	}
}

// TestSurvivesHugeInput takes in what no cluster could hold: the page stays with its user, a run can be stopped, and
// nothing is lost.
func TestSurvivesHugeInput(t *testing.T) {
	server, profile := serveSite(t, nil), t.TempDir()
	v := open(t, server, profile)
	v.alone()

	t.Log("a manifest of 5 MB")
	v.answering(unmoved, func() {
		v.paste(`"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: huge}\ndata:\n" +
			Array.from({length: 5000}, (_, i) => "  key" + i + ": " + "x".repeat(990) + "\n").join("")`)
		must(t, v.tab.Wait(`document.querySelector(".files").innerText.includes("•")`, slow))
		v.press("button", "Apply")
		must(t, v.tab.Wait(`document.querySelector(".answers").innerText.length > 0`, slow))
		v.settleAnyhow()
	})
	v.answers("The ConfigMap \"huge\" is invalid", "Too long: may not be more than 1048576 bytes")
	v.tab.Close()
	v = open(t, server, profile)
	must(t, v.tab.Wait(`document.querySelector(".cm-content").innerText.includes("name: huge")`, quick))

	t.Log("and then another manifest")
	v.paste(strconv.Quote(deployment))
	must(t, v.tab.Wait(`document.querySelector(".cm-content").innerText.includes("name: bad")`, quick))
	v.apply()
	v.settle()
	v.shows("region", "Map", "bad-")
	v.clean()
}

// TestStopsLongRuns applies what makes a world busy for long, and stops it.
func TestStopsLongRuns(t *testing.T) {
	v := open(t, serveSite(t, nil), t.TempDir())
	v.alone()

	t.Log("10,000 documents")
	v.answering(unmoved, func() {
		v.paste(`Array.from({length: 10000}, (_, i) => "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: many-" + i + "}\n").join("")`)
		must(t, v.tab.Wait(`document.querySelector(".cm-content").innerText.includes("many-9999}")`, slow))
		v.stoppable()
	})

	t.Log("a billion replicas")
	v.press("button", "Reset")
	waitEvent(v, func(now int) bool { return now == 0 })
	v.answering(unmoved, func() {
		v.paste(strconv.Quote(strings.Replace(deployment, "replicas: 2", "replicas: 1000000000", 1)))
		must(t, v.tab.Wait(`document.querySelector(".cm-content").innerText.includes("1000000000")`, quick))
		v.stoppable()
	})
	v.shows("textbox", "Manifest editor", "replicas: 1000000000")
	v.shows("region", "Map", "node-1", "node-3")
	v.clean()
}

// stoppable applies and runs, and stops in the middle: the world stands still then and can be stepped.
func (v *visit) stoppable() {
	v.Helper()
	start := v.event()
	v.press("button", "Apply")
	must(v.T, v.tab.Wait(fmt.Sprintf(`!document.getElementById("time").getAttribute("aria-valuetext").includes("event %d of")`, start), slow))
	first := v.event()
	v.press("button", "Run until quiet")
	must(v.T, v.tab.Wait(`document.querySelector("[aria-label=Pause]")`, slow))
	time.Sleep(2 * time.Second)
	asked := time.Now()
	v.press("button", "Pause")
	must(v.T, v.tab.Wait(`!document.querySelector("[aria-label=Pause]")`, slow))
	v.Logf("it stopped after %v", time.Since(asked))
	stopped := v.event()
	if stopped <= first {
		v.Errorf("the run went from event %d to %d", first, stopped)
	}
	time.Sleep(500 * time.Millisecond)
	want(v.T, v.event(), stopped)
	want(v.T, v.moves("Step"), stopped+1)
	v.moves("Back until quiet")
}
