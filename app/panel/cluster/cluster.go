// Package cluster is the map: the cluster as a picture with messages moving on its wires.
package cluster

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/svg"
	"orrery/app/scene"
	"orrery/app/state"
	"orrery/app/text"
	"orrery/sim/wire"
)

// widest is the widest that the picture is drawn, in CSS pixels; on wider stages it stays in the middle.
const widest = 1240

// Cluster is the panel. View is nil before there is a world.
type Cluster struct {
	app.Compo

	Port      *panel.Port
	Words     *text.Words
	View      *wire.View
	Selected  wire.Ref
	Component string

	width  float64
	height float64
	laid   scene.Map
}

// OnMount measures the stage.
func (c *Cluster) OnMount(app.Context) { c.measure() }

// OnResize measures the stage anew.
func (c *Cluster) OnResize(app.Context) { c.measure() }

func (c *Cluster) measure() {
	host := app.Window().GetElementByID("map")
	if !host.Truthy() {
		return
	}
	if width := host.Get("clientWidth").Int(); width > 0 {
		c.width = min(float64(width), widest)
		c.height = float64(host.Get("clientHeight").Int())
	}
}

// Render draws the panel.
func (c *Cluster) Render() app.UI {
	if c.width == 0 {
		c.width, c.height = 722, 535
	}
	var cluster wire.Cluster
	if c.View != nil {
		cluster = c.View.Cluster
	}
	c.laid = scene.Lay(cluster, c.width, c.height)
	m := c.laid
	return app.Section().Class("map").ID("map").Aria("label", c.Words.Map).Body(
		svg.El("svg").Class("picture", panel.Classes("empty", c.View == nil, "narrow", m.W < 600)).
			Attr("viewBox", "0 0 "+scene.Num(m.W)+" "+scene.Num(m.H)).
			Attr("width", scene.Num(m.W)).Attr("height", scene.Num(m.H)).
			Role("group").Aria("label", c.Words.Map).
			On("click", c.onClick).On("keydown", c.onKey).
			Body(
				svg.El("g").Class("ground").Body(c.ground(m)...),
				svg.El("g").Class("ways").Body(c.ways(m)...),
				svg.El("g").Class("parts").Body(c.parts(m, cluster)...),
				svg.El("g").Class("nodes").Body(c.nodes(m, cluster)...),
				svg.El("g").Class("messages").Aria("hidden", true).Body(c.messages(m)...),
			),
	)
}

func (c *Cluster) ground(m scene.Map) []app.UI {
	out := []app.UI{
		svg.Rect("frame", m.Frame, 12),
		svg.Text("caption", m.Frame.X+16, m.Frame.Y+18, c.Words.ControlPlane),
	}
	for _, wire := range m.Wires {
		out = append(out, svg.Path("wire", wire.D()))
	}
	return out
}

// parts draws the components of the control plane with their counts and queues.
func (c *Cluster) parts(m scene.Map, cluster wire.Cluster) []app.UI {
	var out []app.UI
	for _, part := range m.Parts {
		out = append(out, c.part(part, cluster))
	}
	return append(out, c.queue(m.Queue, cluster), c.work(m.Work))
}

func (c *Cluster) part(part scene.Part, cluster wire.Cluster) app.UI {
	lines := c.lines(part.Name, cluster, c.laid.W < 600)
	x := part.Box.CenterX()
	y := part.Box.CenterY() + 4 - float64(len(lines))*7.5
	body := []app.UI{svg.Rect("box", part.Box, 9), svg.Text("name", x, y, part.Label)}
	for i, line := range lines {
		body = append(body, svg.Text("sub", x, y+float64(i+1)*15, line))
	}
	g := svg.El("g").Class("part", panel.Classes(
		"active", part.Active, "target", part.Target, "sel", c.Component == part.Name, "big", part.Name == scene.APIServer, "low", part.Box.H < 30,
	))
	if c.View == nil {
		return g.Body(body...)
	}
	return g.DataSet("go", "part/"+part.Name).Role("button").TabIndex(0).Aria("pressed", c.Component == part.Name).
		Aria("label", strings.Join(append([]string{part.Name}, lines...), ", ")).Body(body...)
}

// lines are what a component says of itself under its name.
func (c *Cluster) lines(name string, cluster wire.Cluster, narrow bool) []string {
	words := c.Words
	if c.View == nil {
		return nil
	}
	switch name {
	case scene.Kubectl:
		switch cluster.Kubectl {
		case "waiting":
			return []string{words.Waiting}
		case "done":
			return []string{words.Done}
		}
		return []string{words.Idle}
	case scene.APIServer:
		requests := words.OneRequest
		if cluster.Requests != 1 {
			requests = text.Fill(words.Requests, strconv.Itoa(cluster.Requests))
		}
		watches := text.Fill(words.Watches, strconv.Itoa(cluster.Watches))
		if narrow {
			return []string{requests, watches}
		}
		return []string{requests + " · " + watches}
	case scene.Etcd:
		return []string{
			text.Fill(words.RevisionAt, strconv.FormatInt(cluster.Revision, 10)),
			text.Fill(words.Keys, strconv.Itoa(cluster.Keys)),
		}
	}
	return nil
}

