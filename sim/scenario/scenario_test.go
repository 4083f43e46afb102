package scenario_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"orrery/sim"
	"orrery/sim/invariant"
	"orrery/sim/scenario"
	"orrery/sim/trace"
)

var update = flag.Bool("update", false, "rewrite the goldens: the files trace of the scenarios")

// TestScenarios runs every scenario in a world of its own, checked after every event, and compares the trace.
func TestScenarios(t *testing.T) {
	each(t, func(t *testing.T, file string, data []byte, s *scenario.Scenario) {
		w := run(t, file, s, sim.Config{})
		golden := scenario.Golden(w.Trace()[:w.Number()])
		if *update {
			if err := os.WriteFile(file, scenario.Update(data, golden), 0o644); err != nil {
				t.Fatal(err)
			}
			return
		}
		if d := scenario.Difference(golden, s.Trace); d != "" {
			t.Errorf("%s: the trace differs from its golden (see -update):\n%s", file, d)
		}
	})
}

// TestScenariosWithOtherSeeds holds that what is wanted does not depend on chance, nor on the number of nodes.
func TestScenariosWithOtherSeeds(t *testing.T) {
	each(t, func(t *testing.T, file string, _ []byte, s *scenario.Scenario) {
		for seed := range uint64(5) {
			nodes := s.Nodes
			if nodes == 0 {
				nodes = 2 + int(seed)
			}
			run(t, file, s, sim.Config{Seed: seed + 1, Nodes: nodes})
		}
	})
}

// TestRunReports holds that a scenario whose wishes do not come true says so, with its lines.
func TestRunReports(t *testing.T) {
	s, err := scenario.Parse([]byte(`# Wrong wishes
-- a.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {k: v}
-- commands --
kubectl apply -f a.yaml
wait quiet
want configmap/a: data.k = w
want configmap/a: data.k = v
want configmap/b: data.k = v
want configmaps: count = 3
want printed: configmap/b created
want configmap/a: gone
want events: Normal Nothing pod/x
advance 1m
seek 1
want configmap/a: gone
kubectl delete pod x-*
`))
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.New(sim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	want := `line 10: want configmap/a: data.k = w: it is v
line 12: want configmap/b: data.k = v: no configmaps is named like b
line 13: want configmaps: count = 3: there are 2
line 14: want printed: configmap/b created: the command printed "configmap/a created"
line 15: want configmap/a: gone: a is still there
line 16: want events: Normal Nothing pod/x: there is no such event
line 20: kubectl delete pod x-*: no pods is named like x-*`
	if got := s.Run(w); got == nil || got.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", got, want)
	}
}

func each(t *testing.T, f func(t *testing.T, file string, data []byte, s *scenario.Scenario)) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s, err := scenario.Parse(data)
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			f(t, file, data, s)
		})
	}
}

func run(t *testing.T, file string, s *scenario.Scenario, c sim.Config) *sim.World {
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
	if err := s.Run(w); err != nil {
		t.Errorf("%s (seed %d):\n%v", file, c.Seed, err)
	}
	return w
}
