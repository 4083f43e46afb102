package scene

import (
	"math"
	"strings"
	"time"

	"orrery/sim/wire"
)

// Message is a message on its wire.
type Message struct {
	wire.Message
	Path   Path
	Inside bool    // between two components of one node
	Rest   float64 // how far along the path its dot rests
	At     Point   // that place
	Text   string  // the label, shortened to its room
	Label  Box     // where the label is; zero for messages that are still under way
}

// routes knows the way between any two components.
type routes struct {
	size  metrics
	spoke map[string]Path // from the API server to each component
	nodes []Node
}

func newRoutes(size metrics, nodes []Node, width float64) routes {
	api := size.api
	spoke := map[string]Path{
		Kubectl:   {{api.X, api.CenterY()}, {size.kubectl.Right(), api.CenterY()}},
		Etcd:      {{api.Right(), api.CenterY()}, {size.etcd.X, api.CenterY()}},
		Manager:   down(Point{clampX(size.manager.CenterX()+15, api), api.Bottom()}, size.manager.Y),
		Scheduler: down(Point{clampX(size.scheduler.CenterX(), api), api.Bottom()}, size.scheduler.Y),
	}
	for _, node := range nodes {
		path := toNode(size, nodes, node, width)
		spoke[node.Name] = path
		spoke[Kubelet+"/"+node.Name] = path
		spoke[Proxy+"/"+node.Name] = path
		spoke[Runtime+"/"+node.Name] = path
	}
	return routes{size, spoke, nodes}
}

// clampX keeps an x under a box.
func clampX(x float64, under Box) float64 { return min(max(x, under.X+10), under.Right()-10) }

func down(from Point, y float64) Path { return Path{from, {from.X, y}} }

// toNode runs from the API server down the trunk and along a bus to the node's top. Rows after the first are reached
// through the gap between columns that is nearest to the trunk.
func toNode(size metrics, nodes []Node, node Node, width float64) Path {
	trunk := size.api.CenterX()
	path := Path{{trunk, size.api.Bottom()}, {trunk, size.busY}}
	if node.Box.Y > size.nodesY {
		gap := rowGapX(nodes, width)
		bus := node.Box.Y - 18
		path = append(path, Point{gap, size.busY}, Point{gap, bus})
		return append(path, Point{node.Box.CenterX(), bus}, Point{node.Box.CenterX(), node.Box.Y})
	}
	if math.Abs(node.Box.CenterX()-trunk) < 8 {
		return Path{{trunk, size.api.Bottom()}, {trunk, node.Box.Y}}
	}
	return append(path, Point{node.Box.CenterX(), size.busY}, Point{node.Box.CenterX(), node.Box.Y})
}

// rowGapX is the x of the free column that leads to the lower rows.
func rowGapX(nodes []Node, width float64) float64 {
	nearest := nodes[0].Box.X / 2
	for i := 1; i < len(nodes) && nodes[i].Box.Y == nodes[0].Box.Y; i++ {
		x := (nodes[i-1].Box.Right() + nodes[i].Box.X) / 2
		if math.Abs(x-width/2) < math.Abs(nearest-width/2) {
			nearest = x
		}
	}
	return nearest
}

// wires lists every wire once.
func (r routes) wires() []Path {
	wires := []Path{r.spoke[Kubectl], r.spoke[Etcd], r.spoke[Manager], r.spoke[Scheduler]}
	for i, node := range r.nodes {
		if node.Name == "" {
			wires = append(wires, toNode(r.size, r.nodes, r.nodes[i], r.size.api.CenterX()*2))
			continue
		}
		wires = append(wires, r.spoke[node.Name])
	}
	return wires
}

// between is the way of a message, nil when a component is not on the picture.
func (r routes) between(from, to string) Path {
	if path := r.inNode(from, to); path != nil {
		return path
	}
	out, back := r.spoke[to], r.spoke[from]
	switch {
	case from == APIServer:
		return out
	case to == APIServer:
		return back.Reversed()
	case out == nil || back == nil:
		return nil
	default:
		return append(back.Reversed(), out...)
	}
}

// inNode is the way between two components of one node.
func (r routes) inNode(from, to string) Path {
	_, node, inNode := strings.Cut(from, "/")
	_, other, alsoInNode := strings.Cut(to, "/")
	if !inNode || !alsoInNode || node != other {
		return nil
	}
	var a, b Box
	for _, n := range r.nodes {
		for _, chip := range n.Chips {
			if chip.Name == from {
				a = chip.Box
			}
			if chip.Name == to {
				b = chip.Box
			}
		}
	}
	y := a.Bottom() + 6
	return Path{{a.CenterX(), a.Bottom()}, {a.CenterX(), y}, {b.CenterX(), y}, {b.CenterX(), b.Bottom()}}
}

// layMessages places the messages: the delivered one at the end of its way with its label, the others as far along as
// they are near.
func layMessages(messages []wire.Message, routes routes, size metrics, width float64) []Message {
	var out []Message
	crowd := map[string]float64{}
	for _, message := range messages {
		path := routes.between(message.From, message.To)
		if len(path) < 2 {
			continue
		}
		m := Message{Message: message, Path: path, Inside: routes.inNode(message.From, message.To) != nil}
		length := path.Length()
		if message.Arrived {
			last := distance(path[len(path)-2], path[len(path)-1])
			m.Rest = length - min(24, max(last/2, 12)) // behind the arrow's head
		} else {
			way := message.From + ">" + message.To
			m.Rest = min(max(length*nearness(message.Due)-crowd[way], 4), length-4)
			crowd[way] += 11
		}
		var upright bool
		m.At, upright = path.At(m.Rest)
		if message.Arrived && message.Label != "" {
			m.Text, m.Label = label(m, upright, size, width)
		}
		out = append(out, m)
	}
	return out
}

// nearness is how far along its way a message is that arrives in so many nanoseconds: just sent at 0.1, about to arrive
// at 0.8.
func nearness(due int64) float64 {
	return 0.1 + 0.7*math.Exp(-float64(due)/float64(5*time.Millisecond))
}

// label places the delivered message's label beside its dot, inside the picture and off the boxes.
func label(m Message, upright bool, size metrics, width float64) (string, Box) {
	const letter, height = 6.4, 20
	left, right := m.At.X-20-size.frameX, width-m.At.X-20-size.frameX
	room := min(width-40, 300)
	if upright {
		room = min(max(left, right), room)
	}
	text := Fit(m.Message.Label, room-16, letter/0.6)
	w := float64(len([]rune(text)))*letter + 16
	box := Box{W: w, H: height}
	switch {
	case m.Inside:
		box.X, box.Y = m.At.X-w/2, m.Path[0].Y-size.chipH-size.chipY-height-6
	case m.At.Y > size.api.Y && m.At.Y < size.api.Bottom():
		box.X, box.Y = m.At.X-w/2, size.labelY
	case upright:
		box.X, box.Y = m.At.X+12, m.At.Y-12
		if box.Right() > width-size.frameX-6 {
			box.X = m.At.X - 12 - w
		}
	default:
		box.X, box.Y = m.At.X-w/2, m.At.Y-34
	}
	edge := size.frameX + 6
	box.X = min(max(box.X, edge), width-edge-w)
	return text, box
}
