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

// keyHeight is that of a key's row, in CSS pixels, as the style sheet has it.
const keyHeight = 42

// keys is the tab of the store: its keys, and the value of the selected one.
type keys struct {
	app.Compo

	Port     *panel.Port
	Words    *text.Words
	Keys     *wire.Store
	Filter   string
	Selected wire.Ref
	Object   *wire.Object

	window rows.Window
}

// Render draws the tab.
func (k *keys) Render() app.UI {
	total, revision := 0, int64(0)
	if k.Keys != nil {
		total, revision = k.Keys.Total, k.Keys.Revision
	}
	k.window.Height = keyHeight
	return app.Div().Class("fill split").Body(
		app.Div().Class("bar low").Body(
			app.Input().Type("search").Class("field").Aria("label", k.Words.FilterKeys).Placeholder(k.Words.FilterKeys).
				Value(k.Filter).OnInput(k.onFilter),
			app.Span().Class("dim t0").Text(text.Fill(k.Words.KeyCount, strconv.Itoa(total), number(revision))),
		),
		app.Div().Class("keys").Role("group").Aria("label", k.Words.Store).On("scroll", k.onScroll, app.PassiveEvent()).
			OnClick(k.onClick).Body(k.window.Body(total, k.row)...),
		k.value(),
	)
}

func (k *keys) row(i int) app.UI {
	at := i - k.Keys.Offset
	if at < 0 || at >= len(k.Keys.Keys) {
		return app.Div().Class("store-key wait").Text("…")
	}
	key := k.Keys.Keys[at]
	words := k.Words
	return app.Button().Type("button").Class("store-key", panel.Classes("new", key.Changed, "sel", key.Ref == k.Selected && key.Ref.Name != "")).
		DataSet("i", i).Title(key.Key).Body(
		app.Span().Class("path").Body(app.Bdi().Text(key.Key)),
		app.Span().Class("facts").Text(
			text.Fill(words.Revision, number(key.Mod))+" · "+text.Fill(words.Created, number(key.Create))+" · "+
				text.Fill(words.Version, number(key.Version))+" · "+panel.Bytes(int64(key.Bytes))),
	)
}

// value shows what the selected key holds.
func (k *keys) value() app.UI {
	if k.Object == nil {
		return app.Div().Class("value none")
	}
	lines := k.Object.Lines[:min(len(k.Object.Lines), linesWhole)]
	return app.Div().Class("value yaml").TabIndex(0).Role("region").Aria("label", k.Object.Key).Body(
		app.Div().Class("key pad").Text(k.Object.Key),
		app.Div().Class("lines").Body(app.Range(lines).Slice(func(i int) app.UI { return Line(lines[i], "", k.Object.Version > 1) })),
	)
}

func (k *keys) onFilter(ctx app.Context, _ app.Event) {
	k.Port.Do(state.FilterKeys{Text: ctx.JSSrc().Get("value").String()})
}

func (k *keys) onScroll(ctx app.Context, _ app.Event) {
	if changed, _ := k.window.Measure(ctx.JSSrc()); !changed {
		ctx.PreventUpdate()
		return
	}
	first, last := k.window.Visible()
	k.Port.Do(state.ScrollKeys{First: first, Last: last})
}

func (k *keys) onClick(_ app.Context, e app.Event) {
	at, ok := panel.Data(e, "i")
	i, err := strconv.Atoi(at)
	if !ok || err != nil || k.Keys == nil {
		return
	}
	if i -= k.Keys.Offset; i >= 0 && i < len(k.Keys.Keys) && k.Keys.Keys[i].Ref.Name != "" {
		k.Port.Do(state.Select{Ref: k.Keys.Keys[i].Ref})
	}
}
