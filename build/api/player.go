package api

import (
	"context"
	"errors"
	"sync"
	"time"

	"orrery/sim"
	"orrery/sim/apiserver/door"
	"orrery/sim/client"
)

// player lets a world's time pass with the wall's, and lets many callers into it one after the other.
type player struct {
	speed float64

	mu      sync.Mutex
	world   *sim.World
	id      uint64
	failed  error
	changed chan struct{} // closed whenever something was run
}

func newPlayer(w *sim.World, speed float64) *player {
	return &player{speed: speed, world: w, changed: make(chan struct{})}
}

// tick is how often time passes.
const tick = 5 * time.Millisecond

// play lets time pass until the context ends.
func (p *player) play(ctx context.Context) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			p.pass(now.Sub(last))
			last = now
		}
	}
}

// pass lets the world live through so much of the wall's time.
func (p *player) pass(wall time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.world.Number()
	if p.speed > 0 {
		p.failed = errors.Join(p.failed, p.world.Advance(time.Duration(float64(wall)*p.speed)))
	} else {
		p.hurry(wall)
	}
	if p.world.Number() != before {
		close(p.changed)
		p.changed = make(chan struct{})
	}
}

// hurry runs all that is due for as long as a tick, and lets time pass with the wall's when the world is quiet.
func (p *player) hurry(wall time.Duration) {
	if p.world.Quiet() {
		p.failed = errors.Join(p.failed, p.world.Advance(wall))
	}
	for end := time.Now().Add(tick); !p.world.Quiet() && time.Now().Before(end); {
		if _, err := p.world.Step(); err != nil {
			p.failed = errors.Join(p.failed, err)
			return
		}
	}
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
	p.mu.Lock()
	p.world.Call(c)
	p.mu.Unlock()
	var answer *client.Response
	err := p.wait(ctx, func(d *door.Client) bool {
		answer = d.Answer(c.ID)
		return answer != nil
	})
	return answer, err
}

// Watch implements door.World.
func (p *player) Watch(ctx context.Context, id uint64, n int) ([]*client.Change, error) {
	var changes []*client.Change
	err := p.wait(ctx, func(d *door.Client) bool {
		more, open := d.Changes(id, n)
		changes = more
		return len(more) > 0 || !open
	})
	return changes, err
}

// wait waits until the door's client has what is asked for.
func (p *player) wait(ctx context.Context, has func(*door.Client) bool) error {
	for {
		p.mu.Lock()
		done := has(p.world.Engine().Component(door.Address).(*door.Client))
		changed, failed := p.changed, p.failed
		p.mu.Unlock()
		switch {
		case done:
			return nil
		case failed != nil:
			return failed
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
