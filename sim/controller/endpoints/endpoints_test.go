package endpoints

//lint:file-ignore SA1019 Endpoints are deprecated for their users; Kubernetes still writes them.

import (
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	kubernetes "k8s.io/kubernetes/pkg/api/v1/endpoints"

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
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web", CreationTimestamp: metav1.NewTime(now)},
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

// pod returns a pod that has been ready since some seconds after now; never for a negative number.
func pod(name, ip string, readySince int, change ...func(*corev1.Pod)) *corev1.Pod {
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name, UID: types.UID(name), Labels: label},
		Spec:       corev1.PodSpec{NodeName: "n1"},
		Status:     corev1.PodStatus{Phase: corev1.PodRunning, PodIP: ip, PodIPs: []corev1.PodIP{{IP: ip}}},
	}
	c := corev1.PodCondition{Type: corev1.PodReady, Status: corev1.ConditionFalse, LastTransitionTime: metav1.NewTime(now)}
	if readySince >= 0 {
		c.Status, c.LastTransitionTime = corev1.ConditionTrue, metav1.NewTime(now.Add(time.Duration(readySince)*time.Second))
	}
	p.Status.Conditions = []corev1.PodCondition{c}
	for _, c := range change {
		c(p)
	}
	return p
}

func going(p *corev1.Pod) { p.DeletionTimestamp = &metav1.Time{Time: now} }
func ended(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }
func other(p *corev1.Pod) { p.Labels = map[string]string{"app": "other"} }
func noIP(p *corev1.Pod)  { p.Status.PodIP, p.Status.PodIPs = "", nil }

// listens gives a pod a port named http.
func listens(port int32) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Spec.Containers = []corev1.Container{{Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: port, Protocol: corev1.ProtocolTCP}}}}
	}
}

func viewOf(objects ...api.Object) controller.View {
	cache := client.NewCache("services", "pods", "endpoints")
	for _, o := range objects {
		cache.Apply(client.Change{Type: client.Added, Resource: api.FindObject(o).Name, Object: o})
	}
	return controller.View{Cache: cache, Now: now, Fresh: true}
}

// text prints subsets as "ready / not ready : ports".
func text(subsets []corev1.EndpointSubset) string {
	var out []string
	for _, s := range subsets {
		var ready, notReady, ports []string
		for _, a := range s.Addresses {
			ready = append(ready, a.IP+"="+a.TargetRef.Name)
		}
		for _, a := range s.NotReadyAddresses {
			notReady = append(notReady, a.IP+"="+a.TargetRef.Name)
		}
		for _, p := range s.Ports {
			ports = append(ports, fmt.Sprint(p.Port))
		}
		out = append(out, strings.Join(ready, " ")+" / "+strings.Join(notReady, " ")+" : "+strings.Join(ports, " "))
	}
	return strings.Join(out, "; ")
}

func TestSubsets(t *testing.T) {
	named := func(s *corev1.Service) { s.Spec.Ports[0].TargetPort = intstr.FromString("http") }
	second := func(s *corev1.Service) {
		s.Spec.Ports = append(s.Spec.Ports, corev1.ServicePort{Name: "alt", Port: 81, TargetPort: intstr.FromString("http"), Protocol: corev1.ProtocolTCP})
	}
	for _, test := range []struct {
		name string
		svc  *corev1.Service
		pods []*corev1.Pod
		want string
	}{
		{"none", service(), nil, ""},
		{
			"addresses are ordered as strings", service(),
			[]*corev1.Pod{pod("a", "10.244.0.9", 0), pod("b", "10.244.0.10", 0), pod("c", "10.244.1.1", -1)},
			"10.244.0.10=b 10.244.0.9=a / 10.244.1.1=c : 80",
		},
		{
			"pods that do not count", service(), []*corev1.Pod{
				pod("a", "10.244.0.1", 0, going), pod("b", "10.244.0.2", 0, ended), pod("c", "10.244.0.3", 0, other),
				pod("d", "", 0, noIP), pod("e", "10.244.0.5", 0),
			}, "10.244.0.5=e /  : 80",
		},
		{
			"all addresses are published", service(func(s *corev1.Service) { s.Spec.PublishNotReadyAddresses = true }),
			[]*corev1.Pod{pod("a", "10.244.0.1", -1), pod("b", "10.244.0.2", 0, going)},
			"10.244.0.1=a 10.244.0.2=b /  : 80",
		},
		{
			"a named port has another number in each pod", service(named),
			[]*corev1.Pod{pod("a", "10.244.0.1", 0, listens(8080)), pod("b", "10.244.0.2", 0, listens(8080)), pod("c", "10.244.0.3", 0)},
			"10.244.0.1=a 10.244.0.2=b /  : 8080",
		},
		{
			"ports that the same pods offer share a subset", service(second),
			[]*corev1.Pod{pod("a", "10.244.0.1", 0, listens(8080)), pod("b", "10.244.0.2", -1, listens(8080))},
			"10.244.0.1=a / 10.244.0.2=b : 80 8080",
		},
		{
			"a headless Service without ports", service(func(s *corev1.Service) { s.Spec.ClusterIP, s.Spec.Ports = corev1.ClusterIPNone, nil }),
			[]*corev1.Pod{pod("a", "10.244.0.1", 0)},
			"10.244.0.1=a /  : ",
		},
	} {
		objects := []api.Object{test.svc}
		for _, p := range test.pods {
			objects = append(objects, p)
		}
		if got := text(reconcile(viewOf(objects...), key).Stages[0][0].Object.(*corev1.Endpoints).Subsets); got != test.want {
			t.Errorf("%s: %s\nwant %s", test.name, got, test.want)
		}
	}
}

