package ttl

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
	"orrery/sim/controller"
)

func TestSeconds(t *testing.T) {
	for nodes, want := range map[int]string{1: "0", 100: "0", 101: "15", 900: "30", 2000: "60", 2001: "300"} { // any order
		cache := client.NewCache("nodes")
		for i := range nodes {
			cache.Apply(client.Change{Type: client.Added, Resource: "nodes", Object: &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint(i)}}})
		}
		v := controller.View{Cache: cache}
		plan := reconcile(v, controller.Key{Name: "0"})
		if len(plan.Stages) != 1 || !strings.Contains(string(plan.Stages[0][0].PatchData), `"node.alpha.kubernetes.io/ttl":"`+want+`"`) {
			t.Errorf("%d nodes: %+v", nodes, plan)
			continue
		}
		n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "0", Annotations: map[string]string{corev1.ObjectTTLAnnotationKey: want}}}
		cache.Apply(client.Change{Type: client.Modified, Resource: "nodes", Object: n})
		if plan := reconcile(v, controller.Key{Name: "0"}); len(plan.Stages) > 0 {
			t.Errorf("%d nodes: it says so already", nodes)
		}
	}
}
