// Package rows draws long lists of rows of equal height: only those on screen exist as elements.
package rows

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// overscan is how many rows exist beyond each edge of what is visible.
const overscan = 4

// Window is the part of a list that is on screen. Its zero value shows the start.
type Window struct {
	Height int // of a row, in CSS pixels

	first, seen int
	tail        bool
}

// Range is the rows that should exist, of total.
func (w *Window) Range(total int) (from, to int) {
	seen := w.seen
	if seen == 0 {
		seen = 40
	}
	first := min(w.first, max(0, total-seen))
	if w.tail {
		first = max(0, total-seen)
	}
	return max(0, first-overscan), min(total, first+seen+overscan)
}

// SetTail makes the window stay at the list's end, or not.
func (w *Window) SetTail(tail bool) { w.tail = tail }

// Visible is the first and the last row on screen, as far as it was measured.
func (w *Window) Visible() (first, last int) { return w.first, w.first + w.seen }

// Measure reads the scroll position of the list's element. It reports whether other rows are on screen than before,
// and whether the end is among them.
func (w *Window) Measure(list app.Value) (changed, tail bool) {
	if !list.Truthy() {
		return false, false
	}
	top, height := list.Get("scrollTop").Float(), list.Get("clientHeight").Float()
	first, seen := int(top)/w.Height, int(height)/w.Height+2
	changed = first != w.first || seen != w.seen
	w.first, w.seen = first, seen
	return changed, top+height >= list.Get("scrollHeight").Float()-float64(w.Height)
}

// Body draws the rows that should exist between spaces as high as those that do not.
func (w *Window) Body(total int, row func(i int) app.UI) []app.UI {
	from, to := w.Range(total)
	out := make([]app.UI, 0, to-from+2)
	out = append(out, w.space(from))
	for i := from; i < to; i++ {
		out = append(out, row(i))
	}
	return append(out, w.space(total-to))
}

func (w *Window) space(count int) app.UI {
	return app.Div().Class("space").Style("height", strconv.Itoa(max(count, 0)*w.Height)+"px")
}
