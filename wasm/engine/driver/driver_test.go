package driver

import (
	"errors"
	"strings"
	"testing"
	"time"

	"orrery/sim/wire"
)

// fakePage is a page with a clock that only the test moves.
type fakePage struct {
	now       time.Time
	responses []wire.Response
	notices   []wire.Notice
	saves     []string
	claims    int
}

func (p *fakePage) Now() time.Time          { return p.now }
func (p *fakePage) Respond(r wire.Response) { p.responses = append(p.responses, r) }
func (p *fakePage) Notify(n wire.Notice)    { p.notices = append(p.notices, n) }
func (p *fakePage) Keep(save []byte)        { p.saves = append(p.saves, string(save)) }
func (p *fakePage) Claim()                  { p.claims++ }

// views counts the Views sent so far.
func (p *fakePage) views() (count int) {
	for _, n := range p.notices {
		if n.View != nil {
			count++
		}
	}
	return count
}

// fakeSession has `steps` left to do; each costs `cost` of wall time, and playing needs one for each 20 ms of wall time.
type fakeSession struct {
	page    *fakePage
	steps   int
	cost    time.Duration
	playing bool
	dirty   bool
	broken  bool
	wall    time.Duration
	chunks  int
}

func (s *fakeSession) Handle(r wire.Request) wire.Response {
	if s.broken {
		panic("pod default/web-1 is bound twice")
	}
	switch r.Op {
	case wire.OpStep:
		s.steps = r.Event
	case wire.OpPause:
		s.steps, s.playing = 0, false
	case wire.OpPlay:
		s.playing = true
	case wire.OpOpen:
		return wire.Response{Workspace: &wire.Workspace{}}
	}
	s.dirty = true
	return wire.Response{}
}

func (s *fakeSession) Busy() bool { return s.playing || s.steps > 0 }

func (s *fakeSession) Run(wall time.Duration, budget func() bool) bool {
	s.chunks++
	s.wall += wall
	for s.steps > 0 && budget() {
		s.steps--
		s.page.now = s.page.now.Add(s.cost)
	}
	s.dirty = true
	return s.steps > 0
}

func (s *fakeSession) View() *wire.View { return &wire.View{} }
func (s *fakeSession) Dirty() bool      { return s.dirty }
func (s *fakeSession) Save() []byte     { s.dirty = false; return []byte("save") }

func setUp() (*fakePage, *fakeSession, *Driver) {
	page := &fakePage{now: time.Unix(1000, 0)}
	session := &fakeSession{page: page, cost: time.Millisecond}
	return page, session, New(session, page, "indexeddb", "hello")
}

func TestLongStepYieldsAndCanBeStopped(t *testing.T) {
	page, session, d := setUp()
	d.Request(wire.Request{ID: 1, Op: wire.OpStep, Event: 1000})
	before := page.now
	wait, waiting := d.Turn()
	if took := page.now.Sub(before); took > chunk+session.cost {
		t.Errorf("a turn took %v, longer than a chunk of %v", took, chunk)
	}
	if !waiting || wait != 0 {
		t.Errorf("after a full chunk Turn says %v, %v; want more at once", wait, waiting)
	}
	d.Request(wire.Request{ID: 2, Op: wire.OpPause})
	d.Turn()
	if session.steps != 0 || session.chunks != 1 {
		t.Errorf("pause left %d steps after %d chunks; want 0 after 1", session.steps, session.chunks)
	}
}

func TestViewsOfALongStepAreFew(t *testing.T) {
	page, session, d := setUp()
	d.Request(wire.Request{ID: 1, Op: wire.OpStep, Event: 1000})
	for session.Busy() {
		d.Turn()
		d.Drawn()
	}
	if got := page.views(); got < 4 || got > 7 {
		t.Errorf("a second of work without a pause sent %d views; want about 5", got)
	}
	sent := page.views()
	d.Turn()
	if page.views() != sent {
		t.Error("a session at rest still sends views")
	}
}

