package apiserver_test

import (
	"strconv"
	"testing"
	"time"

	"orrery/sim/client"
	"orrery/wasm/engine/memory"
)

// BenchmarkCreate creates 5,000 pods through the door of the components: from request to answer.
func BenchmarkCreate(b *testing.B) {
	memory.Prepare()
	const creates = 5000
	for b.Loop() {
		h := newHarness()
		start := time.Now()
		for i := range creates {
			r := h.do(client.Request{Verb: client.Create, Resource: "pods", Namespace: "demo", Object: pod("p" + strconv.Itoa(i))})
			if r.Error != nil {
				b.Fatal(r.Error)
			}
		}
		b.ReportMetric(creates/time.Since(start).Seconds(), "creates/s")
	}
}
