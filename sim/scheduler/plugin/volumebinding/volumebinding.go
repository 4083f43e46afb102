// Package volumebinding refuses nodes that the pod's volumes do not reach, or where no volume suits a claim that waits for
// its first consumer and none can be made. For the node that is chosen it binds such claims, or says that their volumes are
// to be made there; the volume controller does the rest.
//
// Simplified: nodes are not scored by how well volumes fit; in Kubernetes a feature gate has that done.
package volumebinding

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/api"
	"orrery/sim/api/volume"
	"orrery/sim/scheduler/framework"
)

// The reasons, in the order in which they are given.
const (
	unreached  = "node(s) didn't match PersistentVolume's node affinity"
	unmatched  = "node(s) didn't find available persistent volumes to bind"
	noSpace    = "node(s) did not have enough free storage"
	vanished   = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"
	notYet     = "pod has unbound immediate PersistentVolumeClaims"
	claims     = "persistentvolumeclaims"
	volumes    = "persistentvolumes"
	classes    = "storageclasses.storage.k8s.io"
	drivers    = "csidrivers.storage.k8s.io"
	capacities = "csistoragecapacities.storage.k8s.io"
)

// Plugin is VolumeBinding.
type Plugin struct{}

// Name implements framework.Plugin.
func (Plugin) Name() string { return "VolumeBinding" }

// PreFilter implements framework.Filterer.
func (Plugin) PreFilter(pod *framework.Pod, c framework.Cluster) framework.Screen {
	s, refusal := newState(pod, c)
	switch {
	case refusal != "":
		return framework.Refuse(refusal)
	case len(s.bound)+len(s.waiting) == 0:
		return framework.Screen{}
	}
	return framework.Screen{Filter: func(n *framework.Node) framework.Status {
		if reasons, _ := s.find(n.Node); reasons != nil {
			return framework.Status{Code: framework.UnschedulableAndUnresolvable, Reasons: reasons}
		}
		return framework.Status{}
	}}
}

// state is what a pod's claims are.
type state struct {
	cluster framework.Cluster
	bound   []*corev1.PersistentVolumeClaim
	waiting []*corev1.PersistentVolumeClaim       // for their first consumer, the smallest first
	volumes map[string][]*corev1.PersistentVolume // of their classes
}

// newState looks at a pod's claims; the refusal says why it fits nowhere.
func newState(pod *framework.Pod, c framework.Cluster) (s state, refusal string) {
	s.cluster = c
	immediate := false
	for i := range pod.Spec.Volumes {
		name, own := volume.ClaimOf(pod.Pod, &pod.Spec.Volumes[i])
		if name == "" {
			continue
		}
		claim, _ := c.Objects().Get(claims, pod.Namespace, name).(*corev1.PersistentVolumeClaim)
		if refusal := unusable(pod, claim, name, own); refusal != "" {
			return s, refusal
		}
		class, _ := c.Objects().Get(classes, "", volume.Class(claim)).(*storagev1.StorageClass)
		switch {
		case volume.Bound(claim):
			s.bound = append(s.bound, claim)
		case volume.Waits(class) && claim.Spec.VolumeName == "":
			s.waiting = append(s.waiting, claim)
		default:
			immediate = true
		}
	}
	if immediate {
		return s, notYet
	}
	slices.SortStableFunc(s.waiting, func(a, b *corev1.PersistentVolumeClaim) int {
		x, y := a.Spec.Resources.Requests[corev1.ResourceStorage], b.Spec.Resources.Requests[corev1.ResourceStorage]
		return x.Cmp(y)
	})
	if len(s.waiting) > 0 {
		s.volumes = map[string][]*corev1.PersistentVolume{}
		c.Objects().Each(volumes, "", func(o api.Object) bool {
			v := o.(*corev1.PersistentVolume)
			s.volumes[volume.ClassOf(v)] = append(s.volumes[volume.ClassOf(v)], v)
			return true
		})
	}
	return s, ""
}

// unusable returns why a pod cannot use a claim, "" when it can.
func unusable(pod *framework.Pod, claim *corev1.PersistentVolumeClaim, name string, own bool) string {
	quoted := `persistentvolumeclaim "` + name + `"`
	switch {
	case claim == nil && own:
		return "waiting for ephemeral volume controller to create the " + quoted
	case claim == nil:
		return quoted + " not found"
	case claim.Status.Phase == corev1.ClaimLost:
		return quoted + ` bound to non-existent persistentvolume "` + claim.Spec.VolumeName + `"`
	case claim.DeletionTimestamp != nil:
		return quoted + " is being deleted"
	case own && !metav1.IsControlledBy(claim, pod):
		return "PVC " + claim.Namespace + "/" + name + " was not created for pod " + pod.Namespace + "/" + pod.Name +
			" (pod is not owner)"
	}
	return ""
}

