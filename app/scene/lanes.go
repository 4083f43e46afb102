package scene

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"orrery/sim/wire"
)

// LaneNames are the lanes of the timeline from the top, as wire.Mark names them.
var LaneNames = [...]string{"kubectl", "apiserver", "controllers", "scheduler", "nodes"}

// Measures of the lanes.
const (
	LanePitch  = 15.0 // from lane to lane
	LaneTop    = 8.0  // of the first lane's line
	tickHeight = 10.0
	eventWidth = 7.3 // of one event, while all have room
)

// Lanes is the timeline as shapes. Its axis runs over events, not time: long waits take no room, and are marked.
type Lanes struct {
	Step    float64 // width of one event
	Origin  float64 // x of event 0
	Head    float64 // x of the instant on screen
	Known   float64 // x of the last known event
	Paths   []LanePath
	Gaps    []Gap
	X, W, H float64
}

// LanePath is all marks of one class as one SVG path: upright lines of a width.
type LanePath struct {
	Class string
	Width float64
	D     string
}

// Gap is a wait between two events that is longer than the rest.
type Gap struct {
	X     float64
	Label string
}

// LayLanes draws marks on an axis from left to width. However many marks there are, a lane gets at most one of a class
// for every two pixels.
func LayLanes(marks []wire.Mark, at wire.Position, left, width float64) Lanes {
	l := Lanes{X: left, W: width, H: LaneTop + LanePitch*float64(len(LaneNames)), Origin: left + 2}
	room := max(width-left-12, 10)
	l.Step = min(eventWidth, room/float64(max(at.Last, 1)))
	l.Head, l.Known = l.x(at.Event), l.x(at.Last)
	l.Paths = l.paths(marks)
	l.Gaps = l.gaps(marks)
	return l
}

func (l Lanes) x(event int) float64 { return l.Origin + float64(event)*l.Step }

func (l Lanes) paths(marks []wire.Mark) []LanePath {
	type class struct {
		name  string
		width float64
		d     []byte
		drawn [len(LaneNames)]int // the column of the latest mark in each lane, from 1
	}
	var classes []class
	tick := max(math.Min(4, l.Step-1), 1.5)
	for i := range marks {
		lane, name := laneIndex(marks[i].Lane), markClass(&marks[i])
		if lane < 0 {
			continue
		}
		at := slices.IndexFunc(classes, func(c class) bool { return c.name == name })
		if at < 0 {
			width := tick
			if name == "work" || name == "bind" {
				width = max(tick, l.Step*1.6)
			}
			at, classes = len(classes), append(classes, class{name: name, width: width})
		}
		c := &classes[at]
		x := l.x(marks[i].Event) - c.width
		if column := int(x/2) + 1; c.drawn[lane] != column {
			c.drawn[lane] = column
			c.d = append(appendNum(append(c.d, 'M'), x+c.width/2), laneTicks[lane]...)
		}
	}
	slices.SortFunc(classes, func(a, b class) int { return strings.Compare(a.name, b.name) })
	paths := make([]LanePath, len(classes))
	for i, c := range classes {
		paths[i] = LanePath{c.name, c.width, string(c.d)}
	}
	return paths
}

// laneTicks are what follows the x of a mark in each lane.
var laneTicks = func() (ticks [len(LaneNames)]string) {
	for lane := range ticks {
		ticks[lane] = " " + Num(LaneTop+LanePitch*float64(lane)-tickHeight/2) + "v" + Num(tickHeight)
	}
	return ticks
}()

func laneIndex(name string) int {
	for i, lane := range LaneNames {
		if lane == name {
			return i
		}
	}
	return -1
}

// markClass is the style of a mark.
func markClass(mark *wire.Mark) string {
	switch {
	case mark.Kind == "work" && mark.Lane == "scheduler":
		return "bind"
	case mark.Kind == "request" && mark.Lane == "kubectl":
		return "user"
	default:
		return mark.Kind
	}
}

// gaps finds the waits of half a second or more, as far apart as their labels need.
func (l Lanes) gaps(marks []wire.Mark) []Gap {
	const apart = 52
	var gaps []Gap
	for i := 1; i < len(marks); i++ {
		wait := time.Duration(marks[i].At - marks[i-1].At)
		if wait < 500*time.Millisecond {
			continue
		}
		x := l.x(marks[i].Event) - l.Step*0.8
		if len(gaps) > 0 && x-gaps[len(gaps)-1].X < apart {
			continue
		}
		gaps = append(gaps, Gap{x, Seconds(wait) + " s"})
	}
	return gaps
}

// Seconds writes a duration in seconds with the decimals that matter.
func Seconds(d time.Duration) string {
	decimals := 3
	switch {
	case d >= 10*time.Second:
		decimals = 0
	case d >= time.Second:
		decimals = 1
	}
	return strconv.FormatFloat(d.Seconds(), 'f', decimals, 64)
}
