package bench

import "context"

// The figures of the simulation are Go benchmarks under sim, run natively or as WebAssembly under Node.

func eventsNative(ctx context.Context, s *subject) ([]float64, error) {
	return s.simulated(ctx, "./sim", "BenchmarkSettle", false, "events/s")
}

func eventsWasm(ctx context.Context, s *subject) ([]float64, error) {
	return s.simulated(ctx, "./sim", "BenchmarkSettle", true, "events/s", "settle-cpu-s")
}

func settleService(ctx context.Context, s *subject) ([]float64, error) {
	return s.simulated(ctx, "./sim", "BenchmarkSettleService", true, "settle-cpu-s")
}

func settleLarge(ctx context.Context, s *subject) ([]float64, error) {
	return s.simulated(ctx, "./sim", "BenchmarkSettleLarge", true, "settle-cpu-s")
}

func settleTenfold(ctx context.Context, s *subject) ([]float64, error) {
	return s.simulated(ctx, "./sim", "BenchmarkSettleTenfold", false, "tenfold-x")
}

func schedule(ctx context.Context, s *subject) ([]float64, error) {
	return s.simulated(ctx, "./sim/scheduler", "BenchmarkSchedule", false, "pods/s")
}

func seek(ctx context.Context, s *subject) ([]float64, error) {
	return s.simulated(ctx, "./sim", "BenchmarkSeek", true, "p50-ms", "p95-ms")
}

func create(ctx context.Context, s *subject) ([]float64, error) {
	return s.simulated(ctx, "./sim/apiserver", "BenchmarkCreate", true, "creates/s")
}

func fork(ctx context.Context, s *subject) ([]float64, error) {
	return s.simulated(ctx, "./sim", "BenchmarkFork", true, "fork-ms")
}

// simulated returns some metrics of a benchmark, each the median of the runs.
func (s *subject) simulated(ctx context.Context, pkg, name string, wasm bool, metrics ...string) ([]float64, error) {
	runs := make([][]float64, len(metrics))
	for range s.runs {
		got, err := goBenchmark(ctx, s.root, pkg, name, wasm)
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
