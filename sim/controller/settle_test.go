package controller

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
)

// TestUnsettled holds that an object with which a controller is not done is found, unless it will look again by itself.
func TestUnsettled(t *testing.T) {
	spec := &Spec{
		Name: "test", Watches: []Watch{{Resource: "configmaps", Keys: OwnKeys}},
		Reconcile: func(v View, k Key) (p Plan) {
			switch {
			case k.Name == "later" && v.Step == 0:
				p.Next = 1
			case k.Name != "done":
				p.Then(Write{Request: client.Request{Verb: client.Delete, Name: k.Name}})
			}
			return p
		},
	}
	m := NewManager(Config{}, []*Spec{spec})
	for _, name := range []string{"done", "later", "not-done", "timed"} {
		m.cache.Apply(client.Change{Type: client.Added, Resource: "configmaps", Object: &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}}})
	}
	m.states[0].wind(Key{Name: "timed"}, time.Hour)
	var found []string
	m.Unsettled(time.Time{}, func(_ string, k Key, _ Plan) { found = append(found, k.Name) })
	if len(found) != 2 || found[0] != "later" || found[1] != "not-done" {
		t.Errorf("unsettled are %v, want later and not-done", found)
	}
}
