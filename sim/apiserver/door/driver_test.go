package door_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"orrery/sim"
	"orrery/sim/apiserver"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/apiserver/door"
	"orrery/sim/apiserver/door/protobuf"
	"orrery/sim/apiserver/door/table"
	"orrery/sim/client"
)

// driver runs a world for a door's Handler: as far as each call needs, and no further.
type driver struct {
	mu      sync.Mutex
	world   *sim.World
	id      uint64
	changed chan struct{}
}

// serve starts a world and serves it until the test ends.
func serve(t testing.TB) (*driver, *httptest.Server) {
	t.Helper()
	w, err := sim.New(sim.Config{Seed: 1, Nodes: 1})
	if err != nil {
		t.Fatal(err)
	}
	d := &driver{world: w, changed: make(chan struct{})}
	s := httptest.NewServer(door.Handler{World: d, Tables: table.New(), Protobuf: protobuf.New()})
	t.Cleanup(s.Close)
	return d, s
}

// Custom implements door.World.
func (d *driver) Custom() *customresource.Catalog {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.world.Custom()
}

func (d *driver) client() *door.Client {
	return d.world.Engine().Component(door.Address).(*door.Client)
}

// until runs the world until there is what is asked for, or it has nothing left to do.
func (d *driver) until(has func(*door.Client) bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.world.Number()
	for !has(d.client()) && !d.world.Quiet() {
		if _, err := d.world.Step(); err != nil {
			panic(err)
		}
	}
	if d.world.Number() != before {
		close(d.changed)
		d.changed = make(chan struct{})
	}
	return has(d.client())
}

func (d *driver) HangUp(id uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.world.Call(door.Call{ID: id, Verb: door.HangUp})
}

// advance lets virtual time pass.
func (d *driver) advance(t *testing.T, by time.Duration) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.world.Advance(by); err != nil {
		t.Fatal(err)
	}
	close(d.changed)
	d.changed = make(chan struct{})
}

// watches returns how many watches are open in the world.
func (d *driver) watches() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.world.Engine().Component(client.Server).(*apiserver.Server).Watches()
}

func (d *driver) NextID() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.id++
	return d.id
}

func (d *driver) Call(_ context.Context, c door.Call) (*client.Response, error) {
	d.mu.Lock()
	d.world.Call(c)
	d.mu.Unlock()
	var answer *client.Response
	if !d.until(func(k *door.Client) bool { answer = k.Answer(c.ID); return answer != nil }) {
		return nil, errors.New("the world is quiet and there is no answer")
	}
	return answer, nil
}

func (d *driver) Watch(ctx context.Context, id uint64, n int) ([]*client.Change, error) {
	for {
		d.mu.Lock()
		changed := d.changed
		d.mu.Unlock()
		var changes []*client.Change
		open := true
		if d.until(func(k *door.Client) bool { changes, open = k.Changes(id, n); return len(changes) > 0 || !open }) {
			return changes, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// answer is what an HTTP client is told.
type answer struct {
	code   int
	header http.Header
	body   string
}

// send makes a request. Headers are given as "Name: value".
func send(t testing.TB, s *httptest.Server, method, path, body string, headers ...string) answer {
	t.Helper()
	r, err := http.NewRequest(method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("User-Agent", "test/1")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	resp, err := (&http.Transport{DisableCompression: true}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(data)}
}

const asTable = "Accept: application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
