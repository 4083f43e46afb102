package scenario

import (
	"embed"
	"fmt"
	"path"
	"strings"

	"orrery/sim/kubectl"
)

//go:embed testdata/*.txtar
var lessons embed.FS

// Lesson is a scenario as a learner meets it: the prose, the manifests and what to do with them, without what is
// expected.
type Lesson struct {
	ID       string // the file's name without its order and ending: "scale"
	Title    string
	Text     string
	Files    []kubectl.File
	Commands []string // as typed
}

// Lessons returns the scenarios that are built in, in the order in which they are best read.
func Lessons() ([]Lesson, error) {
	entries, err := lessons.ReadDir("testdata")
	if err != nil {
		return nil, err
	}
	var out []Lesson
	for _, e := range entries {
		data, err := lessons.ReadFile(path.Join("testdata", e.Name()))
		if err != nil {
			return nil, err
		}
		s, err := Parse(data)
		if err != nil {
			return nil, fmt.Errorf("lesson %s: %w", e.Name(), err)
		}
		_, id, _ := strings.Cut(strings.TrimSuffix(e.Name(), ".txtar"), "-")
		l := Lesson{ID: id, Title: s.Title, Text: s.Text, Files: s.Files}
		for _, step := range s.Steps {
			if strings.HasPrefix(step.Text, "kubectl ") {
				l.Commands = append(l.Commands, step.Text)
			}
		}
		out = append(out, l)
	}
	return out, nil
}
