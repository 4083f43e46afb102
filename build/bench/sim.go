package bench

import "context"

// The figures of the simulation are Go benchmarks of package sim, run natively or as WebAssembly under Node.

func eventsNative(ctx context.Context, s *subject) ([]float64, error) {
	return s.simulated(ctx, "BenchmarkSettle", false, "events/s")
}

func eventsWasm(ctx context.Context, s *subject) ([]float64, error) {
	return s.simulated(ctx, "BenchmarkSettle", true, "events/s", "settle-cpu-s")
}

func seek(ctx context.Context, s *subject) ([]float64, error) {
	return s.simulated(ctx, "BenchmarkSeek", true, "p50-ms", "p95-ms")
}

func fork(ctx context.Context, s *subject) ([]float64, error) {
	return s.simulated(ctx, "BenchmarkFork", true, "fork-ms")
}

// simulated returns some metrics of a benchmark, each the median of the runs.
func (s *subject) simulated(ctx context.Context, name string, wasm bool, metrics ...string) ([]float64, error) {
	runs := make([][]float64, len(metrics))
	for range s.runs {
		got, err := goBenchmark(ctx, s.root, "./sim", name, wasm)
		if err != nil {
			return nil, err
		}
		for i, m := range metrics {
			runs[i] = append(runs[i], got[m])
		}
	}
	values := make([]float64, len(metrics))
	for i := range runs {
		values[i] = median(runs[i])
	}
	return values, nil
}
