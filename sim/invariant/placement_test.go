package invariant

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestPlacement(t *testing.T) {
	node := func(zone string) *corev1.Node {
		return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: zone, Labels: map[string]string{"zone": zone}}}
	}
	selector := &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	pod := func(name string) *corev1.Pod {
		p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: name, Labels: selector.MatchLabels}}
		p.Spec.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{
			{MaxSkew: 1, TopologyKey: "zone", WhenUnsatisfiable: corev1.DoNotSchedule, LabelSelector: selector},
		}
		return p
	}
	x, y, new := node("x"), node("y"), pod("new")
	p := placed{nodes: map[*corev1.Pod]*corev1.Node{pod("a"): x, pod("b"): y, new: x}, pod: new, node: x}
	if err := p.spread(&new.Spec.TopologySpreadConstraints[0]); err != nil {
		t.Errorf("two and one: %v", err)
	}
	p.nodes[pod("c")] = x
	if p.spread(&new.Spec.TopologySpreadConstraints[0]) == nil {
		t.Error("three and one")
	}
	shy, other := pod("shy"), pod("other")
	shy.Spec.Affinity = &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{
		RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{{TopologyKey: "zone", LabelSelector: selector}},
	}}
	for _, c := range []struct {
		pod, other *corev1.Pod
		at         *corev1.Node
		want       bool
	}{{shy, other, x, true}, {shy, other, y, false}, {other, shy, x, false}} {
		if got := p.forbids(c.pod, c.other, c.at, nil); got != c.want {
			t.Errorf("%s with %s at %s: got %v", c.pod.Name, c.other.Name, c.at.Name, got)
		}
	}
	other.Namespace = "elsewhere"
	if p.forbids(shy, other, x, nil) {
		t.Error("a pod of another namespace is minded")
	}
}
