package client

import (
	"time"

	"orrery/sim/engine"
)

// Conn is a component's connection to the API server: it numbers requests, holds them back by a rate limit, and draws
// how long each is on its way. It is plain state; copy it to clone it.
type Conn struct {
	User     string
	Limit    Limit
	Numbered uint64 // the IDs of its requests follow this one
	next     uint64
	last     time.Duration // when the latest request arrives: one connection keeps its order
}

// travel is how long a request is on its way to the API server, measured between a component's decision and the audit
// log's first stage in recordings of a real cluster.
var travel = engine.Latency{Min: 500 * time.Microsecond, Max: 2 * time.Millisecond}

// Send sends a request as the connection's user and returns the ID that the answer will carry.
func (c *Conn) Send(t *engine.Turn, r Request) uint64 {
	return c.SendAfter(t, 0, r)
}

// SendAfter is Send after the component worked for d.
func (c *Conn) SendAfter(t *engine.Turn, d time.Duration, r Request) uint64 {
	c.next++
	r.ID = c.Numbered + c.next
	if r.User == "" {
		r.User = c.User
	}
	start := c.Limit.take(t.Now() + d)
	c.last = max(c.last+time.Microsecond, start+t.Rand().Draw(travel))
	t.SendAt(Server, c.last, &r)
	return r.ID
}

// Limit is a token bucket: QPS requests a second with bursts of up to Burst. The zero value does not limit.
type Limit struct {
	QPS   int
	Burst int
	full  time.Duration // when the bucket will be full again
}

// take takes a token and returns when it is to be had, at the earliest now.
func (l *Limit) take(now time.Duration) time.Duration {
	if l.QPS == 0 {
		return now
	}
	each := time.Second / time.Duration(l.QPS)
	l.full = max(l.full, now) + each
	return max(now, l.full-time.Duration(l.Burst)*each)
}

// try takes a token of a bucket that gains one each interval, and reports whether there was one.
func (l *Limit) try(now, each time.Duration) bool {
	full := max(l.full, now) + each
	if full-time.Duration(l.Burst)*each > now {
		return false
	}
	l.full = full
	return true
}
