package trace

import (
	"strconv"
	"strings"
)

// Measures of the SVG diagram, in pixels.
const (
	svgLane   = 170 // from actor to actor
	svgRow    = 30  // from arrow to arrow
	svgHead   = 48  // above the first arrow
	svgLetter = 7   // width of a letter, about
)

// svgStyle colours the classes of arrows. It is part of the drawing, so that a saved file stands alone.
const svgStyle = `text{font:12px system-ui,sans-serif;fill:#1f2937}.life{stroke:#cbd5e1}.box{fill:#f1f5f9;stroke:#94a3b8}` +
	`.arrow{fill:none;stroke:#475569}.tip{fill:#475569}.k-write .arrow{stroke:#b45309}.k-write .tip{fill:#b45309}` +
	`.k-watch .arrow{stroke:#2563eb;stroke-dasharray:4 3}.k-watch .tip{fill:#2563eb}.k-work .arrow{stroke:#7c3aed}` +
	`.k-work .tip{fill:#7c3aed}.k-cri .arrow{stroke:#047857}.k-cri .tip{fill:#047857}.k-refuse .arrow{stroke:#b91c1c}` +
	`.k-refuse .tip{fill:#b91c1c}.mid{text-anchor:middle}.step{font-weight:600}`

// SVG returns the arrows as a sequence diagram in one SVG file.
func SVG(arrows []Arrow) string {
	actors := Actors(arrows)
	place := map[string]int{}
	for i, name := range actors {
		place[name] = 20 + svgLane/2 + i*svgLane
	}
	width, height := 40+svgLane*max(len(actors), 1)+svgLane, svgHead+svgRow*len(arrows)+20
	var b strings.Builder
	w, h := strconv.Itoa(width), strconv.Itoa(height)
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" width="` + w + `" height="` + h + `" viewBox="0 0 ` + w + ` ` + h + `">`)
	b.WriteString(`<style>` + svgStyle + `</style><rect width="100%" height="100%" fill="#fff"/>` + "\n")
	for _, name := range actors {
		x := strconv.Itoa(place[name])
		b.WriteString(`<path class="life" d="M` + x + ` 34V` + strconv.Itoa(height-8) + `"/>`)
		b.WriteString(`<rect class="box" x="` + strconv.Itoa(place[name]-svgLane/2+6) + `" y="8" width="` + strconv.Itoa(svgLane-12) +
			`" height="26" rx="6"/><text class="mid" x="` + x + `" y="25">` + svgText(fit(name, svgLane-20)) + "</text>\n")
	}
	for i := range arrows {
		svgArrow(&b, &arrows[i], place[arrows[i].From], place[arrows[i].To], svgHead+svgRow*i+svgRow-8)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func svgArrow(b *strings.Builder, a *Arrow, from, to, y int) {
	text := a.Text
	if a.Step > 0 {
		text = strconv.Itoa(a.Step) + " · " + text
	}
	at, lift := strconv.Itoa(y), strconv.Itoa(y-6)
	b.WriteString(`<g class="k-` + a.Kind + `"><title>` + svgText(text) + `</title>`)
	if from == to {
		x := strconv.Itoa(from)
		b.WriteString(`<path class="arrow" d="M` + x + ` ` + strconv.Itoa(y-10) + `h16v10h-10"/><path class="tip" d="M` +
			strconv.Itoa(from+1) + ` ` + at + `l7 -4v8z"/>`)
		b.WriteString(`<text x="` + strconv.Itoa(from+24) + `" y="` + at + `">` + svgText(fit(text, 2*svgLane)) + "</text></g>\n")
		return
	}
	tip, room := "-7", to-from
	if to < from {
		tip, room = "7", from-to
	}
	b.WriteString(`<path class="arrow" d="M` + strconv.Itoa(from) + ` ` + at + `H` + strconv.Itoa(to) + `"/><path class="tip" d="M` +
		strconv.Itoa(to) + ` ` + at + `l` + tip + ` -4v8z"/>`)
	b.WriteString(`<text class="mid" x="` + strconv.Itoa((from+to)/2) + `" y="` + lift + `">` + svgText(fit(text, max(room-12, svgLane))) +
		"</text></g>\n")
}

// fit shortens a text to a room in pixels.
func fit(s string, room int) string {
	r := []rune(s)
	if n := max(room/svgLetter, 4); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func svgText(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}
