package sim_test

import (
	"runtime"
	"slices"
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

// thousand returns a world of ten nodes that was told to run 1,000 replicas.
func thousand(b *testing.B) *sim.World {
	b.Helper()
	w, err := sim.New(sim.Config{Nodes: 10, CPU: "16", Memory: "64Gi", Pods: 200})
	if err != nil {
		b.Fatal(err)
	}
	w.Do(kubectl.ApplyFiles(kubectl.File{Name: "web.yaml", Text: thousandText}))
	return w
}

// slice is how many events are run at once.
const slice = 256

// BenchmarkSettle runs 1,000 replicas on ten nodes from apply to all Running.
func BenchmarkSettle(b *testing.B) {
	memory.Prepare()
	for b.Loop() {
		w := thousand(b)
		settleDown()
		start, cpu := time.Now(), cpuSeconds()
		for !w.Quiet() { // in slices as the engine's driver does, between which Go can collect
			if _, err := w.RunUntilQuiet(slice); err != nil {
				b.Fatal("the replicas did not settle: ", err)
			}
			runtime.Gosched()
		}
		b.ReportMetric(float64(w.Number())/time.Since(start).Seconds(), "events/s")
		b.ReportMetric(cpuSeconds()-cpu, "settle-cpu-s")
		b.ReportMetric(float64(w.Number()), "events")
		b.ReportMetric(w.Now().Seconds(), "virtual-s")
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
