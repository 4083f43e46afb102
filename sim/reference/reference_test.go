package reference

import (
	"regexp"
	"slices"
	"testing"

	"orrery/sim"
	"orrery/sim/invariant"
	"orrery/sim/trace"
)

// images are on the nodes of the recorded cluster before each recording, left there by earlier ones.
var images = map[string][]string{
	"02-scale": {"nginx:1.27"}, "03-rolling-update": {"nginx:1.27"}, "06-daemonset": {"nginx:1.26", "nginx:1.27"},
}

// typed are the recordings whose commands the simulated kubectl knows all of.
var typed = []string{"01-deploy-service", "02-scale", "03-rolling-update", "06-daemonset", "07-statefulset"}

// timing are differences that two recordings of one real cluster show too: how many changes of the endpoints fall into one
// update, and so how many updates there are; and whether a pod becomes ready in the same second in which it was made, for
// then the time of the change that triggered an update is not told; and the order in which the collector comes to what
// belonged to one owner.
var timing = []*regexp.Regexp{
	regexp.MustCompile(`^EndpointSlice \S+ \.metadata\.generation:`),
	regexp.MustCompile(`^(EndpointSlice|Endpoints) \S+ \.metadata\.annotations\.endpoints\.kubernetes\.io/last-change-trigger-time:`),
	regexp.MustCompile(`^kcm/endpoint(slice)?-controller: only (recorded|simulated): \d\d update endpoint`),
	regexp.MustCompile(`^kcm/generic-garbage-collector: \d+ of \d+ writes come in another order`),
}

// unwritten are differences that are none: when a pod is to go from a node with a taint, two controllers delete it, and the
// second deletion is in the audit log, but no write to the store.
var unwritten = map[string][]string{"06-daemonset": {
	"kcm/node-controller: only recorded: 07 delete pods/ agent-<x> 200", "kcm/node-controller: 1 of 1 writes come in another order",
}}

// without leaves out differences that are none.
func without(name string, r Result) Result {
	r.Differences = slices.DeleteFunc(r.Differences, func(d string) bool { return slices.Contains(unwritten[name], d) })
	return r
}

// timingMax is how many such differences a recording may have.
const timingMax = 8

// TestRecordings holds worlds against the recordings: every final field, every Event and every write.
func TestRecordings(t *testing.T) {
	for _, name := range typed {
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
			timed := 0
			for _, part := range []struct {
				name   string
				result Result
			}{{"objects", c.Objects}, {"events", c.Events}, {"writes", without(name, c.Writes)}} {
				t.Logf("%s: %d of %d equal", part.name, part.result.Equal, part.result.Total)
				for _, d := range part.result.Differences {
					if slices.ContainsFunc(timing, func(r *regexp.Regexp) bool { return r.MatchString(d) }) {
						timed++
						t.Logf("%s: by timing: %s", part.name, d)
						continue
					}
					t.Errorf("%s: %s", part.name, d)
				}
			}
			if timed > timingMax {
				t.Errorf("%d differences by timing, more than %d", timed, timingMax)
			}
		})
	}
}

// reached is a seed of which the world equals the recording altogether. When another draw of chance makes it another seed,
// the test says which.
var reached = map[string]uint64{"01-deploy-service": 22, "02-scale": 1, "03-rolling-update": 1, "06-daemonset": 1}

// seedsMax is how many seeds are tried.
const seedsMax = 200

// TestRecordingsAreReached finds for each recording a world that equals it in every field, Event and write, timing
// included: what the real cluster did is one of the things that this one does.
func TestRecordingsAreReached(t *testing.T) {
	for _, name := range typed {
		if reached[name] == 0 {
			continue // the collector takes what belonged to one owner by name here, and at random there
		}
		t.Run(name, func(t *testing.T) {
			for seed := reached[name]; seed < reached[name]+seedsMax; seed++ {
				r, err := Load(name)
				if err != nil {
					t.Fatal(err)
				}
				w, err := sim.New(sim.Config{Seed: seed, Images: images[name]})
				if err != nil {
					t.Fatal(err)
				}
				c, err := r.Compare(w)
				if err != nil {
					t.Fatal(err)
				}
				if len(c.Objects.Differences)+len(c.Events.Differences)+len(without(name, c.Writes).Differences) == 0 {
					t.Logf("seed %d: %d fields, %d Events, %d writes", seed, c.Objects.Total, c.Events.Total, c.Writes.Total)
					return
				}
			}
			t.Errorf("no world of %d seeds equals the recording", seedsMax)
		})
	}
}
