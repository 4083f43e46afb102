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
// drawn before only those on screen are.
const (
	lineHeight = 19
	linesWhole = 400
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
			app.Span().Class("chip").Text(text.Fill(words.Revision, number(of.Revision))),
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
	o.window.Height = lineHeight
	box := app.Div().Class("yaml").TabIndex(0).Role("region").Aria("label", o.Object.Kind+" "+o.Object.Ref.Name+" YAML")
	if len(lines) > linesWhole {
		return box.On("scroll", o.onScroll, app.PassiveEvent()).Body(o.window.Body(len(lines), o.line)...)
	}
	return box.Body(app.Range(lines).Slice(o.line))
}

func (o *object) onScroll(ctx app.Context, _ app.Event) {
	if changed, _ := o.window.Measure(ctx.JSSrc()); !changed {
		ctx.PreventUpdate()
	}
}

// line draws a line with the colour of who wrote it, and their name where it changes.
func (o *object) line(i int) app.UI {
	line := o.Object.Lines[i]
	by := ""
	if line.By != "" && (i == 0 || line.By != o.Object.Lines[i-1].By || line.Changed != o.Object.Lines[i-1].Changed) {
		by = line.By
		if line.Changed && o.Object.Revision == o.Revision {
			by += " · " + o.Words.Now
		}
	}
	return Line(line, by)
}

// Line draws a line of YAML.
func Line(line wire.Line, by string) app.UI {
	lead := ""
	for range line.Indent {
		lead += " "
	}
	if line.Dash {
		lead += "- "
	}
	words := []app.UI{app.Text(lead)}
	if line.Key != "" {
		words = append(words, app.Span().Class("k").Text(line.Key), app.Text(":"))
	}
	if line.Value != "" {
		if line.Key != "" {
			words = append(words, app.Text(" "))
		}
		words = append(words, app.Span().Class("v-"+line.Type).Text(line.Value))
	}
	return app.Div().Class("y", panel.Classes("new", line.Changed)).Title(line.Path).Body(
		app.U().Class("by-"+writer(line.By)),
		app.Span().Class("code").Body(words...),
		app.Em().Text(by),
	)
}

// writer is the class of a writer's colour.
func writer(by string) string {
	switch by {
	case "":
		return "none"
	case "kubectl":
		return "user"
	case "default", "apiserver", "kube-apiserver":
		return "default"
	case "scheduler", "kube-scheduler":
		return "scheduler"
	case "kubelet", "kube-proxy", "runtime":
		return "node"
	default:
		return "work"
	}
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
			lead := ""
			if line.At > 0 {
				lead = "+"
			}
			return app.Li().Body(
				app.Button().Type("button").Class("at").Title(text.Fill(o.Words.GoTo, strconv.Itoa(line.Event))).
					OnClick(o.Port.On(state.Seek{Event: line.Event})).Text(lead+panel.Since(line.At)),
				app.Span().Class("dot by-"+writer(line.Actor)),
				app.Span().Body(app.B().Text(line.Actor), app.Text(" "+line.Text)),
			)
		})),
	)
}
