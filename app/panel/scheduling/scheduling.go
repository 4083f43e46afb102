// Package scheduling is one decision of the scheduler: every node against every plugin, with reasons and scores.
package scheduling

import (
	"slices"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/state"
	"orrery/app/text"
	"orrery/sim/wire"
)

// Scheduling is the panel.
type Scheduling struct {
	app.Compo

	Port    *panel.Port
	Words   *text.Words
	Verdict *wire.Verdict
	Pod     wire.Ref // whose decision was asked for; zero for the latest
}

// Render draws the panel.
func (s *Scheduling) Render() app.UI {
	if s.Verdict == nil || (s.Verdict.Pod.Name == "" && len(s.Verdict.Decided) == 0) {
		return app.Div().Class("fill").Body(panel.Note(s.Words.NoVerdict))
	}
	return app.Div().Class("fill split").Body(
		app.Div().Class("bar low").Body(s.pods(), app.Span().Class("sp"), s.when()),
		app.If(s.Verdict.Pod.Name == "", func() app.UI { return panel.Note(s.Words.NoVerdict) }),
		app.If(s.Verdict.Pod.Name != "", func() app.UI {
			return app.Div().Class("table-box").TabIndex(0).Body(
				app.P().Class("verdict").Text(s.Verdict.Message),
				s.table(),
			)
		}),
	)
}

func (s *Scheduling) when() app.UI {
	if s.Verdict.Pod.Name == "" {
		return app.Span()
	}
	return app.Button().Type("button").Class("at").Title(text.Fill(s.Words.GoTo, strconv.Itoa(s.Verdict.Event))).
		OnClick(s.Port.On(state.Seek{Event: s.Verdict.Event})).Text("T+" + panel.Clock(s.Verdict.At) + " s")
}

// pods offers the pods that the scheduler decided on.
func (s *Scheduling) pods() app.UI {
	shown := s.Verdict.Decided
	asked := s.Pod
	if asked.Name == "" {
		asked = s.Verdict.Pod
	}
	if asked.Name != "" && !slices.Contains(shown, asked) {
		shown = append([]wire.Ref{asked}, shown...)
	}
	return app.Label().Class("labelled").Body(
		app.Span().Class("dim t0").Text(s.Words.Pod),
		app.Select().Class("field").OnChange(s.onPod).Body(
			app.Range(shown).Slice(func(i int) app.UI {
				value := shown[i].Namespace + "/" + shown[i].Name
				return panel.Option(value, shown[i].Name, shown[i] == asked)
			}),
		),
	)
}

func (s *Scheduling) onPod(ctx app.Context, _ app.Event) {
	namespace, name, _ := strings.Cut(ctx.JSSrc().Get("value").String(), "/")
	s.Port.Do(state.ShowVerdict{Pod: wire.Ref{Resource: "pods", Namespace: namespace, Name: name}})
}

// table has a row for each node, a column for each filter and each score.
func (s *Scheduling) table() app.UI {
	verdict := s.Verdict
	heads := []app.UI{app.Th().Scope("col").Text(s.Words.Node)}
	for _, filter := range verdict.Filters {
		heads = append(heads, app.Th().Scope("col").Class("plugin").Title(filter).Body(broken(filter)...))
	}
	for _, score := range verdict.Scores {
		weight := ""
		if score.Weight != 1 {
			weight = " ×" + strconv.FormatInt(score.Weight, 10)
		}
		heads = append(heads, app.Th().Scope("col").Class("plugin score").Title(score.Name).Body(broken(score.Name+weight)...))
	}
	heads = append(heads, app.Th().Scope("col").Class("total").Text(s.Words.Total))
	return app.Table().Class("verdicts").Body(
		app.THead().Body(app.Tr().Body(heads...)),
		app.TBody().Body(app.Range(verdict.Nodes).Slice(func(i int) app.UI { return s.row(verdict.Nodes[i]) })),
	)
}

// broken lets a long name break before its capitals.
func broken(name string) []app.UI {
	var out []app.UI
	start := 0
	for i := 1; i < len(name); i++ {
		if name[i] >= 'A' && name[i] <= 'Z' && name[i-1] >= 'a' {
			out = append(out, app.Text(name[start:i]), app.Wbr())
			start = i
		}
	}
	return append(out, app.Text(name[start:]))
}

func (s *Scheduling) row(node wire.NodeVerdict) app.UI {
	chosen := node.Node == s.Verdict.Selected
	cells := []app.UI{app.Th().Scope("row").Body(
		app.Button().Type("button").Class("link").OnClick(s.Port.On(state.Select{Ref: wire.Ref{Resource: "nodes", Name: node.Node}})).Text(node.Node),
		app.If(chosen, func() app.UI { return app.Span().Class("chip on").Text(s.Words.Selected) }),
	)}
	refused := false
	for _, filter := range s.Verdict.Filters {
		switch {
		case refused:
			cells = append(cells, app.Td().Class("skip").Title(s.Words.NotRun).Aria("label", s.Words.NotRun).Text("·"))
		case filter == node.FailedBy:
			refused = true
			cells = append(cells, app.Td().Class("refused").Text("✗ "+strings.Join(node.Reasons, ", ")))
		default:
			cells = append(cells, app.Td().Class("passed").Title(s.Words.Passed).Aria("label", s.Words.Passed).Text("✓"))
		}
	}
	for i := range s.Verdict.Scores {
		cells = append(cells, app.Td().Class("score").Body(s.score(node, i)...))
	}
	total := "·"
	if node.Fits {
		total = strconv.FormatInt(node.Total, 10)
	}
	cells = append(cells, app.Td().Class("total").Text(total))
	return app.Tr().Class(panel.Classes("chosen", chosen, "unfit", !node.Fits)).Body(cells...)
}

// score draws a weighted score with the raw one as a bar.
func (s *Scheduling) score(node wire.NodeVerdict, i int) []app.UI {
	if i >= len(node.Weighted) || i >= len(node.Raw) {
		return []app.UI{app.Text("·")}
	}
	return []app.UI{
		app.Span().Text(strconv.FormatInt(node.Weighted[i], 10)),
		app.Span().Class("meter").Aria("hidden", true).Body(
			app.I().Style("width", strconv.FormatInt(min(max(node.Raw[i], 0), 100), 10)+"%"),
		),
	}
}
