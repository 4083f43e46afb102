package kubelet

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
	"orrery/sim/node/runtime"
)

// crowd is a world with many pods on their way.
func crowd(pods int) world {
	w := newWorld(9)
	for i := range pods {
		p := pod(fmt.Sprintf("web-%d", i), "nginx:1.27", withReadiness("/", 0))
		p.UID = types.UID(fmt.Sprintf("uid-%d", i))
		w.Post(time.Duration(i)*time.Millisecond, client.Server, p)
	}
	return w
}

// TestClone checks that what a clone does leaves the original alone, and that both go on alike.
func TestClone(t *testing.T) {
	w := crowd(5)
	for at := time.Duration(0); at < 4*time.Second; at += 50 * time.Millisecond {
		w.run(50 * time.Millisecond)
		c := world{Engine: w.Engine.Clone()}
		before := w.Component(runtimeAddress).(*runtime.Runtime).State(w.Now())
		c.run(5 * time.Second)
		if after := w.Component(runtimeAddress).(*runtime.Runtime).State(w.Now()); !reflect.DeepEqual(before, after) {
			t.Fatalf("at %v the clone's run changed the original's runtime", at)
		}
		d := world{Engine: w.Engine.Clone()}
		d.run(5 * time.Second)
		if a, b := strings.Join(c.server().log, "\n"), strings.Join(d.server().log, "\n"); a != b {
			t.Fatalf("two clones made at %v differ:\n%s\n\n%s", at, a, b)
		}
		if last := c.server().pods["web-4"]; at > time.Second && !last.Status.ContainerStatuses[0].Ready {
			t.Fatalf("a clone made at %v does not get web-4 ready", at)
		}
	}
}

// TestMany checks that a full node gets all its pods ready, each with an address of its own, and comes to rest.
func TestMany(t *testing.T) {
	w := crowd(110)
	w.run(time.Minute)
	seen := map[string]bool{}
	for _, p := range w.server().pods {
		if p.Status.Phase != corev1.PodRunning || seen[p.Status.PodIP] || !p.Status.ContainerStatuses[0].Ready {
			t.Errorf("%s: %s at %q", p.Name, p.Status.Phase, p.Status.PodIP)
		}
		seen[p.Status.PodIP] = true
	}
	if !w.Quiet() {
		t.Error("the world is not quiet")
	}
	for name := range w.server().pods {
		w.remove(name)
	}
	w.run(time.Minute)
	if n := len(w.server().pods); n > 0 {
		t.Errorf("%d deleted pods are left", n)
	}
	r := w.Component(runtimeAddress).(*runtime.Runtime)
	if s := r.State(w.Now()); len(s.Sandboxes) > 0 || r.Addresses() > 0 {
		t.Errorf("%d sandboxes and %d addresses are left", len(s.Sandboxes), r.Addresses())
	}
}

// BenchmarkClone measures a checkpoint's part of a kubelet with 100 pods, the recorder's memory included.
func BenchmarkClone(b *testing.B) {
	w := crowd(100)
	w.run(time.Minute)
	k := w.kubelet()
	for b.Loop() {
		k.Clone()
	}
}

// BenchmarkPods measures 100 pods from binding to ready, the kubelet, the runtime and the test's server.
func BenchmarkPods(b *testing.B) {
	for b.Loop() {
		w := crowd(100)
		w.run(time.Minute)
		b.ReportMetric(float64(w.Number())/100, "events/pod")
	}
}