// choice is what is to be done about the claims that wait, on one node.
type choice struct {
	bind []pair
	make []*corev1.PersistentVolumeClaim
}

type pair struct {
	volume *corev1.PersistentVolume
	claim  *corev1.PersistentVolumeClaim
}

// find returns why a node does not suit the claims, or what is to be done about them there.
func (s *state) find(n *corev1.Node) (reasons []string, found choice) {
	gone, away := false, false
	for _, claim := range s.bound {
		v, ok := s.cluster.Objects().Get(volumes, "", claim.Spec.VolumeName).(*corev1.PersistentVolume)
		switch {
		case !ok:
			gone = true
		case !volume.Reaches(v, n.Labels):
			away = true
		}
		if gone || away {
			break
		}
	}
	unbound, full := false, false
	if len(s.waiting) > 0 {
		found, unbound, full = s.choose(n)
	}
	for _, r := range []struct {
		is   bool
		text string
	}{{away, unreached}, {unbound, unmatched}, {full, noSpace}, {gone, vanished}} {
		if r.is {
			reasons = append(reasons, r.text)
		}
	}
	return reasons, found
}

// choose finds a volume on a node for each claim that waits, or has one made.
func (s *state) choose(n *corev1.Node) (found choice, unbound, full bool) {
	taken := map[string]bool{}
	for _, claim := range s.waiting {
		if selected, ok := claim.Annotations[volume.SelectedNode]; ok {
			if selected != n.Name {
				return choice{}, true, false
			}
			found.make = append(found.make, claim)
			continue
		}
		free := slices.DeleteFunc(slices.Clone(s.volumes[volume.Class(claim)]), func(v *corev1.PersistentVolume) bool { return taken[v.Name] })
		if v := volume.Find(claim, free, n, true); v != nil {
			taken[v.Name] = true
			found.bind = append(found.bind, pair{v, claim})
			continue
		}
		found.make = append(found.make, claim)
	}
	for _, claim := range found.make {
		class, ok := s.cluster.Objects().Get(classes, "", volume.Class(claim)).(*storagev1.StorageClass)
		if !ok || class.Provisioner == "" || class.Provisioner == volume.NoProvisioner ||
			!allowed(class.AllowedTopologies, n.Labels) {
			return choice{}, true, false
		}
		if !s.hasSpace(class, claim, n) {
			return choice{}, false, true
		}
	}
	return found, false, false
}

// allowed reports whether volumes may be made on a node with some labels.
func allowed(terms []corev1.TopologySelectorTerm, node map[string]string) bool {
	return len(terms) == 0 || slices.ContainsFunc(terms, func(t corev1.TopologySelectorTerm) bool {
		missed := func(r corev1.TopologySelectorLabelRequirement) bool {
			value, ok := node[r.Key]
			return !ok || !slices.Contains(r.Values, value)
		}
		return len(t.MatchLabelExpressions) > 0 && !slices.ContainsFunc(t.MatchLabelExpressions, missed)
	})
}

// hasSpace reports whether a driver that tells how much space it has can make a volume on a node.
func (s *state) hasSpace(class *storagev1.StorageClass, claim *corev1.PersistentVolumeClaim, n *corev1.Node) bool {
	driver, ok := s.cluster.Objects().Get(drivers, "", class.Provisioner).(*storagev1.CSIDriver)
	if !ok || driver.Spec.StorageCapacity == nil || !*driver.Spec.StorageCapacity {
		return true
	}
	wanted, found := claim.Spec.Resources.Requests[corev1.ResourceStorage], false
	s.cluster.Objects().Each(capacities, "", func(o api.Object) bool {
		c := o.(*storagev1.CSIStorageCapacity)
		limit := cmp.Or(c.MaximumVolumeSize, c.Capacity)
		found = c.StorageClassName == class.Name && limit != nil && limit.Cmp(wanted) >= 0 && c.NodeTopology != nil &&
			framework.Selector(c.NodeTopology).Matches(labels.Set(n.Labels))
		return !found
	})
	return found
}
