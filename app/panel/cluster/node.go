package cluster

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/svg"
	"orrery/app/scene"
	"orrery/app/text"
	"orrery/sim/wire"
)

// nodes draws the nodes with their components and pods.
func (c *Cluster) nodes(m scene.Map, cluster wire.Cluster) []app.UI {
	var out []app.UI
	for i, node := range m.Nodes {
		var of wire.Node
		if i < len(cluster.Nodes) {
			of = cluster.Nodes[i]
		}
		out = append(out, c.node(node, of))
	}
	return out
}

func (c *Cluster) node(node scene.Node, of wire.Node) app.UI {
	selected := c.Selected.Resource == "nodes" && c.Selected.Name == node.Name && node.Name != ""
	box := node.Box
	name := node.Name
	if name == "" {
		name = "node"
	}
	line := node.Chips[0].Box.Y - 10
	head := []app.UI{
		svg.Rect("box", box, 12),
		svg.Text("name", node.Area.X+2, line, name),
		svg.Text("cidr", box.Right()-16, line, c.corner(node)),
	}
	top := svg.El("g").Class("head")
	if node.Name != "" {
		top = top.DataSet("go", "node/"+node.Name).Role("button").TabIndex(0).
			Aria("label", text.Fill(c.Words.NodeLabel, name, strconv.Itoa(node.Pods)))
	}
	body := []app.UI{
		top.Body(head...),
		svg.El("g").Class("chips").Body(c.chips(node)...),
		svg.El("g").Class("pods").Body(c.pods(node)...),
		svg.El("g").Class("load").Body(c.load(node, of)...),
	}
	return svg.El("g").Class("node", panel.Classes(
		"active", node.Active, "sel", selected, "outline", node.Name == "", "off", node.Name != "" && !node.Ready,
	)).Body(body...)
}

// corner is what stands in the node's right corner.
func (c *Cluster) corner(node scene.Node) string {
	if node.Name != "" && !node.Ready {
		return c.Words.NotReady
	}
	return node.CIDR
}

func (c *Cluster) chips(node scene.Node) []app.UI {
	var out []app.UI
	for _, chip := range node.Chips {
		body := []app.UI{
			svg.Rect("box", chip.Box, 5),
			svg.Text("name", chip.Box.CenterX(), chip.Box.CenterY()+4, chip.Label),
		}
		if len(chip.Label) == 1 { // there was no room for the word
			body = append(body, svg.Title(chip.Name))
		}
		g := svg.El("g").Class("chip-box", panel.Classes("active", chip.Active, "sel", c.Component == chip.Name))
		if node.Name != "" {
			g = g.DataSet("go", "chip/"+chip.Name).Role("button").TabIndex(0).Aria("label", chip.Name)
		}
		out = append(out, g.Body(body...))
	}
	return out
}

func (c *Cluster) pods(node scene.Node) []app.UI {
	var out []app.UI
	for _, card := range node.Cards {
		out = append(out, c.card(node, card))
	}
	if len(node.Dots) > 0 {
		out = append(out, c.dotted(node))
	}
	if node.Pods == 0 {
		out = append(out, svg.Text("none", node.Box.CenterX(), node.Area.Y+min(22, node.Area.H/2), c.Words.NoPods))
	}
	if node.More > 0 {
		out = append(out, svg.Text("none", node.Box.CenterX(), node.Area.Bottom()-4, text.Fill(c.Words.More, strconv.Itoa(node.More))))
	}
	return out
}

