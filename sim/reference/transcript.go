package reference

import (
	"regexp"
	"slices"
	"strings"
)

// printedRules are for what kubectl prints: the rules of objects, and what is found only there.
var printedRules = slices.Concat([]rule{
	{regexp.MustCompile(`\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}`), "<time>"},
	{regexp.MustCompile(`"?/?(tmp|work|root)/[^\s"']*/`), "<dir>/"},
	{regexp.MustCompile(`uid\d+\b`), "<uid>"},
}, rules, []rule{
	{regexp.MustCompile(`\b\d+m\d+s\b|\b\d+m\b`), "<dur>"},
	{regexp.MustCompile(`resourceVersion: "?\d+"?`), "resourceVersion: <rv>"},
	{regexp.MustCompile(`pod-template-hash(=|: "?)[a-z0-9]+`), "pod-template-hash=<hash>"},
	{regexp.MustCompile(`\s+`), " "},
})

// passed are the beginnings of lines that tell how often a client looked, or which machine it was.
var passed = []string{"resourceVersion", "uid:", "Waiting for ", "Machine ID:"}

// transcripts compares what was printed, step by step. A line that only moved within its step counts as equal, for two
// runs of a real cluster interleave differently too.
func (n normaliser) transcripts(recorded, simulated string) Result {
	var r Result
	a, b := n.steps(recorded), n.steps(simulated)
	for _, step := range union(a, b) {
		lines := n.lines(a[step], b[step])
		r.Equal += lines.Equal
		r.Total += lines.Total
		for _, d := range lines.Differences {
			r.differ("%s: %s", step, d)
		}
	}
	return r
}

// steps groups a transcript's lines by step.
func (n normaliser) steps(text string) map[string][]string {
	out := map[string][]string{}
	step := "00"
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(n.text(line))
		if line == "" || slices.ContainsFunc(passed, func(p string) bool { return strings.HasPrefix(line, p) }) {
			continue
		}
		if strings.HasPrefix(line, "### ") {
			step = strings.TrimPrefix(line, "### ")
		}
		if strings.HasPrefix(step, "step") && strings.Contains(step, ": cleanup") {
			continue
		}
		out[step] = append(out[step], line)
	}
	return out
}
