package browser

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
)

// Tasks records how much processor time the tasks of the page's main thread take.
type Tasks struct {
	tab    *Tab
	deaf   func() // stops listening
	mu     sync.Mutex
	events []traceEvent
	done   chan struct{}
}

// traceEvent is as much of an event of Chromium's trace as tells the length of a task; times are in microseconds.
type traceEvent struct {
	Name       string  `json:"name"`
	Phase      string  `json:"ph"`
	Process    int     `json:"pid"`
	Thread     int     `json:"tid"`
	ThreadTime float64 `json:"tdur"`
	Args       struct {
		Name string `json:"name"`
	} `json:"args"`
}

// RecordTasks begins to record.
func (t *Tab) RecordTasks() (*Tasks, error) {
	listening, deaf := context.WithCancel(t.ctx)
	tasks := &Tasks{tab: t, deaf: deaf, done: make(chan struct{})}
	return tasks, t.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if err := chromedp.Listen(listening, tasks.hear); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, target, tracing.Start, tracing.StartParams{
			TransferMode: "ReportEvents",
			TraceConfig: &tracing.TraceConfig{
				RecordMode: "recordUntilFull", IncludedCategories: []string{"toplevel"}, ExcludedCategories: []string{"*"},
			},
		})
		return err
	}))
}

func (t *Tasks) hear(event any) {
	switch event := event.(type) {
	case *tracing.EventDataCollected:
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, value := range event.Value {
			var e traceEvent
			if json.Unmarshal(value, &e) == nil {
				t.events = append(t.events, e)
			}
		}
	case *tracing.EventTracingComplete:
		close(t.done)
	}
}

// Longest ends the recording and returns the processor time of the longest task of a page's main thread, and how many
// tasks there were.
func (t *Tasks) Longest() (longest time.Duration, count int, err error) {
	err = t.tab.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, tracing.End, cdp.Empty{})
		if err != nil {
			return err
		}
		select {
		case <-t.done:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}))
	t.deaf()
	t.mu.Lock()
	defer t.mu.Unlock()
	main := map[[2]int]bool{}
	for _, e := range t.events {
		if e.Name == "thread_name" && e.Args.Name == "CrRendererMain" {
			main[[2]int{e.Process, e.Thread}] = true
		}
	}
	for _, e := range t.events {
		if e.Phase == "X" && e.Name == "ThreadControllerImpl::RunTask" && main[[2]int{e.Process, e.Thread}] {
			longest = max(longest, time.Duration(e.ThreadTime*float64(time.Microsecond)))
			count++
		}
	}
	return longest, count, err
}
