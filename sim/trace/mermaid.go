package trace

import (
	"strconv"
	"strings"
)

// Mermaid returns the arrows as a Mermaid sequence diagram.
func Mermaid(arrows []Arrow) string {
	var b strings.Builder
	b.WriteString("sequenceDiagram\n")
	alias := map[string]string{}
	for i, name := range Actors(arrows) {
		alias[name] = "a" + strconv.Itoa(i)
		b.WriteString("    participant " + alias[name] + " as " + mermaidText(name) + "\n")
	}
	for i := range arrows {
		a := &arrows[i]
		line := "->>"
		if a.Kind == "watch" {
			line = "-->>"
		}
		text := mermaidText(a.Text)
		if a.Step > 0 {
			text = "(" + strconv.Itoa(a.Step) + ") " + text
		}
		b.WriteString("    " + alias[a.From] + line + alias[a.To] + ": " + text + "\n")
	}
	return b.String()
}

// mermaidText replaces what Mermaid would read as its own syntax.
func mermaidText(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" {
		return "-"
	}
	return strings.NewReplacer("#", "#35;", ";", "#59;", "<", "#lt;", ">", "#gt;").Replace(s)
}
