package inspector

import (
	"strings"
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/sim/wire"
)

// room is how many letters of a line and its label stand side by side in the inspector.
const room = 44

// Labels name who wrote the lines: one line of each stretch by the same writer, the first that leaves room for the name.
// now follows the name where the object's latest revision wrote the stretch.
func Labels(lines []wire.Line, now string) []string {
	labels := make([]string, len(lines))
	for from := 0; from < len(lines); {
		first, to := lines[from], from+1
		for to < len(lines) && lines[to].By == first.By && lines[to].Changed == first.Changed {
			to++
		}
		label := first.By
		if first.Changed && label != "" {
			label += now
		}
		for i := from; i < to && label != ""; i++ {
			if length(lines[i])+utf8.RuneCountInString(label) <= room {
				labels[i], label = label, ""
			}
		}
		from = to
	}
	return labels
}

// length is how many letters a line takes.
func length(line wire.Line) int {
	lead, key, value := shown(line)
	return utf8.RuneCountInString(lead + key + value)
}

// shown is a line as it is read: what stands before its key, the key with its colon, and the value.
func shown(line wire.Line) (lead, key, value string) {
	lead = strings.Repeat(" ", line.Indent)
	if line.Dash {
		lead += "- "
	}
	if line.Key != "" {
		key = line.Key + ":"
		if line.Value != "" {
			key += " "
		}
	}
	return lead, key, line.Value
}

// Line draws a line of YAML with the colour of who wrote it, and their name. Marked lines that the latest revision changed
// stand out; in an object that was just created, that would be all of them.
func Line(line wire.Line, by string, marked bool) app.UI {
	lead, key, value := shown(line)
	words := []app.UI{app.Text(lead)}
	if line.Key != "" {
		words = append(words, app.Span().Class("k").Text(line.Key), app.Text(strings.TrimPrefix(key, line.Key)))
	}
	if value != "" {
		words = append(words, app.Span().Class("v-"+line.Type).Text(value))
	}
	title := line.Path
	if line.By != "" {
		title += " · " + line.By
	}
	return app.Div().Class("y", panel.Classes("new", line.Changed && marked)).Title(title).Body(
		app.U().Class("by-"+writer(line.By)),
		app.Span().Class("code").Body(words...),
		app.Em().Text(by),
	)
}

// writer is the class of a writer's colour.
func writer(by string) string {
	switch by {
	case "":
		return "none"
	case "kubectl", "you":
		return "user"
	case "default", "apiserver", "kube-apiserver":
		return "default"
	case "scheduler", "kube-scheduler":
		return "scheduler"
	case "kubelet", "kube-proxy", "proxy", "runtime":
		return "node"
	default:
		return "work"
	}
}
