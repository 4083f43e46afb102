package authorization

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"

	"orrery/sim/api"
	"orrery/sim/apiserver/authentication"
	"orrery/sim/etcd"
)

// nodeRole holds the rules by which kubelets may do what is not about single objects. No binding gives it to them.
const nodeRole = "/system:node"

// authorizeNode decides for kubelets. It never refuses for good: RBAC is asked next.
//
// Simplified: persistent volumes, their claims' status, resource claims and slices, and certificate requests are left to
// RBAC; Kubernetes follows them from the node's pods too.
func authorizeNode(p *Policy, store *etcd.Store, a *Attributes) (allowed bool, reason string) {
	node, ok := authentication.Node(a.User)
	if !ok {
		return false, ""
	}
	resource := a.Resource
	if a.Group != "" {
		resource += "." + a.Group
	}
	switch resource {
	case "secrets", "configmaps":
		return ofPods(store, node, a)
	case "persistentvolumeclaims":
		if a.Verb != "get" {
			return false, "can only get individual resources of this type"
		}
		return ofPods(store, node, a)
	case "serviceaccounts":
		return ofAccount(store, node, a)
	case "leases.coordination.k8s.io":
		if a.Namespace != corev1.NamespaceNodeLease {
			return false, `can only access leases in the "kube-node-lease" system namespace`
		}
		return ofName(node, a, "a node lease", "node lease")
	case "csinodes.storage.k8s.io":
		return ofName(node, a, "a CSINode", "CSINode")
	case "nodes":
		return ofNode(node, a)
	case "pods":
		return ofPod(store, node, a)
	}
	rules := p.roles[nodeRole]
	for i := range rules {
		if allows(a, &rules[i]) {
			return true, ""
		}
	}
	return false, ""
}

// ofName decides on the object that has the node's name.
func ofName(node string, a *Attributes, what, short string) (bool, string) {
	switch a.Verb {
	case "get", "create", "update", "patch", "delete":
	default:
		return false, "can only get, create, update, patch, or delete " + what
	}
	if a.Verb != "create" && a.Name != node {
		return false, "can only access " + short + " with the same name as the requesting node"
	}
	return true, ""
}

func ofNode(node string, a *Attributes) (bool, string) {
	switch a.Subresource + " " + a.Verb {
	case " create", " update", " patch", "status update", "status patch":
		return true, "" // NodeRestriction looks which node it is
	case " get", " list", " watch":
		switch a.Name {
		case node:
			return true, ""
		case "":
			return false, "node '" + node + "' cannot read all nodes, only its own Node object"
		}
		return false, "node '" + node + "' cannot read '" + a.Name + "', only its own Node object"
	}
	return false, ""
}

func ofPod(store *etcd.Store, node string, a *Attributes) (bool, string) {
	switch a.Subresource + " " + a.Verb {
	case " create", " delete", "status update", "status patch", "eviction create":
		return true, "" // NodeRestriction looks whether the pod is the node's
	case " get":
		return bound(store, node, a, a.Name, func(*corev1.Pod) bool { return true })
	case " list", " watch":
		if s, err := fields.ParseSelector(a.Fields); err == nil {
			if of, ok := s.RequiresExactMatch("spec.nodeName"); ok && of == node {
				return true, ""
			}
		}
		return false, "can only list/watch pods with spec.nodeName field selector"
	}
	return false, ""
}

// ofAccount decides on service accounts: those of the node's pods.
func ofAccount(store *etcd.Store, node string, a *Attributes) (bool, string) {
	switch {
	case a.Verb == "get" && a.Subresource == "":
	case a.Verb != "create" || a.Name == "":
		return false, "can only create tokens for individual service accounts"
	case a.Subresource != "token":
		return false, "can only create token subresource of serviceaccount"
	}
	return bound(store, node, a, "", func(pod *corev1.Pod) bool { return pod.Spec.ServiceAccountName == a.Name })
}

// ofPods decides on what the node's pods refer to.
func ofPods(store *etcd.Store, node string, a *Attributes) (bool, string) {
	switch a.Verb {
	case "get", "list", "watch":
	default:
		return false, "can only read resources of this type"
	}
	switch {
	case a.Subresource != "":
		return false, "cannot read subresource"
	case a.Namespace == "":
		return false, "can only read namespaced object of this type"
	case a.Name == "":
		return false, "No Object name found"
	}
	return bound(store, node, a, "", func(pod *corev1.Pod) bool { return refersTo(&pod.Spec, a.Resource, a.Name) })
}

// bound looks for a pod of the node that fits, among all of the namespace or at one name.
func bound(store *etcd.Store, node string, a *Attributes, name string, fits func(*corev1.Pod) bool) (found bool, reason string) {
	prefix := api.Find("pods").Prefix(a.Namespace)
	look := func(v *etcd.Value) bool {
		pod := v.Object.(*corev1.Pod)
		found = pod.Spec.NodeName == node && fits(pod)
		return !found
	}
	if name == "" {
		store.Range(prefix, look)
	} else if v := store.Get(prefix + name); v != nil {
		look(v)
	}
	if found {
		return true, ""
	}
	return false, "no relationship found between node '" + node + "' and this object"
}

// refersTo reports whether a pod's spec names a Secret, a ConfigMap or a claim.
func refersTo(spec *corev1.PodSpec, resource, name string) (found bool) {
	is := func(kind, n string) { found = found || kind == resource && n == name }
	for _, s := range spec.ImagePullSecrets {
		is("secrets", s.Name)
	}
	for i := range spec.Volumes {
		v := &spec.Volumes[i]
		switch {
		case v.Secret != nil:
			is("secrets", v.Secret.SecretName)
		case v.ConfigMap != nil:
			is("configmaps", v.ConfigMap.Name)
		case v.PersistentVolumeClaim != nil:
			is("persistentvolumeclaims", v.PersistentVolumeClaim.ClaimName)
		case v.Projected != nil:
			for _, s := range v.Projected.Sources {
				if s.Secret != nil {
					is("secrets", s.Secret.Name)
				}
				if s.ConfigMap != nil {
					is("configmaps", s.ConfigMap.Name)
				}
			}
		}
	}
	for _, containers := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range containers {
			environment(&containers[i], is)
		}
	}
	return found
}

// environment names the Secrets and ConfigMaps of a container's environment.
func environment(c *corev1.Container, is func(kind, name string)) {
	for _, e := range c.EnvFrom {
		if e.SecretRef != nil {
			is("secrets", e.SecretRef.Name)
		}
		if e.ConfigMapRef != nil {
			is("configmaps", e.ConfigMapRef.Name)
		}
	}
	for _, e := range c.Env {
		if e.ValueFrom == nil {
			continue
		}
		if ref := e.ValueFrom.SecretKeyRef; ref != nil {
			is("secrets", ref.Name)
		}
		if ref := e.ValueFrom.ConfigMapKeyRef; ref != nil {
			is("configmaps", ref.Name)
		}
	}
}

// single are the resources on whose single objects the Node authorizer decides.
var single = []string{
	"configmaps", "csinodes.storage.k8s.io", "leases.coordination.k8s.io", "nodes", "persistentvolumeclaims", "pods", "secrets",
	"serviceaccounts",
}

// Fixed reports whether the answer to a kubelet's question depends on nothing but the policy.
func Fixed(q *Question) bool {
	if q.Resource == "pods" || q.Resource == "nodes" {
		return q.Verb != "get" && q.Verb != "list" && q.Verb != "watch"
	}
	return !slices.Contains(single, q.Resource)
}
