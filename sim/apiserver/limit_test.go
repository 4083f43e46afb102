package apiserver_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/trace"
)

func in(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Namespace: "demo", Name: name} }

func list(pairs ...string) corev1.ResourceList {
	l := corev1.ResourceList{}
	for i := 0; i < len(pairs); i += 2 {
		l[corev1.ResourceName(pairs[i])] = resource.MustParse(pairs[i+1])
	}
	return l
}

// asks returns a pod with one container of these requests and limits.
func asks(name string, requests, limits corev1.ResourceList) *corev1.Pod {
	p := pod(name)
	p.Spec.Containers[0].Name = name
	p.Spec.Containers[0].Resources = corev1.ResourceRequirements{Requests: requests, Limits: limits}
	return p
}

func (h *harness) create(o api.Object) *client.Response {
	return h.do(client.Request{Verb: client.Create, Resource: api.FindObject(o).Name, Namespace: o.GetNamespace(), Object: o})
}

// TestLimitRange holds against a recording of a real cluster.
func TestLimitRange(t *testing.T) {
	h := newHarness()
	h.seed(&corev1.LimitRange{ObjectMeta: in("lr"), Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{
		{
			Type: corev1.LimitTypeContainer, Default: list("cpu", "500m", "memory", "256Mi"),
			DefaultRequest: list("cpu", "100m", "memory", "64Mi"), Min: list("cpu", "50m"), Max: list("cpu", "1", "memory", "1Gi"),
			MaxLimitRequestRatio: list("cpu", "10"),
		},
		{Type: corev1.LimitTypePersistentVolumeClaim, Max: list("storage", "1Gi")},
	}}})
	p := h.create(asks("defaulted", nil, nil)).Object.(*corev1.Pod)
	const said = "LimitRanger plugin set: cpu, memory request for container defaulted; cpu, memory limit for container defaulted"
	if got := p.Annotations["kubernetes.io/limit-ranger"]; got != said || p.Spec.Containers[0].Resources.Limits.Memory().String() != "256Mi" {
		t.Errorf("%q, %v", got, p.Spec.Containers[0].Resources)
	}
	for want, o := range map[string]api.Object{
		`pods "toobig" is forbidden: maximum cpu usage per Container is 1, but limit is 2`: asks("toobig",
			list("cpu", "2", "memory", "64Mi"), list("memory", "128Mi", "cpu", "2")),
		`pods "small" is forbidden: [minimum cpu usage per Container is 50m, but request is 10m, ` +
			`cpu max limit to request ratio per Container is 10, but provided ratio is 90.000000]`: asks("small", list("cpu", "10m"), list("cpu", "900m")),
		`persistentvolumeclaims "big" is forbidden: maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 5Gi`: claim("big", "5Gi"),
	} {
		if got := message(h.create(o)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func claim(name, storage string) *corev1.PersistentVolumeClaim {
	return &corev1.PersistentVolumeClaim{ObjectMeta: in(name), Spec: corev1.PersistentVolumeClaimSpec{
		AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
		Resources:   corev1.VolumeResourceRequirements{Requests: list("storage", storage)},
	}}
}

// TestResourceQuota holds against a recording of a real cluster.
func TestResourceQuota(t *testing.T) {
	h := newHarness()
	hard := list("pods", "3", "requests.cpu", "1", "limits.memory", "1Gi", "configmaps", "2", "services.nodeports", "0")
	q := &corev1.ResourceQuota{ObjectMeta: in("q"), Spec: corev1.ResourceQuotaSpec{Hard: hard}}
	h.seed(q)
	unknown := `configmaps "a" is forbidden: status unknown for quota: q, resources: configmaps`
	h.status(t, hard, nil)
	if got := message(h.create(&corev1.ConfigMap{ObjectMeta: in("a")})); got != unknown {
		t.Errorf("got  %s\nwant %s", got, unknown)
	}
	h.status(t, hard, list("pods", "2", "requests.cpu", "200m", "limits.memory", "0", "configmaps", "1", "services.nodeports", "0"))
	nodePort := &corev1.Service{ObjectMeta: in("np"), Spec: corev1.ServiceSpec{
		Type: corev1.ServiceTypeNodePort, Ports: []corev1.ServicePort{{Port: 80}},
	}}
	for _, c := range []struct {
		object api.Object
		want   string
	}{
		{asks("nolimits", nil, nil), `pods "nolimits" is forbidden: failed quota: q: must specify limits.memory for: nolimits; requests.cpu for: nolimits`},
		{
			asks("p", list("cpu", "2", "memory", "64Mi"), list("memory", "128Mi", "cpu", "2")),
			`pods "p" is forbidden: exceeded quota: q, requested: requests.cpu=2, used: requests.cpu=200m, limited: requests.cpu=1`,
		},
		{&corev1.ConfigMap{ObjectMeta: in("a")}, ""},
		{
			&corev1.ConfigMap{ObjectMeta: in("c")},
			`configmaps "c" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=2, limited: configmaps=2`,
		},
		{
			nodePort, `services "np" is forbidden: exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=0, ` +
				`limited: services.nodeports=0`,
		},
		{asks("fits", list("cpu", "100m"), list("memory", "128Mi")), ""},
		{
			asks("more", list("cpu", "100m"), list("memory", "128Mi")),
			`pods "more" is forbidden: exceeded quota: q, requested: pods=1, used: pods=3, limited: pods=3`,
		},
	} {
		if got := message(h.create(c.object)); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
	stored := h.server.Store().Get(api.Find("resourcequotas").Key("demo", "q")).Object.(*corev1.ResourceQuota)
	if cpu, pods := stored.Status.Used["requests.cpu"], stored.Status.Used["pods"]; cpu.String() != "300m" || pods.String() != "3" {
		t.Errorf("used %v", stored.Status.Used)
	}
	charges := 0
	for _, e := range h.trace {
		if e.Kind == trace.Commit && e.User == "apiserver" && e.Resource == "resourcequotas" {
			charges++
		}
	}
	if charges != 2 {
		t.Errorf("%d charges in the trace, want 2", charges)
	}
}

// status writes the quota's status as its controller does.
func (h *harness) status(t *testing.T, hard, used corev1.ResourceList) {
	t.Helper()
	q := h.server.Store().Get(api.Find("resourcequotas").Key("demo", "q")).Object.DeepCopyObject().(*corev1.ResourceQuota)
	q.Status = corev1.ResourceQuotaStatus{Hard: hard, Used: used}
	r := h.do(client.Request{Verb: client.Update, Resource: "resourcequotas", Subresource: "status", Namespace: "demo", Name: "q", Object: q})
	if r.Error != nil {
		t.Fatal(r.Error.Message)
	}
}

// TestQuotasAreNeverExceeded sends ten pods at once where three may be.
func TestQuotasAreNeverExceeded(t *testing.T) {
	h := newHarness()
	hard := list("pods", "3")
	for _, name := range []string{"q", "r"} {
		h.seed(&corev1.ResourceQuota{ObjectMeta: in(name), Spec: corev1.ResourceQuotaSpec{Hard: hard}})
	}
	h.status(t, hard, list("pods", "0"))
	for i := range 10 {
		h.engine.Post(0, client.Server, &client.Request{
			User: "kubectl", Verb: client.Create, Resource: "pods", Namespace: "demo", Object: pod(string(rune('a' + i))),
		})
	}
	for !h.engine.Quiet() {
		h.engine.Step()
	}
	if pods, _ := h.server.List(api.Find("pods"), &client.Request{Namespace: "demo"}); len(pods) != 3 {
		t.Errorf("%d pods in a quota of 3", len(pods))
	}
}

// TestABodyIsCharged holds that a request from outside, which comes as bytes, is charged as well.
func TestABodyIsCharged(t *testing.T) {
	h := newHarness()
	hard := list("configmaps", "1")
	h.seed(&corev1.ResourceQuota{ObjectMeta: in("q"), Spec: corev1.ResourceQuotaSpec{Hard: hard}})
	h.status(t, hard, list("configmaps", "0"))
	for _, want := range []string{
		"", `configmaps "b" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=1, limited: configmaps=1`,
	} {
		name := "a"
		if want != "" {
			name = "b"
		}
		body := []byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"` + name + `"}}`)
		r := h.do(client.Request{Verb: client.Create, Resource: "configmaps", Namespace: "demo", Body: body})
		if message(r) != want {
			t.Errorf("got  %s\nwant %s", message(r), want)
		}
	}
}

func TestPriorityClasses(t *testing.T) {
	h := newHarness()
	never := corev1.PreemptNever
	h.seed(&schedulingv1.PriorityClass{ObjectMeta: metav1.ObjectMeta{Name: "high"}, Value: 1000, PreemptionPolicy: &never})
	p := pod("high")
	p.Spec.PriorityClassName = "high"
	if got := h.create(p).Object.(*corev1.Pod); *got.Spec.Priority != 1000 || *got.Spec.PreemptionPolicy != never {
		t.Errorf("priority %d, %s", *got.Spec.Priority, *got.Spec.PreemptionPolicy)
	}
	h.seed(&schedulingv1.PriorityClass{ObjectMeta: metav1.ObjectMeta{Name: "usual"}, Value: 10, GlobalDefault: true})
	if got := h.create(pod("usual")).Object.(*corev1.Pod); *got.Spec.Priority != 10 || got.Spec.PriorityClassName != "usual" {
		t.Errorf("priority %d of %q", *got.Spec.Priority, got.Spec.PriorityClassName)
	}
	second := &schedulingv1.PriorityClass{ObjectMeta: metav1.ObjectMeta{Name: "second"}, Value: 20, GlobalDefault: true}
	const want = `priorityclasses.scheduling.k8s.io "second" is forbidden: PriorityClass usual is already marked as default. Only one default can exist`
	if got := message(h.create(second)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestDefaultClasses(t *testing.T) {
	h := newHarness()
	if c := h.create(claim("without", "1Gi")).Object.(*corev1.PersistentVolumeClaim); c.Spec.StorageClassName != nil {
		t.Errorf("the class %s where there is none", *c.Spec.StorageClassName)
	}
	h.seed(&storagev1.StorageClass{
		ObjectMeta:  metav1.ObjectMeta{Name: "fast", Annotations: map[string]string{"storageclass.kubernetes.io/is-default-class": "true"}},
		Provisioner: "example.com/fast",
	})
	c := h.create(claim("with", "1Gi")).Object.DeepCopyObject().(*corev1.PersistentVolumeClaim)
	if name := c.Spec.StorageClassName; name == nil || *name != "fast" {
		t.Errorf("the class %v", name)
	}
	h.seed(&networkingv1.IngressClass{
		ObjectMeta: metav1.ObjectMeta{Name: "nginx", Annotations: map[string]string{networkingv1.AnnotationIsDefaultIngressClass: "true"}},
		Spec:       networkingv1.IngressClassSpec{Controller: "example.com/nginx"},
	})
	backend := &networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
		Name: "web", Port: networkingv1.ServiceBackendPort{Number: 80},
	}}
	i := h.create(&networkingv1.Ingress{ObjectMeta: in("i"), Spec: networkingv1.IngressSpec{DefaultBackend: backend}})
	if name := i.Object.(*networkingv1.Ingress).Spec.IngressClassName; name == nil || *name != "nginx" {
		t.Errorf("the class %v", name)
	}
}
