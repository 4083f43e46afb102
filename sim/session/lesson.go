package session

import (
	"errors"

	"orrery/sim"
	"orrery/sim/scenario"
	"orrery/sim/wire"
)

// lessons returns the scenarios that can be opened as lessons.
func lessons() []wire.Lesson {
	all := scenarios()
	out := make([]wire.Lesson, len(all))
	for k, l := range all {
		out[k] = wire.Lesson{ID: l.ID, Title: l.Title, Text: l.Text}
	}
	return out
}

func scenarios() []scenario.Lesson {
	all, err := scenario.Lessons()
	if err != nil {
		panic("session: a lesson that is built in: " + err.Error())
	}
	return all
}

// openLesson begins a new world with a lesson's files in the workspace. The user's own files are put aside; a request
// for no lesson brings them back.
func (s *Session) openLesson(r *wire.Request, a *wire.Response) error {
	files, title := s.own, ""
	if r.Lesson != "" {
		files = nil
		for _, l := range scenarios() {
			if l.ID != r.Lesson {
				continue
			}
			title = l.Title
			for _, f := range l.Files {
				files = append(files, wire.File{Name: f.Name, Text: f.Text})
			}
		}
		if title == "" {
			return errors.New("there is no lesson " + r.Lesson)
		}
	}
	if s.lesson == "" && r.Lesson != "" {
		s.own = s.workspace.Files
	}
	if r.Lesson == "" {
		s.own = nil
	}
	if files != nil {
		s.workspace.Files, s.workspace.Active = files, 0
	}
	s.lesson, s.lessonTitle = r.Lesson, title
	a.Workspace = s.files()
	if r.Lesson == "" {
		return s.begin(s.cluster)
	}
	return s.begin(sim.Config{})
}

// title is what the page calls the world.
func (s *Session) title() string {
	switch {
	case s.lessonTitle != "":
		return s.lessonTitle
	case s.lang == "zh":
		return "一个 Deployment 的十步"
	}
	return "A Deployment in ten steps"
}
