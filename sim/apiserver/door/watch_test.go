package door_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"orrery/sim/apiserver/door"
	"orrery/sim/client"
	"orrery/sim/engine"
)

// events opens a watch and returns a function that waits for the next event; an empty one when the watch has ended.
func events(t *testing.T, s *httptest.Server, path string, headers ...string) (next func() string, hangUp func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); resp.Body.Close() })
	lines := bufio.NewReader(resp.Body)
	return func() string {
		line, _ := lines.ReadString('\n')
		return strings.TrimSuffix(line, "\n")
	}, cancel
}

func want(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(got, p) {
			t.Errorf("%s\nhas no %s", got, p)
		}
	}
}

// TestWatch holds what a watch tells: what there is, what changes, how far it is, and when it ends.
func TestWatch(t *testing.T) {
	d, s := serve(t)
	fill(t, s, "ab")
	next, _ := events(t, s, maps+"?watch=true&allowWatchBookmarks=true&labelSelector=all&timeoutSeconds=100")
	want(t, next(), `{"type":"ADDED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a",`)
	want(t, next(), `{"type":"ADDED"`, `"name":"b"`)
	want(t, next(), `{"type":"BOOKMARK","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"`, `"annotations":{"k8s.io/initial-events-end":"true"}}}}`)
	send(t, s, "PATCH", maps+"/a", `{"data":{"k":"v"}}`, "Content-Type: application/merge-patch+json")
	want(t, next(), `{"type":"MODIFIED"`, `"data":{"k":"v"}`)
	send(t, s, "PATCH", maps+"/a", `{"metadata":{"labels":{"all":null}}}`, "Content-Type: application/merge-patch+json")
	want(t, next(), `{"type":"DELETED"`, `"all":"yes"`)
	send(t, s, "DELETE", maps+"/b", "")
	want(t, next(), `{"type":"DELETED"`, `"name":"b"`)
	d.advance(t, 70*time.Second)
	want(t, next(), `{"type":"BOOKMARK","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"`)
	d.advance(t, 29*time.Second)
	want(t, next(), `{"type":"BOOKMARK"`)
	d.advance(t, 5*time.Second)
	if e := next(); e != "" {
		t.Errorf("after its end: %s", e)
	}
}

// TestWatchFrom holds that a watch from a revision tells all that came after it, and nothing else.
func TestWatchFrom(t *testing.T) {
	_, s := serve(t)
	fill(t, s, "ab")
	_, at := list(t, s, maps)
	fill(t, s, "cd")
	next, _ := events(t, s, "/api/v1/watch"+strings.TrimPrefix(maps, "/api/v1")+"?resourceVersion="+at.ResourceVersion)
	want(t, next(), `"type":"ADDED"`, `"name":"c"`)
	want(t, next(), `"type":"ADDED"`, `"name":"d"`)
	fill(t, s, "e")
	want(t, next(), `"type":"ADDED"`, `"name":"e"`)
	one, _ := events(t, s, maps+"?watch=1&fieldSelector=metadata.name%3Dd")
	want(t, one(), `"name":"d"`)
}

// TestWatchTable holds that only the first event of a table has columns.
func TestWatchTable(t *testing.T) {
	_, s := serve(t)
	fill(t, s, "ab")
	next, _ := events(t, s, maps+"?watch=1&labelSelector=all", asTable)
	want(t, next(), `{"type":"ADDED","object":{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"`, `"columnDefinitions":[{"name":"Name"`, `"rows":[{"cells":["a",0,"0s"]`)
	want(t, next(), `"columnDefinitions":null,"rows":[{"cells":["b",0,"0s"],"object":{"kind":"PartialObjectMetadata"`)
}

// TestHangUp holds that a watch whose client is gone is closed in the world too.
func TestHangUp(t *testing.T) {
	d, s := serve(t)
	open := d.watches()
	next, hangUp := events(t, s, maps+"?watch=1")
	next()
	if n := d.watches(); n != open+1 {
		t.Fatalf("%d watches, want %d", n, open+1)
	}
	hangUp()
	for range 1000 {
		if d.watches() == open {
			return
		}
		d.advance(t, time.Millisecond)
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d watches, want %d", d.watches(), open)
}

// nobody is an API server that takes requests and says nothing.
type nobody struct{}

func (nobody) Handle(*engine.Turn, any)  {}
func (n nobody) Clone() engine.Component { return n }

// TestSlowWatch holds that a watch that nobody reads costs a bounded part of the world's memory, and is then lost to a
// reader who is too far behind.
func TestSlowWatch(t *testing.T) {
	e, c := engine.New(1), door.NewClient()
	e.Add(door.Address, c)
	e.Add(client.Server, nobody{})
	e.Post(0, door.Address, &door.Call{ID: 7, Verb: client.WatchVerb, Resource: "pods"})
	for i := range 20_000 {
		e.Post(time.Second, door.Address, &client.Change{Watch: 1, Type: client.Modified, Revision: int64(i)})
	}
	for {
		if _, ok := e.Step(); !ok {
			break
		}
	}
	if changes, open := c.Changes(7, 0); open || len(changes) > 0 {
		t.Errorf("a reader who has seen nothing gets %d changes, open %t", len(changes), open)
	}
	changes, open := c.Changes(7, 19_000)
	if !open || len(changes) != 1000 || changes[0].Revision != 19_000 {
		t.Errorf("a reader who has seen 19,000 gets %d, open %t", len(changes), open)
	}
	kept := 0
	for n := range 20_000 {
		if _, open := c.Changes(7, n); open {
			kept++
		}
	}
	if kept > 8192 {
		t.Errorf("%d changes are kept", kept)
	}
}
