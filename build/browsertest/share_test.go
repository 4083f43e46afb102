package browsertest

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// linkMax is how long the address of a shared lesson may be, in characters.
const linkMax = 2048

// TestShares makes a link in one browser and opens it in another, whose user's own world is left alone until they keep the
// linked one.
func TestShares(t *testing.T) {
	server := serveSite(t, nil)
	v := open(t, server, t.TempDir())
	v.apply()
	v.settle()
	v.press("slider", "Time")
	v.press("button", "Previous of ten")
	v.panel("Sequence", "scheduler")
	at := v.event()
	v.press("button", "Share")
	must(t, v.tab.Wait(`document.getElementById("share-link").value.includes("#w=")`, quick))
	v.picture("share")
	link := eval[string](t, v.tab, `document.getElementById("share-link").value`)
	if !strings.HasPrefix(link, server.URL+base+"#w=") || len(link) > linkMax {
		t.Errorf("a link of %d characters: %s", len(link), link)
	}
	t.Logf("the link has %d characters", len(link))
	v.press("button", "Copy link")
	must(t, v.tab.Wait(`document.getElementById("share").innerText.includes("Copied")`, quick))
	v.press("button", "Close")
	v.clean()

	profile := t.TempDir()
	other := open(t, server, profile)
	want(t, other.event(), 0)
	must(t, other.tab.Do(chromedp.Navigate(link))) // the page notices the new link by itself
	must(t, other.tab.Wait(`document.querySelector(".elsewhere")?.innerText.includes("opened from a link")`, slow))
	other.ready()
	want(t, other.event(), at)
	other.shows("tabpanel", "Sequence", "scheduler")
	if text := other.text("textbox", "Manifest editor"); !strings.Contains(text, "nginx-demo") {
		t.Errorf("the editor shows %s", text)
	}
	other.settle()
	other.press("tab", "Map")
	other.running(2)
	other.picture("linked")
	must(t, other.tab.Do(chromedp.Navigate(server.URL+base)))
	must(t, other.tab.Do(chromedp.Reload()))
	other.ready()
	want(t, other.event(), 0)

	must(t, other.tab.Do(chromedp.Navigate(link)))
	must(t, other.tab.Wait(`document.querySelector(".elsewhere")?.innerText.includes("opened from a link")`, slow))
	other.press("button", "Keep this one")
	must(t, other.tab.Wait(`!document.querySelector(".elsewhere") && !location.hash`, quick))
	other.reload()
	waitEvent(other, func(now int) bool { return now == at })
	other.clean()

	must(t, other.tab.Do(chromedp.Navigate(link[:len(link)-40])))
	must(t, other.tab.Wait(`document.body.innerText.includes("the link is damaged")`, slow))
	other.ready()
	waitEvent(other, func(now int) bool { return now == at })
}
