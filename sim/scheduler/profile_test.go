package scheduler

import (
	"strings"
	"testing"
	"time"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
)

func TestProfiles(t *testing.T) {
	config := DefaultConfig
	config.Profiles = []Profile{
		{SchedulerName: "default-scheduler"},
		{SchedulerName: "packer", Plugins: ProfilePlugins{
			Disabled: []string{"NodeResourcesBalancedAllocation", "TaintToleration"},
			Enabled:  []Weight{{Name: "ImageLocality", Weight: 7}},
		}},
	}
	if err := config.Validate(); err != nil {
		t.Fatal(err)
	}
	b := &bench{t, engine.New(1)}
	s := New(config)
	s.Start(&client.Boot{Watch: func(client.Subscription) []api.Object { return nil }, Later: func(time.Duration, any) {}})
	b.engine.Add(client.Server, &server{objects: map[string]api.Object{}})
	b.engine.Add(Address, s)
	three(b)
	b.pod("a", plain)
	b.pod("b", strings.Replace(plain, "{", "{schedulerName: packer, ", 1))
	b.pod("c", strings.Replace(plain, "{", "{schedulerName: other, ", 1))
	b.settle()
	equal(t, "by the default", len(b.scheduler().Decision("demo", "a").Plugins.Scores), 7)
	equal(t, "by the packer", b.scheduler().Decision("demo", "b").Plugins.Scores, []Score{
		{"NodeAffinity", 2}, {"NodeResourcesFit", 1}, {"PodTopologySpread", 2}, {"InterPodAffinity", 2}, {"ImageLocality", 7},
	})
	if b.scheduler().Decision("demo", "c") != nil {
		t.Error("a pod of another scheduler was scheduled")
	}
	for _, e := range b.server().events {
		if e.Regarding.Name == "b" {
			equal(t, "reporter", e.ReportingController, "packer")
		}
	}
}

func TestConfigIsValidated(t *testing.T) {
	for name, p := range map[string][]Profile{
		"needs a schedulerName": {{}},
		"two profiles":          {{SchedulerName: "a"}, {SchedulerName: "a"}},
		"no plugin \"Nope\"":    {{SchedulerName: "a", Plugins: ProfilePlugins{Disabled: []string{"Nope"}}}},
		"must bind":             {{SchedulerName: "a", Plugins: ProfilePlugins{Disabled: []string{"*"}}}},
		"0 to 100":              {{SchedulerName: "a", PercentageOfNodesToScore: 101}},
		"with weight -1":        {{SchedulerName: "a", Plugins: ProfilePlugins{Enabled: []Weight{{"NodeAffinity", -1}}}}},
	} {
		if err := (&Config{Profiles: p}).Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
