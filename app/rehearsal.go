package app

import (
	"encoding/json"
	"fmt"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/cluster"
	"orrery/app/panel/events"
	"orrery/app/scene"
	"orrery/app/text"
	"orrery/sim/wire"
)

// rehearse draws a large world that nobody sees, a little at a time and when the browser has nothing else to do. A
// browser compiles a function when it is first called, so the first view of a large world would hold up the page.
func (r *Root) rehearse() {
	idle := app.Window().Get("requestIdleCallback")
	if r.rehearsed || !idle.Truthy() {
		return
	}
	r.rehearsed = true
	acts := rehearsal()
	var next app.Func
	next = app.FuncOf(func(app.Value, []app.Value) any {
		acts[0]()
		if acts = acts[1:]; len(acts) == 0 {
			next.Release()
		} else {
			app.Window().Call("requestIdleCallback", next)
		}
		return nil
	})
	app.Window().Call("requestIdleCallback", next)
}

// rehearsal is the acts of a rehearsal: each takes less than a frame.
func rehearsal() (acts []func()) {
	const rounds = 6
	port, words := &panel.Port{}, text.For("en")
	for round := range rounds {
		var view wire.View
		acts = append(acts,
			func() {
				written, err := json.Marshal(crowded(5 + 8*round))
				if err != nil || json.Unmarshal(written, &view) != nil {
					panic("app: a view of a rehearsal does not survive JSON")
				}
			},
			func() { (&cluster.Cluster{Port: port, Words: words, View: &view}).Render() },
			func() { (&events.Events{Port: port, Words: words, View: &view, Tail: true}).Render() },
			func() { scene.LayLanes(view.Marks, view.Position, 104, 1408) },
		)
	}
	return acts
}

// crowded is a view of ten nodes with so many pods each.
func crowded(pods int) *wire.View {
	v := &wire.View{Position: wire.Position{Event: 300, Last: 300, Running: true}, LinesTotal: 300}
	tones := []string{"ok", "wait", "bad", "gone"}
	for n := range 10 {
		node := wire.Node{Name: fmt.Sprint("node-", n), Ready: true, CPU: 100, CPUAll: 4000, PodsAll: pods}
		for p := range pods {
			name := fmt.Sprintf("web-f4697757c-%d-%d", n, p)
			node.Pods = append(node.Pods, wire.Pod{Namespace: "default", Name: name, Tone: tones[p%len(tones)], Changed: p%5 == 0})
		}
		v.Cluster.Nodes = append(v.Cluster.Nodes, node)
		v.Cluster.Messages = append(v.Cluster.Messages, wire.Message{
			From: scene.APIServer, To: scene.Kubelet + "/" + node.Name, Kind: "watch", Label: "MODIFIED web", Arrived: n == 0, Due: int64(n) * 1e6,
		})
	}
	kinds := []string{"request", "write", "watch", "work", "cri"}
	for e := range 300 {
		lane, kind := scene.LaneNames[e%len(scene.LaneNames)], kinds[e%len(kinds)]
		v.Marks = append(v.Marks, wire.Mark{Event: e + 1, At: int64(e) * 1e6, Lane: lane, Kind: kind})
		if e >= 280 {
			v.Lines = append(v.Lines, wire.LogLine{Event: e + 1, At: int64(e) * 1e6, Actor: "apiserver", Kind: kind, Text: "GET /api/v1/pods"})
		}
	}
	return v
}