func TestSlowPageIsNotBuriedInViews(t *testing.T) {
	page, session, d := setUp()
	d.Request(wire.Request{ID: 1, Op: wire.OpStep, Event: 2500})
	for session.Busy() {
		d.Turn()
	}
	if got := page.views(); got < 2 || got > 4 {
		t.Errorf("a page that drew nothing in 2.5 s was sent %d views; want one a second and the last", got)
	}
}

func TestLastViewIsAlwaysSent(t *testing.T) {
	page, _, d := setUp()
	d.Request(wire.Request{ID: 1, Op: wire.OpStep, Event: 3})
	d.Turn()
	if page.views() != 1 {
		t.Errorf("a step of one chunk sent %d views; want the final one", page.views())
	}
}

func TestSleepIsNotMadeUpFor(t *testing.T) {
	page, session, d := setUp()
	page.now = page.now.Add(time.Hour)
	d.Request(wire.Request{ID: 1, Op: wire.OpPlay})
	d.Turn()
	if session.wall != 0 {
		t.Errorf("playing began with %v of wall time that passed before", session.wall)
	}
	page.now = page.now.Add(20 * time.Millisecond)
	if wait, waiting := d.Turn(); !waiting || wait != frame {
		t.Errorf("a session that caught up waits %v, %v; want a frame", wait, waiting)
	}
	page.now = page.now.Add(time.Hour)
	d.Turn()
	if want := 20*time.Millisecond + catchUp; session.wall != want {
		t.Errorf("the session was given %v of wall time; want %v", session.wall, want)
	}
}

func TestChangesAreKeptWhenRequestsRest(t *testing.T) {
	page, _, d := setUp()
	d.Request(wire.Request{ID: 1, Op: wire.OpApply})
	wait, waiting := d.Turn()
	if len(page.saves) != 0 || !waiting || wait != rest {
		t.Fatalf("right after a change: %d saves, wait %v %v; want none for %v", len(page.saves), wait, waiting, rest)
	}
	page.now = page.now.Add(rest)
	if _, waiting := d.Turn(); len(page.saves) != 1 || waiting {
		t.Fatalf("after the rest: %d saves, waiting %v; want one and idle", len(page.saves), waiting)
	}
	d.Request(wire.Request{ID: 2, Op: wire.OpApply})
	page.now = page.now.Add(rest)
	d.Turn()
	if len(page.saves) != 1 {
		t.Error("a second write began while the first was under way")
	}
	d.Kept(nil)
	d.Turn()
	if len(page.saves) != 2 {
		t.Error("a change made during a write was not kept after it")
	}
}

func TestSavingDoesNotWait(t *testing.T) {
	page, _, d := setUp()
	d.Request(wire.Request{ID: 1, Op: wire.OpSave})
	d.Turn()
	if len(page.saves) != 1 {
		t.Errorf("the page asked to save, perhaps before closing: %d saves", len(page.saves))
	}
}

func TestPlayIsKeptNowAndThen(t *testing.T) {
	page, _, d := setUp()
	d.Request(wire.Request{ID: 1, Op: wire.OpPlay})
	for range 1000 { // 10 seconds
		page.now = page.now.Add(10 * time.Millisecond)
		d.Turn()
		if len(page.saves) > 0 {
			d.Kept(nil)
		}
	}
	if got := len(page.saves); got < 2 || got > 4 {
		t.Errorf("10 seconds of play were kept %d times; want about one for each %v", got, longest)
	}
}

func TestWhereFilesAreKeptIsSaid(t *testing.T) {
	page, _, d := setUp()
	d.Request(wire.Request{ID: 7, Op: wire.OpOpen})
	first := page.responses[0]
	if first.ID != 7 || first.Workspace.Kept != "indexeddb" || len(first.Output) != 1 {
		t.Errorf("open answered %+v", first)
	}
	d.Kept(errors.New("quota exceeded"))
	d.Request(wire.Request{ID: 8, Op: wire.OpOpen})
	if second := page.responses[1]; second.Workspace.Kept != "memory" || len(second.Output) != 0 {
		t.Errorf("open after a failed write answered %+v", second)
	}
}

