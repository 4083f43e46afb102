package volumebinding

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api/volume"
	"orrery/sim/client"
	"orrery/sim/scheduler/framework"
)

// PreBind implements framework.PreBinder: it says on volumes for which claims they are, and on claims where their volumes
// are to be made.
func (Plugin) PreBind(pod *framework.Pod, n *framework.Node, c framework.Cluster) []client.Request {
	s, refusal := newState(pod, c)
	if refusal != "" || len(s.waiting) == 0 {
		return nil
	}
	_, found := s.find(n.Node)
	var requests []client.Request
	for _, p := range found.bind {
		v, _ := volume.Bind(p.volume, p.claim)
		requests = append(requests, client.Request{Verb: client.Update, Resource: volumes, Name: v.Name, Object: v})
	}
	for _, claim := range found.make {
		claim = claim.DeepCopy()
		metav1.SetMetaDataAnnotation(&claim.ObjectMeta, volume.SelectedNode, n.Node.Name)
		requests = append(requests, client.Request{
			Verb: client.Update, Resource: claims, Namespace: claim.Namespace, Name: claim.Name, Object: claim,
		})
	}
	return requests
}

// Prebound implements framework.PreBinder: the claims must be bound.
func (Plugin) Prebound(pod *framework.Pod, n *framework.Node, c framework.Cluster) (done bool, failure string) {
	for i := range pod.Spec.Volumes {
		name, _ := volume.ClaimOf(pod.Pod, &pod.Spec.Volumes[i])
		if name == "" {
			continue
		}
		claim, ok := c.Objects().Get(claims, pod.Namespace, name).(*corev1.PersistentVolumeClaim)
		if !ok {
			return false, `binding volumes: failed to check provisioning pvc: could not find v1.PersistentVolumeClaim "` +
				pod.Namespace + "/" + name + `"`
		}
		selected, waits := claim.Annotations[volume.SelectedNode]
		v, _ := c.Objects().Get(volumes, "", claim.Spec.VolumeName).(*corev1.PersistentVolume)
		switch {
		case waits && selected != n.Node.Name:
			return false, `binding volumes: provisioning failed for PVC "` + name + `"`
		case !volume.Bound(claim):
			return false, ""
		case v != nil && !volume.Reaches(v, n.Node.Labels):
			return false, `binding volumes: pv "` + v.Name + `" node affinity doesn't match node "` + n.Node.Name +
				`": no matching NodeSelectorTerms`
		}
	}
	return true, ""
}
