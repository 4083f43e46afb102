package session

import "orrery/sim/wire"

// Handle answers a request.
func (s *Session) Handle(r wire.Request) wire.Response {
	var answer wire.Response
	err := s.handle(&r, &answer)
	answer.ID = r.ID
	if err != nil {
		answer.Error = err.Error()
	}
	return answer
}

// orders are the requests that change the session. The others only look.
var orders = map[wire.Op]func(*Session, *wire.Request, *wire.Response) error{
	wire.OpApply:  (*Session).apply,
	wire.OpRun:    (*Session).run,
	wire.OpDelete: (*Session).delete,
	wire.OpStep: func(s *Session, r *wire.Request, _ *wire.Response) error {
		if r.Back {
			return s.back(r.Until)
		}
		return s.step(r.Until)
	},
	wire.OpSeek: func(s *Session, r *wire.Request, _ *wire.Response) error { return s.seek(uint64(max(r.Event, 0))) },
	wire.OpPlay: func(s *Session, r *wire.Request, _ *wire.Response) error {
		s.play(r.Speed)
		return nil
	},
	wire.OpPause: func(s *Session, _ *wire.Request, _ *wire.Response) error {
		s.goal = goal{}
		return nil
	},
	wire.OpReset:  (*Session).reset,
	wire.OpLesson: (*Session).openLesson,
}

func (s *Session) handle(r *wire.Request, a *wire.Response) error {
	switch r.Op {
	case wire.OpOpen:
		if r.Link != "" {
			if err := s.follow(r.Link); err != nil {
				return err
			}
		}
		s.speak(r.Lang)
		s.marked, s.log = 0, eventLog{}
		a.View, a.Workspace, a.Lessons = s.View(), s.files(), lessons()
		return nil
	case wire.OpLanguage:
		s.speak(r.Lang)
		a.View = s.View()
		return nil
	case wire.OpShare:
		s.finishReplay()
		return s.share(r, a)
	case wire.OpSave, wire.OpClaim:
		if r.Workspace != nil {
			s.keep(r.Workspace)
		}
		return nil
	}
	if order := orders[r.Op]; order != nil {
		s.finishReplay()
		s.speak(r.Lang)
		s.dirty = true
		err := order(s, r, a)
		a.View = s.View()
		return err
	}
	return s.look(r, a)
}

// speak sets the language; an empty one changes nothing.
func (s *Session) speak(lang string) {
	if lang != "" && lang != s.lang {
		s.lang, s.dirty = lang, true
	}
}

// limitOf returns how many rows a request asks for.
func limitOf(r *wire.Request) int {
	const usual, most = 200, 1000
	if r.Limit <= 0 {
		return usual
	}
	return min(r.Limit, most)
}
