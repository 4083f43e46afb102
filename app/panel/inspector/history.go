package inspector

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/rows"
	"orrery/app/state"
	"orrery/app/text"
	"orrery/sim/wire"
)

// revisionHeight is that of a revision's row, in CSS pixels, as the style sheet has it.
const revisionHeight = 40

// history is the tab of a key's revisions, newest first, and what differs between two of them.
type history struct {
	app.Compo

	Port    *panel.Port
	Words   *text.Words
	History *wire.History
	From    int64
	To      int64
	Diff    []wire.DiffLine

	window rows.Window
}

// Render draws the tab.
func (h *history) Render() app.UI {
	if h.History == nil {
		return app.Div().Class("fill").Body(panel.Note(h.Words.NoHistory))
	}
	h.window.Height = revisionHeight
	return app.Div().Class("fill split").Body(
		app.Div().Class("key pad").Text(h.History.Key),
		app.Div().Class("revisions").Role("group").Aria("label", h.Words.History).TabIndex(0).
			On("scroll", h.onScroll, app.PassiveEvent()).OnChange(h.onPick).Body(
			h.window.Body(len(h.History.Revisions), h.row)...,
		),
		h.diff(),
	)
}

func (h *history) onScroll(ctx app.Context, _ app.Event) {
	if changed, _ := h.window.Measure(ctx.JSSrc()); !changed {
		ctx.PreventUpdate()
	}
}

func (h *history) row(i int) app.UI {
	revision := h.History.Revisions[len(h.History.Revisions)-1-i]
	name := number(revision.Revision)
	return app.Div().Class("revision", panel.Classes("gone", revision.Deleted, "picked", revision.Revision == h.To)).Body(
		h.radio("from", revision, h.From, h.Words.From+" "+name),
		h.radio("to", revision, h.To, h.Words.To+" "+name),
		app.Span().Class("rev").Text(name),
		app.Span().Class("what").Body(
			app.Span().Class("summary").Text(revision.Summary),
			app.Span().Class("dim").Text(revision.Actor),
		),
		app.Button().Type("button").Class("at").Title(text.Fill(h.Words.GoTo, strconv.Itoa(revision.Event))).
			OnClick(h.Port.On(state.Seek{Event: revision.Event})).Text(panel.Clock(revision.At)),
	)
}

func (h *history) radio(side string, revision wire.Revision, chosen int64, label string) app.UI {
	return app.Input().Type("radio").Name("diff-"+side).DataSet("side", side).DataSet("rev", revision.Revision).
		Aria("label", label).Checked(revision.Revision == chosen)
}

// onPick chooses one side of the comparison.
func (h *history) onPick(_ app.Context, e app.Event) {
	at, ok := panel.Data(e, "rev")
	side, _ := panel.Data(e, "side")
	revision, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil {
		return
	}
	if side == "from" {
		h.Port.Do(state.PickDiff{From: revision})
		return
	}
	h.Port.Do(state.PickDiff{To: revision})
}

func (h *history) diff() app.UI {
	title := h.Words.From + " " + number(h.From) + " " + h.Words.To + " " + number(h.To)
	box := app.Div().Class("diff").TabIndex(0).Role("region").Aria("label", title)
	switch {
	case h.From == 0:
		return box.Body(panel.Note(h.Words.FirstRevision))
	case len(h.Diff) == 0 && h.From == h.To:
		return box.Body(panel.Note(h.Words.NoDiff))
	}
	return box.Body(
		app.H3().Text(number(h.From)+" → "+number(h.To)),
		app.Range(bounded(h.Diff)).Slice(func(i int) app.UI {
			line := h.Diff[i]
			kind := "same"
			switch line.Op {
			case "+":
				kind = "plus"
			case "-":
				kind = "minus"
			}
			return app.Div().Class("d", kind).Body(
				app.I().Text(line.Op),
				app.Span().Class("code").Text(line.Text),
			)
		}),
	)
}

// bounded keeps what is drawn at once in bounds.
func bounded(diff []wire.DiffLine) []wire.DiffLine {
	return diff[:min(len(diff), linesWhole)]
}
