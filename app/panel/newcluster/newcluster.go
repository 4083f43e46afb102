// Package newcluster is the dialog that asks how many nodes a new cluster has and what seed its chance comes from.
//
// It is an HTML dialog: the browser keeps the focus in it, closes it with Escape and gives the focus back. The fields
// belong to the browser too, which checks their bounds; they are read when the dialog closes.
package newcluster

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/icon"
	"orrery/app/state"
	"orrery/app/text"
)

// The IDs of the dialog and its fields.
const (
	dialogID = "new-cluster"
	nodesID  = "new-cluster-nodes"
	seedID   = "new-cluster-seed"
)

// sizes are the numbers of nodes that one press chooses.
var sizes = []int{1, 3, 5, 10, 20}

// Dialog is the panel. Nodes and Seed are those of the world there is.
type Dialog struct {
	app.Compo

	Port  *panel.Port
	Words *text.Words
	Open  bool
	Nodes int
	Seed  uint64

	shown bool
}

// OnUpdate opens or closes the dialog.
func (d *Dialog) OnUpdate(ctx app.Context) {
	if d.Open == d.shown {
		return
	}
	d.shown = d.Open
	panel.OpenDialog(ctx, dialogID, d.Open, func(dialog app.Value) {
		fill(nodesID, strconv.Itoa(d.Nodes))
		fill(seedID, strconv.FormatUint(d.Seed, 10))
		dialog.Set("returnValue", "")
		app.Window().GetElementByID(nodesID).Call("select")
	})
}

// Render draws the panel.
func (d *Dialog) Render() app.UI {
	words := d.Words
	return app.Dialog().ID(dialogID).Class("dialog").Aria("labelledby", dialogID+"-title").Aria("describedby", dialogID+"-hint").
		On("close", d.onClose).Body(
		app.Form().Attr("method", "dialog").Body(
			app.H2().ID(dialogID+"-title").Text(words.NewCluster),
			app.P().ID(dialogID+"-hint").Class("dim").Text(words.NewClusterHint),
			d.nodes(),
			d.seed(),
			app.Div().Class("answers-row").Body(
				app.Button().Type("button").Class("q").OnClick(d.onCancel).Text(words.Cancel),
				app.Button().Type("submit").Class("p").Value(created).Text(words.Create),
			),
		),
	)
}

// created is what the dialog returns when the cluster is to be made.
const created = "create"

func (d *Dialog) nodes() app.UI {
	words := d.Words
	hint := text.Fill(words.NodesHint, strconv.Itoa(state.NodesMax))
	return app.Div().Class("asked").Body(
		app.Label().For(nodesID).Text(words.NodesField),
		number(nodesID, state.NodesMax),
		app.Div().Class("sizes").Role("group").Aria("label", words.NodesField).Body(
			app.Range(sizes).Slice(func(i int) app.UI {
				size := strconv.Itoa(sizes[i])
				return app.Button().Type("button").Class("toggle").Aria("label", words.NodesField+" "+size).
					OnClick(func(app.Context, app.Event) { fill(nodesID, size) }, app.EventScope(size)).Text(size)
			}),
		),
		app.P().ID(nodesID+"-hint").Class("dim t0").Text(hint),
	)
}

func (d *Dialog) seed() app.UI {
	words := d.Words
	return app.Div().Class("asked").Body(
		app.Label().For(seedID).Text(words.Seed),
		number(seedID, state.SeedMax),
		app.Button().Type("button").Class("icon").Aria("label", words.OtherSeed).Title(words.OtherSeed).
			OnClick(onOtherSeed).Body(icon.Another()),
		app.P().ID(seedID+"-hint").Class("dim t0").Text(text.Fill(words.SeedHint, strconv.Itoa(state.SeedMax))),
	)
}

// number is a field for a whole number from 1 to most.
func number(id string, most int) app.UI {
	return app.Input().Type("number").ID("%s", id).Class("field").Aria("describedby", id+"-hint").
		Min(1).Max(most).Step(1).Required(true).Attr("inputmode", "numeric")
}

func fill(id, value string) {
	app.Window().GetElementByID(id).Set("value", value)
}

// onOtherSeed draws a seed that is short enough to be remembered.
func onOtherSeed(app.Context, app.Event) {
	seed := 1 + int(app.Window().Get("Math").Call("random").Float()*9999)
	fill(seedID, strconv.Itoa(seed))
}

func (d *Dialog) onCancel(app.Context, app.Event) { d.Port.Do(state.ShowDialog{}) }

// onClose takes the answer: the browser has checked the fields when it is to create the cluster.
func (d *Dialog) onClose(ctx app.Context, _ app.Event) {
	nodes, err := strconv.Atoi(app.Window().GetElementByID(nodesID).Get("value").String())
	seed, also := strconv.ParseUint(app.Window().GetElementByID(seedID).Get("value").String(), 10, 64)
	if ctx.JSSrc().Get("returnValue").String() != created || err != nil || also != nil {
		d.Port.Do(state.ShowDialog{})
		return
	}
	d.Port.Do(state.NewCluster{Nodes: nodes, Seed: seed})
}
