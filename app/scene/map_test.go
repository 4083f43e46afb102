package scene

import (
	"fmt"
	"testing"

	"orrery/sim/wire"
)

// cluster is one of so many nodes with so many pods each.
func cluster(nodes, pods int) wire.Cluster {
	c := wire.Cluster{Kubectl: "done", Active: Scheduler, PendingAll: 40}
	for i := range 12 {
		c.Pending = append(c.Pending, wire.Ref{Resource: "pods", Name: fmt.Sprint("waiting-", i)})
	}
	for n := range nodes {
		node := wire.Node{Name: fmt.Sprintf("node-%d", n+1), CIDR: "10.244.0.0/24", Ready: true, CPU: 100, CPUAll: 4000, PodsAll: pods}
		for p := range pods {
			node.Pods = append(node.Pods, wire.Pod{Namespace: "default", Name: fmt.Sprintf("pod-%d-%d", n, p), Tone: "ok"})
		}
		c.Nodes = append(c.Nodes, node)
	}
	return c
}

func inside(inner, outer Box) bool {
	const slack = 0.01
	return inner.X >= outer.X-slack && inner.Y >= outer.Y-slack && inner.Right() <= outer.Right()+slack && inner.Bottom() <= outer.Bottom()+slack
}

func apart(a, b Box) bool {
	return a.Right() <= b.X || b.Right() <= a.X || a.Bottom() <= b.Y || b.Bottom() <= a.Y
}

var widths = []float64{320, 390, 599, 600, 722, 1040}

// At every width and size of cluster, nothing leaves the picture, boxes lie apart and pods inside their nodes.
func TestNothingOverlaps(t *testing.T) {
	for _, width := range widths {
		for _, nodes := range []int{0, 1, 2, 3, 4, 7, 10, 25} {
			for _, pods := range []int{0, 1, 5, 14, 60, 200} {
				m := Lay(cluster(nodes, pods), width, 535)
				name := fmt.Sprintf("width %v, %d nodes, %d pods", width, nodes, pods)
				checkBoxes(t, name, m)
				for _, node := range m.Nodes {
					checkPods(t, name, node, pods)
				}
			}
		}
	}
}

// Ten nodes fit the stage of a window of 1440 by 900, whether they are empty or run a hundred pods each.
func TestTenNodesFit(t *testing.T) {
	const width, height = 722, 547
	for _, pods := range []int{0, 1, 100} {
		if m := Lay(cluster(10, pods), width, height); m.H > height {
			t.Errorf("with %d pods each the map of ten nodes is %v high, more than %v", pods, m.H, height)
		}
	}
}

func checkBoxes(t *testing.T, name string, m Map) {
	t.Helper()
	whole := Box{0, 0, m.W, m.H}
	var boxes []Box
	for _, part := range m.Parts {
		boxes = append(boxes, part.Box)
		if !inside(part.Box, m.Frame) {
			t.Errorf("%s: %s leaves the control plane", name, part.Name)
		}
	}
	for _, node := range m.Nodes {
		boxes = append(boxes, node.Box)
	}
	for i, a := range boxes {
		if !inside(a, whole) {
			t.Errorf("%s: box %d leaves the picture: %v", name, i, a)
		}
		for j, b := range boxes[:i] {
			if !apart(a, b) {
				t.Errorf("%s: boxes %d and %d overlap: %v %v", name, i, j, a, b)
			}
		}
	}
	for _, at := range m.Queue.Circles {
		if at.X+7 > m.Frame.Right() {
			t.Errorf("%s: the queue leaves the control plane", name)
		}
	}
}

func checkPods(t *testing.T, name string, node Node, pods int) {
	t.Helper()
	drawn := len(node.Cards)
	for i, card := range node.Cards {
		if !inside(card.Box, node.Area) {
			t.Errorf("%s: pod %d leaves its node: %v %v", name, i, card.Box, node.Area)
		}
	}
	for _, dots := range node.Dots {
		drawn += len(dots.Points)
		for _, at := range dots.Points {
			if !inside(Box{at.X - dots.Radius, at.Y - dots.Radius, 2 * dots.Radius, 2 * dots.Radius}, node.Area) {
				t.Errorf("%s: a dot leaves its node", name)
			}
		}
	}
	if node.Name != "" && drawn != pods {
		t.Errorf("%s: %d pods drawn", name, drawn)
	}
	if len(node.Cards) > 40 {
		t.Errorf("%s: %d cards in one node", name, len(node.Cards))
	}
}

