package endpointslice

import (
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

var (
	now   = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	key   = controller.Key{Namespace: "default", Name: "web"}
	label = map[string]string{"app": "web"}
)

func service(change ...func(*corev1.Service)) *corev1.Service {
	s := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web", UID: "web-uid", CreationTimestamp: metav1.NewTime(now)},
		Spec: corev1.ServiceSpec{
			Selector: label, ClusterIP: "10.96.0.7", IPFamilies: []corev1.IPFamily{corev1.IPv4Protocol},
			Ports: []corev1.ServicePort{{Port: 80, TargetPort: intstr.FromInt32(80), Protocol: corev1.ProtocolTCP}},
		},
	}
	for _, c := range change {
		c(s)
	}
	return s
}

// pod returns the n-th pod, which is ready.
func pod(n int, change ...func(*corev1.Pod)) *corev1.Pod {
	ip := fmt.Sprintf("10.244.%d.%d", n/250, n%250)
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: fmt.Sprintf("pod-%03d", n), UID: types.UID(ip), Labels: label},
		Spec:       corev1.PodSpec{NodeName: "n1"},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning, PodIP: ip, PodIPs: []corev1.PodIP{{IP: ip}},
			Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(now)}},
		},
	}
	for _, c := range change {
		c(p)
	}
	return p
}

func unready(p *corev1.Pod) { p.Status.Conditions[0].Status = corev1.ConditionFalse }
func going(p *corev1.Pod)   { p.DeletionTimestamp = &metav1.Time{Time: now} }

// pods returns n pods.
func pods(n int) []api.Object {
	all := make([]api.Object, n)
	for i := range all {
		all[i] = pod(i)
	}
	return all
}

// world is a view that plans are carried out in.
type world struct{ controller.View }

