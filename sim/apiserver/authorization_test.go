package apiserver_test

import (
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
)

const rbacGroup = "rbac.authorization.k8s.io"

// newRBAC returns a cluster in which alice may read pods in demo, and bob may write roles, bindings and impersonate carol.
func newRBAC(t *testing.T) *harness {
	h := newHarness()
	h.server.Bootstrap(h.engine.Stream("seed"))
	rule := func(verbs, group, resources string, names ...string) rbacv1.PolicyRule {
		return rbacv1.PolicyRule{
			Verbs: strings.Split(verbs, ","), APIGroups: []string{group}, Resources: strings.Split(resources, ","), ResourceNames: names,
		}
	}
	h.grant(t, "alice", rule("get,list,watch", "", "pods"))
	h.grant(t, "bob",
		rule("create,update", rbacGroup, "roles,rolebindings"), rule("get", "", "pods"), rule("bind", rbacGroup, "clusterroles", "view"))
	h.seed(&rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{Name: "carols"},
		Rules: []rbacv1.PolicyRule{
			rule("impersonate:user-info", "authentication.k8s.io", "users", "carol"), rule("impersonate-on:user-info:list", "", "pods"),
		},
	})
	h.seed(&rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "carols"}, Subjects: []rbacv1.Subject{{Kind: "User", Name: "bob", APIGroup: rbacGroup}},
		RoleRef: rbacv1.RoleRef{Kind: "ClusterRole", Name: "carols", APIGroup: rbacGroup},
	})
	return h
}

// grant gives a user rules in demo.
func (h *harness) grant(t *testing.T, name string, rules ...rbacv1.PolicyRule) {
	t.Helper()
	h.seed(&rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: name}, Rules: rules})
	h.seed(&rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: name},
		Subjects:   []rbacv1.Subject{{Kind: "User", Name: name, APIGroup: rbacGroup}},
		RoleRef:    rbacv1.RoleRef{Kind: "Role", Name: name, APIGroup: rbacGroup},
	})
}

func role(name, verb string, resources ...string) *rbacv1.Role {
	return &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: name}, Rules: []rbacv1.PolicyRule{
		{Verbs: []string{verb}, APIGroups: []string{""}, Resources: resources},
	}}
}

