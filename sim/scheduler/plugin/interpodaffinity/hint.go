package interpodaffinity

import (
	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/framework"
)

// Hints implements framework.Hinter.
func (Plugin) Hints() []framework.Hint {
	return []framework.Hint{
		{
			Events: framework.AssignedPodAdd | framework.AssignedPodLabel | framework.AssignedPodDelete | framework.PodLabel,
			Worth:  worthPod,
		},
		{Events: framework.NodeAdd | framework.NodeLabel, Worth: worthNode},
	}
}

// worthPod reports whether a pod that the pod must be with came, or one went that could not be with it.
func worthPod(pod *framework.Pod, c framework.Change) bool {
	a := pod.Affinity
	if a == nil {
		a = &none
	}
	switch {
	case c.OldPod != nil && c.NewPod != nil && c.NewPod.UID == pod.UID:
		return true // its labels: others may not mind it any more
	case c.OldPod != nil && c.NewPod != nil:
		return !matchesAll(a.Required, c.OldPod, nil) && matchesAll(a.Required, c.NewPod, nil) ||
			matchesAll(a.RequiredAnti, c.OldPod, nil) && !matchesAll(a.RequiredAnti, c.NewPod, nil)
	case c.NewPod != nil:
		return matchesAll(a.Required, c.NewPod, nil)
	case matchesAll(a.RequiredAnti, c.OldPod, nil):
		return true
	}
	return c.OldPod.Affinity != nil && matchesAll(c.OldPod.Affinity.RequiredAnti, pod, nil)
}

// worthNode reports whether a node came to a place, or went from one, that the pod's terms distinguish.
func worthNode(pod *framework.Pod, c framework.Change) bool {
	if pod.Affinity == nil {
		return false
	}
	value := func(n *corev1.Node, key string) (string, bool) {
		v, ok := n.Labels[key]
		return v, ok
	}
	for i := range pod.Affinity.Required {
		now, has := value(c.NewNode, pod.Affinity.Required[i].TopologyKey)
		if c.OldNode == nil {
			if has {
				return true
			}
			continue
		}
		if was, had := value(c.OldNode, pod.Affinity.Required[i].TopologyKey); has && (!had || was != now) {
			return true
		}
	}
	for i := range pod.Affinity.RequiredAnti {
		if c.OldNode == nil {
			return true
		}
		was, had := value(c.OldNode, pod.Affinity.RequiredAnti[i].TopologyKey)
		if now, has := value(c.NewNode, pod.Affinity.RequiredAnti[i].TopologyKey); had && (!has || was != now) {
			return true
		}
	}
	return false
}
