// Package nodevolumelimits refuses nodes to which the CSI drivers of the pod's volumes can attach no more of them.
package nodevolumelimits

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"

	"orrery/sim/api"
	"orrery/sim/api/volume"
	"orrery/sim/scheduler/framework"
)

var refused = framework.Status{Code: framework.Unschedulable, Reasons: []string{"node(s) exceed max volume count"}}

const csiNodes = "csinodes.storage.k8s.io"

// Plugin is NodeVolumeLimits.
type Plugin struct{}

// Name implements framework.Plugin.
func (Plugin) Name() string { return "NodeVolumeLimits" }

// PreFilter implements framework.Filterer. The nodes' pods are looked at only when some driver has a limit.
func (Plugin) PreFilter(pod *framework.Pod, c framework.Cluster) framework.Screen {
	wanted := volumes(pod, c)
	if len(wanted) == 0 || !limited(c) {
		return framework.Screen{}
	}
	s := state{wanted: wanted, cluster: c, attached: map[string]map[attachment]int{}}
	c.Pods("", func(p *framework.Pod, n *framework.Node) { s.count(p, n, 1) })
	return framework.Screen{
		Filter: s.fits,
		Count:  func(p *framework.Pod, n *framework.Node, sign int64) { s.count(p, n, int(sign)) },
	}
}

// attachment is a volume of a driver.
type attachment struct{ driver, handle string }

// state is what PreFilter found out.
type state struct {
	wanted   []attachment
	cluster  framework.Cluster
	attached map[string]map[attachment]int // pods that use each volume, by node
}

func (s *state) count(p *framework.Pod, n *framework.Node, sign int) {
	for _, a := range volumes(p, s.cluster) {
		at := s.attached[n.Node.Name]
		if at == nil {
			at = map[attachment]int{}
			s.attached[n.Node.Name] = at
		}
		if at[a] += sign; at[a] <= 0 {
			delete(at, a)
		}
	}
}

func (s *state) fits(n *framework.Node) framework.Status {
	o, ok := s.cluster.Objects().Get(csiNodes, "", n.Node.Name).(*storagev1.CSINode)
	if !ok {
		return framework.Status{}
	}
	for i := range o.Spec.Drivers {
		d := &o.Spec.Drivers[i]
		if d.Allocatable == nil || d.Allocatable.Count == nil {
			continue
		}
		more, total := 0, 0
		for _, a := range s.wanted {
			if a.driver == d.Name && s.attached[n.Node.Name][a] == 0 {
				more++
			}
		}
		for a := range s.attached[n.Node.Name] { // any order
			if a.driver == d.Name {
				total++
			}
		}
		if more > 0 && total+more > int(*d.Allocatable.Count) {
			return refused
		}
	}
	return framework.Status{}
}

// limited reports whether any node has a driver with a limit.
func limited(c framework.Cluster) (found bool) {
	c.Objects().Each(csiNodes, "", func(o api.Object) bool {
		found = slices.ContainsFunc(o.(*storagev1.CSINode).Spec.Drivers, func(d storagev1.CSINodeDriver) bool {
			return d.Allocatable != nil && d.Allocatable.Count != nil
		})
		return !found
	})
	return found
}

// volumes returns the volumes of CSI drivers that a pod uses. Claims that are missing are left to other plugins.
func volumes(pod *framework.Pod, c framework.Cluster) (all []attachment) {
	for i := range pod.Spec.Volumes {
		name, _ := volume.ClaimOf(pod.Pod, &pod.Spec.Volumes[i])
		if name == "" {
			continue
		}
		claim, ok := c.Objects().Get("persistentvolumeclaims", pod.Namespace, name).(*corev1.PersistentVolumeClaim)
		if !ok {
			continue
		}
		if a := attachmentOf(claim, c); a.driver != "" && !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	return all
}

// attachmentOf returns the volume of a claim; one that is still to be made has its claim's name.
func attachmentOf(claim *corev1.PersistentVolumeClaim, c framework.Cluster) attachment {
	if v, ok := c.Objects().Get("persistentvolumes", "", claim.Spec.VolumeName).(*corev1.PersistentVolume); ok {
		if v.Spec.CSI == nil {
			return attachment{}
		}
		return attachment{v.Spec.CSI.Driver, v.Spec.CSI.VolumeHandle}
	}
	class, ok := c.Objects().Get("storageclasses.storage.k8s.io", "", volume.Class(claim)).(*storagev1.StorageClass)
	if !ok {
		return attachment{}
	}
	return attachment{class.Provisioner, claim.Namespace + "/" + claim.Name}
}

// Hints implements framework.Hinter.
func (Plugin) Hints() []framework.Hint {
	return []framework.Hint{
		{Events: framework.CSINodeAdd},
		{Events: framework.CSINodeUpdate, Worth: func(_ *framework.Pod, c framework.Change) bool {
			old := map[string]int32{}
			for _, d := range c.Old.(*storagev1.CSINode).Spec.Drivers {
				old[d.Name] = limit(&d)
			}
			return slices.ContainsFunc(c.New.(*storagev1.CSINode).Spec.Drivers, func(d storagev1.CSINodeDriver) bool {
				return limit(&d) > old[d.Name]
			})
		}},
		{Events: framework.AssignedPodDelete, Worth: func(_ *framework.Pod, c framework.Change) bool {
			return slices.ContainsFunc(c.OldPod.Spec.Volumes, func(v corev1.Volume) bool {
				return v.PersistentVolumeClaim != nil || v.Ephemeral != nil
			})
		}},
		{Events: framework.ClaimAdd, Worth: framework.UsesClaim},
	}
}

func limit(d *storagev1.CSINodeDriver) int32 {
	if d.Allocatable == nil || d.Allocatable.Count == nil {
		return 0
	}
	return *d.Allocatable.Count
}
