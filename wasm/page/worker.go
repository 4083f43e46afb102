//go:build js && wasm

package main

import (
	"encoding/json"
	"syscall/js"

	"orrery/sim/wire"
)

// worker is the engine behind a Web Worker. Requests and answers cross as JSON strings.
type worker struct {
	port    js.Value // anything with postMessage and onmessage
	waiting map[int]func(wire.Response)
	last    int
	listen  func(wire.Notice)
	early   []wire.Notice // heard before anybody listened
}

// message is what the worker posts: one of the two.
type message struct {
	Response *wire.Response `json:"response"`
	Notice   *wire.Notice   `json:"notice"`
}

// newWorker returns the engine that the page's loader has started, or starts one itself.
func newWorker() *worker {
	w := &worker{port: js.Global().Get("orreryEngine"), waiting: map[int]func(wire.Response){}}
	if !w.port.Truthy() {
		w.port = js.Global().Get("Worker").New("web/engine.js")
		w.port.Set("onerror", js.FuncOf(func(_ js.Value, args []js.Value) any {
			w.hear(wire.Notice{Failed: args[0].Get("message").String()})
			return nil
		}))
	}
	w.port.Set("onmessage", js.FuncOf(func(_ js.Value, args []js.Value) any {
		w.receive(args[0].Get("data").String())
		return nil
	}))
	return w
}

// Call implements wire.Engine.
func (w *worker) Call(request wire.Request, done func(wire.Response)) {
	w.last++
	request.ID = w.last
	encoded, err := json.Marshal(request)
	if err != nil {
		w.hear(wire.Notice{Failed: "encoding a request: " + err.Error()})
		return
	}
	if done != nil {
		w.waiting[request.ID] = done
	}
	w.port.Call("postMessage", string(encoded))
}

// Listen implements wire.Engine.
func (w *worker) Listen(listen func(wire.Notice)) {
	w.listen = listen
	for _, notice := range w.early {
		listen(notice)
	}
	w.early = nil
}

func (w *worker) receive(data string) {
	var m message
	if err := json.Unmarshal([]byte(data), &m); err != nil {
		w.hear(wire.Notice{Failed: "decoding the engine's message: " + err.Error()})
		return
	}
	if m.Notice != nil {
		w.hear(*m.Notice)
	}
	if m.Response == nil {
		return
	}
	if done := w.waiting[m.Response.ID]; done != nil {
		delete(w.waiting, m.Response.ID)
		done(*m.Response)
	}
}

func (w *worker) hear(notice wire.Notice) {
	if w.listen == nil {
		w.early = append(w.early, notice)
		return
	}
	w.listen(notice)
}
