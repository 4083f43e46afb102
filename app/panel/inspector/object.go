package inspector

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/icon"
	"orrery/app/panel/rows"
	"orrery/app/state"
	"orrery/app/text"
	"orrery/sim/wire"
)

// lineHeight is that of a line of YAML, in CSS pixels, as the style sheet has it; linesWhole is how many lines are all
// drawn before only those on screen are, linesAtOnce how many are added in one frame.
const (
	lineHeight  = 19
	linesWhole  = 400
	linesAtOnce = 50
)

// object is the tab of the selected object.
type object struct {
	app.Compo

	Port     *panel.Port
	Words    *text.Words
	Object   *wire.Object
	Ready    bool
	Revision int64

	window rows.Window
	drawn  int // lines of the YAML that are on screen, all of them after a few frames
}

// OnMount begins to draw the YAML.
func (o *object) OnMount(ctx app.Context) { o.grow(ctx) }

// OnUpdate goes on with it.
func (o *object) OnUpdate(ctx app.Context) { o.grow(ctx) }

// grow adds lines to those on screen, in a frame of their own: many at once would hold up the page.
func (o *object) grow(ctx app.Context) {
	if o.Object == nil {
		return
	}
	if o.drawn = min(o.drawn, len(o.Object.Lines)); o.drawn == len(o.Object.Lines) {
		return
	}
	o.drawn += linesAtOnce
	ctx.Defer(func(ctx app.Context) { ctx.Dispatch(o.grow) })
}

// Render draws the tab.
func (o *object) Render() app.UI {
	if o.Object == nil {
		return app.Div().Class("fill").Body(panel.Note(o.Words.Nothing))
	}
	return app.Div().Class("fill object").Body(
		o.head(),
		o.yaml(),
		o.why(),
	)
}

func (o *object) head() app.UI {
	words, of := o.Words, o.Object
	return app.Div().Class("obj").Body(
		app.Div().Class("of").Body(
			app.Span().Class("dot tone-"+of.Tone),
			app.H2().Text(of.Kind+" "+of.Ref.Name),
		),
		app.Div().Class("key").Text(of.Key),
		app.Div().Class("chips").Body(
			o.revision(),
			app.Span().Class("chip").Text(text.Fill(words.Version, number(of.Version))),
			app.If(!of.Exists, func() app.UI { return app.Span().Class("chip bad").Text(words.Gone) }),
			app.If(of.Owner != nil, func() app.UI { return o.link(words.Owner, *of.Owner) }),
			app.Range(of.Related).Slice(func(i int) app.UI { return o.related(of.Related[i]) }),
			app.If(of.Exists, func() app.UI {
				label := text.Fill(words.Delete, of.Kind, of.Ref.Name)
				return app.Button().Type("button").Class("icon delete").Aria("label", label).Title(label).
					Disabled(!o.Ready).OnClick(o.Port.On(state.Delete{Ref: of.Ref})).Body(icon.Delete())
			}),
		),
	)
}

// revision says at which revision the object was last written, and whether that is now.
func (o *object) revision() app.UI {
	said := text.Fill(o.Words.Revision, number(o.Object.Revision))
	if o.Object.Revision == o.Revision {
		return app.Span().Class("chip now").Text(said + " · " + o.Words.Now)
	}
	return app.Span().Class("chip").Text(said)
}

// related draws what an object owns or selects; its owner has been drawn.
func (o *object) related(relation wire.Relation) app.UI {
	switch relation.Label {
	case "owns":
		return o.link(o.Words.Owns, relation.Ref)
	case "selects":
		return o.link(o.Words.Selects, relation.Ref)
	case "owner":
		if o.Object.Owner == nil {
			return o.link(o.Words.Owner, relation.Ref)
		}
	}
	return nil
}

func (o *object) link(word string, ref wire.Ref) app.UI {
	return app.Button().Type("button").Class("chip").OnClick(o.Port.On(state.Select{Ref: ref})).
		Text(text.Fill(word, panel.Kind(ref.Resource), ref.Name))
}

func (o *object) yaml() app.UI {
	lines := o.Object.Lines
	labels := o.labels()
	line := func(i int) app.UI { return Line(lines[i], labels[i], o.Object.Version > 1) }
	o.window.Height = lineHeight
	box := app.Div().Class("yaml").TabIndex(0).Role("region").Aria("label", o.Object.Kind+" "+o.Object.Ref.Name+" YAML")
	if len(lines) > linesWhole {
		return box.On("scroll", o.onScroll, app.PassiveEvent()).Body(app.Div().Class("lines").Body(o.window.Body(len(lines), line)...))
	}
	drawn := lines[:min(max(o.drawn, linesAtOnce), len(lines))]
	return box.Body(app.Div().Class("lines").Body(app.Range(drawn).Slice(line)))
}

func (o *object) onScroll(ctx app.Context, _ app.Event) {
	if changed, _ := o.window.Measure(ctx.JSSrc()); !changed {
		ctx.PreventUpdate()
	}
}

// labels name who wrote the lines.
func (o *object) labels() []string {
	now := ""
	if o.Object.Revision == o.Revision && o.Object.Version > 1 {
		now = " · " + o.Words.Now
	}
	return Labels(o.Object.Lines, now)
}

func (o *object) why() app.UI {
	of := o.Object
	if len(of.Why) == 0 {
		return app.Div().Class("why none")
	}
	return app.Div().Class("why").Body(
		app.H3().Text(of.Question),
		app.Ol().Body(app.Range(of.Why).Slice(func(i int) app.UI {
			line := of.Why[i]
			actor := line.Actor
			if actor == "you" {
				actor = o.Words.You
			}
			lead := ""
			if line.At > 0 {
				lead = "+"
			}
			return app.Li().Body(
				app.Button().Type("button").Class("at").Title(text.Fill(o.Words.GoTo, strconv.Itoa(line.Event))).
					OnClick(o.Port.On(state.Seek{Event: line.Event})).Text(lead+panel.Since(line.At)),
				app.Span().Class("dot by-"+writer(line.Actor)),
				app.Span().Body(append([]app.UI{app.B().Text(actor), app.Text(" ")}, panel.Prose(line.Text)...)...),
			)
		})),
	)
}
