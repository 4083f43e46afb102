// Package volumezone refuses nodes in other zones or regions than those that the labels of the pod's volumes name.
package volumezone

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"

	"orrery/sim/api/volume"
	"orrery/sim/scheduler/framework"
)

var refused = framework.Status{
	Code: framework.UnschedulableAndUnresolvable, Reasons: []string{"node(s) had no available volume zone"},
}

// keys are the labels that count, each of them with the one that nodes may have instead.
var keys = [][2]string{
	{corev1.LabelFailureDomainBetaZone, corev1.LabelTopologyZone},
	{corev1.LabelFailureDomainBetaRegion, corev1.LabelTopologyRegion},
	{corev1.LabelTopologyZone, corev1.LabelTopologyZone},
	{corev1.LabelTopologyRegion, corev1.LabelTopologyRegion},
}

// Plugin is VolumeZone.
type Plugin struct{}

// Name implements framework.Plugin.
func (Plugin) Name() string { return "VolumeZone" }

// place is a label that a volume wants of its node, with the values that will do.
type place struct {
	key, instead string
	values       []string
}

// PreFilter implements framework.Filterer.
func (Plugin) PreFilter(pod *framework.Pod, c framework.Cluster) framework.Screen {
	var places []place
	for i := range pod.Spec.Volumes {
		source := pod.Spec.Volumes[i].PersistentVolumeClaim
		if source == nil {
			continue
		}
		v, reason := volumeOf(pod, source.ClaimName, c)
		if reason != "" {
			return framework.Refuse(reason)
		}
		if v == nil {
			continue
		}
		for _, key := range keys {
			if value, ok := v.Labels[key[0]]; ok {
				places = append(places, place{key[0], key[1], strings.Split(value, "__")})
			}
		}
	}
	if len(places) == 0 {
		return framework.Screen{}
	}
	return framework.Screen{Filter: func(n *framework.Node) framework.Status {
		if slices.ContainsFunc(keys, func(k [2]string) bool { _, ok := n.Label(k[0]); return ok }) &&
			slices.ContainsFunc(places, func(p place) bool { return !p.has(n) }) {
			return refused
		}
		return framework.Status{}
	}}
}

func (p *place) has(n *framework.Node) bool {
	value, ok := n.Label(p.key)
	if !ok {
		value, ok = n.Label(p.instead)
	}
	return ok && slices.Contains(p.values, value)
}

// volumeOf returns the volume of a claim, nil when that is still to be chosen, or why there is none.
func volumeOf(pod *framework.Pod, name string, c framework.Cluster) (*corev1.PersistentVolume, string) {
	claim, ok := c.Objects().Get("persistentvolumeclaims", pod.Namespace, name).(*corev1.PersistentVolumeClaim)
	if !ok {
		return nil, `persistentvolumeclaim "` + name + `" not found`
	}
	if claim.Spec.VolumeName != "" {
		v, ok := c.Objects().Get("persistentvolumes", "", claim.Spec.VolumeName).(*corev1.PersistentVolume)
		if !ok {
			return nil, `persistentvolume "` + claim.Spec.VolumeName + `" not found`
		}
		return v, ""
	}
	class := volume.Class(claim)
	if class == "" {
		return nil, "PersistentVolumeClaim had no pv name and storageClass name"
	}
	o, ok := c.Objects().Get("storageclasses.storage.k8s.io", "", class).(*storagev1.StorageClass)
	switch {
	case !ok:
		return nil, `storageclass.storage.k8s.io "` + class + `" not found`
	case volume.Waits(o):
		return nil, ""
	}
	return nil, "PersistentVolume had no name"
}

// Hints implements framework.Hinter.
func (Plugin) Hints() []framework.Hint {
	return []framework.Hint{
		{Events: framework.StorageClassAdd, Worth: func(_ *framework.Pod, c framework.Change) bool {
			return volume.Waits(c.New.(*storagev1.StorageClass))
		}},
		{Events: framework.NodeAdd | framework.NodeLabel},
		{Events: framework.ClaimAdd | framework.ClaimUpdate, Worth: framework.UsesClaim},
		{Events: framework.VolumeAdd},
		{Events: framework.VolumeUpdate, Worth: func(_ *framework.Pod, c framework.Change) bool {
			return slices.ContainsFunc(keys, func(k [2]string) bool { return c.Old.GetLabels()[k[0]] != c.New.GetLabels()[k[0]] })
		}},
	}
}
