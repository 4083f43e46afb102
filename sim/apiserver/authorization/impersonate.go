package authorization

import (
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apiserver/pkg/authentication/serviceaccount"
	"k8s.io/apiserver/pkg/authentication/user"

	"orrery/sim/client"
	"orrery/sim/etcd"
)

// authenticationGroup is the API group in which the rights to be somebody are written.
const authenticationGroup = "authentication.k8s.io"

// mode is one way of acting as somebody. Constrained ways ask two things of who does it: whether it may do this request
// while it is anybody of that sort, and whether it may be that one.
type mode struct {
	name string // empty for the old way, by the verb "impersonate" alone
	fits func(as *client.Impersonate, u *user.DefaultInfo) bool
}

var modes = []mode{
	{"associated-node", func(as *client.Impersonate, u *user.DefaultInfo) bool {
		node, ok := nodeOf(as)
		own := u.Extra[serviceaccount.NodeNameKey]
		return ok && strings.HasPrefix(u.Name, serviceaccount.ServiceAccountUsernamePrefix) && slices.Equal(own, []string{node})
	}},
	{"arbitrary-node", func(as *client.Impersonate, _ *user.DefaultInfo) bool { _, ok := nodeOf(as); return ok }},
	{"serviceaccount", func(as *client.Impersonate, _ *user.DefaultInfo) bool {
		_, _, err := serviceaccount.SplitUsername(as.User)
		return err == nil && nameOnly(as)
	}},
	{"user-info", func(as *client.Impersonate, _ *user.DefaultInfo) bool {
		_, _, err := serviceaccount.SplitUsername(as.User)
		_, node := nodeOf(&client.Impersonate{User: as.User})
		return err != nil && !node
	}},
	{"", func(*client.Impersonate, *user.DefaultInfo) bool { return true }},
}

func nameOnly(as *client.Impersonate) bool {
	return as.UID == "" && len(as.Groups) == 0 && len(as.Extra) == 0
}

// nodeOf returns the node whose kubelet is meant, when nothing but its user name is asked for.
func nodeOf(as *client.Impersonate) (string, bool) {
	node, ok := strings.CutPrefix(as.User, "system:node:")
	return node, ok && nameOnly(as) && len(validation.NameIsDNSSubdomain(node, false)) == 0
}

// Impersonate returns whom a request acts as, or why it may not: by the first of the ways that fit, as Kubernetes says.
// The attributes are those of the request, by the user who really sends it.
func (p *Policy) Impersonate(store *etcd.Store, a *Attributes, as *client.Impersonate) (*user.DefaultInfo, error) {
	if as.User == "" {
		return nil, apierrors.NewBadRequest("requested to impersonate without impersonating a user name")
	}
	var first error
	for _, m := range modes {
		if !m.fits(as, a.User) {
			continue
		}
		c := check{policy: p, store: store, request: a, as: as, mode: m.name}
		u, err := c.run()
		if err == nil {
			return u, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// check is one way being tried.
type check struct {
	policy  *Policy
	store   *etcd.Store
	request *Attributes
	as      *client.Impersonate
	mode    string
}

func (c *check) run() (*user.DefaultInfo, error) {
	if c.mode != "" {
		on := *c.request
		on.Verb = "impersonate-on:" + c.mode + ":" + on.Verb
		if err := c.ask(&on); err != nil {
			return nil, err
		}
	}
	u := &user.DefaultInfo{Name: c.as.User, UID: c.as.UID, Groups: c.as.Groups, Extra: c.as.Extra}
	if err := c.name(u); err != nil {
		return nil, err
	}
	if c.as.UID != "" {
		if err := c.ask(c.right(authenticationGroup, "uids", c.as.UID)); err != nil {
			return nil, err
		}
	}
	for _, group := range c.as.Groups {
		q := c.right(c.group(), "groups", group)
		if c.mode != "" && group == user.SystemPrivilegedGroup {
			return nil, Forbidden(q, "impersonating the system:masters group is not allowed")
		}
		if err := c.ask(q); err != nil {
			return nil, err
		}
	}
	if err := c.extra(); err != nil {
		return nil, err
	}
	switch {
	case u.Name == user.Anonymous:
		u.Groups = with(u.Groups, user.AllUnauthenticated)
	case !slices.Contains(u.Groups, user.AllUnauthenticated):
		u.Groups = with(u.Groups, user.AllAuthenticated)
	}
	return u, nil
}

// name asks for the right to the name, and gives nodes and service accounts their groups.
func (c *check) name(u *user.DefaultInfo) error {
	q := c.right(c.group(), "users", u.Name)
	if node, ok := nodeOf(c.as); ok && c.mode != "" {
		q.Resource, q.Name, u.Groups = "nodes", node, []string{user.NodesGroup}
		if c.mode == "associated-node" {
			q.Name = "*"
		}
	}
	if namespace, name, err := serviceaccount.SplitUsername(u.Name); err == nil {
		q.Resource, q.Namespace, q.Name = "serviceaccounts", namespace, name
		if len(u.Groups) == 0 {
			u.Groups = serviceaccount.MakeGroupNames(namespace)
		}
	}
	return c.ask(q)
}

func (c *check) extra() error {
	var keys []string
	for key := range c.as.Extra { // any order: sorted below
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		for _, value := range c.as.Extra[key] {
			q := c.right(authenticationGroup, "userextras", value)
			q.Subresource = key
			if err := c.ask(q); err != nil {
				return err
			}
		}
	}
	return nil
}

// group is where the rights to users and groups are written: the old way has them in the core group.
func (c *check) group() string {
	if c.mode == "" {
		return ""
	}
	return authenticationGroup
}

func (c *check) right(group, resource, name string) *Attributes {
	verb := "impersonate"
	if c.mode != "" {
		verb += ":" + c.mode
	}
	return &Attributes{User: c.request.User, Verb: verb, Group: group, Resource: resource, Name: name}
}

func (c *check) ask(q *Attributes) error {
	if allowed, reason := c.policy.Authorize(c.store, q); !allowed {
		return Forbidden(q, reason)
	}
	return nil
}

func with(groups []string, group string) []string {
	if slices.Contains(groups, group) {
		return groups
	}
	return append(slices.Clone(groups), group)
}