func worldOf(objects ...api.Object) world {
	cache := client.NewCache("services", "pods", "nodes", resource)
	w := world{controller.View{Cache: cache, Now: now, Fresh: true}}
	w.put(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n1", Labels: map[string]string{corev1.LabelTopologyZone: "zone-a"}}})
	w.put(objects...)
	return w
}

func (w *world) put(objects ...api.Object) {
	for _, o := range objects {
		w.Apply(client.Change{Type: client.Modified, Resource: api.FindObject(o).Name, Object: o})
	}
}

// sync reconciles, carries the plan out, and returns what it did.
func (w *world) sync() string {
	p := reconcile(w.View, key)
	w.Kept = p.Keep
	var did []string
	for _, stage := range p.Stages {
		for _, write := range stage {
			did = append(did, string(write.Verb))
			if write.Verb == client.Delete {
				w.Apply(client.Change{Type: client.Deleted, Resource: resource, Object: w.Get(resource, "default", write.Name)})
				continue
			}
			o := write.Object.DeepCopyObject().(*discoveryv1.EndpointSlice)
			if o.Name == "" {
				o.Name = fmt.Sprintf("web-%d", w.Len(resource))
			}
			w.put(o)
		}
	}
	return strings.Join(did, " ")
}

// sizes returns how many endpoints the slices have.
func (w *world) sizes() string {
	var sizes []string
	w.Each(resource, "", func(o api.Object) bool {
		sizes = append(sizes, fmt.Sprint(len(o.(*discoveryv1.EndpointSlice).Endpoints)))
		return true
	})
	return strings.Join(sizes, " ")
}

func (w *world) slice(name string) *discoveryv1.EndpointSlice {
	return w.Get(resource, "default", name).(*discoveryv1.EndpointSlice)
}

func (w *world) expect(t *testing.T, what, did, sizes string) {
	t.Helper()
	if got := w.sync(); got != did || w.sizes() != sizes {
		t.Errorf("%s: did %q and has slices of %q, want %q and %q", what, got, w.sizes(), did, sizes)
	}
}

// TestSlices follows a Service with up to 250 pods.
func TestSlices(t *testing.T) {
	w := worldOf(service())
	w.expect(t, "no pods", "create", "0")
	w.expect(t, "the placeholder is there", "", "0")
	w.put(pod(0))
	w.expect(t, "the placeholder is made over", "update", "1")
	s := w.slice("web-0")
	if s.GenerateName != "web-" || *s.Ports[0].Port != 80 || *s.Endpoints[0].Zone != "zone-a" || !*s.Endpoints[0].Conditions.Ready {
		t.Errorf("the slice is %v", s)
	}
	w.put(pods(250)...)
	w.expect(t, "250 pods: two full slices, and the rest has room in the first", "create create update", "50 100 100")
	w.expect(t, "nothing changed", "", "50 100 100")
	w.put(pod(5, unready))
	w.expect(t, "one pod is not ready", "update", "50 100 100")
	w.put(pod(5, unready, going))
	w.expect(t, "it is going", "update", "50 100 100")
	w.Apply(client.Change{Type: client.Deleted, Resource: "pods", Object: pod(5)})
	w.expect(t, "it is gone", "update", "50 99 100")
	w.put(pod(300))
	w.expect(t, "a new one fills up the slice that it fills best", "update", "50 100 100")
	for i := 1; i < 250; i++ {
		w.Apply(client.Change{Type: client.Deleted, Resource: "pods", Object: pod(i)})
	}
	w.expect(t, "two are left", "update update delete", "1 1")
	w.Apply(client.Change{Type: client.Deleted, Resource: "pods", Object: pod(0)})
	w.Apply(client.Change{Type: client.Deleted, Resource: "pods", Object: pod(300)})
	w.expect(t, "none is left", "update delete", "0")
}

// TestConditions holds what an endpoint says of its pod.
func TestConditions(t *testing.T) {
	for _, test := range []struct {
		name   string
		change []func(*corev1.Pod)
		all    bool // addresses of pods that are not ready are published
		want   string
	}{
		{"ready", nil, false, "ready=true serving=true terminating=false"},
		{"not ready", []func(*corev1.Pod){unready}, false, "ready=false serving=false terminating=false"},
		{"going", []func(*corev1.Pod){going}, false, "ready=false serving=true terminating=true"},
		{"published", []func(*corev1.Pod){unready, going}, true, "ready=true serving=false terminating=true"},
	} {
		w := worldOf(service(func(s *corev1.Service) { s.Spec.PublishNotReadyAddresses = test.all }), pod(0, test.change...))
		w.sync()
		c := w.slice("web-0").Endpoints[0].Conditions
		if got := fmt.Sprintf("ready=%t serving=%t terminating=%t", *c.Ready, *c.Serving, *c.Terminating); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// TestPorts holds that pods whose named port has another number have slices of their own.
func TestPorts(t *testing.T) {
	listens := func(port int32) func(*corev1.Pod) {
		return func(p *corev1.Pod) {
			p.Spec.Containers = []corev1.Container{{Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: port, Protocol: corev1.ProtocolTCP}}}}
		}
	}
	w := worldOf(service(func(s *corev1.Service) { s.Spec.Ports[0].TargetPort = intstr.FromString("http") }),
		pod(0, listens(8080)), pod(1, listens(9090)), pod(2, listens(8080)))
	w.expect(t, "two numbers", "create create", "2 1")
	w.put(pod(1, listens(8080)))
	w.expect(t, "one number", "update delete", "3")
}

// TestOthers holds what happens to slices that are not the Service's own, and to pods without a node.
func TestOthers(t *testing.T) {
	w := worldOf(service(), pod(0))
	w.sync()
	old := w.slice("web-0").DeepCopy()
	old.OwnerReferences[0].UID = "before"
	w.put(old)
	w.expect(t, "a slice of an earlier Service of that name", "create delete", "1")
	w = worldOf(service(), pod(0, func(p *corev1.Pod) { p.Spec.NodeName = "n2" }))
	if p := reconcile(w.View, key); !p.Retry || len(p.Stages) != 1 || len(p.Stages[0][0].Object.(*discoveryv1.EndpointSlice).Endpoints) != 0 {
		t.Errorf("a pod whose node is unknown: retry %t with %d writes", p.Retry, len(p.Stages))
	}
	changed := service(func(s *corev1.Service) { s.Labels = map[string]string{"tier": "front"} })
	w = worldOf(service(), pod(0))
	w.sync()
	w.put(changed)
	w.expect(t, "the Service has a new label", "update", "1")
	if w.slice("web-0").Labels["tier"] != "front" {
		t.Errorf("the slice's labels are %v", w.slice("web-0").Labels)
	}
}

// TestSliceKey holds that only what others do to slices wakes their Service, a second later.
func TestSliceKey(t *testing.T) {
	w := worldOf(service(), pod(0))
	w.sync()
	s := w.slice("web-0")
	stranger := s.DeepCopy()
	stranger.Labels[discoveryv1.LabelManagedBy] = "somebody"
	for _, test := range []struct {
		name     string
		own      bool
		old, now api.Object
		want     int
	}{{"its own write", true, s, s, 0}, {"an edit", false, s, s, 1}, {"another's slice", false, stranger, stranger, 0}, {"a slice taken over", false, s, stranger, 1}} {
		got := 0
		v := w.View
		v.Own = test.own
		sliceKey(v, client.Modified, test.old, test.now, func(k controller.Key, after time.Duration) {
			got++
			if k != key || after != time.Second {
				t.Errorf("%s wakes %v after %v", test.name, k, after)
			}
		})
		if got != test.want {
			t.Errorf("%s wakes the Service %d times, want %d", test.name, got, test.want)
		}
	}
}