// queue draws the pods that wait for the scheduler.
func (c *Cluster) queue(queue scene.Queue, cluster wire.Cluster) app.UI {
	var body []app.UI
	if cluster.PendingAll > 0 {
		if queue.Label.X > 0 {
			body = append(body, svg.Text("label", queue.Label.X, queue.Label.Y, c.Words.Queue))
		}
		for i, at := range queue.Circles {
			body = append(body, svg.El("g").Class("waiting").DataSet("go", podPath(queue.Pods[i])).
				Role("button").TabIndex(0).Aria("label", c.Words.Queue+" "+queue.Pods[i].Name).
				Body(svg.Circle("hit", at, 7.4), svg.Circle("ring", at, 5)))
		}
		if queue.More > 0 {
			body = append(body, svg.Text("label", queue.MoreAt.X, queue.MoreAt.Y, text.Fill(c.Words.More, strconv.Itoa(queue.More))))
		}
	}
	return svg.El("g").Class("queue").Body(body...)
}

// work names the controllers with something in their queues, two of them.
func (c *Cluster) work(work scene.Work) app.UI {
	var names []string
	for _, queue := range work.Names {
		if len(names) == 2 {
			names = append(names, "…")
			break
		}
		names = append(names, strings.TrimSuffix(queue.Name, "-controller")+" "+strconv.Itoa(queue.Length))
	}
	line := scene.Fit(strings.Join(names, " · "), work.At.X-30, 10)
	return svg.Text("work", work.At.X, work.At.Y, line)
}

func podPath(ref wire.Ref) string { return "pod/" + ref.Namespace + "/" + ref.Name }

// onClick selects what was clicked. One handler serves the whole picture: its elements say in data-go what they are.
func (c *Cluster) onClick(_ app.Context, e app.Event) {
	path, ok := panel.Data(e, "go")
	if !ok {
		return
	}
	kind, name, _ := strings.Cut(path, "/")
	switch kind {
	case "part":
		c.Port.Do(state.SelectComponent{Name: name})
		if name == scene.Scheduler {
			c.Port.Do(state.ShowStage{Stage: state.Scheduling})
		}
	case "node":
		c.Port.Do(state.Select{Ref: wire.Ref{Resource: "nodes", Name: name}})
	case "pod":
		namespace, pod, _ := strings.Cut(name, "/")
		c.Port.Do(state.Select{Ref: wire.Ref{Resource: "pods", Namespace: namespace, Name: pod}})
	case "chip":
		c.chip(name)
	case "dots":
		c.dots(name, e)
	}
}

// chip shows what a component on a node does.
func (c *Cluster) chip(name string) {
	component, node, _ := strings.Cut(name, "/")
	c.Port.Do(state.SelectNode{Name: node})
	switch component {
	case scene.Runtime:
		c.Port.Do(state.ShowStage{Stage: state.Containers})
	case scene.Proxy:
		c.Port.Do(state.ShowStage{Stage: state.Network})
	default:
		c.Port.Do(state.SelectComponent{Name: name})
	}
}

// dots selects the pod whose dot was clicked.
func (c *Cluster) dots(node string, e app.Event) {
	svgElement := app.Window().GetElementByID("map").Get("firstElementChild")
	bounds := svgElement.Call("getBoundingClientRect")
	scale := c.laid.W / max(bounds.Get("width").Float(), 1)
	at := scene.Point{
		X: (e.Get("clientX").Float() - bounds.Get("left").Float()) * scale,
		Y: (e.Get("clientY").Float() - bounds.Get("top").Float()) * scale,
	}
	for _, n := range c.laid.Nodes {
		if n.Name != node {
			continue
		}
		if pod, ok := n.PodAt(at); ok {
			c.Port.Do(state.Select{Ref: wire.Ref{Resource: "pods", Namespace: pod.Namespace, Name: pod.Name}})
		}
	}
}

// onKey lets Enter and the space bar do what a click does.
func (c *Cluster) onKey(ctx app.Context, e app.Event) {
	key := e.Get("key").String()
	if key != "Enter" && key != " " {
		return
	}
	if _, ok := panel.Data(e, "go"); !ok {
		return
	}
	e.PreventDefault()
	c.onClick(ctx, e)
}
