package inspector

import (
	"orrery/sim/narrate"
	"orrery/sim/session/instant"
	"orrery/sim/trace"
	"orrery/sim/wire"
)

// stepsMax bounds a sequence diagram: the first arrows after the command.
const stepsMax = 400

// Sequence answers who said what to whom since a command, up to the present.
func (p *Inspector) Sequence(i *instant.Instant, lang string, command uint64) *wire.Sequence {
	out := &wire.Sequence{}
	if command == 0 {
		return out
	}
	teller := narrate.New(i, lang)
	var arrows []trace.Arrow
	for k := command - 1; k < uint64(len(i.Trace)) && len(arrows) < stepsMax; k++ {
		e := i.Trace[k]
		if e.Background || e.Kind == trace.Timer {
			continue
		}
		a := e.Arrow()
		a.Text = teller.Line(e)
		arrows = append(arrows, a)
		out.Steps = append(out.Steps, wire.SequenceRow{Event: int(a.Event), From: a.From, To: a.To, Text: a.Text, Kind: a.Kind, Step: a.Step})
	}
	out.Actors = trace.Actors(arrows)
	out.Mermaid, out.SVG = trace.Mermaid(arrows), trace.SVG(arrows)
	return out
}
