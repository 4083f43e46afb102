package kubectl

import (
	"strconv"
	"strings"

	"orrery/sim/api"
	"orrery/sim/client"
)

// object names an object that a command is about.
type object struct {
	resource  *api.Resource
	namespace string // empty for kinds without
	name      string
}

// request returns a request about the object.
func (o object) request(verb client.Verb) client.Request {
	return client.Request{Verb: verb, Resource: o.resource.Name, Namespace: o.namespace, Name: o.name}
}

// line is what kubectl prints of it: "deployment.apps/web scaled".
func (o object) line(done string) string { return o.kind() + "/" + o.name + " " + done }

// kind returns the kind as kubectl prints it: "deployment.apps".
func (o object) kind() string {
	k := o.resource.Kind
	if k.Group == "" {
		return strings.ToLower(k.Kind)
	}
	return strings.ToLower(k.Kind) + "." + k.Group
}

// short is how kubectl's warnings name it: "deployments/web".
func (o object) short() string { return o.resource.Plural + "/" + o.name }

// info describes it as kubectl's errors do.
func (o object) info() string {
	res := o.resource
	group := res.Kind.Group + "/" + res.Kind.Version
	return `Resource: "` + group + ", Resource=" + res.Plural + `", GroupVersionKind: "` + group + ", Kind=" + res.Kind.Kind +
		"\"\nName: " + strconv.Quote(o.name) + ", Namespace: " + strconv.Quote(o.namespace)
}

// scoped returns the namespace for kinds that have one.
func scoped(res *api.Resource, namespace string) string {
	if !res.Namespaced {
		return ""
	}
	return namespace
}

// selection finds the objects of a resource that a command selects by labels or by --all.
type selection struct {
	resource  *api.Resource
	namespace string
}

func (s *selection) clone() task { c := *s; return &c }

func (s *selection) start(t *turn) bool {
	return t.send(client.Request{
		Verb: client.List, Resource: s.resource.Name, Namespace: s.namespace, Labels: t.process.command.Selector,
	})
}

func (s *selection) answer(t *turn, r *client.Response) bool {
	p := t.process
	if r.Error != nil {
		return t.fail(statusError(r.Error))
	}
	if len(r.Items) == 0 {
		if p.command.Verb == Delete {
			return t.print("No resources found")
		}
		return t.fail(plainError("no objects passed to " + string(p.command.Verb)))
	}
	rest := p.tasks
	p.tasks = nil
	for _, item := range r.Items {
		p.add(object{s.resource, scoped(s.resource, item.GetNamespace()), item.GetName()})
	}
	p.tasks = append(p.tasks, rest...)
	return false
}
