package garbagecollector_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/apiserver"
	"orrery/sim/client"
	"orrery/sim/controller"
	"orrery/sim/controller/deployment"
	"orrery/sim/controller/garbagecollector"
	"orrery/sim/controller/replicaset"
	"orrery/sim/engine"
	"orrery/sim/trace"
)

// cluster is an API server and kube-controller-manager. There are no nodes: its pods are never scheduled, so that a
// deletion takes them at once.
type cluster struct {
	engine *engine.Engine
	server *apiserver.Server
	writes []string // of the garbage collector: verb, resource and HTTP status
	looks  int      // owners that it looked up and did not find
}

func newCluster() *cluster {
	c := &cluster{engine: engine.New(1), server: apiserver.New(apiserver.DefaultConfig)}
	c.engine.Add(client.Server, c.server)
	c.engine.Alias(apiserver.Etcd, client.Server)
	uids := c.engine.Stream("seed")
	c.server.Seed(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "demo"}}, uids)
	c.server.Seed(&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "default"}}, uids)
	c.server.Bootstrap(uids)
	m := controller.NewManager(controller.DefaultConfig, []*controller.Spec{&deployment.Spec, &replicaset.Spec, &garbagecollector.Spec})
	c.engine.Add(controller.Address, m)
	m.Start(&client.Boot{
		Watch: func(s client.Subscription) []api.Object { return c.server.Subscribe(controller.Address, s) },
		Later: func(d time.Duration, body any) { c.engine.PostLater(d, controller.Address, body) },
	})
	return c
}

// do sends a request as kubectl and lets everything happen that follows from it.
func (c *cluster) do(t *testing.T, r client.Request) {
	t.Helper()
	r.User = "kubectl"
	c.engine.Post(0, client.Server, &r)
	for range 20_000 {
		if c.engine.Quiet() {
			return
		}
		e, _ := c.engine.Step()
		c.record(e)
	}
	t.Fatal("20,000 events and no end")
}

func (c *cluster) record(e *trace.Entry) {
	switch {
	case e.User != "generic-garbage-collector":
	case e.Kind == trace.Commit:
		c.writes = append(c.writes, e.Verb+" "+e.Resource)
	case e.Kind == trace.Refuse && e.Verb == "get" && e.Code == 404:
		c.looks++
	case e.Kind == trace.Refuse:
		c.writes = append(c.writes, e.Verb+" "+e.Resource+" refused: "+e.Message)
	}
}

func (c *cluster) names(t *testing.T, resource string) []string {
	t.Helper()
	items, status := c.server.List(api.Find(resource), &client.Request{Resource: resource, Namespace: "demo"})
	if status != nil {
		t.Fatal(status.Message)
	}
	var names []string
	for _, o := range items {
		names = append(names, o.GetName())
	}
	return names
}

func web() *appsv1.Deployment {
	labels := map[string]string{"app": "web"}
	two := int32(2)
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "web"},
		Spec: appsv1.DeploymentSpec{
			Replicas: &two, Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "nginx", Image: "nginx:1.27"}}},
			},
		},
	}
}

// TestCascade deletes a Deployment in the three ways. The writes are those of the recording 11-gc; in its foreground run
// the pods took a second to go and were deleted twice.
func TestCascade(t *testing.T) {
	for _, c := range []struct {
		policy metav1.DeletionPropagation
		writes []string
		looks  int
		left   []int // replica sets and pods
	}{
		{
			policy: metav1.DeletePropagationBackground, looks: 3, left: []int{0, 0},
			writes: []string{"delete replicasets.apps", "delete pods", "delete pods"},
		},
		{
			policy: metav1.DeletePropagationForeground, left: []int{0, 0},
			writes: []string{"delete replicasets.apps", "delete pods", "delete pods", "patch replicasets.apps", "patch deployments.apps"},
		},
		{
			policy: metav1.DeletePropagationOrphan, left: []int{1, 2},
			writes: []string{"patch replicasets.apps", "patch deployments.apps"},
		},
	} {
		t.Run(string(c.policy), func(t *testing.T) {
			cl := newCluster()
			cl.do(t, client.Request{Verb: client.Create, Resource: "deployments.apps", Namespace: "demo", Object: web()})
			if n := len(cl.names(t, "pods")); n != 2 || len(cl.writes) > 0 {
				t.Fatalf("%d pods and the writes %q before the deletion, want 2 and none", n, cl.writes)
			}
			cl.do(t, client.Request{
				Verb: client.Delete, Resource: "deployments.apps", Namespace: "demo", Name: "web", Propagation: c.policy,
			})
			writes := slices.DeleteFunc(slices.Clone(cl.writes), func(w string) bool { return strings.Contains(w, "modified") })
			if !slices.Equal(writes, c.writes) {
				t.Errorf("wrote\n%q, want\n%q", writes, c.writes)
			}
			if cl.looks != c.looks {
				t.Errorf("found %d owners missing, want %d", cl.looks, c.looks)
			}
			for i, resource := range []string{"replicasets.apps", "pods"} {
				if names := cl.names(t, resource); len(names) != c.left[i] {
					t.Errorf("%s left: %q, want %d", resource, names, c.left[i])
				}
			}
			if names := cl.names(t, "deployments.apps"); len(names) > 0 {
				t.Errorf("deployments left: %q", names)
			}
		})
	}
}

// TestMissingOwner is the recording's last step: an object whose owner never was is collected, one with a finalizer of
// somebody else stays until that is removed.
func TestMissingOwner(t *testing.T) {
	c := newCluster()
	c.do(t, client.Request{Verb: client.Create, Resource: "configmaps", Namespace: "demo", Object: &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "orphaned", OwnerReferences: []metav1.OwnerReference{{
			APIVersion: "v1", Kind: "ConfigMap", Name: "gone", UID: "11111111-2222-3333-4444-555555555555",
		}}},
	}})
	c.do(t, client.Request{Verb: client.Create, Resource: "configmaps", Namespace: "demo", Object: &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "stuck", Finalizers: []string{"example.com/hold"}},
	}})
	c.do(t, client.Request{Verb: client.Delete, Resource: "configmaps", Namespace: "demo", Name: "stuck"})
	if got := c.names(t, "configmaps"); !slices.Equal(got, []string{"stuck"}) {
		t.Errorf("configmaps %q, want stuck only", got)
	}
	if !slices.Equal(c.writes, []string{"delete configmaps"}) || c.looks != 1 {
		t.Errorf("wrote %q after %d lookups, want one delete after one", c.writes, c.looks)
	}
}