// card draws a pod as a box with its name, state and readiness.
func (c *Cluster) card(node scene.Node, card scene.Card) app.UI {
	pod, box := card.Pod, card.Box
	ref := wire.Ref{Resource: "pods", Namespace: pod.Namespace, Name: pod.Name}
	arriving := pod.Changed && pod.Tone == "wait"
	g := svg.El("g").Class("pod tone-"+pod.Tone, panel.Classes(
		"arriving", arriving, "changed", pod.Changed, "sel", c.Selected == ref, "low", card.Low,
	)).DataSet("go", podPath(ref)).Role("button").TabIndex(0).
		Aria("label", text.Fill(c.Words.PodLabel, pod.Name, pod.Status, pod.Ready))
	if card.Low {
		return g.Body(
			svg.Rect("box", box, 5),
			svg.Circle("tone", scene.Point{X: box.X + 11, Y: box.CenterY()}, 3.6),
			svg.Text("name", box.X+20, box.Y+14, scene.Fit(pod.Name, box.W-26, 10)),
		)
	}
	if node.Tight {
		return g.Body(
			svg.Rect("box", box, 6),
			svg.Circle("tone", scene.Point{X: box.X + 10, Y: box.CenterY()}, 4),
			svg.Text("name", box.X+19, box.Y+15, scene.Fit(pod.Name, box.W-20, 10.5)),
			svg.Text("sub", box.X+19, box.Y+27, scene.Fit(pod.Status, box.W-20, 8.6)),
		)
	}
	return g.Body(
		svg.Rect("box", box, 7),
		svg.Circle("tone", scene.Point{X: box.X + 14, Y: box.CenterY()}, 4.5),
		svg.Text("name", box.X+26, box.Y+15, scene.Fit(pod.Name, box.W-60, 11)),
		svg.Text("sub", box.X+26, box.Y+27, scene.Fit(c.status(pod, arriving), box.W-54, 8.6)),
		svg.Text("ready", box.Right()-10, box.Y+21, pod.Ready),
	)
}

// status is the second line of a pod's card.
func (c *Cluster) status(pod wire.Pod, arriving bool) string {
	switch {
	case arriving && pod.Score > 0:
		return c.Words.Arriving + " · " + text.Fill(c.Words.Score, strconv.FormatInt(pod.Score, 10))
	case pod.Status == "Running" && pod.IP != "":
		return pod.Namespace + " · " + pod.IP
	case pod.IP != "":
		return pod.Status + " · " + pod.IP
	default:
		return pod.Status
	}
}

// dotted draws many pods, one path for each tone, and a ring around the selected one.
func (c *Cluster) dotted(node scene.Node) app.UI {
	body := []app.UI{svg.Rect("hit", node.Area, 4)}
	for _, dots := range node.Dots {
		d := dots.D()
		body = append(body, svg.Path("dots tone-"+dots.Tone, d).Attr("stroke-width", scene.Num(2*dots.Radius)))
		if dots.Tone == "wait" || dots.Tone == "gone" { // these are rings
			body = append(body, svg.Path("dots hole", d).Attr("stroke-width", scene.Num(2*dots.Radius-2.6)))
		}
	}
	for _, dots := range node.Dots {
		for i, pod := range dots.Pods {
			if c.Selected.Resource == "pods" && pod.Name == c.Selected.Name && pod.Namespace == c.Selected.Namespace {
				body = append(body, svg.Circle("ring", dots.Points[i], dots.Radius+2.5))
			}
		}
	}
	return svg.El("g").Class("crowd").DataSet("go", "dots/"+node.Name).Body(body...)
}

// load draws how much of the node's CPU is requested.
func (c *Cluster) load(node scene.Node, of wire.Node) []app.UI {
	bar := node.Bar
	used := bar
	used.W = bar.W * node.Share
	if node.Share > 0 {
		used.W = max(used.W, 4)
	}
	share := ""
	if of.CPUAll > 0 {
		share = cores(of.CPU) + " / " + cores(of.CPUAll)
	}
	out := []app.UI{
		svg.Rect("track", bar, 3),
		svg.Rect("used", used, 3),
		svg.Text("share", node.Area.Right()-2, bar.Y+7, share),
	}
	if node.Tight {
		return out
	}
	return append(out, svg.Text("cpu", node.Box.X+16, bar.Y+7, "cpu"))
}

func cores(milli int64) string {
	return strconv.FormatFloat(float64(milli)/1000, 'f', -1, 64)
}
