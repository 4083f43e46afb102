package bench

import (
	"context"
	_ "embed"
	"net/http/httptest"
	"time"

	"github.com/chromedp/chromedp"

	"orrery/build/browser"
	"orrery/build/serve"
)

// heartbeat notes the longest time for which the page's main thread did nothing else: gaps between timers that should
// fire every 4 ms, and the browser's own list of long tasks, which does not count time that the machine was busy elsewhere.
const heartbeat = `
globalThis.orreryBlock = {gap: 0, task: 0};
{
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    orreryBlock.gap = Math.max(orreryBlock.gap, now - last - 4);
    last = now;
  }, 4);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) orreryBlock.task = Math.max(orreryBlock.task, entry.duration);
  }).observe({type: "longtask"});
}`

// longTask is the shortest time that the browser calls a long task, in milliseconds. Gaps below it are exact; longer gaps
// without a long task were the machine's doing, not the page's.
const blocked = `orreryBlock.task || Math.min(orreryBlock.gap, 50)`

// thousand is the manifest that is applied.
//
//go:embed thousand.yaml
var thousand string

const settleLimit = 5 * time.Minute

// blocking measures the longest stretch for which the page could not answer while a thousand pods settle.
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
	if err := settle(tab, server.URL); err != nil {
		return nil, err
	}
	value, err := browser.Eval[float64](tab, blocked)
	return []float64{value}, err
}

// settle applies the manifest and runs until quiet; only that is measured, not the loading before it.
func settle(tab *browser.Tab, url string) error {
	if err := tab.Before(watchStep); err != nil {
		return err
	}
	if err := tab.Do(chromedp.Navigate(url)); err != nil {
		return err
	}
	if err := tab.Wait(steppable, loadLimit); err != nil {
		return err
	}
	if err := tab.Replace("Manifest editor", thousand); err != nil {
		return err
	}
	if err := tab.Press("button", "Apply"); err != nil {
		return err
	}
	if err := tab.Do(chromedp.Evaluate[chromedp.Void](heartbeat)); err != nil {
		return err
	}
	if err := tab.Press("button", "Run until quiet"); err != nil {
		return err
	}
	// While a long step runs, Step is disabled or Pause is offered; the button Run until quiet comes back when it ends.
	time.Sleep(time.Second)
	return tab.Wait(runEnded, settleLimit)
}

const runEnded = `(() => {
  const named = (name) => [...document.querySelectorAll("button")].find((b) => (b.getAttribute("aria-label") ?? b.textContent).trim() === name);
  const run = named("Run until quiet");
  return run && !run.disabled && run.getAttribute("aria-disabled") !== "true" && !named("Pause");
})()`
