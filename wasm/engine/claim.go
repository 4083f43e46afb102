//go:build js && wasm

package main

import (
	"syscall/js"
	"time"
)

// claimLimit is how long a tab waits for one that is just closing, such as the same tab before it was loaded anew.
const claimLimit = time.Second

// claim makes this tab the one that writes the save file, which only one may do at a time: the browser gives a lock to it.
// A claim that takes over takes the lock from the tab that holds it, which then knows that it keeps nothing any more. It
// reports whether this tab has the lock now.
func (s *store) claim(takeOver bool) bool {
	locks := js.Global().Get("navigator").Get("locks")
	if s.kept == "memory" {
		return false
	}
	if !locks.Truthy() { // the site is not served securely: tabs cannot know of each other
		s.move("indexeddb")
		return true
	}
	options := map[string]any{"steal": takeOver}
	if !takeOver {
		abort := js.Global().Get("AbortController").New()
		defer time.AfterFunc(claimLimit, func() { abort.Call("abort") }).Stop()
		options = map[string]any{"signal": abort.Get("signal")}
	}
	answer := make(chan bool, 1)
	granted := false
	held := js.FuncOf(func(js.Value, []js.Value) any {
		granted = true
		answer <- true
		return js.Global().Get("Promise").New(js.FuncOf(func(js.Value, []js.Value) any { return nil })) // for good
	})
	ended := js.FuncOf(func(js.Value, []js.Value) any {
		if granted {
			s.move("another")
		} else {
			answer <- false
		}
		return nil
	})
	locks.Call("request", name(), options, held).Call("catch", ended)
	if !<-answer {
		return false
	}
	s.move("indexeddb")
	return true
}

func (s *store) move(kept string) {
	s.kept = kept
	s.moved <- kept
}
