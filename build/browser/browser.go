// Package browser starts a real Chromium, with a profile of its own and nothing going out to the network by itself, for
// tests and measurements.
package browser

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/systeminfo"
	"github.com/chromedp/chromedp"
)

// names are what Chromium is called on the systems known to us.
var names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

// Find returns the path of a Chromium. CHROMIUM in the environment comes first.
func Find() (string, error) {
	if path := os.Getenv("CHROMIUM"); path != "" {
		return path, nil
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium found: install it (Debian: apt-get install chromium) or name it in CHROMIUM")
}

// Options say how a browser starts.
type Options struct {
	Profile string // folder of the profile, which outlives the browser; empty means one that is removed with it
	Width   int
	Height  int
}

// Tab is one browser with one tab.
type Tab struct {
	ctx     context.Context
	stop    func()
	mu      sync.Mutex
	trouble []string
}

// Start starts a browser with an empty tab.
func Start(ctx context.Context, options Options) (*Tab, error) {
	path, err := Find()
	if err != nil {
		return nil, err
	}
	flags := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path),
		chromedp.WindowSize(options.Width, options.Height),
		chromedp.WSURLReadTimeout(time.Minute),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
	)
	if options.Profile != "" {
		flags = append(flags, chromedp.UserDataDir(options.Profile))
	}
	if os.Geteuid() == 0 { // Chromium's sandbox does not run as root
		flags = append(flags, chromedp.NoSandbox)
	}
	allocator, stopAllocator := chromedp.NewExecAllocator(ctx, flags...)
	inner, stopTab := chromedp.NewContext(allocator)
	tab := &Tab{ctx: inner}
	tab.stop = sync.OnceFunc(func() {
		_ = chromedp.Cancel(inner) // closed in order, so that Chromium writes its profile
		stopTab()
		stopAllocator()
	})
	if err := chromedp.Do(inner); err != nil { // without a time limit: it would end the browser
		tab.stop()
		return nil, err
	}
	go tab.listen(chromedp.Console(inner))
	return tab, nil
}

// Another opens a further tab of the same browser and profile. To close it leaves the browser running.
func (t *Tab) Another() (*Tab, error) {
	inner, stop := chromedp.NewContext(t.ctx)
	tab := &Tab{ctx: inner, stop: sync.OnceFunc(stop)}
	if err := chromedp.Do(inner); err != nil {
		tab.stop()
		return nil, err
	}
	go tab.listen(chromedp.Console(inner))
	return tab, nil
}

// Close ends the browser, or closes a further tab, once.
func (t *Tab) Close() { t.stop() }

// Do runs steps of chromedp in the tab, for at most a minute.
func (t *Tab) Do(steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(t.ctx, time.Minute)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

// Eval evaluates a JavaScript expression in the page, waits for it when it is a promise, and returns its value.
func Eval[T any](t *Tab, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(t.ctx, time.Minute)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Wait waits until a JavaScript expression, or the promise that it is, comes out true.
func (t *Tab) Wait(expression string, limit time.Duration) error {
	deadline := time.Now().Add(limit)
	for {
		reached, err := Eval[bool](t, "(async () => Boolean(await ("+expression+")))()")
		if err == nil && reached {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("after %v this is still false: %s (%v)", limit, expression, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// CPU is the processor time that the browser's pages and their workers have used so far.
func (t *Tab) CPU() (total time.Duration, err error) {
	processes, err := chromedp.CallBrowser(t.ctx, systeminfo.GetProcessInfo, cdp.Empty{})
	for _, process := range processes.ProcessInfo {
		if process.Type == "renderer" {
			total += time.Duration(process.CPUTime * float64(time.Second))
		}
	}
	return total, err
}

// Screenshot writes a picture of the window as PNG.
func (t *Tab) Screenshot(file string) error {
	picture, err := chromedp.Run(t.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, picture, 0o644)
}

// Trouble returns the exceptions and errors that the page reported so far.
func (t *Tab) Trouble() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.trouble)
}

// listen collects what a user would see in red in the browser's console.
func (t *Tab) listen(messages iter.Seq2[chromedp.ConsoleMessage, error]) {
	for message, err := range messages {
		if err != nil {
			return
		}
		if message.Type == chromedp.ConsoleException || message.Type == "error" {
			t.mu.Lock()
			t.trouble = append(t.trouble, message.Text)
			t.mu.Unlock()
		}
	}
}
