// Package network is what kube-proxy wrote on a node, as iptables-save prints it.
package network

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/rows"
	"orrery/app/text"
	"orrery/sim/wire"
)

// Lines are as high as the style sheet has them; up to linesWhole all exist as elements.
const (
	lineHeight = 18
	linesWhole = 400
)

// Network is the panel.
type Network struct {
	app.Compo

	Port  *panel.Port
	Words *text.Words
	Nodes []string
	Node  string
	Rules *wire.Rules

	window rows.Window
}

// Render draws the panel.
func (n *Network) Render() app.UI {
	n.window.Height = lineHeight
	return app.Div().Class("fill split").Body(
		app.Div().Class("bar low").Body(
			&panel.NodeChoice{Port: n.Port, Words: n.Words, Nodes: n.Nodes, Node: n.Node},
			app.Span().Class("sp"),
			app.Span().Class("dim t0").Text(n.facts()),
		),
		n.rules(),
	)
}

func (n *Network) facts() string {
	if n.Rules == nil || n.Rules.Text == "" {
		return ""
	}
	return n.Rules.Mode + " · " + text.Fill(n.Words.Services, strconv.Itoa(n.Rules.Services)) + " · " +
		text.Fill(n.Words.Synced, "T+"+panel.Clock(n.Rules.Synced)+" s")
}

func (n *Network) rules() app.UI {
	if n.Rules == nil || n.Rules.Text == "" || n.Rules.Node != n.Node {
		return panel.Note(n.Words.NoRules)
	}
	lines := strings.Split(strings.TrimSuffix(n.Rules.Text, "\n"), "\n")
	draw := func(i int) app.UI { return line(lines[i]) }
	box := app.Div().Class("rules").TabIndex(0).Role("region").Aria("label", "iptables-save "+n.Node).
		On("scroll", n.onScroll, app.PassiveEvent())
	if len(lines) > linesWhole {
		return box.Body(n.window.Body(len(lines), draw)...)
	}
	return box.Body(app.Range(lines).Slice(draw))
}

// line marks tables, chains and the comments that name Services.
func line(words string) app.UI {
	class := "rule-line"
	switch {
	case strings.HasPrefix(words, "*"), words == "COMMIT":
		class += " table-name"
	case strings.HasPrefix(words, ":"):
		class += " chain"
	case strings.HasPrefix(words, "#"):
		class += " remark"
	}
	before, rest, ok := strings.Cut(words, `--comment "`)
	comment, after, closed := strings.Cut(rest, `"`)
	if !ok || !closed {
		return app.Div().Class(class).Text(words)
	}
	return app.Div().Class(class).Body(
		app.Text(before+"--comment "), app.Span().Class("s").Text(`"`+comment+`"`), app.Text(after),
	)
}

func (n *Network) onScroll(ctx app.Context, _ app.Event) {
	if changed, _ := n.window.Measure(ctx.JSSrc()); !changed {
		ctx.PreventUpdate()
	}
}
