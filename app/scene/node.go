package scene

import (
	"math"

	"orrery/sim/wire"
)

// Node is a node of the map.
type Node struct {
	Name   string // "" for an outline without a cluster
	Box    Box
	CIDR   string // "" where there is no room for it
	Ready  bool
	Active bool // the latest event happened here
	Chips  []Chip
	Cards  []Card // pods, when there is room for each
	Dots   []Dots // pods, when there are many
	Tight  bool   // there is no room for the smaller words
	Pods   int
	More   int // pods that are not drawn
	Area   Box // where the pods are
	Bar    Box // of requested CPU
	Share  float64
}

// Chip is a component on a node.
type Chip struct {
	Name   string // as messages call it: "kubelet/node-1"
	Label  string
	Box    Box
	Active bool
}

// Card is a pod as a box. A low one has room for one line.
type Card struct {
	Pod wire.Pod
	Box Box
	Low bool
}

// Dots are many pods of the same tone as circles.
type Dots struct {
	Tone   string
	Radius float64
	Pods   []wire.Pod
	Points []Point
}

// D is the circles as the d attribute of one SVG path: a line of no length for each, which is a circle when it is drawn
// with round ends as wide as the circles.
func (d Dots) D() string {
	out := make([]byte, 0, 16*len(d.Points))
	for _, p := range d.Points {
		out = append(appendNum(append(out, 'M'), p.X), ' ')
		out = append(appendNum(out, p.Y), 'h', '0')
	}
	return string(out)
}

// density is how the pods of all nodes are drawn: as dots, or as cards of a size in so many columns.
type density struct {
	dots    bool
	columns int
	height  float64
	gap     float64
	pitch   float64 // of dots
	area    float64 // height of the pods' area
}

// layNodes places the nodes in rows, all of one size.
func layNodes(cluster wire.Cluster, size metrics, width, height float64) []Node {
	nodes := cluster.Nodes
	if len(nodes) == 0 {
		nodes = make([]wire.Node, 3)
	}
	columns := nodeColumns(len(nodes), size.narrow)
	gap := size.nodeGap
	if columns > 3 {
		gap = 12
	}
	margin := size.frameX
	each := (width - 2*margin - float64(columns-1)*gap) / float64(columns)
	most := 0
	for _, node := range nodes {
		most = max(most, len(node.Pods))
	}
	rows := nodeRows(len(nodes), size.narrow)
	dense := choose(most, each-2*size.nodePad, min(max(areaMin, size.spare(rows, height)), areaMax), size.roomy)
	full := size.nodeHead + dense.area + size.nodeFoot
	out := make([]Node, len(nodes))
	for i, node := range nodes {
		row, column := i/columns, i%columns
		inRow := min(columns, len(nodes)-row*columns)
		left := margin
		if rows == 1 {
			left += float64(columns-inRow) * (each + gap) / 2
		}
		x, y := left+float64(column)*(each+gap), size.nodesY+float64(row)*(full+size.rowGap)
		out[i] = layNode(node, Box{x, y, each, full}, dense, cluster, size)
	}
	return out
}

func nodeColumns(count int, narrow bool) int {
	switch {
	case narrow && count == 4:
		return 2
	case narrow && count > 6:
		return 4
	case narrow:
		return 3
	case count <= 3, count == 5, count == 6:
		return 3
	case count <= 8:
		return 4
	default:
		return 5
	}
}

// nodeRows is how many rows the nodes take. Without a cluster there are outlines of three.
func nodeRows(count int, narrow bool) int {
	return ceil(max(count, 1), nodeColumns(count, narrow))
}

// spare is how high the pods' area can be in each of some rows of nodes, so that the map fits a height.
func (s metrics) spare(rows int, height float64) float64 {
	return (height-bottomMargin-s.nodesY+s.rowGap)/float64(rows) - s.rowGap - s.nodeHead - s.nodeFoot
}

// areaMin is how high the pods' area is at least, areaMax how high it becomes for the sake of filling the picture.
const areaMin, areaMax = 40, 300

// choose picks the largest drawing of most pods that stays in bounds. least is how high their area is at least; where it
// is roomy, it may be higher for cards.
func choose(most int, width, least float64, roomy bool) density {
	cards, lowCards := least, least
	if roomy {
		cards, lowCards = max(least, 160), max(least, 192)
	}
	wide := max(1, int((width+6)/(160+6))) // where there is less, one column of narrower cards
	if height := float64(ceil(most, wide)) * 40; height <= cards {
		return density{columns: wide, height: 34, gap: 6, area: max(least, height)}
	}
	small := max(1, int((width+4)/(88+4)))
	if height := float64(ceil(most, small)) * 24; height <= lowCards {
		return density{columns: small, height: 20, gap: 4, area: max(least, height)}
	}
	pitch := 14.0
	for _, smaller := range []float64{12, 10, 8.5, 7.2} { // smaller ones are hard to hit
		if dotsHeight(most, width, pitch) <= least {
			break
		}
		pitch = smaller
	}
	return density{dots: true, pitch: pitch, area: max(least, dotsHeight(most, width, pitch))}
}