func TestBrokenInvariantStopsTheEngine(t *testing.T) {
	page, session, d := setUp()
	session.broken = true
	d.Request(wire.Request{ID: 1, Op: wire.OpApply})
	d.Request(wire.Request{ID: 2, Op: wire.OpStep})
	if len(page.responses) != 2 || page.responses[0].ID != 1 || !strings.Contains(page.responses[1].Error, "bound twice") {
		t.Errorf("responses after a panic: %+v", page.responses)
	}
	if len(page.notices) != 1 || !strings.Contains(page.notices[0].Failed, "bound twice") {
		t.Errorf("notices after a panic: %+v", page.notices)
	}
	if _, waiting := d.Turn(); waiting || len(page.saves) != 0 {
		t.Error("a broken session goes on or is kept")
	}
}

// TestOnlyOneTabKeeps claims the save file for this tab: it is written at once, changed or not, and no more after another
// tab has claimed it.
func TestOnlyOneTabKeeps(t *testing.T) {
	page := &fakePage{now: time.Unix(0, 0)}
	session := &fakeSession{page: page}
	d := New(session, page, "another")
	d.Request(wire.Request{ID: 1, Op: wire.OpClaim})
	if page.claims != 1 {
		t.Fatalf("%d claims", page.claims)
	}
	d.Turn()
	saves := len(page.saves)
	d.Moved("indexeddb")
	d.Turn()
	if len(page.saves) != saves+1 {
		t.Errorf("%d saves when the claim was granted, %d before", len(page.saves), saves)
	}
	d.Kept(nil)
	d.Moved("another")
	if d.Turn(); len(page.saves) != saves+1 {
		t.Errorf("%d saves after another tab took over", len(page.saves))
	}
	if got := []string{page.notices[0].Kept, page.notices[1].Kept}; got[0] != "indexeddb" || got[1] != "another" {
		t.Errorf("the page heard %q", got)
	}
}

// TestALinkIsNotKept opens a link: nothing is written until the user claims it, and then it is, here or once another tab has
// let go.
func TestALinkIsNotKept(t *testing.T) {
	for _, before := range []string{"indexeddb", "another"} {
		page := &fakePage{now: time.Unix(0, 0)}
		d := New(&fakeSession{page: page}, page, before)
		d.Request(wire.Request{ID: 1, Op: wire.OpOpen, Link: "abc"})
		if got := page.responses[0].Workspace.Kept; got != "link" {
			t.Errorf("%s: a link is kept in %q", before, got)
		}
		d.Request(wire.Request{ID: 2, Op: wire.OpSave})
		page.now = page.now.Add(time.Minute)
		if _, waiting := d.Turn(); len(page.saves) != 0 || waiting {
			t.Errorf("%s: a link was kept unasked", before)
		}
		d.Request(wire.Request{ID: 3, Op: wire.OpClaim})
		if before == "another" {
			if page.claims != 1 {
				t.Errorf("another tab's lock was claimed %d times", page.claims)
			}
			d.Moved("indexeddb")
		}
		d.Turn()
		if len(page.saves) != 1 || page.claims > 1 {
			t.Errorf("%s: a claimed link was kept %d times after %d claims", before, len(page.saves), page.claims)
		}
		if len(page.notices) != 0 {
			t.Errorf("%s: the page heard that the link is kept before it was written", before)
		}
		if d.Kept(nil); len(page.notices) != 1 || page.notices[0].Kept != "indexeddb" {
			t.Errorf("%s: when the link was written the page heard %+v", before, page.notices)
		}
	}
}
