package apiserver_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
)

// TestPodsOfOneOwner creates pods that differ from a valid one of the same owner: what makes them invalid is found.
func TestPodsOfOneOwner(t *testing.T) {
	h := newHarness()
	yes := true
	create := func(change func(*corev1.Pod)) *metav1.Status {
		p := pod("")
		p.GenerateName = "web-"
		p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "web", UID: "1", Controller: &yes}}
		change(p)
		return h.do(client.Request{Verb: client.Create, Resource: "pods", Namespace: "demo", Object: p}).Error
	}
	for _, c := range []struct {
		name   string
		change func(*corev1.Pod)
		want   string // the field that is found invalid; "" for none
	}{
		{"first", func(*corev1.Pod) {}, ""},
		{"like it", func(*corev1.Pod) {}, ""},
		{"name", func(p *corev1.Pod) { p.Name, p.GenerateName = "Web", "" }, "metadata.name"},
		{"label", func(p *corev1.Pod) { p.Labels = map[string]string{"app": "no spaces"} }, "metadata.labels"},
		{"image", func(p *corev1.Pod) { p.Spec.Containers[0].Image = " " }, "spec.containers[0].image"},
		{"mount", func(p *corev1.Pod) {
			p.Spec.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: "kube-api-access-other", MountPath: "/other"}}
		}, "spec.containers[0].volumeMounts[0].name"},
		{"annotation", func(p *corev1.Pod) {
			p.Annotations = map[string]string{"controller.kubernetes.io/pod-deletion-cost": "much"}
		}, "metadata.annotations[controller.kubernetes.io/pod-deletion-cost]"},
		{"like the first", func(*corev1.Pod) {}, ""},
	} {
		status := create(c.change)
		switch {
		case c.want == "" && status != nil:
			t.Errorf("%s: %s", c.name, status.Message)
		case c.want != "" && (status == nil || status.Details == nil || len(status.Details.Causes) == 0):
			t.Errorf("%s: was stored, or refused without a cause: %v", c.name, status)
		case c.want != "" && status.Details.Causes[0].Field != c.want:
			t.Errorf("%s: %s is refused, want %s", c.name, status.Details.Causes[0].Field, c.want)
		}
	}
}
