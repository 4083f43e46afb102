// Package containers is the container runtime of a node: its images, sandboxes and containers, and the latest CRI calls.
package containers

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/icon"
	"orrery/app/state"
	"orrery/app/text"
	"orrery/sim/wire"
)

// sandboxesShown bounds how many sandboxes are drawn.
const sandboxesShown = 200

// Containers is the panel.
type Containers struct {
	app.Compo

	Port    *panel.Port
	Words   *text.Words
	Nodes   []string
	Node    string
	Runtime *wire.Runtime
}

// Render draws the panel.
func (c *Containers) Render() app.UI {
	runtime := c.Runtime
	if runtime == nil || runtime.Node != c.Node {
		runtime = &wire.Runtime{}
	}
	return app.Div().Class("fill split").Body(
		app.Div().Class("bar low").Body(
			&panel.NodeChoice{Port: c.Port, Words: c.Words, Nodes: c.Nodes, Node: c.Node},
		),
		app.Div().Class("table-box columns").TabIndex(0).Body(
			app.H3().Text(c.Words.Sandboxes),
			c.sandboxes(runtime.Sandboxes),
			app.H3().Text(c.Words.Images),
			c.images(runtime.Images),
			app.H3().Text(c.Words.Calls),
			c.calls(runtime.Calls),
		),
	)
}

func (c *Containers) sandboxes(sandboxes []wire.Sandbox) app.UI {
	if len(sandboxes) == 0 {
		return panel.Note(c.Words.NoSandboxes)
	}
	shown := sandboxes[:min(len(sandboxes), sandboxesShown)]
	return app.Ul().Class("sandboxes").Body(app.Range(shown).Slice(func(i int) app.UI {
		sandbox := shown[i]
		return app.Li().Class("sandbox", panel.Classes("off", sandbox.State != "SANDBOX_READY")).Body(
			app.Div().Class("first").Body(
				app.Button().Type("button").Class("link").OnClick(c.Port.On(state.Select{Ref: sandbox.Pod})).Text(sandbox.Pod.Name),
				app.Span().Class("m dim").Text(sandbox.IP),
				app.Span().Class("sp"),
				app.Span().Class("m faint").Text(short(sandbox.ID)),
				app.Span().Class("chip").Text(sandbox.State),
			),
			app.Range(sandbox.Containers).Slice(func(j int) app.UI { return c.container(sandbox.Containers[j]) }),
		)
	}))
}

func (c *Containers) container(of wire.Container) app.UI {
	tone := "wait"
	switch {
	case of.State == "CONTAINER_RUNNING" && of.Ready:
		tone = "ok"
	case of.State == "CONTAINER_EXITED" && of.ExitCode != 0:
		tone = "bad"
	case of.State == "CONTAINER_EXITED":
		tone = "gone"
	}
	facts := ""
	if of.Ready {
		facts = c.Words.Ready
	}
	if of.Restarts > 0 {
		facts += " " + text.Fill(c.Words.Restarts, strconv.Itoa(of.Restarts))
	}
	return app.Div().Class("container").Body(
		app.Span().Class("dot tone-"+tone),
		app.B().Text(of.Name),
		app.Span().Class("m dim").Text(of.Image),
		app.Span().Class("sp"),
		app.Span().Class("dim t0").Text(facts),
		app.Span().Class("m faint").Text(short(of.ID)),
		app.Span().Class("chip").Text(of.State),
	)
}

// short is the part of an ID that crictl prints.
func short(id string) string { return id[:min(len(id), 13)] }

func (c *Containers) images(images []wire.Image) app.UI {
	if len(images) == 0 {
		return panel.Note(c.Words.NoImages)
	}
	return app.Ul().Class("images").Body(app.Range(images).Slice(func(i int) app.UI {
		image := images[i]
		progress := c.Words.Present
		if image.Pulled < 1 {
			progress = text.Fill(c.Words.Pulling, strconv.Itoa(int(image.Pulled*100))+"%")
		}
		return app.Li().Body(
			app.Span().Class("m").Text(image.Name),
			app.Span().Class("sp"),
			app.Span().Class("m faint").Title(image.Digest).Text(short(image.Digest)),
			app.Span().Class("dim t0").Text(panel.Bytes(image.Bytes)),
			app.Span().Class("chip").Text(progress),
		)
	}))
}

func (c *Containers) calls(calls []wire.CRICall) app.UI {
	if len(calls) == 0 {
		return panel.Note(c.Words.NoCalls)
	}
	return app.Ol().Class("calls").Body(app.Range(calls).Slice(func(i int) app.UI {
		call := calls[len(calls)-1-i]
		label := text.Fill(c.Words.GoTo, strconv.Itoa(call.Event))
		return app.Li().Body(
			app.Span().Class("m faint").Text(panel.Clock(call.At)),
			app.B().Text(call.Call),
			app.Span().Class("dim").Text(call.Text),
			app.Span().Class("sp"),
			app.Button().Type("button").Class("icon").Aria("label", label).Title(label).
				OnClick(c.Port.On(state.Seek{Event: call.Event})).Body(icon.GoTo()),
		)
	}))
}
