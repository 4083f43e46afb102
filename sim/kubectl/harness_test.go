package kubectl_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/apiserver"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/etcd"
	"orrery/sim/kubectl"
	"orrery/sim/trace"
)

// bench is a kubectl with an API server and nothing else.
type bench struct {
	t      *testing.T
	engine *engine.Engine
	trace  []*trace.Entry
}

func newBench(t *testing.T, namespaces ...string) *bench {
	t.Helper()
	b := &bench{t: t, engine: engine.New(1)}
	server := apiserver.New(apiserver.DefaultConfig)
	b.engine.Add("kube-apiserver", server)
	b.engine.Alias(apiserver.Etcd, "kube-apiserver")
	b.engine.Add(kubectl.Address, kubectl.New())
	uids := b.engine.Stream("seed")
	for _, name := range append(namespaces, "default") {
		server.Seed(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, uids)
		server.Seed(&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: name, Name: "default"}}, uids)
	}
	return b
}

func (b *bench) terminal() *kubectl.Terminal {
	return b.engine.Component(kubectl.Address).(*kubectl.Terminal)
}

func (b *bench) store() *etcd.Store {
	return b.engine.Component("kube-apiserver").(*apiserver.Server).Store()
}

// kubectl runs a command until nothing is due, and returns what it printed.
func (b *bench) kubectl(line string, files ...kubectl.File) string {
	b.t.Helper()
	c, err := kubectl.Parse("kubectl "+line, files)
	if err != nil {
		return err.Error()
	}
	b.give(c)
	var last kubectl.Run
	for _, r := range b.terminal().Runs() {
		if r.ID > last.ID {
			last = r
		}
	}
	return strings.Join(last.Output, "\n")
}

func (b *bench) give(c kubectl.Command) {
	b.engine.Post(0, kubectl.Address, &c)
	for !b.engine.Quiet() {
		e, _ := b.engine.Step()
		b.trace = append(b.trace, e)
	}
}

// object returns an object of the store, or fails.
func (b *bench) object(resource, namespace, name string) api.Object {
	b.t.Helper()
	v := b.store().Get(api.Find(resource).Key(namespace, name))
	if v == nil {
		b.t.Fatalf("%s %s/%s is not there", resource, namespace, name)
	}
	return v.Object
}

// verbs returns the requests that kubectl's answers answered: "get 404", "create 201".
func (b *bench) verbs() string {
	var out []string
	for _, e := range b.trace {
		if e.Kind == trace.Answer && e.Actor == string(kubectl.Address) {
			verb := e.Verb
			if e.Subresource != "" {
				verb += "/" + e.Subresource
			}
			out = append(out, verb+" "+strings.TrimSpace(e.Resource))
		}
	}
	b.trace = nil
	return strings.Join(out, ", ")
}

// spy looks at the requests that pass to the API server.
type spy struct {
	engine.Component
	f func(string)
}

func (s *spy) Handle(t *engine.Turn, body any) {
	if r, ok := body.(*client.Request); ok && r.Verb == client.Patch {
		s.f(string(r.PatchData))
	}
	s.Component.Handle(t, body)
}
