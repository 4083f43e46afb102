package bench

import (
	"context"
	_ "embed"
	"errors"
	"net/http/httptest"
	"time"

	"github.com/chromedp/chromedp"

	"orrery/build/browser"
	"orrery/build/serve"
)

// thousand is the manifest that is applied.
//
//go:embed thousand.yaml
var thousand string

const settleLimit = 5 * time.Minute

// blocking measures the longest stretch for which the page could not answer while a thousand pods settle on ten nodes:
// the processor time of the longest task of its main thread. Unlike the browser's own list of long tasks, that does not
// count the time for which the machine was busy elsewhere.
func blocking(ctx context.Context, s *subject) ([]float64, error) {
	dir, err := s.site(ctx)
	if err != nil {
		return nil, err
	}
	server := httptest.NewServer(serve.Handler(dir, "/"))
	defer server.Close()
	tab, err := browser.Start(ctx, browser.Options{Width: 1440, Height: 900})
	if err != nil {
		return nil, err
	}
	defer tab.Close()
	longest, err := settle(tab, server.URL)
	return []float64{float64(longest) / float64(time.Millisecond)}, err
}

// settle applies the manifest and runs until quiet; only that is measured, not the loading before it.
func settle(tab *browser.Tab, url string) (longest time.Duration, err error) {
	if err := prepare(tab, url); err != nil {
		return 0, err
	}
	tasks, err := tab.RecordTasks()
	if err != nil {
		return 0, err
	}
	if err := tab.Press("button", "Run until quiet"); err != nil {
		return 0, err
	}
	// While a long step runs, Step is disabled or Pause is offered; the button Run until quiet comes back when it ends.
	time.Sleep(time.Second)
	if err := tab.Wait(runEnded, settleLimit); err != nil {
		return 0, err
	}
	time.Sleep(time.Second) // what the page asks for at the end, it draws then
	longest, count, err := tasks.Longest()
	if err == nil && count == 0 {
		err = errors.New("the browser recorded no task of the page")
	}
	return longest, err
}

// prepare opens the page, makes a cluster of ten nodes and applies the manifest.
func prepare(tab *browser.Tab, url string) error {
	if err := tab.Before(watchStep); err != nil {
		return err
	}
	if err := tab.Do(chromedp.Navigate(url)); err != nil {
		return err
	}
	if err := tab.Wait(steppable, loadLimit); err != nil {
		return err
	}
	if err := tenNodes(tab); err != nil {
		return err
	}
	if err := tab.Replace("Manifest editor", thousand); err != nil {
		return err
	}
	return tab.Press("button", "Apply")
}

// tenNodes makes a cluster of ten nodes, as a user would.
func tenNodes(tab *browser.Tab) error {
	if err := tab.Press("button", "New cluster"); err != nil {
		return err
	}
	if err := tab.Press("button", "Nodes 10"); err != nil {
		return err
	}
	if err := tab.Press("button", "Create cluster"); err != nil {
		return err
	}
	return tab.Wait(`document.querySelectorAll("#map .node").length === 10`, loadLimit)
}

const runEnded = `(() => {
  const named = (name) => [...document.querySelectorAll("button")].find((b) => (b.getAttribute("aria-label") ?? b.textContent).trim() === name);
  const run = named("Run until quiet");
  return run && !run.disabled && run.getAttribute("aria-disabled") !== "true" && !named("Pause");
})()`
