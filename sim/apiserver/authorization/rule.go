package authorization

import (
	"errors"
	"slices"
	"strconv"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apiserver/pkg/authentication/serviceaccount"
	"k8s.io/apiserver/pkg/authentication/user"
	rbacv1helpers "k8s.io/kubernetes/pkg/apis/rbac/v1"
)

// visitor is shown every rule that applies to a user with its source, and every role that is missing; it returns false
// to end the visit.
type visitor func(source func() string, rule *rbacv1.PolicyRule, missing error) bool

// visit shows the rules of a user in a namespace: those of ClusterRoleBindings first, then those of RoleBindings.
func (p *Policy) visit(u *user.DefaultInfo, namespace string, show visitor) {
	for _, b := range p.clusterBindings {
		if s := subject(u, b.Subjects, ""); s != nil {
			source := func() string { return "ClusterRoleBinding " + describe(b.Name, &b.RoleRef, s, "") }
			if !p.visitRole(&b.RoleRef, "", source, show) {
				return
			}
		}
	}
	if namespace == "" {
		return
	}
	for _, b := range p.bindings[namespace] {
		if s := subject(u, b.Subjects, namespace); s != nil {
			source := func() string { return "RoleBinding " + describe(b.Name+"/"+namespace, &b.RoleRef, s, namespace) }
			if !p.visitRole(&b.RoleRef, namespace, source, show) {
				return
			}
		}
	}
}

func (p *Policy) visitRole(ref *rbacv1.RoleRef, namespace string, source func() string, show visitor) bool {
	rules, err := p.RulesOf(ref, namespace)
	if err != nil {
		return show(source, nil, err)
	}
	for i := range rules {
		if !show(source, &rules[i], nil) {
			return false
		}
	}
	return true
}

// RulesOf returns the rules of the role that a binding in a namespace refers to.
func (p *Policy) RulesOf(ref *rbacv1.RoleRef, namespace string) ([]rbacv1.PolicyRule, error) {
	kind := "role"
	switch ref.Kind {
	case "Role":
	case "ClusterRole":
		kind, namespace = "clusterrole", ""
	default:
		return nil, errors.New("unsupported role reference kind: " + strconv.Quote(ref.Kind))
	}
	rules, ok := p.roles[namespace+"/"+ref.Name]
	if !ok {
		return nil, errors.New(kind + ".rbac.authorization.k8s.io " + strconv.Quote(ref.Name) + " not found")
	}
	return rules, nil
}

// RulesFor returns all rules that apply to a user in a namespace, and which roles are missing.
func (p *Policy) RulesFor(u *user.DefaultInfo, namespace string) (rules []rbacv1.PolicyRule, missing []error) {
	p.visit(u, namespace, func(_ func() string, rule *rbacv1.PolicyRule, err error) bool {
		if err != nil {
			missing = append(missing, err)
		} else {
			rules = append(rules, *rule)
		}
		return true
	})
	return rules, missing
}

// subject returns the first subject of a binding that a user is, or nil.
func subject(u *user.DefaultInfo, subjects []rbacv1.Subject, namespace string) *rbacv1.Subject {
	for i := range subjects {
		s := &subjects[i]
		is := false
		switch s.Kind {
		case rbacv1.UserKind:
			is = u.Name == s.Name
		case rbacv1.GroupKind:
			is = slices.Contains(u.Groups, s.Name)
		case rbacv1.ServiceAccountKind:
			in := namespace
			if s.Namespace != "" {
				in = s.Namespace
			}
			is = in != "" && serviceaccount.MatchesUsername(in, s.Name, u.Name)
		}
		if is {
			return s
		}
	}
	return nil
}

// describe says which binding gives which role to whom, as Kubernetes does.
func describe(binding string, ref *rbacv1.RoleRef, s *rbacv1.Subject, namespace string) string {
	who := s.Name
	if s.Kind == rbacv1.ServiceAccountKind {
		if s.Namespace != "" {
			namespace = s.Namespace
		}
		who += "/" + namespace
	}
	return strconv.Quote(binding) + " of " + ref.Kind + " " + strconv.Quote(ref.Name) + " to " + s.Kind + " " + strconv.Quote(who)
}

// allows reports whether a rule allows what is asked for.
func allows(a *Attributes, rule *rbacv1.PolicyRule) bool {
	if !rbacv1helpers.VerbMatches(rule, a.Verb) {
		return false
	}
	if a.Path != "" {
		return rbacv1helpers.NonResourceURLMatches(rule, a.Path)
	}
	combined := a.Resource
	if a.Subresource != "" {
		combined += "/" + a.Subresource
	}
	return rbacv1helpers.APIGroupMatches(rule, a.Group) && rbacv1helpers.ResourceMatches(rule, combined, a.Subresource) &&
		rbacv1helpers.ResourceNameMatches(rule, a.Name)
}
