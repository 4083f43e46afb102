// Package share is the dialog that shows the world as a link.
package share

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/state"
	"orrery/app/text"
)

const (
	dialogID = "share"
	linkID   = "share-link"
)

// long is from how many characters on a link is cut by some of the programs that links are sent with.
const long = 8000

// Dialog is the panel. Link is empty until it is known; Copied is the action that copied last, or nil.
type Dialog struct {
	app.Compo

	Port   *panel.Port
	Words  *text.Words
	Open   bool
	Link   string
	Embed  string
	Copied state.Action

	shown bool
}

// OnUpdate opens or closes the dialog.
func (d *Dialog) OnUpdate(ctx app.Context) {
	if d.Open == d.shown {
		return
	}
	d.shown = d.Open
	panel.OpenDialog(ctx, dialogID, d.Open, func(app.Value) {})
}

// Render draws the panel.
func (d *Dialog) Render() app.UI {
	words := d.Words
	return app.Dialog().ID(dialogID).Class("dialog share").Aria("labelledby", dialogID+"-title").Aria("describedby", dialogID+"-hint").
		On("close", d.onClose).Body(
		app.Form().Attr("method", "dialog").Body(
			app.H2().ID(dialogID+"-title").Text(words.ShareTitle),
			app.P().ID(dialogID+"-hint").Class("dim").Text(words.ShareHint),
			app.Div().Class("asked").Body(
				app.Label().For(linkID).Text(words.LinkField),
				app.Input().Type("text").ID(linkID).Class("field m").ReadOnly(true).Value(d.Link).OnFocus(onFocus).
					Aria("describedby", linkID+"-length"),
				app.P().ID(linkID+"-length").Class("dim t0").Role("status").Text(d.length()),
			),
			app.Div().Class("answers-row").Body(
				app.Button().Type("submit").Class("q").Text(words.Close),
				d.copies(state.CopyEmbed{}, words.CopyEmbed, "q"),
				d.copies(state.CopyLink{}, words.CopyLink, "p"),
			),
		),
	)
}

// copies is a button that copies something and says so.
func (d *Dialog) copies(action state.Action, label, class string) app.UI {
	if d.Copied == action {
		label = d.Words.Copied
	}
	return app.Button().Type("button").Class(class).Disabled(d.Link == "").OnClick(d.Port.On(action)).Body(
		app.Span().Aria("live", "polite").Text(label),
	)
}

func (d *Dialog) length() string {
	switch count := strconv.Itoa(len(d.Link)); {
	case d.Link == "":
		return "…"
	case len(d.Link) > long:
		return text.Fill(d.Words.LinkLong, count)
	default:
		return text.Fill(d.Words.LinkLength, count)
	}
}

// onFocus selects the whole link, for those who copy by hand.
func onFocus(ctx app.Context, _ app.Event) { ctx.JSSrc().Call("select") }

func (d *Dialog) onClose(app.Context, app.Event) { d.Port.Do(state.ShowDialog{}) }
