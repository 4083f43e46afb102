package quota

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
)

func container(name string, requests, limits corev1.ResourceList) corev1.Container {
	return corev1.Container{Name: name, Resources: corev1.ResourceRequirements{Requests: requests, Limits: limits}}
}

func quantities(pairs ...string) corev1.ResourceList {
	l := corev1.ResourceList{}
	for i := 0; i < len(pairs); i += 2 {
		l[corev1.ResourceName(pairs[i])] = resource.MustParse(pairs[i+1])
	}
	return l
}

func TestUsage(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	two := corev1.PodSpec{Containers: []corev1.Container{
		container("a", quantities("cpu", "100m", "memory", "64Mi"), quantities("memory", "128Mi")),
		container("b", quantities("cpu", "1", "example.com/gpu", "1"), nil),
	}}
	yes, zero, class := true, int64(0), "fast"
	for name, c := range map[string]struct {
		resource string
		object   api.Object
		want     string
	}{
		"a pod": {
			"pods", &corev1.Pod{Spec: two},
			"count/pods=1,cpu=1100m,limits.memory=128Mi,memory=64Mi,pods=1,requests.cpu=1100m,requests.example.com/gpu=1,requests.memory=64Mi",
		},
		"a pod that ended": {"pods", &corev1.Pod{Spec: two, Status: corev1.PodStatus{Phase: corev1.PodFailed}}, "count/pods=1"},
		"a pod that should be gone": {
			"pods", &corev1.Pod{Spec: two, ObjectMeta: metav1.ObjectMeta{
				DeletionTimestamp: &metav1.Time{Time: now.Add(-time.Second)}, DeletionGracePeriodSeconds: &zero,
			}}, "count/pods=1",
		},
		"a load balancer": {
			"services", &corev1.Service{Spec: corev1.ServiceSpec{
				Type: corev1.ServiceTypeLoadBalancer, AllocateLoadBalancerNodePorts: &yes, Ports: make([]corev1.ServicePort, 2),
			}}, "count/services=1,services=1,services.loadbalancers=1,services.nodeports=2",
		},
		"a claim": {
			"persistentvolumeclaims", &corev1.PersistentVolumeClaim{Spec: corev1.PersistentVolumeClaimSpec{
				StorageClassName: &class, Resources: corev1.VolumeResourceRequirements{Requests: quantities("storage", "1Gi")},
			}},
			"count/persistentvolumeclaims=1,fast.storageclass.storage.k8s.io/persistentvolumeclaims=1," +
				"fast.storageclass.storage.k8s.io/requests.storage=1Gi,persistentvolumeclaims=1,requests.storage=1Gi",
		},
		"a config map": {"configmaps", &corev1.ConfigMap{}, "configmaps=1,count/configmaps=1"},
	} {
		if got := String(Usage(api.Find(c.resource), c.object, now)); got != c.want {
			t.Errorf("%s uses %s, want %s", name, got, c.want)
		}
	}
}

func TestMissing(t *testing.T) {
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{
		container("b", nil, nil), container("a", quantities("cpu", "1"), nil),
	}}}
	limited := []corev1.ResourceName{"limits.memory", "pods", "requests.cpu"}
	if got, want := Missing(pod, limited), "must specify limits.memory for: a,b; requests.cpu for: b"; got != want {
		t.Errorf("missing %q, want %q", got, want)
	}
}

func TestScopes(t *testing.T) {
	seconds := int64(60)
	best := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{container("a", nil, nil)}}}
	ending := &corev1.Pod{Spec: corev1.PodSpec{
		ActiveDeadlineSeconds: &seconds, PriorityClassName: "high",
		Containers: []corev1.Container{container("a", quantities("cpu", "1"), nil)},
	}}
	high := corev1.ScopedResourceSelectorRequirement{
		ScopeName: corev1.ResourceQuotaScopePriorityClass, Operator: corev1.ScopeSelectorOpIn, Values: []string{"high"},
	}
	for name, c := range map[string]struct {
		spec         corev1.ResourceQuotaSpec
		best, ending bool
	}{
		"none":        {corev1.ResourceQuotaSpec{}, true, true},
		"best effort": {corev1.ResourceQuotaSpec{Scopes: []corev1.ResourceQuotaScope{"BestEffort"}}, true, false},
		"both":        {corev1.ResourceQuotaSpec{Scopes: []corev1.ResourceQuotaScope{"NotBestEffort", "Terminating"}}, false, true},
		"a class": {
			corev1.ResourceQuotaSpec{ScopeSelector: &corev1.ScopeSelector{
				MatchExpressions: []corev1.ScopedResourceSelectorRequirement{high},
			}}, false, true,
		},
	} {
		q := &corev1.ResourceQuota{Spec: c.spec}
		if Matches(q, best) != c.best || Matches(q, ending) != c.ending {
			t.Errorf("%s: matches %v and %v", name, Matches(q, best), Matches(q, ending))
		}
	}
	if Matches(&corev1.ResourceQuota{Spec: corev1.ResourceQuotaSpec{Scopes: []corev1.ResourceQuotaScope{"BestEffort"}}}, &corev1.Service{}) {
		t.Error("a scope of pods selects a Service")
	}
}

func TestArithmetic(t *testing.T) {
	more := More(quantities("cpu", "1", "memory", "2Gi"), quantities("cpu", "1500m", "memory", "1Gi"))
	if String(more) != "cpu=500m" {
		t.Errorf("more by %s", String(more))
	}
	sum := Sum(quantities("pods", "3", "requests.cpu", "1"), []corev1.ResourceList{quantities("requests.cpu", "100m", "x", "1")})
	if String(sum) != "pods=0,requests.cpu=100m" {
		t.Errorf("the sum is %s", String(sum))
	}
	if beyond := Beyond(quantities("pods", "4", "cpu", "1"), quantities("pods", "3", "cpu", "1")); len(beyond) != 1 || beyond[0] != "pods" {
		t.Errorf("beyond the limits: %v", beyond)
	}
}
