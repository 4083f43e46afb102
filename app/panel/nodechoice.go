package panel

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/state"
	"orrery/app/text"
)

// NodeChoice chooses the node that a panel shows.
type NodeChoice struct {
	app.Compo

	Port  *Port
	Words *text.Words
	Nodes []string
	Node  string
}

// Render draws the choice.
func (n *NodeChoice) Render() app.UI {
	return app.Label().Class("labelled").Body(
		app.Span().Class("dim t0").Text(n.Words.Node),
		app.Select().Class("field").OnChange(n.onNode).Body(
			app.Range(n.Nodes).Slice(func(i int) app.UI {
				return Option(n.Nodes[i], n.Nodes[i], n.Nodes[i] == n.Node)
			}),
		),
	)
}

func (n *NodeChoice) onNode(ctx app.Context, _ app.Event) {
	n.Port.Do(state.SelectNode{Name: ctx.JSSrc().Get("value").String()})
}
