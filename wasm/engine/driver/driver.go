// Package driver moves a session along with wall time: it hands over requests, lets the session run in chunks short
// enough that a request for a pause is never kept waiting, tells the page what it should draw, and has changes kept.
//
// It knows neither JavaScript nor the clock, so that all of it can be tested natively. It is not safe for concurrent
// use: whoever owns it calls Request and Turn from one goroutine.
package driver

import (
	"fmt"
	"time"

	"orrery/sim/wire"
)

// The rhythm of a driver, in wall time.
const (
	chunk   = 10 * time.Millisecond  // longest stretch of work between two looks at the requests
	frame   = 16 * time.Millisecond  // pause between chunks when the session has caught up with wall time
	redraw  = 34 * time.Millisecond  // at least this long between two Views: under 30 a second
	glance  = 200 * time.Millisecond // the same while the session has no time to spare: nobody can read along
	undrawn = time.Second            // a View that the page has not drawn by then is not waited for: its tab may be hidden
	rest    = 250 * time.Millisecond // a change is kept when this long passed without a request
	longest = 3 * time.Second        // a change is kept after this long even while requests or play go on
	catchUp = 250 * time.Millisecond // most wall time that one Run makes up for, so that a sleeping tab does not race after
)

// Session is what a driver needs of a session.
type Session interface {
	Handle(wire.Request) wire.Response
	Busy() bool
	Run(wall time.Duration, budget func() bool) (more bool)
	View() *wire.View
	Dirty() bool
	Save() []byte
}

// Page is what a driver needs of the world around it.
type Page interface {
	Now() time.Time // monotonic
	Respond(wire.Response)
	Notify(wire.Notice)
	// Keep writes a save file and calls Driver.Kept when that is done, later.
	Keep(save []byte)
	// Claim makes this session the one whose save files are written, and calls Driver.Moved when it is, later.
	Claim()
}

// Driver drives one session. The zero value is not usable: see New.
type Driver struct {
	session Session
	page    Page
	kept    string // as in wire.Workspace
	lent    string // while kept is "link": what kept was before
	greet   []string
	failed  string

	busy      bool // what the session was at the last turn
	ran       time.Time
	drew      time.Time // when the latest View was sent
	drawing   bool      // the page has not said yet that it drew that View
	requested time.Time
	dirty     time.Time // since when changes wait to be kept; zero when none do
	unkept    bool      // nothing was kept since save files go where they go now
	untold    bool      // the page has not heard where they go: it does when the one under way is written
	hurry     bool      // the page asked for them to be kept: it may be about to close
	keeping   bool
}

// New returns a driver for session. Kept says where save files go, as in wire.Workspace; greeting is added to the output
// of the first OpOpen.
func New(session Session, page Page, kept string, greeting ...string) *Driver {
	now := page.Now()
	return &Driver{session: session, page: page, kept: kept, greet: greeting, ran: now, requested: now}
}

// Request answers one request.
func (d *Driver) Request(r wire.Request) {
	if d.failed != "" {
		d.page.Respond(wire.Response{ID: r.ID, Error: d.failed})
		return
	}
	d.requested = d.page.Now()
	var answer wire.Response
	if !d.guard(func() { answer = d.session.Handle(r) }) {
		answer = wire.Response{Error: d.failed}
	}
	answer.ID = r.ID
	if r.Link != "" && answer.Error == "" {
		d.lend()
	}
	if answer.Workspace != nil {
		answer.Workspace.Kept = d.kept
	}
	switch r.Op {
	case wire.OpSave:
		d.hurry = true
	case wire.OpClaim:
		d.claim()
	case wire.OpOpen:
		answer.Output = append(answer.Output, d.greet...)
		d.greet = nil
	}
	d.page.Respond(answer)
}

// Turn runs the session for at most one chunk and sees to what is due. It returns how long the driver may be left alone
// unless a request comes: 0 when there is more to do at once, and false when only a request will change anything.
func (d *Driver) Turn() (wait time.Duration, waiting bool) {
	if d.failed != "" {
		return 0, false
	}
	ok := d.guard(func() {
		wait, waiting = d.run()
		if until, due := d.keep(); due && (!waiting || until < wait) {
			wait, waiting = until, true
		}
	})
	return wait, waiting && ok
}

