// Package browsertest drives the real site in a real Chromium.
package browsertest

import (
	"testing"

	"orrery/build/browser"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want[T comparable](t *testing.T, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// eval evaluates JavaScript in the page, which must succeed.
func eval[T any](t *testing.T, tab *browser.Tab, expression string) T {
	t.Helper()
	value, err := browser.Eval[T](tab, expression)
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}
