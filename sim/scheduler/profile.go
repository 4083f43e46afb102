package scheduler

import (
	"fmt"
	"slices"

	"orrery/sim/scheduler/framework"
)

// Profile is how pods that name a scheduler are scheduled. It has the fields of a KubeSchedulerConfiguration's profile that
// the plugins here heed.
//
// Simplified: plugins have no arguments and cannot be enabled for single extension points, and gates hold pods of all profiles;
// in Kubernetes all of that is a profile's.
type Profile struct {
	SchedulerName            string         `json:"schedulerName"`                      // that pods name
	PercentageOfNodesToScore int            `json:"percentageOfNodesToScore,omitempty"` // of feasible nodes to find; 0 to adapt to the cluster's size
	Plugins                  ProfilePlugins `json:"plugins"`
}

// ProfilePlugins is what a profile changes of the plugins that run by default.
type ProfilePlugins struct {
	Disabled []string `json:"disabled,omitempty"` // names; "*" for all that are not enabled
	Enabled  []Weight `json:"enabled,omitempty"`  // with weights of their own
}

// Weight is a plugin with what its scores count for; 0 for the default.
type Weight struct {
	Name   string `json:"name"`
	Weight int64  `json:"weight,omitempty"`
}

// profiles returns the profiles of a config: the default one when it has none.
func (c *Config) profiles() []Profile {
	if len(c.Profiles) == 0 {
		return []Profile{{SchedulerName: reporter}}
	}
	return c.Profiles
}

// Validate returns why there can be no scheduler with a config.
func (c *Config) Validate() error {
	seen := map[string]bool{}
	for _, p := range c.profiles() {
		switch {
		case p.SchedulerName == "":
			return fmt.Errorf("a profile of the scheduler needs a schedulerName")
		case seen[p.SchedulerName]:
			return fmt.Errorf("two profiles of the scheduler are called %q", p.SchedulerName)
		case p.PercentageOfNodesToScore < 0 || p.PercentageOfNodesToScore > 100:
			return fmt.Errorf("profile %q: percentageOfNodesToScore is 0 to 100, not %d", p.SchedulerName, p.PercentageOfNodesToScore)
		}
		seen[p.SchedulerName] = true
		for _, w := range p.Plugins.Enabled {
			if !known(w.Name) || w.Weight < 0 || w.Weight > 100 {
				return fmt.Errorf("profile %q: there is no plugin %q with weight %d", p.SchedulerName, w.Name, w.Weight)
			}
		}
		for _, name := range p.Plugins.Disabled {
			if name != "*" && !known(name) {
				return fmt.Errorf("profile %q: there is no plugin %q to disable", p.SchedulerName, name)
			}
		}
		if built := newProfile(p); built.binder == nil || built.sorter == nil {
			return fmt.Errorf("profile %q: one plugin must bind pods (DefaultBinder) and one must sort them (PrioritySort)", p.SchedulerName)
		}
	}
	return nil
}

func known(name string) bool {
	return slices.ContainsFunc(Registry, func(r Registration) bool { return r.Name() == name })
}

// runs reports whether a plugin runs, and the weight of its scores.
func (p *Profile) runs(r *Registration) (weight int64, runs bool) {
	if i := slices.IndexFunc(p.Plugins.Enabled, func(w Weight) bool { return w.Name == r.Name() }); i >= 0 {
		if w := p.Plugins.Enabled[i].Weight; w > 0 && r.Weight > 0 {
			return w, true
		}
		return r.Weight, true
	}
	return r.Weight, !slices.Contains(p.Plugins.Disabled, "*") && !slices.Contains(p.Plugins.Disabled, r.Name())
}

// profileOf returns the profile that schedules a pod, nil when another scheduler does.
func (s *Scheduler) profileOf(name string) *profile {
	for _, p := range s.profiles {
		if p.schedulerName == name {
			return p
		}
	}
	return nil
}

// of returns the profile of a pod that was taken in.
func (s *Scheduler) of(pod *framework.Pod) *profile { return s.profileOf(pod.Spec.SchedulerName) }