// Drawn tells the driver that the page has drawn the latest View. Until then no other is sent, so that a page that draws
// more slowly than the engine runs is never buried in Views.
func (d *Driver) Drawn() { d.drawing = false }

// Kept tells the driver that the save file given to Page.Keep has been written, or could not be.
func (d *Driver) Kept(err error) {
	d.keeping = false
	if err != nil {
		d.kept = "memory"
	}
	if d.untold {
		d.untold = false
		d.page.Notify(wire.Notice{Kept: d.kept})
	}
}

// lend has nothing kept from now on: the session is that of somebody's link, and the user's own stays as it was kept.
func (d *Driver) lend() {
	if d.kept != link {
		d.lent, d.kept = d.kept, link
	}
}

// link is what kept is while the session is that of a link.
const link = "link"

// claim makes this session the one that is kept.
func (d *Driver) claim() {
	if d.kept != link || d.lent == "another" {
		d.page.Claim()
		return
	}
	kept := d.lent
	d.lent = ""
	d.Moved(kept)
}

// Moved tells the driver that save files now go elsewhere: another tab took over, or this one did. The page hears at once
// that nothing is kept any more, and that something is when it has been written.
func (d *Driver) Moved(kept string) {
	if d.kept == link && kept == "another" {
		d.lent = kept
		return
	}
	d.kept = kept
	d.unkept = kept != "another" // what was kept until now is another tab's
	if !d.unkept {
		d.untold = false
		d.page.Notify(wire.Notice{Kept: kept})
	}
}

// run advances a busy session and sends Views.
func (d *Driver) run() (wait time.Duration, waiting bool) {
	start := d.page.Now()
	wall := min(start.Sub(d.ran), catchUp)
	d.ran = start
	if !d.session.Busy() {
		d.busy = false
		return 0, false
	}
	if !d.busy { // it was set going just now: the time it slept does not count
		d.busy, wall = true, 0
	}
	more := d.session.Run(wall, func() bool { return d.page.Now().Sub(start) < chunk })
	going := d.session.Busy()
	rhythm := redraw
	if more {
		rhythm = glance
	}
	if now := d.page.Now(); !going || d.mayDraw(now.Sub(d.drew), rhythm) {
		d.drew, d.drawing = now, true
		d.page.Notify(wire.Notice{View: d.session.View()})
	}
	switch {
	case !going:
		return 0, false
	case more:
		return 0, true
	default:
		return frame, true
	}
}

// mayDraw says whether the page should get another View this long after the latest.
func (d *Driver) mayDraw(passed, rhythm time.Duration) bool {
	return passed >= rhythm && !d.drawing || passed >= undrawn
}

// keep has changes written when they are due, and otherwise says when they will be.
func (d *Driver) keep() (wait time.Duration, waiting bool) {
	if !d.session.Dirty() && !d.unkept || d.kept == link {
		d.dirty, d.hurry = time.Time{}, false
		return 0, false
	}
	now := d.page.Now()
	if d.dirty.IsZero() {
		d.dirty = now
	}
	due := d.dirty.Add(longest)
	if settled := d.requested.Add(rest); !d.busy && settled.Before(due) {
		due = settled
	}
	if left := due.Sub(now); left > 0 && !d.hurry && !d.unkept {
		return left, true
	}
	if d.keeping { // the write under way is the limit; Kept comes soon
		return frame, true
	}
	d.untold = d.unkept
	d.keeping, d.hurry, d.unkept, d.dirty = true, false, false, time.Time{}
	d.page.Keep(d.session.Save())
	return 0, false
}

// guard runs f. When a broken invariant panics, the driver stops for good: what the world says is no longer true.
func (d *Driver) guard(f func()) (ok bool) {
	defer func() {
		if broken := recover(); broken != nil {
			d.failed = fmt.Sprintf("the engine stopped: %v; reload the page to start from the last saved state", broken)
			d.page.Notify(wire.Notice{Failed: d.failed})
			ok = false
		}
	}()
	f()
	return true
}
