// Package scene turns what the engine says about a world into shapes: boxes, wires and dots of the map, and the lanes of
// the timeline. Everything here is a pure function of its arguments; lengths are CSS pixels.
package scene

import (
	"math"
	"strconv"
	"strings"
)

// Point is a place on a picture.
type Point struct{ X, Y float64 }

// Box is a rectangle of a picture.
type Box struct{ X, Y, W, H float64 }

// Right is the x of the right edge.
func (b Box) Right() float64 { return b.X + b.W }

// Bottom is the y of the bottom edge.
func (b Box) Bottom() float64 { return b.Y + b.H }

// CenterX is the x of the middle.
func (b Box) CenterX() float64 { return b.X + b.W/2 }

// CenterY is the y of the middle.
func (b Box) CenterY() float64 { return b.Y + b.H/2 }

// Path is a line through points.
type Path []Point

// Length is the length of the line.
func (p Path) Length() float64 {
	length := 0.0
	for i := 1; i < len(p); i++ {
		length += distance(p[i-1], p[i])
	}
	return length
}

// At is the point at a distance from the start, and whether the line runs upright there.
func (p Path) At(along float64) (Point, bool) {
	if len(p) == 0 {
		return Point{}, false
	}
	for i := 1; i < len(p); i++ {
		a, b := p[i-1], p[i]
		length := distance(a, b)
		if along <= length || i == len(p)-1 {
			share := 0.0
			if length > 0 {
				share = min(max(along/length, 0), 1)
			}
			return Point{a.X + (b.X-a.X)*share, a.Y + (b.Y-a.Y)*share}, math.Abs(b.Y-a.Y) > math.Abs(b.X-a.X)
		}
		along -= length
	}
	return p[0], false
}

// Reversed is the same line from its end.
func (p Path) Reversed() Path {
	back := make(Path, len(p))
	for i, point := range p {
		back[len(p)-1-i] = point
	}
	return back
}

// D is the line as the d attribute of an SVG path.
func (p Path) D() string {
	var d strings.Builder
	for i, point := range p {
		if i == 0 {
			d.WriteByte('M')
		} else {
			d.WriteByte('L')
		}
		d.WriteString(Num(point.X))
		d.WriteByte(' ')
		d.WriteString(Num(point.Y))
	}
	return d.String()
}

func distance(a, b Point) float64 { return math.Hypot(b.X-a.X, b.Y-a.Y) }

// Num writes a length with at most one decimal.
func Num(v float64) string {
	var room [24]byte
	return string(appendNum(room[:0], v))
}

// appendNum appends a length with at most one decimal. Pictures of crowded clusters hold thousands, on the page's main
// thread: strconv.AppendFloat takes many times as long.
func appendNum(out []byte, v float64) []byte {
	tenths := int64(math.Round(v * 10))
	if tenths < 0 {
		out, tenths = append(out, '-'), -tenths
	}
	out = strconv.AppendInt(out, tenths/10, 10)
	if tenths%10 != 0 {
		out = append(out, '.', byte('0'+tenths%10))
	}
	return out
}

// Fit shortens a name in the middle so that it takes at most width at a font size. Names of pods keep their ends, which
// tell them apart.
func Fit(name string, width, fontSize float64) string {
	letters := []rune(name)
	room := int(width / (fontSize * 0.6))
	if len(letters) <= room {
		return name
	}
	if room < 4 {
		return string(letters[:max(room-1, 0)]) + "…"
	}
	tail := min(6, (room-1)/2)
	return string(letters[:room-1-tail]) + "…" + string(letters[len(letters)-tail:])
}
