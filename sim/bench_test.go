package sim_test

import (
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"orrery/sim"
	"orrery/sim/kubectl"
	"orrery/wasm/engine/memory"
)

const thousandText = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1000
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: nginx, image: "nginx:1.27"}]
`

// serviceText is a Service that selects the thousand.
const serviceText = `---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80}]
`

// told returns a world that was told to run what a manifest describes.
func told(b *testing.B, c sim.Config, manifest string) *sim.World {
	b.Helper()
	w, err := sim.New(c)
	if err != nil {
		b.Fatal(err)
	}
	w.Do(kubectl.ApplyFiles(kubectl.File{Name: "web.yaml", Text: manifest}))
	return w
}

// replicas returns the manifest of the thousand with another number.
func replicas(n int) string {
	return strings.Replace(thousandText, "replicas: 1000", "replicas: "+strconv.Itoa(n), 1)
}

// nodes returns the config of a cluster of some nodes on which a hundred pods each have room.
func nodes(n int) sim.Config { return sim.Config{Nodes: n, CPU: "16", Memory: "64Gi", Pods: 200} }

// slice is how many events are run at once.
const slice = 256

// settle runs a world until it is quiet, in slices as the engine's driver does, between which Go can collect. It returns
// the processor time that this took, in seconds.
func settle(b *testing.B, w *sim.World) float64 {
	b.Helper()
	settleDown()
	cpu := cpuSeconds()
	for !w.Quiet() {
		if _, err := w.RunUntilQuiet(slice); err != nil {
			b.Fatal("the world did not settle: ", err)
		}
		runtime.Gosched()
	}
	return cpuSeconds() - cpu
}

// BenchmarkSettle runs 1,000 replicas on ten nodes from apply to all Running.
func BenchmarkSettle(b *testing.B) {
	memory.Prepare()
	for b.Loop() {
		w := told(b, nodes(10), replicas(1000))
		start := time.Now()
		b.ReportMetric(settle(b, w), "settle-cpu-s")
		b.ReportMetric(float64(w.Number())/time.Since(start).Seconds(), "events/s")
		b.ReportMetric(float64(w.Number()), "events")
		b.ReportMetric(w.Now().Seconds(), "virtual-s")
	}
}

// BenchmarkSettleService is BenchmarkSettle with a Service that selects all the pods.
func BenchmarkSettleService(b *testing.B) {
	memory.Prepare()
	for b.Loop() {
		w := told(b, nodes(10), replicas(1000)+serviceText)
		b.ReportMetric(settle(b, w), "settle-cpu-s")
		b.ReportMetric(float64(w.Number()), "events")
	}
}

// BenchmarkSettleLarge runs 5,000 replicas on fifty nodes.
func BenchmarkSettleLarge(b *testing.B) {
	memory.Prepare()
	for b.Loop() {
		w := told(b, nodes(50), replicas(5000))
		b.ReportMetric(settle(b, w), "settle-cpu-s")
		b.ReportMetric(float64(w.Number()), "events")
	}
}

// BenchmarkSettleTenfold runs 500 replicas and ten times as many, on fifty nodes: how many times as much processor time
// that takes.
func BenchmarkSettleTenfold(b *testing.B) {
	memory.Prepare()
	for b.Loop() {
		settle(b, told(b, nodes(50), replicas(500))) // so that neither pays for the beginning
		few := settle(b, told(b, nodes(50), replicas(500)))
		many := settle(b, told(b, nodes(50), replicas(5000)))
		b.ReportMetric(many/few, "tenfold-x")
	}
}

// BenchmarkSeek goes to 200 moments of the story of a small world.
func BenchmarkSeek(b *testing.B) {
	memory.Prepare()
	w, err := sim.New(sim.Config{})
	if err != nil {
		b.Fatal(err)
	}
	story(b, w)
	last := w.Number()
	var took []time.Duration
	s := uint64(5)
	for b.Loop() {
		for range 200 {
			s = s*6364136223846793005 + 1442695040888963407
			start := time.Now()
			if err := w.Seek(1 + (s>>33)%last); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(start))
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}

// BenchmarkFork forks the small world.
func BenchmarkFork(b *testing.B) {
	memory.Prepare()
	w, err := sim.New(sim.Config{})
	if err != nil {
		b.Fatal(err)
	}
	story(b, w)
	const forks = 100
	for b.Loop() {
		start := time.Now()
		for range forks {
			w.Fork()
		}
		b.ReportMetric(float64(time.Since(start).Microseconds())/1000/forks, "fork-ms")
	}
}
