package session

import (
	"sort"
	"strings"

	"orrery/sim/narrate"
	"orrery/sim/session/instant"
	"orrery/sim/session/timeline"
	"orrery/sim/trace"
	"orrery/sim/wire"
)

// eventLog makes the lines of the event list. It remembers the newest lines, which every View shows again, and what the
// latest filter found. The zero eventLog remembers nothing.
type eventLog struct {
	lang string
	made map[uint64]wire.LogLine // by event
	hits hits
}

// hits are the events that a filter has found so far.
type hits struct {
	filter string
	unfold bool
	looked uint64 // events, or lines, that were looked at
	found  []timeline.Fold
}

const madeMax = 4096 // lines that are remembered

// forget drops what is known of the events after one.
func (l *eventLog) forget() { *l = eventLog{} }

// lines returns some lines of the folded list.
func (l *eventLog) lines(s *Session, i *instant.Instant, from, to int) []wire.LogLine {
	out := make([]wire.LogLine, 0, max(0, to-from))
	for k := from; k < to; k++ {
		out = append(out, l.line(s, i, s.index.Fold(k)))
	}
	return out
}

// line makes one line.
func (l *eventLog) line(s *Session, i *instant.Instant, f timeline.Fold) wire.LogLine {
	count := f.Count(uint64(len(i.Trace)))
	last := uint64(f.First) + uint64(count) - 1
	if l.made == nil || l.lang != s.lang || len(l.made) > madeMax {
		l.made, l.lang = map[uint64]wire.LogLine{}, s.lang
	}
	if count == 1 {
		if made, ok := l.made[last]; ok {
			return made
		}
	}
	e := i.Entry(last)
	teller := narrate.New(i, s.lang)
	out := wire.LogLine{
		Event: int(last), At: int64(e.At), Actor: actor(e), Kind: timeline.Kind(e), Step: e.Ten(), Source: int(e.Cause),
	}
	if count > 1 {
		out.Count, out.Text, out.Actor = count, teller.Folded(count), ""
		return out
	}
	out.Text, out.Ref = teller.Line(e), subject(i, e)
	l.made[last] = out
	return out
}

// actor returns the short name of who acted. In the controller manager that is the controller, but for what its shared
// cache takes in.
func actor(e *trace.Entry) string {
	if timeline.Lane(e.Actor) == "controllers" {
		if e.User == "" || e.Kind == trace.Watch {
			return "controllers"
		}
		return narrate.Writer(e.User)
	}
	return strings.TrimPrefix(e.Actor, "kube-")
}

// subject returns the object that an event is about.
func subject(i *instant.Instant, e *trace.Entry) wire.Ref {
	if e.Name == "" || i.Resource(e.Resource) == nil {
		return wire.Ref{}
	}
	return wire.Ref{Resource: e.Resource, Namespace: e.Namespace, Name: e.Name}
}

// eventList answers OpLog.
func (s *Session) eventList(r *wire.Request) *wire.Log {
	i := s.now()
	n := s.world.Number()
	limit := limitOf(r)
	if r.Filter == "" && !r.Unfold {
		total := s.index.Folds(n)
		from := min(max(r.Offset, 0), total)
		return &wire.Log{Total: total, Offset: from, Lines: s.log.lines(s, i, from, min(total, from+limit))}
	}
	if r.Filter == "" {
		from := min(max(r.Offset, 0), int(n))
		out := &wire.Log{Total: int(n), Offset: from}
		for e := from + 1; e <= min(int(n), from+limit); e++ {
			out.Lines = append(out.Lines, s.log.line(s, i, timeline.Fold{First: uint32(e), Last: uint32(e)}))
		}
		return out
	}
	found := s.log.search(s, i, strings.ToLower(r.Filter), r.Unfold)
	from := min(max(r.Offset, 0), len(found))
	out := &wire.Log{Total: len(found), Offset: from}
	for _, f := range found[from:min(len(found), from+limit)] {
		out.Lines = append(out.Lines, s.log.line(s, i, f))
	}
	return out
}

// search returns the lines up to the present that a filter finds. It looks only at what came since it was last asked.
func (l *eventLog) search(s *Session, i *instant.Instant, filter string, unfold bool) []timeline.Fold {
	n := s.world.Number()
	if l.hits.filter != filter || l.hits.unfold != unfold || l.lang != s.lang {
		l.hits = hits{filter: filter, unfold: unfold}
	}
	if unfold {
		for ; l.hits.looked < n; l.hits.looked++ {
			e := uint32(l.hits.looked + 1)
			l.look(s, i, timeline.Fold{First: e, Last: e})
		}
	} else {
		for ; l.hits.looked < uint64(s.index.Folds(n)); l.hits.looked++ {
			l.look(s, i, s.index.Fold(int(l.hits.looked)))
		}
	}
	found := l.hits.found
	return found[:sort.Search(len(found), func(k int) bool { return uint64(found[k].First) > n })]
}

func (l *eventLog) look(s *Session, i *instant.Instant, f timeline.Fold) {
	line := l.line(s, i, f)
	component := i.Entry(uint64(line.Event)).Actor
	for _, text := range []string{line.Text, line.Actor, component, line.Kind, line.Ref.Resource, line.Ref.Name} {
		if strings.Contains(strings.ToLower(text), l.hits.filter) {
			l.hits.found = append(l.hits.found, f)
			return
		}
	}
}
