package framework

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"orrery/sim/client"
)

// Cluster is what a plugin may look at besides the pod and a node.
type Cluster interface {
	// Nodes returns all nodes, by name.
	Nodes() []*Node
	// Pods calls f for the pods that have a node, in one namespace or in all when it is empty, by namespace and name.
	Pods(namespace string, f func(*Pod, *Node))
	// Affine is Pods for those in all namespaces that have an affinity to other pods, or against them.
	Affine(f func(*Pod, *Node))
	// Tally returns how many pods of a namespace match a selector, those that are being deleted not counted, for each
	// value that nodes have of a label. The map must not be changed.
	Tally(namespace string, selector labels.Selector, label string) map[string]int64
	// Hosts is Tally for each node, by Node.ID. The slice must not be changed.
	Hosts(namespace string, selector labels.Selector) []int64
	// Image returns how many nodes have an image, and how many bytes it has on each, by Node.ID. The slice must not be
	// changed.
	Image(name string) (nodes int, bytes []int64)
	// Objects is what the scheduler's informers have seen of other kinds.
	Objects() *client.Cache
}

// NamespaceLabels returns the labels of a namespace as the cluster shows them.
func NamespaceLabels(c Cluster, name string) labels.Set {
	if o := c.Objects().Get("namespaces", "", name); o != nil {
		return o.GetLabels()
	}
	return nil
}

// OwnerSelector returns the labels and the further requirements by which a pod's controller selects its pods; none when it is
// not one whose pods are alike.
func OwnerSelector(c Cluster, namespace string, owner *metav1.OwnerReference) (labels.Set, labels.Requirements) {
	switch owner.APIVersion + " " + owner.Kind {
	case "v1 ReplicationController":
		if o, ok := c.Objects().Get("replicationcontrollers", namespace, owner.Name).(*corev1.ReplicationController); ok {
			return o.Spec.Selector, nil
		}
	case "apps/v1 ReplicaSet":
		if o, ok := c.Objects().Get("replicasets.apps", namespace, owner.Name).(*appsv1.ReplicaSet); ok {
			return parts(o.Spec.Selector)
		}
	case "apps/v1 StatefulSet":
		if o, ok := c.Objects().Get("statefulsets.apps", namespace, owner.Name).(*appsv1.StatefulSet); ok {
			return parts(o.Spec.Selector)
		}
	}
	return nil, nil
}

// parts takes a selector apart. Most are labels and nothing more, which need not be made into requirements.
func parts(s *metav1.LabelSelector) (labels.Set, labels.Requirements) {
	if s != nil && len(s.MatchExpressions) == 0 {
		return s.MatchLabels, nil
	}
	requirements, _ := Selector(s).Requirements()
	return nil, requirements
}
