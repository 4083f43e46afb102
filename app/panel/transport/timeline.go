package transport

import (
	"math"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/svg"
	"orrery/app/scene"
	"orrery/app/state"
	"orrery/app/text"
	"orrery/sim/wire"
)

// labelsWidth is the room left of the lanes for their names; narrow windows leave the names out.
const labelsWidth = 104

// timeline is the lanes with the slider over them.
type timeline struct {
	app.Compo

	Port  *panel.Port
	Words *text.Words
	Ready bool
	At    wire.Position
	Marks []wire.Mark

	width float64
}

// OnMount measures the window and puts the slider in its place.
func (t *timeline) OnMount(ctx app.Context) {
	t.measure()
	t.settle(ctx)
}

// OnResize measures the window anew.
func (t *timeline) OnResize(ctx app.Context) {
	t.measure()
	t.settle(ctx)
}

// OnUpdate puts the slider where the world stands.
func (t *timeline) OnUpdate(ctx app.Context) { t.settle(ctx) }

func (t *timeline) measure() {
	if host := app.Window().GetElementByID("timeline"); host.Truthy() {
		if width := host.Get("clientWidth").Int(); width > 0 {
			t.width = float64(width)
		}
	}
}

// settle sets the slider's value after its range: attributes are set in no order, and a browser clamps a value to the
// range that it has.
func (t *timeline) settle(ctx app.Context) {
	ctx.Defer(func(app.Context) {
		if slider := app.Window().GetElementByID("time"); slider.Truthy() {
			slider.Set("value", strconv.Itoa(t.At.Event))
		}
	})
}

// Render draws the timeline.
func (t *timeline) Render() app.UI {
	if t.width == 0 {
		t.width = 1408
	}
	left := float64(labelsWidth)
	if t.width < 700 {
		left = 0
	}
	lanes := scene.LayLanes(t.Marks, t.At, left, t.width)
	said := text.Fill(t.Words.TimeAt, panel.Clock(t.At.Now), strconv.Itoa(t.At.Event), strconv.Itoa(t.At.Last))
	return app.Div().Class("timeline").ID("timeline").Body(
		svg.El("svg").Class("lanes").Attr("viewBox", "0 0 "+scene.Num(t.width)+" 84").
			Attr("preserveAspectRatio", "none").Aria("hidden", true).Body(
			svg.El("g").Class("names").Body(t.names(left)...),
			svg.Path("lines", t.lines(lanes)),
			svg.El("g").Class("marks").Body(t.marks(lanes)...),
			svg.El("g").Class("gaps").Body(t.gaps(lanes)...),
			svg.El("g").Class("future").Body(t.future(lanes)...),
			svg.El("g").Class("head").Body(
				svg.Path("stem", "M"+scene.Num(lanes.Head)+" 0V84"),
				svg.Path("tip", "M"+scene.Num(lanes.Head-5)+" 0h10l-5 6z"),
			),
		),
		app.Input().Type("range").ID("time").Class("slider").Aria("label", t.Words.Time).Aria("valuetext", said).
			Min(0).Max(max(t.At.Last, 1)).Step(1).Disabled(!t.Ready).
			Style("left", scene.Num(lanes.Origin-8)+"px").Style("width", scene.Num(max(lanes.Known-lanes.Origin, 1)+16)+"px").
			OnInput(t.onSeek),
	)
}

func (t *timeline) names(left float64) []app.UI {
	if left == 0 {
		return nil
	}
	words := t.Words
	names := []string{words.LaneKubectl, words.LaneAPI, words.LaneControllers, words.LaneScheduler, words.LaneNodes}
	out := make([]app.UI, len(names))
	for i, name := range names {
		out[i] = svg.Text("lane", 0, scene.LaneTop+scene.LanePitch*float64(i)+4, name)
	}
	return out
}

func (t *timeline) lines(lanes scene.Lanes) string {
	d := ""
	for i := range scene.LaneNames {
		d += "M" + scene.Num(lanes.X) + " " + scene.Num(scene.LaneTop+scene.LanePitch*float64(i)) + "H" + scene.Num(lanes.W)
	}
	return d
}

func (t *timeline) marks(lanes scene.Lanes) []app.UI {
	out := make([]app.UI, len(lanes.Paths))
	for i, path := range lanes.Paths {
		out[i] = svg.Path("mark-"+path.Class, path.D).Attr("stroke-width", scene.Num(path.Width))
	}
	return out
}

func (t *timeline) gaps(lanes scene.Lanes) []app.UI {
	var out []app.UI
	for _, gap := range lanes.Gaps {
		out = append(out, svg.Path("gap", "M"+scene.Num(gap.X)+" 2V78"))
		if math.Abs(gap.X-lanes.Head) > 22 { // the head would strike it through
			out = append(out, svg.Text("wait", gap.X, 83, gap.Label))
		}
	}
	return out
}

// future veils what comes after the instant on screen.
func (t *timeline) future(lanes scene.Lanes) []app.UI {
	from := lanes.Head + 6
	veil := svg.Rect("veil", scene.Box{X: from, Y: 0, W: lanes.W - from, H: 84}, 0)
	beyond := max(lanes.Known, lanes.Head) + 20
	if lanes.W-beyond < 260 {
		return []app.UI{veil}
	}
	return []app.UI{veil, svg.Text("not-yet", (beyond+lanes.W)/2, 46, t.Words.Future)}
}

func (t *timeline) onSeek(ctx app.Context, _ app.Event) {
	if event, err := strconv.Atoi(ctx.JSSrc().Get("value").String()); err == nil {
		t.Port.Do(state.Seek{Event: event})
	}
}
