package session

import (
	"math"
	"slices"

	"orrery/sim/api"
	"orrery/sim/narrate"
	"orrery/sim/session/instant"
	"orrery/sim/session/picture"
	"orrery/sim/trace"
	"orrery/sim/wire"
)

// Bounds of a View; see wire.View.
const (
	marksMax     = 400
	linesMax     = 60
	linesPlaying = 20 // while the world moves: a screen's worth
	changedMax   = 20
	changedMoves = 4 // while the world moves
	outputMax    = 200
)

// shownView is what the latest View showed.
type shownView struct {
	event    uint64
	revision int64 // of the store
	since    int64 // revision after which its changes were marked
	jumped   bool  // the world has since been sought, not run: only the latest event counts as a change
}

// View returns the world as it is now. Views follow each other: the marks of one are those that the last did not have.
func (s *Session) View() *wire.View {
	s.version++
	i := s.now()
	since := s.since(i)
	v := &wire.View{
		Version: s.version, Position: s.position(), Say: narrate.New(i, s.lang).Tell(i.Latest()),
		Cluster: picture.Cluster(i, since, s.index.Order(s.world.Number()) > 0), Changed: changed(i, since),
	}
	v.Command, v.Output = output(i)
	s.mark(v)
	s.lines(v, i)
	s.shown = shownView{event: s.world.Number(), revision: i.Store().Revision(), since: since}
	return v
}

func (s *Session) position() wire.Position {
	w, end := s.world, s.world.Now()
	if known := w.Trace(); len(known) > 0 {
		end = max(end, known[len(known)-1].At)
	}
	return wire.Position{
		Event: int(w.Number()), Last: int(w.Last()), Now: int64(w.Now()), End: int64(end), Quiet: w.Quiet(),
		Playing: s.goal.speed > 0, Running: s.goal.until != "" || s.replay != nil, Speed: s.goal.speed,
		Seed: w.Config().Seed, Nodes: w.Config().Nodes, Version: release(), Title: s.title(), Needs: s.needs,
	}
}

// release is Kubernetes' minor version: "1.36".
func release() string {
	version, dots := api.Version[1:], 0
	for i := range version {
		if version[i] == '.' {
			if dots++; dots == 2 {
				return version[:i]
			}
		}
	}
	return version
}

// since returns the revision after which writes count as changes: what was run since the last View, and after a jump
// only what the latest event wrote.
func (s *Session) since(i *instant.Instant) int64 {
	latest := i.Latest()
	switch {
	case !s.shown.jumped && s.world.Number() == s.shown.event:
		return s.shown.since
	case !s.shown.jumped && s.world.Number() > s.shown.event && s.shown.revision > 0:
		return s.shown.revision
	case latest != nil && latest.Kind == trace.Commit:
		return latest.Revision - 1
	}
	return math.MaxInt64
}

// changed returns the objects that were written after a revision: the one that the latest event is about first, then the
// latest, and Kubernetes Events last. Writes of
// the background, such as heartbeats, do not count.
func changed(i *instant.Instant, since int64) []wire.Ref {
	if since >= i.Store().Revision() {
		return nil
	}
	writes, err := i.Store().Since(since)
	if err != nil {
		return nil
	}
	var objects, events []wire.Ref
	for k := len(writes) - 1; k >= 0 && len(objects)+len(events) < changedMax; k-- {
		ref := i.Ref(writes[k].Object)
		if entry := i.Entry(writes[k].Event); entry == nil || entry.Background {
			continue
		}
		list := &objects
		if ref.Resource == "events" {
			list = &events
		}
		if !slices.Contains(*list, ref) && len(*list) < changedMax {
			*list = append(*list, ref)
		}
	}
	objects = append(objects, events...)
	if at := slices.Index(objects, subject(i, i.Latest())); at > 0 { // something was written, so there is a latest event
		about := objects[at]
		objects = slices.Insert(slices.Delete(objects, at, at+1), 0, about)
	}
	return objects
}

// mark puts the marks in that the page does not have, or as many as there is room for.
func (s *Session) mark(v *wire.View) {
	v.MarksFrom = int(s.marked) + 1
	v.Marks, s.behind = s.index.Marks(s.marked+1, marksMax)
	s.marked = s.world.Last()
	if s.behind {
		s.marked = uint64(v.Marks[len(v.Marks)-1].Event)
	}
}

// messagesPlaying is how many messages a View holds while the world moves: more are too many to follow.
const messagesPlaying = 12

// lines puts the newest lines of the event list in.
func (s *Session) lines(v *wire.View, i *instant.Instant) {
	most := linesMax
	if s.moving() {
		most = linesPlaying
		v.Changed = v.Changed[:min(len(v.Changed), changedMoves)]
		v.Cluster.Messages = v.Cluster.Messages[:min(len(v.Cluster.Messages), messagesPlaying)]
	}
	v.LinesTotal = s.index.Folds(s.world.Number())
	v.Lines = s.log.lines(s, i, max(0, v.LinesTotal-most), v.LinesTotal)
}

// output returns the latest command and what it has printed.
func output(i *instant.Instant) (command string, lines []string) {
	runs := i.Terminal().Runs()
	if len(runs) == 0 {
		return "", nil
	}
	run := runs[len(runs)-1]
	return run.Line, run.Output[max(0, len(run.Output)-outputMax):]
}