// TestPackAsKubernetes holds that subsets, ports and addresses are ordered as Kubernetes orders them.
func TestPackAsKubernetes(t *testing.T) {
	for n := range 8 {
		svc := service(func(s *corev1.Service) {
			for i := range n {
				s.Spec.Ports = append(s.Spec.Ports, corev1.ServicePort{
					Name: fmt.Sprint("p", i), Port: int32(90 + i), Protocol: corev1.ProtocolTCP,
					TargetPort: []intstr.IntOrString{intstr.FromInt32(int32(90 + i)), intstr.FromString("http")}[i%2],
				})
			}
		})
		cache := client.NewCache("pods")
		var parts []corev1.EndpointSubset
		for i := range 12 {
			p := pod(fmt.Sprint("pod-", i), fmt.Sprintf("10.244.%d.%d", i%3, i*n+1), i%4-1)
			if i%5 != 0 {
				listens(int32(8080 + i%2))(p)
			}
			cache.Apply(client.Change{Type: client.Added, Resource: "pods", Object: p})
			parts = append(parts, pack(svc, []*backend{{Pod: p, Made: addressOf(svc, p)}})...)
		}
		want := kubernetes.RepackSubsets(parts)
		all, _ := (*known)(nil).next(controller.View{Cache: cache}, svc)
		if got := pack(svc, all.addresses); !apiequality.Semantic.DeepEqual(got, want) {
			t.Errorf("%d ports: %s\nwant %s", n+1, text(got), text(want))
		}
	}
}

// TestReconcile follows a Service from its creation to its deletion.
func TestReconcile(t *testing.T) {
	v := viewOf(service())
	p := reconcile(v, key)
	made := p.Stages[0][0].Object.(*corev1.Endpoints)
	trigger := made.Annotations[corev1.EndpointsLastChangeTriggerTime]
	if p.Stages[0][0].Verb != client.Create || trigger != "2026-01-01T00:00:00Z" || made.Labels[managedBy] != "endpoint-controller" {
		t.Fatalf("made by %s with %v and %v", p.Stages[0][0].Verb, made.Annotations, made.Labels)
	}
	made.ResourceVersion = "1"
	v = viewOf(service(), made, pod("a", "10.244.0.1", -1))
	v.Kept = p.Keep
	p = reconcile(v, key)
	if got := p.Stages[0][0].Object.(*corev1.Endpoints); got.Annotations[corev1.EndpointsLastChangeTriggerTime] != "2026-01-01T00:00:00Z" {
		t.Errorf("a pod that is new brings its condition's time, not %v", got.Annotations)
	}
	made = p.Stages[0][0].Object.(*corev1.Endpoints)
	v = viewOf(service(), made, pod("a", "10.244.0.1", 4))
	v.Kept = p.Keep
	p = reconcile(v, key)
	made = p.Stages[0][0].Object.(*corev1.Endpoints)
	if made.Annotations[corev1.EndpointsLastChangeTriggerTime] != "2026-01-01T00:00:04Z" {
		t.Errorf("a pod that became ready brings the time, not %v", made.Annotations)
	}
	v = viewOf(service(), made, pod("a", "10.244.0.1", 4))
	v.Kept = p.Keep
	if p := reconcile(v, key); len(p.Stages) > 0 {
		t.Errorf("nothing changed, but the plan is to %s", p.Stages[0][0].Verb)
	}
	v = viewOf(service(), made)
	v.Kept = p.Keep
	made = reconcile(v, key).Stages[0][0].Object.(*corev1.Endpoints)
	if _, ok := made.Annotations[corev1.EndpointsLastChangeTriggerTime]; ok || len(made.Subsets) > 0 {
		t.Errorf("after the pod is gone: %v", made)
	}
	if p := reconcile(viewOf(made), key); p.Stages[0][0].Verb != client.Delete || p.Keep != nil {
		t.Error("the Endpoints of a Service that is gone stay")
	}
	for _, change := range []func(*corev1.Service){
		func(s *corev1.Service) { s.Spec.Selector = nil },
		func(s *corev1.Service) { s.Spec.Type = corev1.ServiceTypeExternalName },
	} {
		if p := reconcile(viewOf(service(change)), key); len(p.Stages) > 0 {
			t.Errorf("a Service that has no pods of its own gets Endpoints")
		}
	}
}

// TestOverCapacity holds that at most 1,000 addresses are kept, ready ones first.
func TestOverCapacity(t *testing.T) {
	objects := []api.Object{service()}
	for i := range 1100 {
		ready := 0
		if i%2 == 0 && i < 400 {
			ready = -1
		}
		objects = append(objects, pod(fmt.Sprintf("p%04d", i), fmt.Sprintf("10.244.%d.%d", i/250, i%250), ready))
	}
	e := reconcile(viewOf(objects...), key).Stages[0][0].Object.(*corev1.Endpoints)
	ready, notReady := len(e.Subsets[0].Addresses), len(e.Subsets[0].NotReadyAddresses)
	if ready != 900 || notReady != 100 || e.Annotations[corev1.EndpointsOverCapacity] != "truncated" {
		t.Errorf("%d ready and %d not ready addresses with %v, want 900 and 100", ready, notReady, e.Annotations)
	}
}
