// Package authentication is who asks: the users and groups of the components, of bearer tokens, and of those whom a
// request impersonates.
//
// The trace and the picture call a component by a short name ("deployment-controller", "kubelet/node-1", "kubectl"). This
// package alone knows the user that the name stands for; authorisation, audit and admission ask it. Models
// k8s.io/apiserver/pkg/authentication and k8s.io/kubernetes/pkg/serviceaccount.
//
// Simplified: a component is believed by its name, without a certificate; Kubernetes' components show client certificates
// or tokens.
package authentication

import (
	"slices"
	"strings"

	"k8s.io/apiserver/pkg/authentication/serviceaccount"
	"k8s.io/apiserver/pkg/authentication/user"

	"orrery/sim/client"
)

// Admin is the user of the kubeconfig that comes with a cluster.
const Admin = "kubernetes-admin"

// users are the components that are not one of many, by their short names.
var users = map[string]*user.DefaultInfo{
	"kubectl":                 {Name: Admin, Groups: []string{user.SystemPrivilegedGroup, user.AllAuthenticated}},
	"apiserver":               {Name: user.APIServerUser, Groups: []string{user.AllAuthenticated, user.SystemPrivilegedGroup}},
	"scheduler":               {Name: user.KubeScheduler, Groups: []string{user.AllAuthenticated}},
	"kube-controller-manager": {Name: user.KubeControllerManager, Groups: []string{user.AllAuthenticated}},
	user.Anonymous:            {Name: user.Anonymous, Groups: []string{user.AllUnauthenticated}},
}

// Controllers are the service accounts in kube-system under which the controllers of kube-controller-manager act. A
// controller's short name is that of its account.
var Controllers = []string{
	"attachdetach-controller", "bootstrap-signer", "certificate-controller", "clusterrole-aggregation-controller",
	"cronjob-controller", "daemon-set-controller", "deployment-controller", "device-taint-eviction-controller",
	"disruption-controller", "endpoint-controller", "endpointslice-controller", "endpointslicemirroring-controller",
	"ephemeral-volume-controller", "expand-controller", "generic-garbage-collector", "horizontal-pod-autoscaler",
	"job-controller", "legacy-service-account-token-cleaner", "namespace-controller", "node-controller",
	"persistent-volume-binder", "pod-garbage-collector", "pv-protection-controller", "pvc-protection-controller",
	"replicaset-controller", "replication-controller", "resource-claim-controller", "resourcequota-controller",
	"root-ca-cert-publisher", "service-account-controller", "service-cidrs-controller", "statefulset-controller",
	"token-cleaner", "ttl-after-finished-controller", "ttl-controller", "validatingadmissionpolicy-status-controller",
	"volumeattributesclass-protection-controller",
}

// ControllerNamespace is where the controllers' service accounts are.
const ControllerNamespace = "kube-system"

// Of returns the user of a request: the one that the API server found by its token, or that of its short name.
func Of(r *client.Request) *user.DefaultInfo {
	if r.Groups == nil {
		return Named(r.User)
	}
	return &user.DefaultInfo{Name: r.User, UID: r.UserUID, Groups: r.Groups, Extra: r.Extra}
}

// Named returns the user of a short name. A name that no component has is that of a person, or of a service account in
// full. The result must not be changed.
func Named(name string) *user.DefaultInfo {
	if u := users[name]; u != nil {
		return u
	}
	if node, ok := strings.CutPrefix(name, kubeletPrefix); ok {
		return &user.DefaultInfo{Name: nodePrefix + node, Groups: []string{user.NodesGroup, user.AllAuthenticated}}
	}
	if strings.HasPrefix(name, "kube-proxy/") {
		return &user.DefaultInfo{Name: user.KubeProxy, Groups: []string{user.AllAuthenticated}}
	}
	if _, found := slices.BinarySearch(Controllers, name); found {
		name = serviceaccount.MakeUsername(ControllerNamespace, name)
	}
	return &user.DefaultInfo{Name: name, Groups: groupsOf(name)}
}

const (
	kubeletPrefix = "kubelet/"
	nodePrefix    = "system:node:"
)

// Kubelet reports whether a short name is that of a kubelet.
func Kubelet(name string) bool { return strings.HasPrefix(name, kubeletPrefix) }

// Node returns the name of the node whose kubelet a user is.
func Node(u *user.DefaultInfo) (name string, ok bool) {
	if !slices.Contains(u.Groups, user.NodesGroup) {
		return "", false
	}
	return strings.CutPrefix(u.Name, nodePrefix)
}

// Short returns the short name of a user: that of a component, and the user's own name for everybody else.
func Short(u *user.DefaultInfo) string {
	if node, ok := Node(u); ok {
		return kubeletPrefix + node
	}
	if namespace, name, err := serviceaccount.SplitUsername(u.Name); err == nil && namespace == ControllerNamespace {
		if _, found := slices.BinarySearch(Controllers, name); found {
			return name
		}
	}
	for short, known := range users { // any order
		if known.Name == u.Name {
			return short
		}
	}
	return u.Name
}

// groupsOf returns the groups that everybody of a name is in.
func groupsOf(name string) []string {
	if name == user.Anonymous {
		return []string{user.AllUnauthenticated}
	}
	if namespace, _, err := serviceaccount.SplitUsername(name); err == nil {
		return append(serviceaccount.MakeGroupNames(namespace), user.AllAuthenticated)
	}
	return []string{user.AllAuthenticated}
}
