// Package sequence is the span around the latest command as a sequence diagram: who said what to whom, in order.
package sequence

import (
	"slices"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/rows"
	"orrery/app/panel/svg"
	"orrery/app/scene"
	"orrery/app/state"
	"orrery/app/text"
	"orrery/sim/wire"
)

// rowHeight is that of an arrow's row, in CSS pixels, as the style sheet has it; actorWidth is the least room of an
// actor.
const (
	rowHeight  = 34
	actorWidth = 95.0
)

// Sequence is the panel. At is the event on screen.
type Sequence struct {
	app.Compo

	Port     *panel.Port
	Words    *text.Words
	Sequence *wire.Sequence
	At       int

	window rows.Window
	width  float64
	shown  *wire.Sequence // whose row of the present is on screen
}

// OnMount measures the stage.
func (s *Sequence) OnMount(app.Context) { s.measure() }

// OnResize measures the stage anew.
func (s *Sequence) OnResize(app.Context) { s.measure() }

// OnUpdate brings the row of the present on screen when there is another.
func (s *Sequence) OnUpdate(ctx app.Context) {
	if s.Sequence == nil || s.Sequence == s.shown {
		return
	}
	s.shown = s.Sequence
	now := 0
	for i, step := range s.Sequence.Steps {
		if step.Event <= s.At {
			now = i
		}
	}
	ctx.Defer(func(app.Context) {
		if host := app.Window().GetElementByID("sequence"); host.Truthy() {
			host.Set("scrollTop", (now+2)*rowHeight-host.Get("clientHeight").Int()*3/4)
		}
	})
}

func (s *Sequence) measure() {
	if host := app.Window().GetElementByID("sequence"); host.Truthy() {
		s.width = float64(host.Get("clientWidth").Int())
	}
}

// Render draws the panel.
func (s *Sequence) Render() app.UI {
	s.window.Height = rowHeight
	if s.Sequence == nil || len(s.Sequence.Steps) == 0 {
		return app.Div().Class("fill").ID("sequence").Body(panel.Note(s.Words.NoSteps))
	}
	width := max(s.width-24, actorWidth*float64(len(s.Sequence.Actors)))
	return app.Div().Class("fill split").Body(
		app.Div().Class("bar low").Body(
			app.Span().Class("sp"),
			app.Button().Type("button").Class("q t0").OnClick(s.Port.On(state.CopyMermaid{})).Text(s.Words.CopyMermaid),
			app.Button().Type("button").Class("q t0").OnClick(s.Port.On(state.SaveSVG{})).Text(s.Words.SaveSVG),
		),
		app.Div().Class("sequence").ID("sequence").TabIndex(0).On("scroll", s.onScroll, app.PassiveEvent()).OnClick(s.onClick).Body(
			append([]app.UI{s.actors(width)}, s.window.Body(len(s.Sequence.Steps), func(i int) app.UI { return s.row(i, width) })...)...,
		),
	)
}

// x is where an actor's line stands.
func (s *Sequence) x(actor int, width float64) float64 {
	return (float64(actor) + 0.5) * width / float64(len(s.Sequence.Actors))
}

func (s *Sequence) actors(width float64) app.UI {
	body := make([]app.UI, len(s.Sequence.Actors))
	room := width/float64(len(s.Sequence.Actors)) - 8
	for i, actor := range s.Sequence.Actors {
		body[i] = svg.El("g").Body(
			svg.Rect("box", scene.Box{X: s.x(i, width) - room/2, Y: 4, W: room, H: 24}, 6),
			svg.Text("actor", s.x(i, width), 20, scene.Fit(short(actor, room), room-2, 10)),
			svg.Title(actor),
		)
	}
	return app.Div().Class("actors").Style("width", scene.Num(width)+"px").Body(
		svg.El("svg").Attr("width", scene.Num(width)).Attr("height", "32").Aria("hidden", true).Body(body...),
	)
}

// short is an actor's name as it fits.
func short(actor string, room float64) string {
	if actor == scene.Manager && room < 120 {
		return "controllers"
	}
	return strings.TrimPrefix(actor, "kube-")
}

// row draws one arrow with the actors' lines behind it.
func (s *Sequence) row(i int, width float64) app.UI {
	step := s.Sequence.Steps[i]
	from, to := slices.Index(s.Sequence.Actors, step.From), slices.Index(s.Sequence.Actors, step.To)
	body := []app.UI{svg.Path("life", s.lives(width))}
	if from >= 0 && to >= 0 {
		body = append(body, s.arrow(step, s.x(from, width), s.x(to, width), width)...)
	}
	number := ""
	if step.Step > 0 {
		number = strconv.Itoa(step.Step)
	}
	return app.Button().Type("button").Class("seq-row k-"+step.Kind, panel.Classes("now", step.Event == s.At, "later", step.Event > s.At)).
		DataSet("seek", step.Event).Style("width", scene.Num(width)+"px").
		Aria("label", step.From+" → "+step.To+": "+step.Text).Title(text.Fill(s.Words.GoTo, strconv.Itoa(step.Event))).Body(
		svg.El("svg").Attr("width", scene.Num(width)).Attr("height", strconv.Itoa(rowHeight)).Aria("hidden", true).Body(body...),
		app.Span().Class("number", panel.Classes("on", number != "")).Text(number),
	)
}

func (s *Sequence) lives(width float64) string {
	var d strings.Builder
	for i := range s.Sequence.Actors {
		d.WriteString("M" + scene.Num(s.x(i, width)) + " 0v" + strconv.Itoa(rowHeight))
	}
	return d.String()
}

func (s *Sequence) arrow(step wire.SequenceRow, from, to, width float64) []app.UI {
	const y = 24.0
	if from == to {
		words := svg.Text("words", from+24, 22, scene.Fit(step.Text, width-from-32, 10.4))
		if from > width/2 { // there is more room on the left
			words = svg.Text("words end", from-8, 22, scene.Fit(step.Text, from-40, 10.4))
		}
		return []app.UI{
			svg.Path("shaft", "M"+scene.Num(from)+" 14h16v10h-10"),
			svg.Path("tip", "M"+scene.Num(from+2)+" 24l7 -4v8z"),
			words,
		}
	}
	tip := 7.0
	if to > from {
		tip = -7
	}
	left := min(from, to) + 8
	room := width - left - 8
	return []app.UI{
		svg.Path("shaft", "M"+scene.Num(from)+" "+scene.Num(y)+"H"+scene.Num(to)),
		svg.Path("tip", "M"+scene.Num(to)+" "+scene.Num(y)+"l"+scene.Num(tip)+" -4v8z"),
		svg.Text("words", left, y-7, scene.Fit(step.Text, room, 10.4)),
	}
}

func (s *Sequence) onScroll(ctx app.Context, _ app.Event) {
	if changed, _ := s.window.Measure(ctx.JSSrc()); !changed {
		ctx.PreventUpdate()
	}
}

func (s *Sequence) onClick(_ app.Context, e app.Event) {
	at, ok := panel.Data(e, "seek")
	if !ok {
		return
	}
	if event, err := strconv.Atoi(at); err == nil {
		s.Port.Do(state.Seek{Event: event})
	}
}
