package scheduler

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/trace"
)

// server stands in for kube-apiserver: it does what it is asked, tells the scheduler of it, and writes down the requests.
type server struct {
	objects  map[string]api.Object
	revision int64
	log      []string                             // what was asked, a line each
	events   []*eventsv1.Event                    // the Events written
	refuse   func(*client.Request) *metav1.Status // nil for nothing
}

// put is a write from outside; nil deletes.
type put struct {
	key    string
	object api.Object
}

func (s *server) Handle(t *engine.Turn, body any) {
	t.Entry.Kind = trace.Receive
	switch m := body.(type) {
	case put:
		s.write(t, m.key, m.object)
	case *client.Request:
		resp := &client.Response{ID: m.ID, Request: m, Code: http.StatusOK}
		if resp.Error = s.serve(t, m); resp.Error != nil {
			resp.Code = int(resp.Error.Code)
		}
		t.Send(Address, time.Millisecond, resp)
	}
}

func (s *server) Clone() engine.Component {
	c := *s
	c.objects, c.log, c.events = maps.Clone(s.objects), slices.Clone(s.log), slices.Clone(s.events)
	return &c
}

func (s *server) serve(t *engine.Turn, r *client.Request) *metav1.Status {
	if s.refuse != nil {
		if status := s.refuse(r); status != nil {
			s.log = append(s.log, "refused "+string(r.Verb)+" "+r.Resource+"/"+r.Subresource+" "+r.Name)
			return status
		}
	}
	key := "pods/" + r.Namespace + "/" + r.Name
	pod, _ := s.objects[key].(*corev1.Pod)
	switch {
	case r.Resource == "events.events.k8s.io" && r.Verb == client.Create:
		e := r.Object.(*eventsv1.Event)
		s.events = append(s.events, e)
		s.log = append(s.log, "event "+e.Reason+" "+e.Regarding.Name+": "+e.Note)
		return nil
	case r.Resource == "events.events.k8s.io":
		s.log = append(s.log, "series "+strings.SplitN(r.Name, ".", 2)[0]+" "+strings.Split(string(r.PatchData), ",")[0])
		return nil
	case pod == nil:
		return &metav1.Status{Code: http.StatusNotFound, Reason: metav1.StatusReasonNotFound, Message: "not found"}
	case r.Verb == client.Delete:
		s.log = append(s.log, "delete "+r.Name)
		s.write(t, key, nil)
	case r.PatchType == types.StrategicMergePatchType:
		n := pod.DeepCopy()
		var patch corev1.Pod
		if err := json.Unmarshal(r.PatchData, &patch); err != nil {
			panic(err)
		}
		n.Status.Conditions = append(n.Status.Conditions, patch.Status.Conditions...)
		s.log = append(s.log, "mark "+r.Name+" "+patch.Status.Conditions[0].Reason)
		s.write(t, key, n)
	case r.Subresource == "binding":
		n := pod.DeepCopy()
		n.Spec.NodeName = r.Object.(*corev1.Binding).Target.Name
		s.log = append(s.log, "binding "+r.Name+" "+n.Spec.NodeName)
		s.write(t, key, n)
	default:
		n := pod.DeepCopy()
		n.Status = r.Object.(*corev1.Pod).Status
		c := n.Status.Conditions[len(n.Status.Conditions)-1]
		s.log = append(s.log, "status "+r.Name+" "+string(c.Type)+"="+string(c.Status)+" "+c.Reason)
		s.write(t, key, n)
	}
	return nil
}

func (s *server) write(t *engine.Turn, key string, o api.Object) {
	old := s.objects[key]
	ch := &client.Change{Type: client.Modified, Resource: strings.Split(key, "/")[0], Object: o}
	s.revision++
	switch {
	case o == nil:
		ch.Type, ch.Object = client.Deleted, old
		delete(s.objects, key)
	case old == nil:
		ch.Type = client.Added
		fallthrough
	default:
		o.SetResourceVersion(strconv.FormatInt(s.revision, 10))
		s.objects[key] = o
	}
	t.Send(Address, time.Millisecond, ch)
}

// bench is a scheduler with a server to test it on.
type bench struct {
	testing.TB
	engine *engine.Engine
}

func newBench(t testing.TB, seed uint64) *bench {
	b := &bench{t, engine.New(seed)}
	s := New(DefaultConfig)
	s.Start(&client.Boot{
		Watch: func(client.Subscription) []api.Object { return nil }, Later: func(time.Duration, any) {},
	})
	b.engine.Add(client.Server, &server{objects: map[string]api.Object{}})
	b.engine.Add(Address, s)
	return b
}

func (b *bench) server() *server       { return b.engine.Component(client.Server).(*server) }
func (b *bench) scheduler() *Scheduler { return b.engine.Component(Address).(*Scheduler) }

// node writes a node of 4 CPUs and 8 GiB for 110 pods; change may be nil.
func (b *bench) node(name string, change func(*corev1.Node)) {
	b.Helper()
	n := &corev1.Node{}
	b.parse(fmt.Sprintf(`
metadata: {name: %s, uid: %s, labels: {topology.kubernetes.io/zone: zone-%s}}
status: {allocatable: {cpu: "4", memory: 8Gi, pods: "110"}}`, name, name, name[len(name)-1:]), n)
	if change != nil {
		change(n)
	}
	b.post("nodes/"+name, n)
}

// pod writes a pod of namespace demo with a spec in YAML.
func (b *bench) pod(name, spec string) {
	b.Helper()
	p := &corev1.Pod{}
	b.parse("spec: "+spec, p)
	p.Name, p.Namespace, p.UID, p.Generation = name, "demo", types.UID("uid-"+name), 1
	if p.Spec.SchedulerName == "" {
		p.Spec.SchedulerName = "default-scheduler"
	}
	b.post("pods/demo/"+name, p)
}

func (b *bench) parse(text string, into any) {
	b.Helper()
	if err := yaml.Unmarshal([]byte(text), into); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) post(key string, o api.Object) { b.engine.Post(0, client.Server, put{key, o}) }

func (b *bench) delete(key string) { b.engine.Post(0, client.Server, put{key, nil}) }

// settle runs until nothing is due that anybody waits for.
func (b *bench) settle() {
	b.Helper()
	for range 100_000 {
		if b.engine.Quiet() {
			return
		}
		b.step()
	}
	b.Fatal("the world does not become quiet")
}

// advance runs everything that is due within d.
func (b *bench) advance(d time.Duration) {
	end := b.engine.Now() + d
	for {
		ev, ok := b.engine.Next()
		if !ok || ev.At > end {
			b.engine.Idle(end)
			return
		}
		b.step()
	}
}

// step runs an event. While somebody waits for a pod to be tried, the world must not be quiet.
func (b *bench) step() {
	b.Helper()
	b.engine.Step()
	if _, foreground := b.scheduler().queue.Ready(b.engine.Now()); foreground && b.engine.Quiet() {
		b.Fatalf("at %v the world is quiet though a pod is to be tried", b.engine.Now())
	}
}

// took returns the log since the last call.
func (b *bench) took() []string {
	s := b.server()
	log := s.log
	s.log = nil
	return log
}

// message returns the message of the latest decision about a pod of namespace demo.
func (b *bench) message(name string) string {
	b.Helper()
	d := b.scheduler().Decision("demo", name)
	if d == nil {
		b.Fatalf("no decision about %s", name)
	}
	return d.Message
}
