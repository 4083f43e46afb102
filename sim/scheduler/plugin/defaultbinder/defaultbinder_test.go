package defaultbinder

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
)

func TestBind(t *testing.T) {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "web", UID: "1"}}
	r := Plugin{}.Bind(pod, "node-1")
	b := r.Object.(*corev1.Binding)
	if r.Verb != client.Create || r.Resource != "pods" || r.Subresource != "binding" || r.Namespace != "demo" || r.Name != "web" ||
		b.Name != "web" || b.UID != "1" || b.Target.Kind != "Node" || b.Target.Name != "node-1" {
		t.Errorf("got %+v with %+v", r, b)
	}
}