func dotsHeight(most int, width, pitch float64) float64 {
	return float64(ceil(most, int(width/pitch)))*pitch + 4
}

func ceil(a, b int) int { return int(math.Ceil(float64(a) / float64(b))) }

func layNode(node wire.Node, box Box, dense density, cluster wire.Cluster, size metrics) Node {
	pad := size.nodePad
	n := Node{Name: node.Name, Box: box, Ready: node.Ready, Pods: node.PodsAll}
	if box.W >= 190 {
		n.CIDR = node.CIDR
	}
	n.Chips = layChips(node.Name, box, cluster, size)
	n.Area = Box{box.X + pad, box.Y + size.nodeHead, box.W - 2*pad, dense.area}
	n.Bar = Box{box.X + 40, box.Bottom() - size.nodeFoot*0.75, box.W - 40 - 56, 6}
	if n.Tight = box.W < 160; n.Tight {
		n.Bar.X, n.Bar.W = box.X+pad, box.W-2*pad-36
	}
	if node.CPUAll > 0 {
		n.Share = min(float64(node.CPU)/float64(node.CPUAll), 1)
	}
	for _, chip := range n.Chips {
		n.Active = n.Active || chip.Active
	}
	for _, pod := range node.Pods {
		n.Active = n.Active || pod.Changed
	}
	if dense.dots {
		n.Dots = layDots(node.Pods, n.Area, dense)
	} else {
		n.Cards = layCards(node.Pods, n.Area, dense)
	}
	n.More = node.PodsAll - len(node.Pods)
	return n
}

func layChips(node string, box Box, cluster wire.Cluster, size metrics) []Chip {
	pad := size.nodePad
	names := []string{Kubelet, Runtime, Proxy}
	labels := []string{"kubelet", "runtime", "proxy"}
	shares := []float64{58, 62, 56}
	const gap = 5
	scale := (box.W - 2*pad - 2*gap) / (58 + 62 + 56)
	if box.W < 170 {
		labels = []string{"k", "r", "p"}
	}
	x := box.X + pad
	chips := make([]Chip, len(names))
	for i := range names {
		name := names[i] + "/" + node
		active := node != "" && (cluster.Active == name || target(cluster.Messages) == name)
		chips[i] = Chip{Name: name, Label: labels[i], Box: Box{x, box.Y + size.chipY, shares[i] * scale, size.chipH}, Active: active}
		x += shares[i]*scale + gap
	}
	return chips
}

func layCards(pods []wire.Pod, area Box, dense density) []Card {
	each := (area.W - float64(dense.columns-1)*dense.gap) / float64(dense.columns)
	cards := make([]Card, len(pods))
	for i, pod := range pods {
		row, column := float64(i/dense.columns), float64(i%dense.columns)
		box := Box{area.X + column*(each+dense.gap), area.Y + row*(dense.height+dense.gap), each, dense.height}
		cards[i] = Card{Pod: pod, Box: box, Low: dense.height < 30}
	}
	return cards
}

// layDots places pods in reading order and groups them by tone, so that each tone is one path.
func layDots(pods []wire.Pod, area Box, dense density) []Dots {
	columns := int(area.W / dense.pitch)
	var groups []Dots
	for i, pod := range pods {
		at := Point{area.X + (float64(i%columns)+0.5)*dense.pitch, area.Y + (float64(i/columns)+0.5)*dense.pitch}
		tone := pod.Tone
		if pod.Changed {
			tone = "changed"
		}
		found := false
		for g := range groups {
			if groups[g].Tone == tone {
				groups[g].Pods, groups[g].Points = append(groups[g].Pods, pod), append(groups[g].Points, at)
				found = true
			}
		}
		if !found {
			groups = append(groups, Dots{Tone: tone, Radius: dense.pitch * 0.36, Pods: []wire.Pod{pod}, Points: []Point{at}})
		}
	}
	return groups
}

// PodAt is the pod whose dot lies nearest to a point of the picture, within reach.
func (n Node) PodAt(at Point) (wire.Pod, bool) {
	nearest, best := wire.Pod{}, 10.0
	for _, dots := range n.Dots {
		for i, point := range dots.Points {
			if d := distance(point, at); d < best {
				nearest, best = dots.Pods[i], d
			}
		}
	}
	return nearest, best < 10
}
