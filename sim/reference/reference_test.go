package reference

import (
	"testing"

	"orrery/sim"
	"orrery/sim/invariant"
	"orrery/sim/trace"
)

// images are on the nodes of the recorded cluster before each recording, left there by earlier ones.
var images = map[string][]string{"02-scale": {"nginx:1.27"}, "03-rolling-update": {"nginx:1.27"}}

// TestRecordings holds worlds against the recordings: every final field, every Event and every write.
func TestRecordings(t *testing.T) {
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			r, err := Load(name)
			if err != nil {
				t.Fatal(err)
			}
			w, err := sim.New(sim.Config{Images: images[name]})
			if err != nil {
				t.Fatal(err)
			}
			check := invariant.New(w)
			w.Observe(func(w *sim.World, e *trace.Entry) {
				if err := check.Check(w, e); err != nil {
					t.Fatal(err)
				}
			})
			c, err := r.Compare(w)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range []struct {
				name   string
				result Result
			}{{"objects", c.Objects}, {"events", c.Events}, {"writes", c.Writes}} {
				t.Logf("%s: %d of %d equal", part.name, part.result.Equal, part.result.Total)
				for _, d := range part.result.Differences {
					t.Errorf("%s: %s", part.name, d)
				}
			}
		})
	}
}
