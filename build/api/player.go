package api

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"orrery/sim"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/apiserver/door"
	"orrery/sim/client"
	"orrery/sim/engine"
)

// player lets a world's time pass with the wall's, and lets many callers into it one after the other. A call is a
// command of the world; its answer goes straight to who waits for it.
type player struct {
	speed float64
	woken chan struct{} // has one element when a call came in

	mu      sync.Mutex
	world   *sim.World
	failed  error
	id      uint64
	waiting map[uint64]chan *client.Response // by call
	watches map[uint64]*watch                // by call
	asked   time.Time                        // when the latest call was answered
}

func newPlayer(w *sim.World, speed float64) *player {
	p := &player{
		speed: speed, world: w, woken: make(chan struct{}, 1),
		waiting: map[uint64]chan *client.Response{}, watches: map[uint64]*watch{},
	}
	w.Engine().Component(door.Address).(*door.Client).Deliver(p)
	return p
}

const (
	slice = 2 * time.Millisecond  // how long the world runs before callers get in
	lull  = 30 * time.Millisecond // how long nobody asks before a world of speed 0 hurries on
	nap   = 50 * time.Millisecond // how long an idle world is left alone
	leap  = 3 * time.Second       // how far ahead a world of speed 0 hurries to what is due
	lag   = time.Second           // how far the world may fall behind the wall's time before the rest is forgotten
)

// play lets time pass until the context ends.
func (p *player) play(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case <-p.woken:
		case <-timer.C:
		}
		for again := true; again && ctx.Err() == nil; {
			now := time.Now()
			var rest time.Duration
			rest, again = p.pass(min(now.Sub(last), lag))
			last = now.Add(-rest)
			runtime.Gosched()
		}
		timer.Reset(p.until())
	}
}

// pass lets the world live through so much of the wall's time, for as long as a slice. It returns how much of it is
// left, and whether more is to be done at once.
func (p *player) pass(wall time.Duration) (rest time.Duration, again bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	stop := time.Now().Add(slice)
	if p.speed == 0 && (len(p.waiting) > 0 || time.Since(p.asked) > lull && p.soon()) {
		p.hurry(stop)
		return 0, p.failed == nil && (len(p.waiting) > 0 || p.soon())
	}
	speed := p.speed
	if speed == 0 {
		speed = 1
	}
	end := p.world.Now() + time.Duration(float64(wall)*speed)
	for {
		next, ok := p.world.Next()
		if !ok || next > end || p.failed != nil {
			p.world.Idle(end)
			return 0, false
		}
		if !time.Now().Before(stop) {
			return time.Duration(float64(end-p.world.Now()) / speed), true
		}
		p.step()
	}
}

// hurry runs a world of speed 0: until all have their answers, or, when nobody has asked anything for a moment, what is
// due. Between the requests of one client time passes as everywhere, or the world would have done with the first of them
// before the second.
func (p *player) hurry(stop time.Time) {
	answering := len(p.waiting) > 0
	end := p.world.Now() + leap
	for p.failed == nil && time.Now().Before(stop) {
		next, ok := p.world.Next()
		if !ok || answering && len(p.waiting) == 0 || !answering && (p.world.Quiet() || next > end) {
			return
		}
		p.step()
	}
}

// soon reports whether anything but heartbeats is due soon. What is due only in a while is waited for: a controller that
// looks again every few seconds would make years of it.
func (p *player) soon() (soon bool) {
	if p.world.Quiet() {
		return false
	}
	end := p.world.Now() + leap
	p.world.Engine().Pending(func(ev engine.Event) bool {
		soon = !ev.Background && ev.At <= end
		return !soon
	})
	return soon
}

// step runs one event.
func (p *player) step() {
	if _, err := p.world.Step(); err != nil {
		p.failed = errors.Join(p.failed, err)
	}
}

// until returns how long the wall's time may pass before the next event is due.
func (p *player) until() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	next, ok := p.world.Next()
	if !ok || p.failed != nil {
		return nap
	}
	if p.speed == 0 {
		if !p.world.Quiet() {
			return min(next-p.world.Now(), lull)
		}
		return min(next-p.world.Now(), nap)
	}
	return min(time.Duration(float64(next-p.world.Now())/p.speed), nap)
}

// Custom implements door.World.
func (p *player) Custom() *customresource.Catalog {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.world.Custom()
}

// NextID implements door.World.
func (p *player) NextID() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.id++
	return p.id
}

// Call implements door.World.
func (p *player) Call(ctx context.Context, c door.Call) (*client.Response, error) {
	answer := make(chan *client.Response, 1)
	p.mu.Lock()
	if p.failed != nil {
		p.mu.Unlock()
		return nil, p.failed
	}
	p.waiting[c.ID] = answer
	if c.Verb == client.WatchVerb {
		p.watches[c.ID] = &watch{changed: make(chan struct{}, 1)}
	}
	p.world.Call(c)
	p.mu.Unlock()
	p.wake()
	select {
	case r := <-answer:
		if r.Error != nil {
			p.HangUp(c.ID)
		}
		return r, nil
	case <-ctx.Done():
		p.HangUp(c.ID)
		return nil, ctx.Err()
	}
}

func (p *player) wake() {
	select {
	case p.woken <- struct{}{}:
	default:
	}
}

// Answered implements door.Mailbox.
func (p *player) Answered(call uint64, r *client.Response) {
	if answer := p.waiting[call]; answer != nil {
		delete(p.waiting, call)
		answer <- r
	}
	p.asked = time.Now()
}

// HangUp implements door.World.
func (p *player) HangUp(id uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.waiting, id)
	if p.watches[id] != nil {
		delete(p.watches, id)
		p.world.Call(door.Call{ID: id, Verb: door.HangUp})
	}
}

// look has f look at the world, or change it, while nothing runs.
func (p *player) look(f func(*sim.World) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return errors.Join(p.failed, f(p.world))
}