func binding(name, kind, to string) *rbacv1.RoleBinding {
	return &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: name},
		Subjects:   []rbacv1.Subject{{Kind: "User", Name: "dave", APIGroup: rbacGroup}},
		RoleRef:    rbacv1.RoleRef{Kind: kind, Name: to, APIGroup: rbacGroup},
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	roles, bindings := "roles."+rbacGroup, "rolebindings."+rbacGroup
	for name, c := range map[string]struct {
		request client.Request
		want    string // of the error; empty for none
	}{
		"alice lists pods":  {client.Request{User: "alice", Verb: client.List, Resource: "pods", Namespace: "demo"}, ""},
		"alice gets no pod": {client.Request{User: "alice", Verb: client.Get, Resource: "pods", Namespace: "demo", Name: "a"}, `pods "a" not found`},
		"alice elsewhere": {
			client.Request{User: "alice", Verb: client.List, Resource: "pods", Namespace: "default"},
			`pods is forbidden: User "alice" cannot list resource "pods" in API group "" in the namespace "default"`,
		},
		"alice everywhere": {
			client.Request{User: "alice", Verb: client.List, Resource: "pods"},
			`pods is forbidden: User "alice" cannot list resource "pods" in API group "" at the cluster scope`,
		},
		"alice deletes": {
			client.Request{User: "alice", Verb: client.Delete, Resource: "pods", Namespace: "demo", Name: "a"},
			`pods "a" is forbidden: User "alice" cannot delete resource "pods" in API group "" in the namespace "demo"`,
		},
		"alice binds": {
			client.Request{User: "alice", Verb: client.Create, Resource: "pods", Subresource: "binding", Namespace: "demo", Name: "a"},
			`pods "a" is forbidden: User "alice" cannot create resource "pods/binding" in API group "" in the namespace "demo"`,
		},
		"alice and what nobody knows": {
			client.Request{User: "alice", Verb: client.List, Resource: "widgets.example.com", Namespace: "demo"},
			`widgets.example.com is forbidden: User "alice" cannot list resource "widgets" in API group "example.com" in the namespace "demo"`,
		},
		"bob grants what he has": {
			client.Request{User: "bob", Verb: client.Create, Resource: roles, Namespace: "demo", Object: role("r", "get", "pods")}, "",
		},
		"bob grants more": {
			client.Request{User: "bob", Verb: client.Create, Resource: roles, Namespace: "demo", Object: role("r", "delete", "pods", "secrets")},
			`roles.rbac.authorization.k8s.io "r" is forbidden: user "bob" (groups=["system:authenticated"]) is attempting to grant RBAC ` +
				"permissions not currently held:\n" +
				`{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}` + "\n" + `{APIGroups:[""], Resources:["secrets"], Verbs:["delete"]}`,
		},
		"bob binds what he may": {
			client.Request{User: "bob", Verb: client.Create, Resource: bindings, Namespace: "demo", Object: binding("b", "ClusterRole", "view")}, "",
		},
		"bob binds alice's role": {
			client.Request{User: "bob", Verb: client.Create, Resource: bindings, Namespace: "demo", Object: binding("b", "Role", "alice")},
			`rolebindings.rbac.authorization.k8s.io "b" is forbidden: user "bob" (groups=["system:authenticated"]) is attempting to grant ` +
				"RBAC permissions not currently held:\n" + `{APIGroups:[""], Resources:["pods"], Verbs:["list" "watch"]}`,
		},
		"bob binds nothing": {
			client.Request{User: "bob", Verb: client.Create, Resource: bindings, Namespace: "demo", Object: binding("b", "Role", "none")},
			`role.rbac.authorization.k8s.io "none" not found`,
		},
		"bob as carol": {
			client.Request{User: "bob", Impersonate: &client.Impersonate{User: "carol"}, Verb: client.List, Resource: "pods", Namespace: "demo"},
			`pods is forbidden: User "carol" cannot list resource "pods" in API group "" in the namespace "demo"`,
		},
		"bob as carol, otherwise": {
			client.Request{User: "bob", Impersonate: &client.Impersonate{User: "carol"}, Verb: client.Get, Resource: "pods", Namespace: "demo", Name: "a"},
			`pods "a" is forbidden: User "bob" cannot impersonate-on:user-info:get resource "pods" in API group "" in the namespace "demo"`,
		},
		"bob as alice": {
			client.Request{User: "bob", Impersonate: &client.Impersonate{User: "alice"}, Verb: client.List, Resource: "pods", Namespace: "demo"},
			`users.authentication.k8s.io "alice" is forbidden: User "bob" cannot impersonate:user-info resource "users" in API group ` +
				`"authentication.k8s.io" at the cluster scope`,
		},
		"kubectl as a service account": {
			client.Request{Impersonate: &client.Impersonate{User: "system:serviceaccount:demo:default"}, Verb: client.List, Resource: "nodes"},
			`nodes is forbidden: User "system:serviceaccount:demo:default" cannot list resource "nodes" in API group "" at the cluster scope`,
		},
		"kubectl as nobody of a group": {
			client.Request{Impersonate: &client.Impersonate{Groups: []string{"system:masters"}}, Verb: client.List, Resource: "nodes"},
			`requested to impersonate without impersonating a user name`,
		},
		"a forged token": {client.Request{Token: "abc", Verb: client.List, Resource: "pods", Namespace: "demo"}, "Unauthorized"},
		"the kubeconfig's token": {
			client.Request{User: "system:anonymous", Token: "orrery-admin", Verb: client.List, Resource: "nodes"}, "",
		},
		"the kubeconfig's token as carol": {
			client.Request{Token: "orrery-admin", Impersonate: &client.Impersonate{User: "carol"}, Verb: client.List, Resource: "nodes"},
			`nodes is forbidden: User "carol" cannot list resource "nodes" in API group "" at the cluster scope`,
		},
		"a kubelet reads its node": {
			client.Request{User: "kubelet/node-1", Verb: client.List, Resource: "nodes"},
			`nodes is forbidden: User "system:node:node-1" cannot list resource "nodes" in API group "" at the cluster scope: ` +
				`node 'node-1' cannot read all nodes, only its own Node object`,
		},
		"a kubelet and a secret": {
			client.Request{User: "kubelet/node-1", Verb: client.Get, Resource: "secrets", Namespace: "demo", Name: "s"},
			`secrets "s" is forbidden: User "system:node:node-1" cannot get resource "secrets" in API group "" in the namespace "demo": ` +
				`no relationship found between node 'node-1' and this object`,
		},
		"nobody": {
			client.Request{User: "system:anonymous", Verb: client.List, Resource: "pods", Namespace: "demo"},
			`pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "demo"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if r := newRBAC(t).do(c.request); r.Error != nil {
				got = r.Error.Message
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestABindingWorksAtOnce(t *testing.T) {
	h := newRBAC(t)
	list := client.Request{User: "dave", Verb: client.List, Resource: "pods", Namespace: "demo"}
	if r := h.do(list); r.Code != 403 {
		t.Fatalf("dave may list before he is bound: %d", r.Code)
	}
	h.do(client.Request{
		Verb: client.Create, Resource: "rolebindings." + rbacGroup, Namespace: "demo", Object: binding("dave", "Role", "alice"),
	})
	if r := h.do(list); r.Code != 200 {
		t.Errorf("dave may not list once he is bound: %v", r.Error)
	}
	h.do(client.Request{Verb: client.Delete, Resource: "roles." + rbacGroup, Namespace: "demo", Name: "alice"})
	want := `pods is forbidden: User "dave" cannot list resource "pods" in API group "" in the namespace "demo": ` +
		`RBAC: role.rbac.authorization.k8s.io "alice" not found`
	if r := h.do(list); r.Error == nil || r.Error.Message != want {
		t.Errorf("without the role: %v, want %s", r.Error, want)
	}
}
