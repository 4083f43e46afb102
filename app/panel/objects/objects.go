// Package objects is the table of the objects of one resource, with kubectl's columns.
package objects

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/rows"
	"orrery/app/state"
	"orrery/app/text"
	"orrery/sim/wire"
)

// rowHeight is that of a row, in CSS pixels, as the style sheet has it.
const rowHeight = 30

// Objects is the panel.
type Objects struct {
	app.Compo

	Port     *panel.Port
	Words    *text.Words
	Table    *wire.Table
	Filter   string
	Selected wire.Ref

	window rows.Window
}

// Render draws the panel.
func (o *Objects) Render() app.UI {
	o.window.Height = rowHeight
	table := o.Table
	if table == nil {
		table = &wire.Table{}
	}
	return app.Div().Class("fill split").Body(
		app.Div().Class("bar low").Body(
			app.Select().Class("field").Aria("label", o.Words.Kind).OnChange(o.onKind).Body(
				app.Range(table.Resources).Slice(func(i int) app.UI {
					resource := table.Resources[i]
					words := resource.Kind + " (" + strconv.Itoa(resource.Count) + ")"
					return panel.Option(resource.Resource, words, resource.Resource == table.Resource)
				}),
			),
			app.Input().Type("search").Class("field").Aria("label", o.Words.Filter).Placeholder(o.Words.Filter).
				Value(o.Filter).OnInput(o.onFilter),
		),
		app.Div().Class("table-box").TabIndex(0).On("scroll", o.onScroll, app.PassiveEvent()).OnClick(o.onClick).Body(
			o.table(table),
			app.If(table.Total == 0, func() app.UI { return panel.Note(o.Words.NoObjects) }),
		),
	)
}

// table draws the rows on screen between rows as high as the others.
func (o *Objects) table(table *wire.Table) app.UI {
	from, to := o.window.Range(table.Total)
	body := []app.UI{gap(from)}
	for i := from; i < to; i++ {
		body = append(body, o.row(table, i))
	}
	body = append(body, gap(table.Total-to))
	return app.Table().Class("objects").Aria("rowcount", table.Total).Body(
		app.THead().Body(app.Tr().Body(
			app.Range(table.Columns).Slice(func(i int) app.UI { return app.Th().Scope("col").Text(table.Columns[i]) }),
		)),
		app.TBody().Body(body...),
	)
}

func gap(count int) app.UI {
	return app.Tr().Class("space").Style("height", strconv.Itoa(max(count, 0)*rowHeight)+"px")
}

func (o *Objects) row(table *wire.Table, i int) app.UI {
	at := i - table.Offset
	if at < 0 || at >= len(table.Rows) {
		return app.Tr().Class("wait").Body(app.Td().ColSpan(max(len(table.Columns), 1)).Text("…"))
	}
	row := table.Rows[at]
	return app.Tr().DataSet("i", i).Class(panel.Classes("new", row.Changed, "sel", row.Ref == o.Selected)).Body(
		app.Range(row.Cells).Slice(func(c int) app.UI {
			if c > 0 {
				return app.Td().Text(row.Cells[c])
			}
			return app.Td().Body(
				app.Button().Type("button").Class("link").Body(
					app.Span().Class("dot", panel.Classes("tone-"+row.Tone, row.Tone != "")),
					app.Text(row.Cells[c]),
				),
			)
		}),
	)
}

func (o *Objects) onKind(ctx app.Context, _ app.Event) {
	o.Port.Do(state.ShowKind{Resource: ctx.JSSrc().Get("value").String()})
}

func (o *Objects) onFilter(ctx app.Context, _ app.Event) {
	o.Port.Do(state.FilterTable{Text: ctx.JSSrc().Get("value").String()})
}

func (o *Objects) onScroll(ctx app.Context, _ app.Event) {
	if changed, _ := o.window.Measure(ctx.JSSrc()); !changed {
		ctx.PreventUpdate()
		return
	}
	first, last := o.window.Visible()
	o.Port.Do(state.ScrollTable{First: first, Last: last})
}

func (o *Objects) onClick(_ app.Context, e app.Event) {
	at, ok := panel.Data(e, "i")
	i, err := strconv.Atoi(at)
	if !ok || err != nil || o.Table == nil {
		return
	}
	if i -= o.Table.Offset; i >= 0 && i < len(o.Table.Rows) {
		o.Port.Do(state.Select{Ref: o.Table.Rows[i].Ref})
	}
}
