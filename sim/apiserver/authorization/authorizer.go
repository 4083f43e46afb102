// Package authorization is who may do what: the Node authorizer for kubelets, RBAC for everybody, and members of
// system:masters, who may do everything. It also guards who may act as somebody else, and who may grant rights.
//
// A Policy is the RBAC objects of one moment and the answers given by them so far. It never changes, so that clones of a
// server share it; the server makes another one after a write to an RBAC object. Models
// k8s.io/kubernetes/plugin/pkg/auth/authorizer and k8s.io/kubernetes/pkg/registry/rbac.
package authorization

import (
	"slices"
	"strconv"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/authentication/user"

	"orrery/sim/api"
	"orrery/sim/etcd"
)

// Attributes are what is asked for. Path is set instead of the others for what is no resource, as "/healthz".
type Attributes struct {
	User        *user.DefaultInfo
	Verb        string
	Group       string
	Resource    string // plural
	Subresource string
	Namespace   string
	Name        string
	Fields      string // selector of a list or a watch
	Path        string
}

// Policy answers questions by the RBAC objects of one moment. See New.
type Policy struct {
	roles           map[string][]rbacv1.PolicyRule // by "namespace/name"; "/name" for ClusterRoles
	clusterBindings []*rbacv1.ClusterRoleBinding   // by name
	bindings        map[string][]*rbacv1.RoleBinding
	known           map[Question]bool
}

// Question is what a component asks over and over again: it may do that to every object of a resource, or it may not.
type Question struct {
	User        string // short name
	Verb        string
	Resource    string // plural with group
	Subresource string
	Namespace   string
}

// knownMax bounds the memory of a policy.
const knownMax = 8192

// Resources are those whose objects make a policy.
var Resources = []string{
	"clusterroles.rbac.authorization.k8s.io", "clusterrolebindings.rbac.authorization.k8s.io",
	"roles.rbac.authorization.k8s.io", "rolebindings.rbac.authorization.k8s.io",
}

// New returns the policy of what the store holds now.
func New(store *etcd.Store) *Policy {
	p := &Policy{roles: map[string][]rbacv1.PolicyRule{}, bindings: map[string][]*rbacv1.RoleBinding{}, known: map[Question]bool{}}
	for _, name := range Resources {
		store.Range(api.Find(name).Prefix(""), func(v *etcd.Value) bool {
			switch o := v.Object.(type) {
			case *rbacv1.ClusterRole:
				p.roles["/"+o.Name] = o.Rules
			case *rbacv1.Role:
				p.roles[o.Namespace+"/"+o.Name] = o.Rules
			case *rbacv1.ClusterRoleBinding:
				p.clusterBindings = append(p.clusterBindings, o)
			case *rbacv1.RoleBinding:
				p.bindings[o.Namespace] = append(p.bindings[o.Namespace], o)
			}
			return true
		})
	}
	return p
}

// Known returns the answer to a question that was asked before.
func (p *Policy) Known(q Question) (allowed, known bool) {
	allowed, known = p.known[q]
	return allowed, known
}

// Learn remembers the answer to a question. It must not depend on anything but the policy.
func (p *Policy) Learn(q Question, allowed bool) {
	if len(p.known) >= knownMax {
		clear(p.known)
	}
	p.known[q] = allowed
}

// Authorize decides, and says why: who allowed it, or what else there is to say of a refusal, which may be nothing.
func (p *Policy) Authorize(store *etcd.Store, a *Attributes) (allowed bool, reason string) {
	if Superuser(a.User) {
		return true, ""
	}
	allowed, said := authorizeNode(p, store, a)
	if allowed {
		return true, ""
	}
	allowed, reason = p.authorize(a)
	if allowed {
		return true, reason
	}
	return false, strings.Join(slices.DeleteFunc([]string{said, reason}, func(s string) bool { return s == "" }), ", ")
}

// Superuser reports whether a user may do everything.
func Superuser(u *user.DefaultInfo) bool {
	return slices.Contains(u.Groups, user.SystemPrivilegedGroup)
}

// authorize decides by RBAC.
func (p *Policy) authorize(a *Attributes) (allowed bool, reason string) {
	var missing []string
	p.visit(a.User, a.Namespace, func(source func() string, rule *rbacv1.PolicyRule, err error) bool {
		switch {
		case err != nil:
			missing = append(missing, err.Error())
		case allows(a, rule):
			allowed, reason = true, "RBAC: allowed by "+source()
		}
		return !allowed
	})
	switch {
	case allowed || len(missing) == 0:
		return allowed, reason
	case len(missing) == 1:
		return false, "RBAC: " + missing[0]
	}
	slices.Sort(missing)
	return false, "RBAC: [" + strings.Join(slices.Compact(missing), ", ") + "]"
}

var sanitizer = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Forbidden returns the refusal of a request, in Kubernetes' words.
func Forbidden(a *Attributes, reason string) *apierrors.StatusError {
	message := sanitizer.Replace(a.refusal())
	if reason != "" {
		message += ": " + reason
	}
	return apierrors.NewForbidden(schema.GroupResource{Group: a.Group, Resource: a.Resource}, a.Name, refusal(message))
}

type refusal string

func (r refusal) Error() string { return string(r) }

func (a *Attributes) refusal() string {
	who := "User " + strconv.Quote(a.User.Name) + " cannot " + a.Verb
	if a.Path != "" {
		return who + " path " + strconv.Quote(a.Path)
	}
	resource := a.Resource
	if a.Subresource != "" {
		resource += "/" + a.Subresource
	}
	what := who + " resource " + strconv.Quote(resource) + " in API group " + strconv.Quote(a.Group)
	if a.Namespace != "" {
		return what + " in the namespace " + strconv.Quote(a.Namespace)
	}
	return what + " at the cluster scope"
}
