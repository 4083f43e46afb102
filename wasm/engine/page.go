//go:build js && wasm

package main

import (
	"encoding/json"
	"syscall/js"
	"time"

	"orrery/sim/wire"
	"orrery/wasm/engine/driver"
)

// page is the other side of postMessage, and the worker's event loop.
type page struct {
	store *store
	inbox []string      // what arrived and was not handled yet
	wake  chan struct{} // holds a token when something happened
	kept  chan error
	port  js.Value // of a MessageChannel: a way to yield that no browser slows down, unlike setTimeout
}

func newPage(store *store) *page {
	p := &page{store: store, wake: make(chan struct{}, 1), kept: make(chan error, 1)}
	channel := js.Global().Get("MessageChannel").New()
	channel.Get("port1").Set("onmessage", js.FuncOf(func(js.Value, []js.Value) any {
		p.signal()
		return nil
	}))
	p.port = channel.Get("port2")
	p.listen()
	return p
}

// listen takes over from engine.js, beginning with what it kept.
func (p *page) listen() {
	self := js.Global()
	receive := func(data js.Value) {
		p.inbox = append(p.inbox, data.String())
		p.signal()
	}
	self.Set("onmessage", js.FuncOf(func(_ js.Value, args []js.Value) any {
		receive(args[0].Get("data"))
		return nil
	}))
	waiting := self.Get("orreryWaiting")
	for i := range waiting.Length() {
		receive(waiting.Index(i))
	}
	self.Delete("orreryWaiting")
}

func (p *page) signal() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// run drives d for ever. Between turns it returns to the worker's event loop, so that messages come in.
func (p *page) run(d *driver.Driver) {
	for {
		for len(p.inbox) > 0 {
			data := p.inbox[0]
			p.inbox = p.inbox[1:]
			p.handle(d, data)
		}
		p.rest(d)
	}
}

// rest takes a turn and waits as long as it says, or until something happens.
func (p *page) rest(d *driver.Driver) {
	wait, waiting := d.Turn()
	var timeout <-chan time.Time
	if waiting && wait == 0 {
		p.port.Call("postMessage", js.Null())
	} else if waiting {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		timeout = timer.C
	}
	select {
	case <-p.wake:
	case <-timeout:
	case err := <-p.kept:
		d.Kept(err)
	case kept := <-p.store.moved:
		d.Moved(kept)
	}
}

// drawn is what the page's loader posts when the page has drawn a View.
const drawn = "drawn"

func (p *page) handle(d *driver.Driver, data string) {
	if data == drawn {
		d.Drawn()
		return
	}
	var request wire.Request
	if err := json.Unmarshal([]byte(data), &request); err != nil {
		p.Notify(wire.Notice{Failed: "the page sent what is not a request: " + err.Error()})
		return
	}
	d.Request(request)
}

// Now implements driver.Page.
func (p *page) Now() time.Time { return time.Now() }

// Respond implements driver.Page.
func (p *page) Respond(response wire.Response) {
	p.post(struct {
		Response wire.Response `json:"response"`
	}{response})
}

// Notify implements driver.Page.
func (p *page) Notify(notice wire.Notice) {
	p.post(struct {
		Notice wire.Notice `json:"notice"`
	}{notice})
}

// Keep implements driver.Page.
func (p *page) Keep(save []byte) {
	go func() {
		err := p.store.write(save)
		if err != nil {
			js.Global().Get("console").Call("error", "keeping the session: "+err.Error())
		}
		p.kept <- err
	}()
}

// Claim implements driver.Page.
func (p *page) Claim() { go p.store.claim(true) }

func (p *page) post(message any) {
	data, err := json.Marshal(message)
	if err != nil {
		panic("engine: a message does not survive JSON: " + err.Error())
	}
	js.Global().Call("postMessage", string(data))
}
