package cluster

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/svg"
	"orrery/app/scene"
)

// ways draws the delivered message's wire in its colour, under the boxes.
func (c *Cluster) ways(m scene.Map) []app.UI {
	var out []app.UI
	for _, message := range m.Messages {
		if message.Arrived && !message.Inside {
			out = append(out,
				svg.Path("way k-"+message.Kind, message.Path.D()),
				svg.Path("head k-"+message.Kind, arrow(message.Path)))
		}
	}
	return out
}

// arrow is a triangle at the end of a path.
func arrow(path scene.Path) string {
	end, before := path[len(path)-1], path[len(path)-2]
	dx, dy := unit(end.X-before.X), unit(end.Y-before.Y)
	const length, half = 13, 6.5
	base := scene.Point{X: end.X - dx*length, Y: end.Y - dy*length}
	left := scene.Point{X: base.X - dy*half, Y: base.Y + dx*half}
	right := scene.Point{X: base.X + dy*half, Y: base.Y - dx*half}
	return scene.Path{end, left, right}.D() + "z"
}

// unit is the sign of a step along an axis.
func unit(v float64) float64 {
	switch {
	case v > 0.5:
		return 1
	case v < -0.5:
		return -1
	default:
		return 0
	}
}

// messages draws the dots: those under way, and the delivered one, which flies along its wire and keeps its label. The
// name of the animation alternates with the views, because a browser starts an animation anew only when it changes.
func (c *Cluster) messages(m scene.Map) []app.UI {
	var out []app.UI
	fly := "fly-a"
	if c.View != nil && c.View.Version%2 == 1 {
		fly = "fly-b"
	}
	if c.View != nil && (c.View.Position.Playing || c.View.Position.Running) {
		fly += " brisk"
	}
	for i := len(m.Messages) - 1; i >= 0; i-- {
		message := m.Messages[i]
		if !message.Arrived {
			out = append(out, svg.Circle("dot k-"+message.Kind, message.At, 3.6).Body(svg.Title(message.Message.Label)))
			continue
		}
		if message.Inside { // the node's box would cover its way
			out = append(out, svg.Path("way k-"+message.Kind, message.Path.D()))
		}
		out = append(out, c.delivered(message, fly), c.label(message))
	}
	return out
}

func (c *Cluster) delivered(message scene.Message, fly string) app.UI {
	share := 100.0
	if length := message.Path.Length(); length > 0 {
		share = message.Rest / length * 100
	}
	return svg.El("g").Class("arrived k-"+message.Kind, fly).
		Style("offset-path", "path('"+message.Path.D()+"')").
		Style("offset-distance", scene.Num(share)+"%").
		Body(
			svg.Circle("halo", scene.Point{}, 10),
			svg.Circle("core", scene.Point{}, 5.5),
		)
}

func (c *Cluster) label(message scene.Message) app.UI {
	if message.Text == "" {
		return svg.El("g").Class("label")
	}
	box := message.Label
	return svg.El("g").Class("label", panel.Classes("k-"+message.Kind, true)).Body(
		svg.Rect("box", box, 4),
		svg.Text("words", box.X+8, box.Y+14, message.Text),
	)
}
