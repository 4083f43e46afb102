package bench

import (
	"strings"
	"testing"
)

func TestParseBenchmark(t *testing.T) {
	output := "goos: js\nBenchmarkSettleAll-2   \t1\t99 ns/op\nBenchmarkSettle-2   \t       1\t2500000000 ns/op\t   1234 events/s\nPASS\n"
	metrics, err := parseBenchmark(output, "BenchmarkSettle")
	if err != nil {
		t.Fatal(err)
	}
	if metrics["ns/op"] != 2.5e9 || metrics["events/s"] != 1234 || len(metrics) != 2 {
		t.Errorf("read %v", metrics)
	}
	if _, err := parseBenchmark(output, "BenchmarkSeek"); err == nil || !strings.Contains(err.Error(), "BenchmarkSeek") {
		t.Errorf("a benchmark that did not run gives %v", err)
	}
}
