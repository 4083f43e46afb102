package scenario

import (
	"path"
	"strings"

	"orrery/sim/kubectl"
	"orrery/sim/trace"
)

// Golden returns a trace as a scenario keeps it: its commands, decisions, refusals and writes in their order, without
// heartbeats and without numbers and times, which change with every knob.
func Golden(entries []*trace.Entry) string {
	var b strings.Builder
	for i := range entries {
		e := entries[i]
		if strings.HasPrefix(e.Resource, "events") {
			e.Name = strings.TrimSuffix(e.Name, path.Ext(e.Name)) // what follows the last dot is the time
		}
		if e.Background {
			continue
		}
		switch e.Kind {
		case trace.Command:
			if d, ok := e.Data.(kubectl.CommandData); ok {
				b.WriteString("$ " + d.Line + "\n")
			}
			continue
		case trace.Decide:
			b.WriteString(e.Actor)
		case trace.Refuse, trace.Commit:
			b.WriteString(e.User)
		default:
			continue
		}
		for _, word := range []string{string(e.Kind), e.Verb, e.Target(), e.Message} {
			if word != "" {
				b.WriteString(" " + word)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Difference returns the first line in which two goldens differ, or nothing.
func Difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		a, b := "the end", "the end"
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			return "got:  " + a + "\nwant: " + b
		}
	}
	return ""
}
