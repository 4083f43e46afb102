package serviceaccount

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

func TestReconcile(t *testing.T) {
	namespace := func(phase corev1.NamespacePhase) api.Object {
		return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "demo"}, Status: corev1.NamespaceStatus{Phase: phase}}
	}
	account := func(namespace, name string) api.Object {
		return &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	}
	for _, test := range []struct {
		name    string
		objects []api.Object
		want    bool
	}{
		{"a new namespace", []api.Object{namespace(corev1.NamespaceActive)}, true},
		{"one with other accounts", []api.Object{namespace(corev1.NamespaceActive), account("demo", "ci"), account("other", Name)}, true},
		{"one that has it", []api.Object{namespace(corev1.NamespaceActive), account("demo", Name)}, false},
		{"one that is going", []api.Object{namespace(corev1.NamespaceTerminating)}, false},
		{"none", nil, false},
	} {
		cache := client.NewCache("namespaces", "serviceaccounts")
		for _, o := range test.objects {
			cache.Apply(client.Change{Type: client.Added, Resource: api.FindObject(o).Name, Object: o})
		}
		p := reconcile(controller.View{Cache: cache}, controller.Key{Name: "demo"})
		if got := len(p.Stages) == 1 && p.Stages[0][0].Verb == client.Create && p.Stages[0][0].Object.GetName() == Name; got != test.want {
			t.Errorf("%s: created is %t, want %t", test.name, got, test.want)
		}
	}
}

func TestAccountKey(t *testing.T) {
	sa := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: Name}}
	for change, want := range map[client.ChangeType]int{client.Added: 0, client.Modified: 0, client.Deleted: 1} {
		got := 0
		accountKey(controller.View{}, change, nil, sa, func(k controller.Key, _ time.Duration) {
			got++
			if k != (controller.Key{Name: "demo"}) {
				t.Errorf("woken: %v", k)
			}
		})
		if got != want {
			t.Errorf("%s wakes %d times, want %d", change, got, want)
		}
	}
}
