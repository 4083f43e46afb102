package framework

import (
	"slices"
	"strconv"
	"strings"
)

// Histogram counts reasons.
type Histogram []reason

type reason struct {
	text  string
	count int
}

// Add counts a reason n times.
func (h *Histogram) Add(text string, n int) {
	if n == 0 {
		return
	}
	i := slices.IndexFunc(*h, func(r reason) bool { return r.text == text })
	if i < 0 {
		*h = append(*h, reason{text: text})
		i = len(*h) - 1
	}
	(*h)[i].count += n
}

// String lists the reasons with their counts, sorted as text.
func (h Histogram) String() string {
	lines := make([]string, len(h))
	for i, r := range h {
		lines[i] = strconv.Itoa(r.count) + " " + r.text
	}
	slices.Sort(lines)
	return strings.Join(lines, ", ")
}
