// Package volumerestrictions refuses nodes where another pod uses the same disk in a way that does not bear company, and
// all nodes while another pod uses a claim that is for one pod only.
package volumerestrictions

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/scheduler/framework"
)

var (
	conflicting = framework.Status{Code: framework.Unschedulable, Reasons: []string{"node(s) had no available disk"}}
	inUse       = framework.Status{Code: framework.Unschedulable, Reasons: []string{
		"node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod",
	}}
)

// Plugin is VolumeRestrictions.
type Plugin struct{}

// Name implements framework.Plugin.
func (Plugin) Name() string { return "VolumeRestrictions" }

// PreFilter implements framework.Filterer.
func (Plugin) PreFilter(pod *framework.Pod, c framework.Cluster) framework.Screen {
	s := state{pod: pod}
	for i := range pod.Spec.Volumes {
		v := &pod.Spec.Volumes[i]
		if exclusive(v) {
			s.disks = append(s.disks, v)
		}
		if v.PersistentVolumeClaim == nil {
			continue
		}
		name := v.PersistentVolumeClaim.ClaimName
		claim, ok := c.Objects().Get("persistentvolumeclaims", pod.Namespace, name).(*corev1.PersistentVolumeClaim)
		if !ok {
			return framework.Refuse(`persistentvolumeclaim "` + name + `" not found`)
		}
		if slices.Contains(claim.Spec.AccessModes, corev1.ReadWriteOncePod) {
			s.claims = append(s.claims, name)
		}
	}
	if len(s.disks)+len(s.claims) == 0 {
		return framework.Screen{}
	}
	s.conflicts = map[string]int{}
	c.Pods("", func(p *framework.Pod, n *framework.Node) { s.count(p, n, 1) })
	if len(s.disks) == 0 && s.users == 0 {
		return framework.Screen{}
	}
	return framework.Screen{
		Filter: func(n *framework.Node) framework.Status {
			switch {
			case s.conflicts[n.Node.Name] > 0:
				return conflicting
			case s.users > 0:
				return inUse
			}
			return framework.Status{}
		},
		Count: func(p *framework.Pod, n *framework.Node, sign int64) { s.count(p, n, int(sign)) },
	}
}

// state is what PreFilter found out.
type state struct {
	pod       *framework.Pod
	disks     []*corev1.Volume
	claims    []string       // for one pod only
	conflicts map[string]int // pods that use one of the disks, by node
	users     int            // of the claims
}

func (s *state) count(p *framework.Pod, n *framework.Node, sign int) {
	for i := range p.Spec.Volumes {
		v := &p.Spec.Volumes[i]
		if slices.ContainsFunc(s.disks, func(d *corev1.Volume) bool { return conflict(d, v) }) {
			s.conflicts[n.Node.Name] += sign
		}
		if c := v.PersistentVolumeClaim; c != nil && p.Namespace == s.pod.Namespace && slices.Contains(s.claims, c.ClaimName) {
			s.users += sign
		}
	}
}

// exclusive reports whether a volume is a disk that not everybody can use at once.
func exclusive(v *corev1.Volume) bool {
	return v.GCEPersistentDisk != nil || v.AWSElasticBlockStore != nil || v.RBD != nil || v.ISCSI != nil
}

// conflict reports whether two volumes are the same disk, and not only read.
func conflict(a, b *corev1.Volume) bool {
	switch {
	case a.GCEPersistentDisk != nil && b.GCEPersistentDisk != nil:
		x, y := a.GCEPersistentDisk, b.GCEPersistentDisk
		return x.PDName == y.PDName && !(x.ReadOnly && y.ReadOnly)
	case a.AWSElasticBlockStore != nil && b.AWSElasticBlockStore != nil:
		return a.AWSElasticBlockStore.VolumeID == b.AWSElasticBlockStore.VolumeID
	case a.ISCSI != nil && b.ISCSI != nil:
		return a.ISCSI.IQN == b.ISCSI.IQN && !(a.ISCSI.ReadOnly && b.ISCSI.ReadOnly)
	case a.RBD != nil && b.RBD != nil:
		x, y := a.RBD, b.RBD
		shared := slices.ContainsFunc(x.CephMonitors, func(m string) bool { return slices.Contains(y.CephMonitors, m) })
		return shared && x.RBDPool == y.RBDPool && x.RBDImage == y.RBDImage && !(x.ReadOnly && y.ReadOnly)
	}
	return false
}

// Hints implements framework.Hinter.
func (Plugin) Hints() []framework.Hint {
	return []framework.Hint{
		{Events: framework.AssignedPodDelete, Worth: func(pod *framework.Pod, c framework.Change) bool {
			if c.OldPod.Namespace != pod.Namespace {
				return false
			}
			for i := range pod.Spec.Volumes {
				v := &pod.Spec.Volumes[i]
				for k := range c.OldPod.Spec.Volumes {
					o := &c.OldPod.Spec.Volumes[k]
					a, b := v.PersistentVolumeClaim, o.PersistentVolumeClaim
					if conflict(v, o) || a != nil && b != nil && a.ClaimName == b.ClaimName {
						return true
					}
				}
			}
			return false
		}},
		{Events: framework.NodeAdd},
		{Events: framework.ClaimAdd, Worth: framework.UsesClaim},
	}
}
