package api

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"orrery/sim"
	"orrery/sim/apiserver"
	"orrery/sim/client"
)

const (
	clients  = 200
	counters = 20 // that the clients share
	watchers = 10
	heapMax  = 400 << 20
)

var loadFor = flag.Duration("for", 3*time.Second, "how long the clients go on")

// object is a ConfigMap as far as the test looks at it.
type object struct {
	APIVersion string            `json:"apiVersion"`
	Kind       string            `json:"kind"`
	Metadata   meta              `json:"metadata"`
	Data       map[string]string `json:"data,omitempty"`
}

type meta struct {
	Name            string `json:"name"`
	Namespace       string `json:"namespace,omitempty"`
	ResourceVersion string `json:"resourceVersion,omitempty"`
}

func configMap(name string) object {
	return object{APIVersion: "v1", Kind: "ConfigMap", Metadata: meta{Name: name}}
}

// caller is one client of a server.
type caller struct {
	t      testing.TB
	url    string
	client *http.Client
}

func start(t testing.TB, o Options) (*Server, caller) {
	t.Helper()
	o.Plain = true
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	transport := &http.Transport{MaxIdleConnsPerHost: clients}
	t.Cleanup(transport.CloseIdleConnections)
	return s, caller{t, s.URL() + "/api/v1/namespaces/default/configmaps", &http.Client{Transport: transport}}
}

// do makes a request and returns the answer's code and object.
func (c caller) do(method, name string, body any) (int, object) {
	text, err := json.Marshal(body)
	if err != nil {
		c.t.Error(err)
		return 0, object{}
	}
	r, err := http.NewRequest(method, c.url+name, bytes.NewReader(text))
	if err != nil {
		c.t.Error(err)
		return 0, object{}
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := c.client.Do(r)
	if err != nil {
		c.t.Error(err)
		return 0, object{}
	}
	defer resp.Body.Close()
	var o object
	if err := json.NewDecoder(resp.Body).Decode(&o); err != nil {
		c.t.Errorf("%s %s: %d: %v", method, name, resp.StatusCode, err)
	}
	io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, o
}

// count adds one to a counter that others add to as well.
func (c caller) count(name string) {
	for {
		code, o := c.do(http.MethodGet, "/"+name, nil)
		if code != http.StatusOK {
			c.t.Errorf("reading %s: %d", name, code)
			return
		}
		n, _ := strconv.Atoi(o.Data["n"])
		o.Data = map[string]string{"n": strconv.Itoa(n + 1)}
		switch code, _ = c.do(http.MethodPut, "/"+name, o); code {
		case http.StatusOK:
			return
		case http.StatusConflict:
		default:
			c.t.Errorf("writing %s: %d", name, code)
			return
		}
	}
}

// watch reads a watch from now on until the context ends, and returns the revisions that it saw.
func (c caller) watch(ctx context.Context) (revisions []int64) {
	_, all := c.do(http.MethodGet, "", nil)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+"?watch=true&resourceVersion="+all.Metadata.ResourceVersion, nil)
	if err != nil {
		c.t.Error(err)
		return nil
	}
	resp, err := c.client.Do(r)
	if err != nil {
		c.t.Error(err)
		return nil
	}
	defer resp.Body.Close()
	for dec := json.NewDecoder(resp.Body); ; {
		var event struct {
			Type   string
			Object object
		}
		if dec.Decode(&event) != nil {
			return revisions
		}
		n, err := strconv.ParseInt(event.Object.Metadata.ResourceVersion, 10, 64)
		if err != nil {
			c.t.Errorf("a %s event without a revision", event.Type)
		}
		revisions = append(revisions, n)
	}
}

// TestManyClients holds that 200 clients at once lose no update, that every watch sees every revision in order, and that
// neither a slow watcher nor one that went away costs anything for long.
func TestManyClients(t *testing.T) {
	during := *loadFor
	s, c := start(t, Options{Fast: true})
	own := watches(s)
	for i := range counters {
		if code, _ := c.do(http.MethodPost, "", configMap(fmt.Sprintf("counter-%d", i))); code != http.StatusCreated {
			t.Fatalf("creating a counter: %d", code)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	seen := make([][]int64, watchers)
	var watching, working sync.WaitGroup
	for i := range seen {
		watching.Go(func() { seen[i] = c.watch(ctx) })
	}
	c.neglect(ctx)
	waitFor(t, s, own, watchers+1)

	var counted, writes atomic.Int64
	end := time.Now().Add(during)
	for i := range clients {
		working.Go(func() {
			for n := 0; time.Now().Before(end); n++ {
				c.count(fmt.Sprintf("counter-%d", (i+n)%counters))
				counted.Add(1)
				name := fmt.Sprintf("own-%d-%d", i, n)
				if code, _ := c.do(http.MethodPost, "", configMap(name)); code != http.StatusCreated {
					t.Errorf("creating %s: %d", name, code)
				}
				if code, _ := c.do(http.MethodDelete, "/"+name, nil); code != http.StatusOK {
					t.Errorf("deleting %s: %d", name, code)
				}
				writes.Add(3)
			}
		})
	}
	working.Wait()

	var sum int64
	for i := range counters {
		_, o := c.do(http.MethodGet, fmt.Sprintf("/counter-%d", i), nil)
		n, _ := strconv.ParseInt(o.Data["n"], 10, 64)
		sum += n
	}
	if sum != counted.Load() {
		t.Errorf("the counters say %d after %d updates", sum, counted.Load())
	}
	time.Sleep(time.Second) // for the watchers to read what has been sent
	stop()
	watching.Wait()
	for i, revisions := range seen {
		for j := 1; j < len(revisions); j++ {
			if revisions[j] <= revisions[j-1] {
				t.Fatalf("watch %d: revision %d after %d", i, revisions[j], revisions[j-1])
			}
		}
		if int64(len(revisions)) != writes.Load() {
			t.Errorf("watch %d saw %d of %d writes", i, len(revisions), writes.Load())
		}
	}
	waitFor(t, s, own, 0)
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("%d writes, %d a second; a heap of %d MiB", writes.Load(), int(float64(writes.Load())/during.Seconds()), m.HeapAlloc>>20)
	if m.HeapAlloc > heapMax {
		t.Errorf("a heap of %d MiB after %d writes", m.HeapAlloc>>20, writes.Load())
	}
}

// neglect opens a watch that nobody reads.
func (c caller) neglect(ctx context.Context) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+"?watch=true", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	resp, err := c.client.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	context.AfterFunc(ctx, func() { resp.Body.Close() })
}

// waitFor waits until the server has so many watches of clients, beside those of the cluster's components.
func waitFor(t *testing.T, s *Server, own, want int) {
	t.Helper()
	n := 0
	for range 200 {
		if n = watches(s) - own; n == want {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("%d watches are open, want %d", n, want)
}

// watches returns how many watches the API server has.
func watches(s *Server) (n int) {
	s.Look(func(w *sim.World) error {
		n = w.Engine().Component(client.Server).(*apiserver.Server).Watches()
		return nil
	})
	return n
}
