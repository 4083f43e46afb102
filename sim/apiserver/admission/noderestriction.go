package admission

import (
	"fmt"
	"slices"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"

	"orrery/sim/apiserver/authentication"
	"orrery/sim/client"
)

// nodeRestriction keeps a kubelet to its own node and pods.
//
// Simplified: mirror pods may not be made at all, and claims, slices and certificate requests are not looked at;
// Kubernetes allows the first within bounds and restricts the others.
var nodeRestriction = Plugin{
	Name:      "NodeRestriction",
	Resources: []string{"pods", "nodes", "serviceaccounts", "leases.coordination.k8s.io"},
	Admit: func(a *Attributes) (bool, error) {
		node, ok := kubelet(a.Request)
		if !ok {
			return false, nil
		}
		if why := restrict(a, node); why != "" {
			return false, Forbidden(a, why)
		}
		return false, nil
	},
}

// kubelet returns the node of a request's kubelet. It is asked for every write.
func kubelet(r *client.Request) (node string, ok bool) {
	if r.Groups == nil {
		return strings.CutPrefix(r.User, "kubelet/")
	}
	return authentication.Node(authentication.Of(r))
}

// restrict returns why a kubelet may not do something, or nothing.
func restrict(a *Attributes, node string) string {
	switch a.Resource.Name {
	case "pods":
		return restrictPod(a, node)
	case "nodes":
		return restrictNode(a, node)
	case "serviceaccounts":
		return restrictToken(a, node)
	}
	if lease, ok := a.Object.(*coordinationv1.Lease); ok && lease.Name != node {
		return "can only access node lease with the same name as the requesting node"
	}
	return ""
}

func restrictPod(a *Attributes, node string) string {
	old, _ := a.Old.(*corev1.Pod)
	switch {
	case a.Subresource == "status" && a.Verb == client.Update:
		pod, ok := a.Object.(*corev1.Pod)
		switch {
		case old == nil || old.Spec.NodeName != node:
			return fmt.Sprintf("node %q can only update pod status for pods with spec.nodeName set to itself", node)
		case ok && !apiequality.Semantic.DeepEqual(pod.Labels, old.Labels):
			return fmt.Sprintf("node %q cannot update labels through pod status", node)
		}
	case a.Verb == client.Delete:
		if old == nil || old.Spec.NodeName != node {
			return fmt.Sprintf("node %q can only delete pods with spec.nodeName set to itself", node)
		}
	case a.Verb == client.Create && a.Subresource == "":
		return fmt.Sprintf("pod does not have %q annotation, node %q can only create mirror pods", corev1.MirrorPodAnnotationKey, node)
	case a.Subresource == "eviction":
		pod := get[*corev1.Pod](a.Store, "pods", a.Namespace, a.Name)
		if pod != nil && pod.Spec.NodeName != node {
			return "node " + node + " can only evict pods with spec.nodeName set to itself"
		}
	case a.Subresource != "" && a.Subresource != "status":
		return fmt.Sprintf("unexpected pod subresource %q, only 'status' and 'eviction' are allowed", a.Subresource)
	default:
		return fmt.Sprintf("unexpected operation %q, node %q can only create and delete mirror pods", strings.ToUpper(string(a.Verb)), node)
	}
	return ""
}

func restrictNode(a *Attributes, node string) string {
	name := a.Name
	if name == "" && a.Object != nil {
		name = a.Object.GetName()
	}
	if name != node {
		return fmt.Sprintf("node %q is not allowed to modify node %q", node, name)
	}
	n, ok := a.Object.(*corev1.Node)
	old, updated := a.Old.(*corev1.Node)
	if !ok || !updated {
		return ""
	}
	switch {
	case !slices.EqualFunc(n.Spec.Taints, old.Spec.Taints, func(x, y corev1.Taint) bool { return apiequality.Semantic.DeepEqual(x, y) }):
		return fmt.Sprintf("node %q is not allowed to modify taints", node)
	case !apiequality.Semantic.DeepEqual(n.OwnerReferences, old.OwnerReferences):
		return fmt.Sprintf("node %q is not allowed to modify ownerReferences", node)
	}
	return ""
}

// restrictToken lets a kubelet ask for tokens that are bound to its pods.
func restrictToken(a *Attributes, node string) string {
	q, ok := a.Object.(*authenticationv1.TokenRequest)
	if !ok || a.Subresource != "token" {
		return ""
	}
	ref := q.Spec.BoundObjectRef
	switch {
	case ref == nil || ref.APIVersion != "v1" || ref.Kind != "Pod" || ref.Name == "":
		return "node requested token not bound to a pod"
	case ref.UID == "":
		return "node requested token with a pod binding without a uid"
	}
	pod := get[*corev1.Pod](a.Store, "pods", a.Namespace, ref.Name)
	switch {
	case pod == nil:
		return fmt.Sprintf("pod %q not found", ref.Name)
	case pod.UID != ref.UID:
		return "the UID in the bound object reference (" + string(ref.UID) +
			") does not match the UID in record. The object might have been deleted and then recreated"
	case pod.Spec.NodeName != node:
		return "node requested token bound to a pod scheduled on a different node"
	}
	return ""
}
