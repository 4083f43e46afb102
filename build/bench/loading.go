package bench

import (
	"context"
	"net/http/httptest"
	"os"
	"time"

	"github.com/chromedp/chromedp"

	"orrery/build/browser"
	"orrery/build/serve"
)

// watchStep notes when the button Step becomes usable, in milliseconds since navigation.
const watchStep = `
const orreryWatch = setInterval(() => {
  const step = [...document.querySelectorAll("button")].find((b) => (b.getAttribute("aria-label") ?? b.textContent).trim() === "Step");
  if (!step || step.disabled || step.getAttribute("aria-disabled") === "true") return;
  clearInterval(orreryWatch);
  globalThis.orrerySteppable = performance.now();
}, 4);`

const (
	firstPaint = `performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0`
	steppable  = `globalThis.orrerySteppable ?? 0`
	// kept is true when the service worker holds the site, and so the next visit is a warm one.
	kept = `navigator.serviceWorker.ready.then(() => true)`
)

const loadLimit = time.Minute

// loading measures first and second visits in fresh profiles: first paint and when a step can be taken, cold, then warm.
func loading(ctx context.Context, s *subject) ([]float64, error) {
	dir, err := s.site(ctx)
	if err != nil {
		return nil, err
	}
	server := httptest.NewServer(serve.Handler(dir, "/"))
	defer server.Close()
	series := make([][]float64, 4)
	for range s.runs {
		values, err := visits(ctx, server.URL)
		if err != nil {
			return nil, err
		}
		for i, v := range values {
			series[i] = append(series[i], v)
		}
	}
	medians := make([]float64, len(series))
	for i := range series {
		medians[i] = median(series[i])
	}
	return medians, nil
}

// visits visits a site for the first time and, with a new browser of the same profile, for the second.
func visits(ctx context.Context, url string) (values []float64, err error) {
	profile, err := os.MkdirTemp("", "orrery-profile-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(profile)
	for range 2 {
		pair, err := visit(ctx, url, profile)
		if err != nil {
			return nil, err
		}
		values = append(values, pair...)
	}
	return values, nil
}

func visit(ctx context.Context, url, profile string) ([]float64, error) {
	tab, err := browser.Start(ctx, browser.Options{Profile: profile, Width: 1440, Height: 900})
	if err != nil {
		return nil, err
	}
	defer tab.Close()
	if err := tab.Before(watchStep); err != nil {
		return nil, err
	}
	if err := tab.Do(chromedp.Navigate(url)); err != nil {
		return nil, err
	}
	if err := tab.Wait(steppable, loadLimit); err != nil {
		return nil, err
	}
	paint, err := browser.Eval[float64](tab, firstPaint)
	if err != nil {
		return nil, err
	}
	step, err := browser.Eval[float64](tab, steppable)
	if err != nil {
		return nil, err
	}
	if _, err := browser.Eval[bool](tab, kept); err != nil {
		return nil, err
	}
	return []float64{paint, step}, nil
}
