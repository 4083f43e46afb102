package authorization

import (
	"fmt"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/component-helpers/auth/rbac/validation"
	rbacv1helpers "k8s.io/kubernetes/pkg/apis/rbac/v1"

	"orrery/sim/api"
	"orrery/sim/etcd"
)

// fullAuthority is everything there is to allow.
var fullAuthority = []rbacv1.PolicyRule{
	{Verbs: []string{"*"}, APIGroups: []string{"*"}, Resources: []string{"*"}},
	{Verbs: []string{"*"}, NonResourceURLs: []string{"*"}},
}

// Escalation refuses to write a role or a binding that would grant what its writer may not do. The attributes are those
// of the request; other objects than roles and bindings pass.
func (p *Policy) Escalation(store *etcd.Store, a *Attributes, o, old api.Object) error {
	if Superuser(a.User) {
		return nil
	}
	switch o := o.(type) {
	case *rbacv1.Role:
		return p.mayWrite(store, a, o.Rules, o.Name, false)
	case *rbacv1.ClusterRole:
		was, _ := old.(*rbacv1.ClusterRole)
		return p.mayWrite(store, a, o.Rules, o.Name, aggregates(o) || was != nil && aggregates(was))
	case *rbacv1.RoleBinding:
		return p.mayBind(store, a, &o.RoleRef, o.Namespace, o.Name)
	case *rbacv1.ClusterRoleBinding:
		return p.mayBind(store, a, &o.RoleRef, "", o.Name)
	}
	return nil
}

func aggregates(r *rbacv1.ClusterRole) bool {
	return r.AggregationRule != nil && len(r.AggregationRule.ClusterRoleSelectors) > 0
}

func (p *Policy) mayWrite(store *etcd.Store, a *Attributes, rules []rbacv1.PolicyRule, name string, aggregated bool) error {
	escalate := Attributes{
		User: a.User, Verb: "escalate", Group: a.Group, Resource: a.Resource, Namespace: a.Namespace, Name: a.Name,
	}
	if allowed, _ := p.Authorize(store, &escalate); allowed {
		return nil
	}
	if err := p.covers(a.User, a.Namespace, rules); err != nil {
		return p.notGranted(a, name, err)
	}
	if aggregated && p.covers(a.User, a.Namespace, fullAuthority) != nil {
		return p.notGranted(a, name, refusal("must have cluster-admin privileges to use the aggregationRule"))
	}
	return nil
}

func (p *Policy) mayBind(store *etcd.Store, a *Attributes, ref *rbacv1.RoleRef, namespace, name string) error {
	bind := Attributes{User: a.User, Verb: "bind", Group: ref.APIGroup, Namespace: namespace, Name: ref.Name}
	switch ref.Kind {
	case "ClusterRole":
		bind.Resource = "clusterroles"
	case "Role":
		bind.Resource = "roles"
	}
	if allowed, _ := p.Authorize(store, &bind); allowed && bind.Resource != "" {
		return nil
	}
	rules, err := p.RulesOf(ref, namespace)
	if err != nil {
		if bind.Resource == "" {
			return apierrors.NewInternalError(err)
		}
		return apierrors.NewNotFound(schema.GroupResource{Group: rbacv1.GroupName, Resource: strings.ToLower(ref.Kind)}, ref.Name)
	}
	if err := p.covers(a.User, namespace, rules); err != nil {
		return p.notGranted(a, name, err)
	}
	return nil
}

func (p *Policy) notGranted(a *Attributes, name string, err error) error {
	return apierrors.NewForbidden(schema.GroupResource{Group: a.Group, Resource: a.Resource}, name, err)
}

// covers reports which of the rules go beyond what a user may do in a namespace.
func (p *Policy) covers(u *user.DefaultInfo, namespace string, rules []rbacv1.PolicyRule) error {
	own, missing := p.RulesFor(u, namespace)
	ok, beyond := validation.Covers(own, rules)
	if ok {
		return nil
	}
	var lines []string
	for _, r := range compact(beyond) {
		lines = append(lines, rbacv1helpers.CompactString(r))
	}
	slices.Sort(lines)
	message := fmt.Sprintf("user %q (groups=%q) is attempting to grant RBAC permissions not currently held:\n%s",
		u.Name, u.Groups, strings.Join(slices.Compact(lines), "\n"))
	if len(missing) > 0 {
		message += fmt.Sprintf("; resolution errors: %v", missing)
	}
	return refusal(message)
}

// compact joins rules of one verb each that are about the same resource.
func compact(rules []rbacv1.PolicyRule) []rbacv1.PolicyRule {
	var all []rbacv1.PolicyRule
	for i := range rules {
		r := &rules[i]
		same := slices.IndexFunc(all, func(o rbacv1.PolicyRule) bool {
			return len(r.NonResourceURLs) == 0 && len(o.NonResourceURLs) == 0 && slices.Equal(o.APIGroups, r.APIGroups) &&
				slices.Equal(o.Resources, r.Resources) && slices.Equal(o.ResourceNames, r.ResourceNames)
		})
		if same < 0 {
			all = append(all, *r)
			continue
		}
		all[same].Verbs = append(slices.Clone(all[same].Verbs), r.Verbs...)
	}
	return all
}
