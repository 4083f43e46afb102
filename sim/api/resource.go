package api

import (
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	eventsv1 "k8s.io/api/events/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Resource is a kind as the API serves it. Name is the plural with its group: "pods", "deployments.apps".
type Resource struct {
	Name        string
	Plural      string
	Singular    string
	Short       []string
	Kind        schema.GroupVersionKind
	Namespaced  bool
	Categories  []string
	Subresource []string      // "status", "scale", "binding", ...
	New         func() Object // an empty object of the served version
	prefix      string        // of its keys in the store, without slashes at the ends
}

// Key returns where the store keeps an object of the resource.
func (r *Resource) Key(namespace, name string) string {
	if r.Namespaced {
		return "/registry/" + r.prefix + "/" + namespace + "/" + name
	}
	return "/registry/" + r.prefix + "/" + name
}

// Prefix returns the start of the keys of all the resource's objects, or of those in one namespace.
func (r *Resource) Prefix(namespace string) string {
	if r.Namespaced && namespace != "" {
		return "/registry/" + r.prefix + "/" + namespace + "/"
	}
	return "/registry/" + r.prefix + "/"
}

// Resources is every resource, in the order in which discovery lists them.
var Resources = []*Resource{
	legacy("ConfigMap", "configmaps", "configmaps", true, func() Object { return &corev1.ConfigMap{} }, "cm"),
	legacy("Endpoints", "endpoints", "services/endpoints", true, func() Object { return &corev1.Endpoints{} }, "ep"),
	legacy("Event", "events", "events", true, func() Object { return &corev1.Event{} }, "ev"),
	legacy("Namespace", "namespaces", "namespaces", false, func() Object { return &corev1.Namespace{} }, "ns").sub("status", "finalize"),
	legacy("Node", "nodes", "minions", false, func() Object { return &corev1.Node{} }, "no").sub("status"),
	legacy("Pod", "pods", "pods", true, func() Object { return &corev1.Pod{} }, "po").sub("status", "binding").all(),
	legacy("ServiceAccount", "serviceaccounts", "serviceaccounts", true, func() Object { return &corev1.ServiceAccount{} }, "sa").sub("token"),
	legacy("Service", "services", "services/specs", true, func() Object { return &corev1.Service{} }, "svc").sub("status").all(),
	group("apps", "Deployment", "deployments", func() Object { return &appsv1.Deployment{} }, "deploy").sub("status", "scale").all(),
	group("apps", "ReplicaSet", "replicasets", func() Object { return &appsv1.ReplicaSet{} }, "rs").sub("status", "scale").all(),
	group("coordination.k8s.io", "Lease", "leases", func() Object { return &coordinationv1.Lease{} }),
	group("discovery.k8s.io", "EndpointSlice", "endpointslices", func() Object { return &discoveryv1.EndpointSlice{} }),
	group("events.k8s.io", "Event", "events", func() Object { return &eventsv1.Event{} }, "ev"),
	cluster("rbac.authorization.k8s.io", "ClusterRoleBinding", "clusterrolebindings", func() Object { return &rbacv1.ClusterRoleBinding{} }),
	cluster("rbac.authorization.k8s.io", "ClusterRole", "clusterroles", func() Object { return &rbacv1.ClusterRole{} }),
	group("rbac.authorization.k8s.io", "RoleBinding", "rolebindings", func() Object { return &rbacv1.RoleBinding{} }),
	group("rbac.authorization.k8s.io", "Role", "roles", func() Object { return &rbacv1.Role{} }),
	cluster("networking.k8s.io", "IPAddress", "ipaddresses", func() Object { return &networkingv1.IPAddress{} }, "ip"),
}

// Find returns the resource of a plural name with group, or nil.
func Find(name string) *Resource { return byName[name] }

// FindKind returns the resource that serves a kind, or nil.
func FindKind(gvk schema.GroupVersionKind) *Resource { return byKind[gvk] }

// FindObject returns the resource that an object belongs to, or nil.
func FindObject(o Object) *Resource {
	gvk, err := KindOf(o)
	if err != nil {
		return nil
	}
	return byKind[gvk]
}

// FindKey returns the resource, namespace and name of a key in the store; nil when the key is not an object's.
func FindKey(key string) (r *Resource, namespace, name string) {
	rest, ok := strings.CutPrefix(key, "/registry/")
	if !ok {
		return nil, "", ""
	}
	for _, r := range Resources {
		tail, ok := strings.CutPrefix(rest, r.prefix+"/")
		if !ok || r.Kind.Group == "events.k8s.io" {
			continue
		}
		if !r.Namespaced {
			return r, "", tail
		}
		namespace, name, _ = strings.Cut(tail, "/")
		return r, namespace, name
	}
	return nil, "", ""
}

var (
	byName = index(func(r *Resource) string { return r.Name })
	byKind = index(func(r *Resource) schema.GroupVersionKind { return r.Kind })
)

func index[K comparable](key func(*Resource) K) map[K]*Resource {
	m := make(map[K]*Resource, len(Resources))
	for _, r := range Resources {
		m[key(r)] = r
	}
	return m
}

func legacy(kind, plural, prefix string, namespaced bool, new func() Object, short ...string) *Resource {
	return &Resource{
		Name: plural, Plural: plural, Singular: strings.ToLower(kind), Short: short, New: new, prefix: prefix,
		Kind: schema.GroupVersionKind{Version: "v1", Kind: kind}, Namespaced: namespaced,
	}
}

func group(g, kind, plural string, new func() Object, short ...string) *Resource {
	return &Resource{
		Name: plural + "." + g, Plural: plural, Singular: strings.ToLower(kind), Short: short, New: new, prefix: plural,
		Kind: schema.GroupVersionKind{Group: g, Version: "v1", Kind: kind}, Namespaced: true,
	}
}

func cluster(g, kind, plural string, new func() Object, short ...string) *Resource {
	r := group(g, kind, plural, new, short...)
	r.Namespaced = false
	return r
}

func (r *Resource) sub(names ...string) *Resource { r.Subresource = names; return r }

func (r *Resource) all() *Resource { r.Categories = []string{"all"}; return r }
