package rootca

import (
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

func plan(objects ...api.Object) controller.Plan {
	cache := client.NewCache("namespaces", "configmaps")
	for _, o := range objects {
		cache.Apply(client.Change{Type: client.Added, Resource: api.FindObject(o).Name, Object: o})
	}
	return reconcile(controller.View{Cache: cache}, controller.Key{Name: "demo"})
}

func TestReconcile(t *testing.T) {
	if p := plan(ConfigMap("demo")); len(p.Stages) > 0 {
		t.Errorf("the ConfigMap is there, but the plan is to %s", p.Stages[0][0].Verb)
	}
	edited := ConfigMap("demo")
	edited.Data["ca.crt"] = "mine"
	bare := ConfigMap("demo")
	bare.Annotations = nil
	for _, test := range []struct {
		name string
		plan controller.Plan
		want client.Verb
	}{{"none", plan(ConfigMap("other")), client.Create}, {"edited", plan(edited), client.Update}, {"without description", plan(bare), client.Update}} {
		w := test.plan.Stages[0][0]
		cm := w.Object.(*corev1.ConfigMap)
		if w.Verb != test.want || w.Name != Name || w.Namespace != "demo" || cm.Data["ca.crt"] != Certificate || cm.Annotations[description] != text {
			t.Errorf("%s: %s %s/%s %v", test.name, w.Verb, w.Namespace, w.Name, cm)
		}
	}
	if edited.Data["ca.crt"] != "mine" || bare.Annotations != nil {
		t.Error("an object of the cache was changed")
	}
}

func TestKeys(t *testing.T) {
	wakes := func(keys func(controller.View, client.ChangeType, api.Object, api.Object, func(controller.Key, time.Duration)), ch client.ChangeType, old, now api.Object) (n int) {
		keys(controller.View{}, ch, old, now, func(k controller.Key, _ time.Duration) {
			n++
			if k != (controller.Key{Name: "demo"}) {
				t.Errorf("woken: %v", k)
			}
		})
		return n
	}
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "demo"}, Status: corev1.NamespaceStatus{Phase: corev1.NamespaceActive}}
	going := ns.DeepCopy()
	going.Status.Phase = corev1.NamespaceTerminating
	other := ConfigMap("demo")
	other.Name = "mine"
	got := []int{
		wakes(namespaceKey, client.Added, nil, ns), wakes(namespaceKey, client.Modified, ns, going), wakes(namespaceKey, client.Deleted, going, going),
		wakes(configMapKey, client.Added, nil, ConfigMap("demo")), wakes(configMapKey, client.Deleted, nil, ConfigMap("demo")),
		wakes(configMapKey, client.Deleted, nil, other),
	}
	for i, want := range []int{1, 0, 0, 0, 1, 0} {
		if got[i] != want {
			t.Errorf("change %d wakes %d times, want %d", i, got[i], want)
		}
	}
}

// TestCertificate holds that the certificate is one of an authority that is valid in every world's time.
func TestCertificate(t *testing.T) {
	block, rest := pem.Decode([]byte(Certificate))
	if block == nil || len(rest) > 0 {
		t.Fatal("not one PEM block")
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature); err != nil || !c.IsCA || c.Subject.CommonName != "kubernetes" {
		t.Errorf("the certificate of %s, an authority: %t: %v", c.Subject, c.IsCA, err)
	}
	if begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); c.NotBefore.After(begin) || c.NotAfter.Before(begin.AddDate(9, 0, 0)) {
		t.Errorf("valid from %v to %v", c.NotBefore, c.NotAfter)
	}
}
