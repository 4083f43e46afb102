package scene

import "orrery/sim/wire"

// Names of the components as wire.Message and wire.Cluster use them.
const (
	Kubectl   = "kubectl"
	APIServer = "kube-apiserver"
	Etcd      = "etcd"
	Manager   = "kube-controller-manager"
	Scheduler = "kube-scheduler"
	Kubelet   = "kubelet"
	Runtime   = "runtime"
	Proxy     = "kube-proxy"
)

// Map is the picture of a cluster.
type Map struct {
	W, H     float64
	Frame    Box // around the control plane
	Parts    []Part
	Wires    []Path
	Queue    Queue
	Work     Work
	Nodes    []Node
	Messages []Message
}

// Part is a component of the control plane.
type Part struct {
	Name   string
	Label  string
	Box    Box
	Active bool // it ran the latest event
	Target bool // the latest message went to it
}

// Queue is the scheduler's queue: a circle for every pod that waits, and how many more there are.
type Queue struct {
	Label   Point
	Circles []Point
	Pods    []wire.Ref // of the circles
	More    int
	MoreAt  Point
}

// Work is where the controllers with something to do are named: text that ends at a point.
type Work struct {
	At    Point
	Names []wire.Queue
}

// metrics are the measures of the map at a width.
type metrics struct {
	narrow              bool
	roomy               bool // pods may take more room than there is: the map is scrolled
	frameX, frameY      float64
	api, kubectl, etcd  Box
	manager, scheduler  Box
	frameBottom         float64
	busY, nodesY        float64
	nodeGap, rowGap     float64
	nodePad             float64 // between a node's edge and what is in it
	chipY, chipH        float64 // of a node's components, from its top
	nodeHead, nodeFoot  float64 // heights of what a node has above and under its pods
	queueX, queueLabelX float64
	labelY              float64 // of messages on the wires beside the API server
}

// bottomMargin is the room under the lowest nodes.
const bottomMargin = 16

// Lay lays a cluster out in a width; the nodes take what is left of a height, within reason, and where that does not do,
// the picture is higher. A zero cluster gives the control plane and outlines of three nodes.
func Lay(cluster wire.Cluster, width, height float64) Map {
	width = max(width, 320)
	size := measureFor(len(cluster.Nodes), width, height)
	m := Map{W: width}
	m.Frame = Box{size.frameX, size.frameY, width - 2*size.frameX, size.frameBottom - size.frameY}
	m.Parts = parts(cluster, size)
	m.Nodes = layNodes(cluster, size, width, height)
	routes := newRoutes(size, m.Nodes, width)
	m.Wires = routes.wires()
	m.Queue = layQueue(cluster, size, width)
	m.Work = Work{At: Point{size.manager.X - 10, size.manager.CenterY() + 4}, Names: cluster.Controllers}
	if size.narrow {
		m.Work.Names = nil
	}
	m.Messages = layMessages(cluster.Messages, routes, size, width)
	m.H = size.nodesY
	for _, node := range m.Nodes {
		m.H = max(m.H, node.Box.Bottom())
	}
	m.H += bottomMargin
	return m
}

// measureFor measures the map so that a cluster of so many nodes fits a height if it can.
func measureFor(nodes int, width, height float64) metrics {
	size := measure(width)
	if rows := nodeRows(nodes, size.narrow); !size.narrow && size.spare(rows, height) < areaMin {
		return compact(width)
	}
	return size
}

func measure(width float64) metrics {
	center := width / 2
	if width < 600 {
		return metrics{
			chipY: 32, chipH: 20, nodeHead: 64, nodeFoot: 36,
			narrow: true, roomy: true, frameX: 6, frameY: 6,
			kubectl: Box{14, 34, 74, 48}, api: Box{center - 68, 28, 136, 60}, etcd: Box{width - 92, 28, 78, 60},
			manager: Box{center - 134, 124, 128, 26}, scheduler: Box{center + 6, 124, 84, 26},
			frameBottom: 160, busY: 177, nodesY: 194, nodeGap: 8, rowGap: 30, nodePad: 9,
			queueX: center + 104, labelY: 94,
		}
	}
	return metrics{
		chipY: 32, chipH: 20, nodeHead: 64, nodeFoot: 36, roomy: true,
		frameX: 14, frameY: 14,
		kubectl: Box{34, 84, 94, 52}, api: Box{center - 93, 76, 186, 66}, etcd: Box{width - 130, 76, 100, 66},
		manager: Box{center - 145, 186, 138, 24}, scheduler: Box{center + 5, 186, 116, 24},
		frameBottom: 220, busY: 256, nodesY: 292, nodeGap: 23, rowGap: 44, nodePad: 14,
		queueLabelX: center + 142, queueX: center + 186, labelY: 48,
	}
}

// compact measures a wide map for many nodes: the control plane is lower, and so are the nodes.
func compact(width float64) metrics {
	center := width / 2
	return metrics{
		chipY: 27, chipH: 18, nodeHead: 53, nodeFoot: 28,
		frameX: 14, frameY: 8,
		kubectl: Box{34, 46, 94, 46}, api: Box{center - 93, 40, 186, 58}, etcd: Box{width - 130, 40, 100, 58},
		manager: Box{center - 145, 134, 138, 24}, scheduler: Box{center + 5, 134, 116, 24},
		frameBottom: 168, busY: 184, nodesY: 202, nodeGap: 23, rowGap: 32, nodePad: 10,
		queueLabelX: center + 142, queueX: center + 186, labelY: 16,
	}
}

// parts are the boxes of the control plane.
func parts(cluster wire.Cluster, size metrics) []Part {
	all := []Part{
		{Name: Kubectl, Label: "kubectl", Box: size.kubectl},
		{Name: APIServer, Label: "kube-apiserver", Box: size.api},
		{Name: Etcd, Label: "etcd", Box: size.etcd},
		{Name: Manager, Label: "controller-manager", Box: size.manager},
		{Name: Scheduler, Label: "scheduler", Box: size.scheduler},
	}
	for i := range all {
		all[i].Active = cluster.Active == all[i].Name
		all[i].Target = target(cluster.Messages) == all[i].Name
	}
	return all
}

// target is where the latest event's message went, or "".
func target(messages []wire.Message) string {
	if len(messages) > 0 && messages[0].Arrived {
		return messages[0].To
	}
	return ""
}

func layQueue(cluster wire.Cluster, size metrics, width float64) Queue {
	const pitch = 15
	y := size.scheduler.CenterY()
	room := int((width - size.frameX - 34 - size.queueX) / pitch)
	shown := min(len(cluster.Pending), max(room, 0))
	queue := Queue{Pods: cluster.Pending[:shown], More: cluster.PendingAll - shown}
	if !size.narrow {
		queue.Label = Point{size.queueLabelX, y + 4}
	}
	for i := range shown {
		queue.Circles = append(queue.Circles, Point{size.queueX + float64(i)*pitch, y})
	}
	queue.MoreAt = Point{size.queueX + float64(shown)*pitch - 5, y + 4}
	return queue
}
