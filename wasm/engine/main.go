//go:build js && wasm

// The engine: a session of the simulation in a dedicated worker, for the page on the other side of postMessage.
//
// Everything that does not touch JavaScript is elsewhere: the session in sim/session, its rhythm in driver.
package main

import (
	"orrery/sim/session"
	"orrery/wasm/engine/driver"
	"orrery/wasm/engine/memory"
)

func main() {
	memory.Prepare()
	store := openStore()
	current, greeting := open(store)
	page := newPage(store)
	d := driver.New(current, page, store.kept, greeting...)
	page.run(d)
}

// open continues the saved session, or begins a new one and says why.
func open(store *store) (current *session.Session, greeting []string) {
	saved, err := store.read()
	if err != nil {
		return session.New(), []string{"The saved session could not be read, so this is a new one: " + err.Error()}
	}
	if saved == nil {
		return session.New(), nil
	}
	current, err = session.Load(saved)
	if err == nil {
		return current, nil
	}
	note := "The saved session could not be opened, so this is a new one: " + err.Error()
	if err := store.setAside(saved); err != nil {
		note += "; it could not be set aside either: " + err.Error()
	}
	return session.New(), []string{note}
}
