package kubelet

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
	coordinationv1 "k8s.io/api/coordination/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/node/image"
)

// recorded returns the objects of a kind at the end of a recording.
func recorded(t *testing.T, dir, kind string) []map[string]any {
	t.Helper()
	f, err := os.Open("../../reference/testdata/" + dir + "/final.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var found []map[string]any
	for d := yaml.NewDecoder(f); ; {
		var list struct{ Items []map[string]any }
		if d.Decode(&list) != nil {
			return found
		}
		for _, o := range list.Items {
			if o["kind"] == kind {
				found = append(found, o)
			}
		}
	}
}

func asMap(t *testing.T, o api.Object) map[string]any {
	t.Helper()
	data, err := json.Marshal(api.WithKind(o))
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := yaml.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// differing are the fields of a Node that are its own or tell the time.
var differing = map[string]bool{
	"creationTimestamp": true, "resourceVersion": true, "uid": true, "lastHeartbeatTime": true, "lastTransitionTime": true,
	"bootID": true, "machineID": true, "systemUUID": true,
	"Port": true, // the recorded kubelets share a machine; a kubelet of its own listens on 10250
}

func compare(t *testing.T, path string, got, want any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, _ := got.(map[string]any)
		for k := range w {
			if !differing[k] {
				compare(t, path+"."+k, g[k], w[k])
			}
		}
		for k := range g {
			if _, ok := w[k]; !ok {
				t.Errorf("%s.%s: %v, not recorded", path, k, g[k])
			}
		}
	case []any:
		g, _ := got.([]any)
		if len(g) != len(w) {
			t.Errorf("%s: %v, want %v", path, got, want)
			return
		}
		for i := range w {
			compare(t, path, g[i], w[i])
		}
	default:
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
}

// TestNodeObject compares the Nodes at rest with those recorded, whose images are what they pulled by then.
func TestNodeObject(t *testing.T) {
	nodes := recorded(t, "01-deploy-service", "Node")
	if len(nodes) != 3 {
		t.Fatalf("%d Nodes are recorded", len(nodes))
	}
	for i, want := range nodes {
		n := NodeObject(DefaultNode(i))
		var pulled []*image.Image
		for _, m := range want["status"].(map[string]any)["images"].([]any) {
			r, message := image.Parse(m.(map[string]any)["names"].([]any)[1].(string))
			if message != "" {
				t.Fatal(message)
			}
			found, message := image.Find(r)
			if message != "" {
				t.Fatal(message)
			}
			pulled = append([]*image.Image{found}, pulled...)
		}
		n.Status.Images = nodeImages(pulled)
		compare(t, n.Name, asMap(t, n), want)
	}
}

// TestHeartbeat checks that a kubelet makes its Lease, renews it, and reports new images, all in the background.
func TestHeartbeat(t *testing.T) {
	w := newWorld(10)
	w.Post(0, client.Server, pod("web", "nginx:1.27", nil))
	w.run(4 * time.Second)
	w.server().log = nil
	for _, b := range w.beats {
		w.Post(0, kubeletAddress, b)
	}
	w.run(35 * time.Second)
	w.checkLog(t, `
get leases.coordination.k8s.io
patch nodes/status
create leases.coordination.k8s.io
update leases.coordination.k8s.io
update leases.coordination.k8s.io
update leases.coordination.k8s.io`)
	renewed := w.server().stored.(*coordinationv1.Lease).Spec.RenewTime
	if age := engine.Epoch.Add(w.Now()).Sub(renewed.Time); age > 10*time.Second {
		t.Errorf("the Lease was renewed %v ago", age)
	}
	if !w.Quiet() {
		t.Error("heartbeats keep the world from being quiet")
	}
}
