package apiserver

import (
	"slices"
	"strconv"
	"time"

	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/trace"
)

// bookmarkEvery is how often a watch is told how far it is, and bookmarkBefore how long before its end it is told for the
// last time. Models k8s.io/apiserver/pkg/storage/cacher.
const (
	bookmarkEvery  = time.Minute
	bookmarkBefore = 2 * time.Second
)

// The timers of a watch.
type (
	bookmark struct {
		to    engine.Address
		watch uint64
	}
	timeout struct {
		to    engine.Address
		watch uint64
	}
)

// keep sets a new watch's timers.
func (s *Server) keep(t *engine.Turn, w *watch, ends time.Duration) {
	if ends > 0 {
		w.end = t.Now() + ends
		t.Later(ends, timeout{w.to, w.ID})
	}
	s.nextBookmark(t, w)
}

func (s *Server) nextBookmark(t *engine.Turn, w *watch) {
	if !w.bookmarks {
		return
	}
	next := bookmarkEvery
	if w.end > 0 {
		next = min(next, w.end-bookmarkBefore-t.Now())
	}
	if next > 0 {
		t.Later(next, bookmark{w.to, w.ID})
	}
}

// mark sends a watch a bookmark: an object with nothing but the revision up to which the watch has seen all.
func (s *Server) mark(t *engine.Turn, b bookmark) {
	t.Entry.Kind = trace.Timer
	w := s.watch(b.to, b.watch)
	if w == nil {
		return
	}
	o := w.resource.New()
	revision := max(w.after, s.store.Revision())
	o.SetResourceVersion(strconv.FormatInt(revision, 10))
	s.send(t, w, &client.Change{Watch: w.ID, Type: client.Bookmark, Resource: w.Resource, Object: o, Revision: revision})
	s.nextBookmark(t, w)
}

// end closes a watch whose time is over.
func (s *Server) end(t *engine.Turn, b timeout) {
	t.Entry.Kind = trace.Timer
	w := s.watch(b.to, b.watch)
	if w == nil {
		return
	}
	s.send(t, w, &client.Change{Watch: w.ID, Type: client.Closed, Resource: w.Resource})
	s.Close(b.to, b.watch)
}

// watch returns an open watch, or nil.
func (s *Server) watch(to engine.Address, id uint64) *watch {
	i := slices.IndexFunc(s.watches, func(w *watch) bool { return w.to == to && w.ID == id })
	if i < 0 {
		return nil
	}
	return s.watches[i]
}
