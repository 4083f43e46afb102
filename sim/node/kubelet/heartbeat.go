package kubelet

import (
	"slices"
	"strings"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/node/image"
	"orrery/sim/trace"
)

// renew is the timer of the node's Lease, nodeSync that of its status.
type (
	renew    struct{}
	nodeSync struct{}
)

const leases = "leases.coordination.k8s.io"

// renew renews the node's Lease, which tells the rest of the cluster that the node lives. A kubelet that does not have
// the Lease gets it first.
func (k *Kubelet) renew(t *engine.Turn) {
	t.Entry.Kind, t.Entry.User, t.Entry.Verb = trace.Timer, k.conn.User, "renew"
	t.Later(k.config.Lease, renew{})
	if k.lease == nil {
		k.beat.Send(t, client.Request{
			Verb: client.Get, Resource: leases, Namespace: corev1.NamespaceNodeLease, Name: k.node.Name,
		})
		return
	}
	k.writeLease(t, client.Update)
}

func (k *Kubelet) writeLease(t *engine.Turn, verb client.Verb) {
	n := *k.lease
	now := metav1.NewMicroTime(t.Wall())
	n.Spec.RenewTime = &now
	if len(n.OwnerReferences) == 0 && k.object != nil {
		n.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: k.object.Name, UID: k.object.UID}}
	}
	k.beat.Send(t, client.Request{
		Verb: verb, Resource: leases, Namespace: n.Namespace, Name: n.Name, Object: &n, Manager: "kubelet",
	})
}

// leaseAnswered takes the Lease as it is stored. After a write that failed, it is got again with the next renewal.
func (k *Kubelet) leaseAnswered(t *engine.Turn, r *client.Response) {
	k.lease, _ = r.Object.(*coordinationv1.Lease)
	switch {
	case r.Failed(metav1.StatusReasonNotFound):
		k.lease = LeaseObject(k.node)
		k.writeLease(t, client.Create)
		k.lease = nil
	case r.Error != nil:
		k.lease = nil
	case r.Request.Verb == client.Get:
		k.writeLease(t, client.Update)
	}
}

// syncNode writes the node's status when its images changed or when it was not written for long.
func (k *Kubelet) syncNode(t *engine.Turn) {
	t.Entry.Kind, t.Entry.User, t.Entry.Verb = trace.Timer, k.conn.User, "sync-node"
	t.Later(k.config.Sync, nodeSync{})
	if k.object == nil || k.known == len(k.images) && t.Now()-k.reported < k.config.Report {
		return
	}
	k.known, k.reported = len(k.images), t.Now()
	n := *k.object
	n.Status.Conditions = slices.Clone(n.Status.Conditions)
	for i := range n.Status.Conditions {
		switch c := &n.Status.Conditions[i]; c.Type {
		case corev1.NodeMemoryPressure, corev1.NodeDiskPressure, corev1.NodePIDPressure, corev1.NodeReady:
			c.LastHeartbeatTime = seconds(t.Wall())
		}
	}
	n.Status.Images = nodeImages(k.images)
	k.beat.Send(t, client.Request{
		Verb: client.Patch, Resource: "nodes", Subresource: "status", Name: n.Name, PatchType: client.TypedStatus,
		Object: &n, Manager: "kubelet",
	})
}

// nodeImages lists images as a node's status does: the largest first, at most 50.
func nodeImages(images []*image.Image) []corev1.ContainerImage {
	const most = 50
	sorted := slices.Clone(images)
	slices.SortStableFunc(sorted, func(a, b *image.Image) int {
		if a.Bytes != b.Bytes {
			return int(b.Bytes - a.Bytes)
		}
		return strings.Compare(a.ID(), b.ID())
	})
	sorted = sorted[:min(len(sorted), most)]
	list := make([]corev1.ContainerImage, len(sorted))
	for i, m := range sorted {
		list[i] = corev1.ContainerImage{Names: []string{m.ID(), m.Reference.String()}, SizeBytes: m.Bytes}
	}
	return list
}
