package sim_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"orrery/sim"
	"orrery/sim/apiserver"
	"orrery/sim/client"
	"orrery/sim/etcd"
	"orrery/sim/invariant"
	"orrery/sim/kubectl"
	"orrery/sim/trace"
)

const deploymentText = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: %d
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: nginx
        image: nginx:%s
        readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 2}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`

func apply(replicas int, tag string) kubectl.Command {
	return kubectl.ApplyFiles(kubectl.File{Name: "web.yaml", Text: fmt.Sprintf(deploymentText, replicas, tag)})
}

// newWorld returns a world whose every event is checked.
func newWorld(t testing.TB, c sim.Config) *sim.World {
	t.Helper()
	w, err := sim.New(c)
	if err != nil {
		t.Fatal(err)
	}
	check := invariant.New(w)
	w.Observe(func(w *sim.World, e *trace.Entry) {
		if err := check.Check(w, e); err != nil {
			t.Fatal(err)
		}
	})
	return w
}

// story applies a Deployment and a Service, changes both the image and the count in the middle of it, and deletes.
func story(t testing.TB, w *sim.World) {
	t.Helper()
	w.Do(apply(2, "1.26"))
	quiet(t, w)
	w.Do(apply(3, "1.27"))
	for range 150 {
		step(t, w)
	}
	w.Do(apply(4, "1.27"))
	if err := w.Advance(1500 * time.Millisecond); err != nil {
		t.Fatal(err)
	}
	w.Do(kubectl.DeleteObject("deployments.apps", "default", "web"))
	quiet(t, w)
	if err := w.Advance(12 * time.Second); err != nil {
		t.Fatal(err)
	}
}

func step(t testing.TB, w *sim.World) {
	t.Helper()
	if _, err := w.Step(); err != nil {
		t.Fatal(err)
	}
}

func quiet(t testing.TB, w *sim.World) {
	t.Helper()
	ok, err := w.RunUntilQuiet(200_000)
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		t.Fatalf("not quiet after event %d", w.Number())
	}
}

// snapshot returns everything that can be seen of a world's present: where it is, what the store holds and what is due.
func snapshot(t testing.TB, w *sim.World) string {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintln(&b, w.Number(), w.Now(), w.Quiet())
	storeOf(w).Range("/", func(v *etcd.Value) bool {
		text, err := json.Marshal(v.Object)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, v.Key, v.Create, v.Mod, v.Version, string(text))
		return true
	})
	return b.String()
}

func storeOf(w *sim.World) *etcd.Store {
	return w.Engine().Component(client.Server).(*apiserver.Server).Store()
}

// traced returns the past as JSON lines.
func traced(t testing.TB, w *sim.World) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for _, e := range w.Trace()[:w.Number()] {
		if err := enc.Encode(e); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// same fails with the first line in which two texts differ.
func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	g, w := bytes.Split([]byte(got), []byte("\n")), bytes.Split([]byte(want), []byte("\n"))
	for i := range min(len(g), len(w)) {
		if !bytes.Equal(g[i], w[i]) {
			t.Fatalf("%s: line %d\n got %s\nwant %s", what, i+1, g[i], w[i])
		}
	}
	t.Fatalf("%s: %d lines, want %d", what, len(g), len(w))
}

func TestSameCommandsSameTrace(t *testing.T) {
	a, b := newWorld(t, sim.Config{}), newWorld(t, sim.Config{})
	story(t, a)
	story(t, b)
	same(t, "two runs of one story", traced(t, b), traced(t, a))
	c := newWorld(t, sim.Config{Seed: 8})
	story(t, c)
	if traced(t, c) == traced(t, a) {
		t.Error("another seed made the same trace")
	}
}

var update = flag.Bool("update", false, "rewrite the story's checksum")

// TestSameTraceEverywhere holds the story's trace against the checksum of its JSON, which is the same natively and as
// WebAssembly. It changes whenever behaviour does: rewrite it natively, with -update, and let WebAssembly agree.
func TestSameTraceEverywhere(t *testing.T) {
	w := newWorld(t, sim.Config{})
	story(t, w)
	got := fmt.Sprintf("%x\n", sha256.Sum256([]byte(traced(t, w))))
	const file = "testdata/story.sha256"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the story's trace has the checksum %swant %s", got, want)
	}
}

// TestReplay holds that a saved world, loaded, goes on as if it had not been saved.
func TestReplay(t *testing.T) {
	w := newWorld(t, sim.Config{})
	story(t, w)
	text, err := json.Marshal(w.Commands())
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []uint64{0, 1, 100, w.Number() / 2, w.Number()} {
		var commands []sim.Command
		if err := json.Unmarshal(text, &commands); err != nil {
			t.Fatal(err)
		}
		r, err := sim.Replay(w.Config(), commands, at)
		if err != nil {
			t.Fatal(err)
		}
		if r.Number() != at {
			t.Fatalf("loaded at event %d, want %d", r.Number(), at)
		}
		for r.Number() < w.Number() {
			step(t, r)
		}
		same(t, fmt.Sprintf("loaded at event %d", at), traced(t, r), traced(t, w))
		r.Idle(w.Now())
		same(t, fmt.Sprintf("store of the world loaded at event %d", at), snapshot(t, r), snapshot(t, w))
	}
}

func TestSeek(t *testing.T) {
	w := newWorld(t, sim.Config{})
	seen := map[uint64]string{}
	plain := newWorld(t, sim.Config{})
	plain.Observe(func(p *sim.World, e *trace.Entry) {
		if e.Number%97 == 0 {
			seen[e.Number] = snapshot(t, p)
		}
	})
	story(t, plain)
	story(t, w)
	before := traced(t, w)
	last := w.Number()
	s := uint64(5)
	for range 40 {
		s = s*6364136223846793005 + 1442695040888963407
		at := (s >> 33) % (last/97 + 1) * 97
		if at == 0 || at > last {
			continue
		}
		if err := w.Seek(at); err != nil {
			t.Fatal(err)
		}
		same(t, fmt.Sprintf("after a seek to event %d", at), snapshot(t, w), seen[at])
		if w.Last() != last {
			t.Fatalf("a seek to %d forgot the future: %d events are known, want %d", at, w.Last(), last)
		}
	}
	if err := w.Seek(last); err != nil {
		t.Fatal(err)
	}
	same(t, "after seeking back and forth", traced(t, w), before)
}

func TestFork(t *testing.T) {
	w := newWorld(t, sim.Config{})
	w.Do(apply(2, "1.26"))
	for range 200 {
		step(t, w)
	}
	f := w.Fork()
	for _, x := range []*sim.World{w, f} {
		x.Do(apply(4, "1.27"))
		quiet(t, x)
	}
	same(t, "a fork given the same commands", traced(t, f), traced(t, w))
	if err := w.Seek(250); err != nil {
		t.Fatal(err)
	}
	other := w.Fork()
	was := traced(t, w)
	other.Do(apply(1, "1.26"))
	quiet(t, other)
	same(t, "the original after its fork went another way", traced(t, w), was)
	if err := w.Seek(f.Number()); err != nil {
		t.Fatal(err)
	}
	same(t, "the original's known future after its fork went another way", traced(t, w), traced(t, f))
}

// TestNewFuture holds that a command given in the past replaces what was known of the future.
func TestNewFuture(t *testing.T) {
	w := newWorld(t, sim.Config{})
	w.Do(apply(2, "1.26"))
	quiet(t, w)
	if err := w.Seek(100); err != nil {
		t.Fatal(err)
	}
	w.Do(apply(5, "1.26"))
	if w.Last() != 100 {
		t.Fatalf("%d events are known after a command at event 100", w.Last())
	}
	quiet(t, w)
	fresh := newWorld(t, sim.Config{})
	fresh.Do(apply(2, "1.26"))
	for range 100 {
		step(t, fresh)
	}
	fresh.Do(apply(5, "1.26"))
	quiet(t, fresh)
	same(t, "a command given in the past", traced(t, w), traced(t, fresh))
}

func TestConfig(t *testing.T) {
	for _, c := range []sim.Config{{Nodes: -1}, {Nodes: 251}, {CPU: "four"}, {Memory: "8 GB"}, {Pods: 251}} {
		if _, err := sim.New(c); err == nil {
			t.Errorf("a world of %+v was made", c)
		}
	}
}