// Every pair of components that talk has a way, from the one to the other, that stays in the picture.
func TestMessagesFollowTheirWires(t *testing.T) {
	pairs := [][2]string{
		{Kubectl, APIServer},
		{APIServer, Etcd},
		{Etcd, APIServer},
		{APIServer, Manager},
		{Scheduler, APIServer},
		{APIServer, "kubelet/node-1"},
		{"kubelet/node-10", APIServer},
		{APIServer, "kube-proxy/node-7"},
		{"kubelet/node-2", "runtime/node-2"},
		{Scheduler, Etcd},
	}
	for _, width := range widths {
		c := cluster(10, 3)
		for _, pair := range pairs {
			c.Messages = []wire.Message{{From: pair[0], To: pair[1], Kind: "request", Label: "POST /api/v1/namespaces/default/pods/nginx-demo-6cbd945d79-7qdfq/binding", Arrived: true}}
			m := Lay(c, width, 535)
			if len(m.Messages) != 1 {
				t.Errorf("width %v: no way from %s to %s", width, pair[0], pair[1])
				continue
			}
			message := m.Messages[0]
			if !inside(message.Label, Box{0, 0, m.W, m.H}) {
				t.Errorf("width %v, %v: label outside: %v", width, pair, message.Label)
			}
			for _, part := range m.Parts {
				if !apart(message.Label, part.Box) {
					t.Errorf("width %v, %v: the label covers %s", width, pair, part.Name)
				}
			}
			for _, node := range m.Nodes {
				if name := (Box{node.Box.X + 16, node.Box.Y + 10, node.Box.W - 32, 14}); !apart(message.Label, name) {
					t.Errorf("width %v, %v: the label covers the name of %s", width, pair, node.Name)
				}
			}
			for _, at := range message.Path {
				if at.X < 0 || at.X > m.W || at.Y < 0 || at.Y > m.H {
					t.Errorf("width %v, %v: the way leaves the picture at %v", width, pair, at)
				}
			}
		}
	}
}

func TestWayRunsFromSenderToReceiver(t *testing.T) {
	c := cluster(3, 0)
	there := Lay(withMessage(c, APIServer, "kubelet/node-1"), 722, 535).Messages[0]
	back := Lay(withMessage(c, "kubelet/node-1", APIServer), 722, 535).Messages[0]
	if there.Path[0] != back.Path[len(back.Path)-1] || there.Path[len(there.Path)-1] != back.Path[0] {
		t.Errorf("there %v, back %v", there.Path, back.Path)
	}
	node := Lay(c, 722, 535).Nodes[0]
	if end := there.Path[len(there.Path)-1]; end != (Point{node.Box.CenterX(), node.Box.Y}) {
		t.Errorf("the way to node-1 ends at %v", end)
	}
}

func withMessage(c wire.Cluster, from, to string) wire.Cluster {
	c.Messages = []wire.Message{{From: from, To: to, Arrived: true}}
	return c
}

func TestMessageNearsAsItComesDue(t *testing.T) {
	c := cluster(3, 0)
	c.Messages = []wire.Message{{From: Kubectl, To: APIServer, Due: 20e6}}
	far := Lay(c, 722, 535).Messages[0].Rest
	c.Messages[0].Due = 1e6
	if near := Lay(c, 722, 535).Messages[0].Rest; near <= far {
		t.Errorf("due in 1 ms at %v, in 20 ms at %v", near, far)
	}
}

func TestUnknownComponentIsLeftOut(t *testing.T) {
	c := withMessage(cluster(3, 0), "kubelet/node-9", APIServer)
	if got := Lay(c, 722, 535).Messages; len(got) != 0 {
		t.Errorf("messages = %v", got)
	}
}

func TestActiveAndTarget(t *testing.T) {
	m := Lay(withMessage(cluster(3, 0), Scheduler, APIServer), 722, 535)
	for _, part := range m.Parts {
		if part.Active != (part.Name == Scheduler) || part.Target != (part.Name == APIServer) {
			t.Errorf("%s: active %v, target %v", part.Name, part.Active, part.Target)
		}
	}
}

func TestPodAt(t *testing.T) {
	node := Lay(cluster(3, 100), 722, 535).Nodes[1]
	at := node.Dots[0].Points[17]
	if pod, ok := node.PodAt(Point{at.X + 1, at.Y - 1}); !ok || pod.Name != "pod-1-17" {
		t.Errorf("found %q %v", pod.Name, ok)
	}
	if _, ok := node.PodAt(Point{node.Box.X, node.Box.Bottom()}); ok {
		t.Error("found a pod where there is none")
	}
}

func TestFit(t *testing.T) {
	for _, test := range []struct {
		name  string
		width float64
		want  string
	}{
		{"nginx", 100, "nginx"},
		{"nginx-demo-6cbd945d79-7qdfq", 96, "nginx-dem…-7qdfq"},
		{"nginx", 18, "ng…"},
		{"nginx", 0, "…"},
	} {
		if got := Fit(test.name, test.width, 10); got != test.want {
			t.Errorf("Fit(%q, %v) = %q, want %q", test.name, test.width, got, test.want)
		}
	}
}
